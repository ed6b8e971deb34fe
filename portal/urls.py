"""Addresses of the portal. The token of the invitation is the only key to them."""

from django.urls import include, path

from portal import actions, feedback, schedule, views

urlpatterns = [
    path("<str:token>/", views.landing_page, name="portal"),
    path("<str:token>/agree/", actions.agree, name="portal-agree"),
    path("<str:token>/adjustment/", actions.adjustment_page, name="portal-adjustment"),
    path("<str:token>/cancel-call/", actions.action_page, {"action": actions.CANCEL_CALL}, name="portal-cancel-call"),
    path("<str:token>/decline/", actions.action_page, {"action": actions.DECLINE}, name="portal-decline"),
    path("<str:token>/feedback/", feedback.feedback_page, name="portal-feedback"),
    path("<str:token>/never/", actions.action_page, {"action": actions.NEVER}, name="portal-never"),
    path("<str:token>/not-me/", actions.action_page, {"action": actions.NOT_ME}, name="portal-not-me"),
    path("<str:token>/no-video/", actions.action_page, {"action": actions.NO_VIDEO}, name="portal-no-video"),
    path("<str:token>/person/", actions.action_page, {"action": actions.PERSON}, name="portal-person"),
    path("<str:token>/room/", include("portal.room.urls")),
    path("<str:token>/schedule/", schedule.schedule_page, name="portal-schedule"),
    path("<str:token>/text/", include("portal.text.urls")),
]
