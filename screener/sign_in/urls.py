"""Pages of a user's own account, below /admin/account/."""

from django.contrib import admin
from django.urls import path

from screener.sign_in import session_pages

urlpatterns = [
    path("sessions/", admin.site.admin_view(session_pages.sessions_page), name="own-sessions"),
    path("sessions/end/", admin.site.admin_view(session_pages.end_session), name="end-session"),
    path("sessions/end-others/", admin.site.admin_view(session_pages.end_other_sessions), name="end-other-sessions"),
]
