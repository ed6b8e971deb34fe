"""The menu at the side of every admin page: first what HR works with, last what keeps the house running."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

# Title, icon, the model that one must be allowed to look at, and where that is not its list, the page.
GROUPS: dict[str, list[tuple[str, ...]]] = {
    "Interviews": [
        ("Interviews", "call", "interviews.interview"),
        ("Decisions", "gavel", "interviews.decision"),
        ("Campaigns", "campaign", "interviews.campaign"),
        ("Spending", "payments", "screener.modelcall", "spending"),
    ],
    "Candidates": [
        ("Candidates", "person", "candidates.candidate"),
        ("Consents", "how_to_reg", "candidates.consent"),
        ("Do-not-call list", "phone_disabled", "candidates.donotcall"),
        ("May we call?", "perm_phone_msg", "candidates.candidate", "may-call"),
    ],
    "Jobs": [
        ("Jobs", "work", "jobs.jobdescription"),
        ("Question sets", "quiz", "jobs.questionset"),
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
        ("Spoken lines", "graphic_eq", "screener.spokenline"),
        ("Background jobs", "manufacturing", "procrastinate.procrastinatejob"),
        ("Idempotent requests", "repeat_one", "screener.idempotentrequest"),
    ],
}
TECHNICAL = "Access & technical"


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """In unfold's form: groups of links to the lists that this user may look at."""
    overview = {"items": [{"title": "Overview", "icon": "home", "link": reverse("admin:index")}]}
    groups = [
        {
            "title": title,
            "separator": True,
            "collapsible": title == TECHNICAL,
            "items": [_link(*page) for page in pages if _may_look(request, page[2])],
        }
        for title, pages in GROUPS.items()
    ]
    return [overview, *groups]


def _link(title: str, icon: str, model: str, page: str = "") -> dict[str, str]:
    page = page or f"admin:{model.replace('.', '_')}_changelist"
    return {"title": title, "icon": icon, "link": reverse(page)}


def _may_look(request: HttpRequest, model: str) -> bool:
    app, name = model.split(".")
    return request.user.has_perm(f"{app}.view_{name}") or request.user.has_perm(f"{app}.change_{name}")
