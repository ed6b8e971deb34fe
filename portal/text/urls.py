"""Addresses of the interview in writing, below the one of the invitation."""

from django.urls import path

from portal.text import views

urlpatterns = [
    path("", views.text_page, name="portal-text"),
    path("draft/", views.draft_view, name="portal-text-draft"),
]
