"""The menu of the admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screener.access.viewer import VIEW_CONTACT_DATA
from screener.labels import Label

TO_SCORE = _("To score")

# Title, icon, the model for which view permission is needed, and the page if it is not the list of that model.
MENU_GROUPS: dict[Label, list[tuple[Label, str, str] | tuple[Label, str, str, str]]] = {
    _("Interviews"): [
        (_("Interviews"), "call", "interviews.interview"),
        (TO_SCORE, "rate_review", "interviews.interviewresponse", "admin:interviews_interviewresponse_to_score"),
        (_("Unreachable"), "phone_missed", "interviews.interview", "desk-unreachable"),
        (_("Decisions"), "gavel", "interviews.decision"),
        (_("Insights"), "insights", "interviews.interview", "desk-insights"),
        (_("Campaigns"), "campaign", "interviews.campaign"),
        (_("Share links"), "link", "interviews.sharelink"),
        (_("Spending"), "payments", "screener.modelcall", "spending"),
    ],
    _("Candidates"): [
        (_("Candidates"), "person", "candidates.candidate"),
        (_("Imports"), "upload_file", "candidates.import"),
        (_("Probable duplicates"), "group_remove", "candidates.candidate", "desk-duplicates"),
        (_("Consents"), "how_to_reg", "candidates.consent"),
        (_("Do-not-call list"), "phone_disabled", "candidates.donotcall"),
        (_("May we call?"), "perm_phone_msg", "candidates.candidate", "may-call"),
        (_("Erasures"), "person_remove", "candidates.erasure"),
        (_("Retention"), "auto_delete", "candidates.erasure", "retention"),
    ],
    _("Jobs"): [
        (_("Jobs"), "work", "jobs.jobdescription"),
        (_("Question sets"), "quiz", "jobs.questionset"),
        (_("Question bank"), "library_books", "jobs.bankquestion"),
        (_("Interview templates"), "content_copy", "jobs.template"),
        (_("Organisation"), "domain", "screener.organisation"),
    ],
    _("Access & technical"): [
        (_("Users"), "manage_accounts", "auth.user"),
        (_("Groups"), "group", "auth.group"),
        (_("API keys"), "key", "screener.apikey"),
        (_("Webhooks"), "hub", "webhooks.subscription"),
        (_("Deliveries"), "outbox", "webhooks.delivery"),
        (_("Answers"), "record_voice_over", "interviews.interviewresponse"),
        (_("Recordings"), "mic", "interviews.recording"),
        (_("Assessments"), "fact_check", "interviews.assessment"),
        (_("Results"), "grade", "interviews.interviewresult"),
        (_("Attempts"), "phone_forwarded", "interviews.attempt"),
        (_("Calls"), "phone_in_talk", "interviews.call"),
        (_("History"), "history", "interviews.interviewevent"),
        (_("Twilio events"), "webhook", "webhooks.twilioevent"),
        (_("Model calls"), "receipt_long", "screener.modelcall"),
        (_("Notice mails"), "mail", "interviews.noticemail"),
        (_("Synthesised prompts"), "graphic_eq", "screener.spokenline"),
        (_("System status"), "monitor_heart", "procrastinate.procrastinatejob", "desk-system"),
        (_("Background tasks"), "manufacturing", "procrastinate.procrastinatejob"),
        (_("Idempotent requests"), "repeat_one", "screener.idempotentrequest"),
    ],
}
EXTRA_PERMISSIONS = {
    "may-call": (VIEW_CONTACT_DATA,),
    "desk-duplicates": (VIEW_CONTACT_DATA, "candidates.merge_candidate"),
}
"""Permissions that a page needs beside the one for its model."""
TECHNICAL_GROUP = _("Access & technical")
SCORING_PAGES = {f"interviews_interviewresponse_{page}" for page in ("score", "opinions", "words", "choose")}


def build_menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return unfold's navigation: groups of links to the pages that the user may view."""
    home_group = {"items": [{"title": gettext("Home"), "icon": "home", "link": reverse("admin:index")}]}
    groups = [
        {
            "title": title,
            "separator": True,
            "collapsible": title == TECHNICAL_GROUP,
            "items": [_menu_item(request, *page) for page in pages if _may_view(request, *page[2:])],
        }
        for title, pages in MENU_GROUPS.items()
    ]
    return [home_group, *groups]


def _menu_item(request: HttpRequest, title: Label, icon: str, model: str, page: str = "") -> dict[str, Any]:
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
    if not request.user.has_perms(EXTRA_PERMISSIONS.get(page, ())):
        return False
    return request.user.has_perm(f"{app}.view_{name}") or request.user.has_perm(f"{app}.change_{name}")
