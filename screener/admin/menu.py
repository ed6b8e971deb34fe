"""The menu of the admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from screener.access.viewer import VIEW_CONTACT_DATA

TO_SCORE = "To score"

# Title, icon, the model for which view permission is needed, and the page if it is not the list of that model.
MENU_GROUPS: dict[str, list[tuple[str, ...]]] = {
    "Interviews": [
        ("Interviews", "call", "interviews.interview"),
        (TO_SCORE, "rate_review", "interviews.interviewresponse", "admin:interviews_interviewresponse_to_score"),
        ("Decisions", "gavel", "interviews.decision"),
        ("Campaigns", "campaign", "interviews.campaign"),
        ("Spending", "payments", "screener.modelcall", "spending"),
    ],
    "Candidates": [
        ("Candidates", "person", "candidates.candidate"),
        ("Consents", "how_to_reg", "candidates.consent"),
        ("Do-not-call list", "phone_disabled", "candidates.donotcall"),
        ("May we call?", "perm_phone_msg", "candidates.candidate", "may-call"),
        ("Erasures", "person_remove", "candidates.erasure"),
        ("Retention", "auto_delete", "candidates.erasure", "retention"),
    ],
    "Jobs": [
        ("Jobs", "work", "jobs.jobdescription"),
        ("Question sets", "quiz", "jobs.questionset"),
        ("Organisation", "domain", "screener.organisation"),
    ],
    "Access & technical": [
        ("Users", "manage_accounts", "auth.user"),
        ("Groups", "group", "auth.group"),
        ("API keys", "key", "screener.apikey"),
        ("Answers", "record_voice_over", "interviews.interviewresponse"),
        ("Recordings", "mic", "interviews.recording"),
        ("Assessments", "fact_check", "interviews.assessment"),
        ("Results", "grade", "interviews.interviewresult"),
        ("Attempts", "phone_forwarded", "interviews.attempt"),
        ("Calls", "phone_in_talk", "interviews.call"),
        ("History", "history", "interviews.interviewevent"),
        ("Twilio events", "webhook", "webhooks.twilioevent"),
        ("Model calls", "receipt_long", "screener.modelcall"),
        ("Synthesised prompts", "graphic_eq", "screener.spokenline"),
        ("Background tasks", "manufacturing", "procrastinate.procrastinatejob"),
        ("Idempotent requests", "repeat_one", "screener.idempotentrequest"),
    ],
}
EXTRA_PERMISSIONS = {"may-call": VIEW_CONTACT_DATA}
"""Permissions that a page needs beside the one for its model."""
TECHNICAL_GROUP = "Access & technical"
SCORING_PAGES = {f"interviews_interviewresponse_{page}" for page in ("score", "opinions", "words", "choose")}


def build_menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return unfold's navigation: groups of links to the pages that the user may view."""
    overview_group = {"items": [{"title": "Overview", "icon": "home", "link": reverse("admin:index")}]}
    groups = [
        {
            "title": title,
            "separator": True,
            "collapsible": title == TECHNICAL_GROUP,
            "items": [_menu_item(request, *page) for page in pages if _may_view(request, *page[2:])],
        }
        for title, pages in MENU_GROUPS.items()
    ]
    return [overview_group, *groups]


def _menu_item(request: HttpRequest, title: str, icon: str, model: str, page: str = "") -> dict[str, Any]:
    page = page or f"admin:{model.replace('.', '_')}_changelist"
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse(page)}
    if _is_scoring_page(request):  # by their addresses, these pages belong to the technical list of answers
        item["active"] = title == TO_SCORE
    return item


def _is_scoring_page(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.url_name in SCORING_PAGES or "scoring" in request.GET)


def _may_view(request: HttpRequest, model: str, page: str = "") -> bool:
    app, name = model.split(".")
    if page in EXTRA_PERMISSIONS and not request.user.has_perm(EXTRA_PERMISSIONS[page]):
        return False
    return request.user.has_perm(f"{app}.view_{name}") or request.user.has_perm(f"{app}.change_{name}")
