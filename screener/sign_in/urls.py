"""Pages of a user's own account, below /admin/account/.

Of allauth's, those for second factors alone: accounts and passwords are the admin's.
"""

from allauth.account.views import reauthenticate
from django.contrib import admin
from django.urls import include, path

from screener.sign_in.oidc.views import from_provider, to_provider
from screener.sign_in.sessions.pages import end_other_sessions, end_session, sessions_page

own_page = admin.site.admin_view

urlpatterns = [
    path("sessions/", own_page(sessions_page), name="account_sessions"),
    path("sessions/end/", own_page(end_session), name="account_end_session"),
    path(
        "sessions/end-others/",
        own_page(end_other_sessions),
        name="account_end_other_sessions",
    ),
    path("reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("mfa/", include("allauth.mfa.urls")),
    path("sso/", to_provider, name="account_sso"),
    path("sso/callback/", from_provider, name="account_sso_callback"),
]
