"""The words of notices. They tell of no score and no recommendation, since some readers review blind."""

from dataclasses import dataclass
from typing import Any, assert_never

from django.urls import reverse
from django.utils.translation import gettext as _

from interviews.models import EventKind, Notice, NoticeKind
from screener.access.viewer import Viewer

VIEW_CAMPAIGN = "interviews.view_campaign"


@dataclass(frozen=True)
class NoticeText:
    """A notice in words, and the path of the page that it is about."""

    notice: Notice
    title: str
    path: str


def notice_text(notice: Notice, viewer: Viewer) -> NoticeText:
    """Compose a notice for its recipient, whose blind mode holds. `with_subjects` loads its rows."""
    return NoticeText(notice, _notice_title(notice), _subject_path(notice, viewer))


def with_subjects(notices: Any) -> Any:
    """Load the rows that the texts of notices name."""
    return notices.select_related("job", "campaign", "event", "note", "interview__candidate")


def _notice_title(notice: Notice) -> str:
    kind, name = NoticeKind(notice.kind), _subject_name(notice)
    match kind:
        case NoticeKind.RESULT_READY:
            return _("Result ready: %(name)s") % {"name": name}
        case NoticeKind.PERSON_REQUEST:
            return _request_title(notice) % {"name": name}
        case NoticeKind.ATTENTION:
            return _attention_title(notice) % {"name": name}
        case NoticeKind.CAMPAIGN_ENDED:
            return _("Campaign ended: %(name)s") % {"name": name}
        case NoticeKind.MENTION:
            author = notice.note.author_name if notice.note else ""
            return _("%(author)s mentions you in a note on %(name)s") % {"author": author, "name": name}
        case _:
            assert_never(kind)


def _request_title(notice: Notice) -> str:
    if notice.event and notice.event.kind == EventKind.ADJUSTMENT_REQUESTED:
        return _("%(name)s asks for more time or another way")
    return _("%(name)s asks for a person")


def _attention_title(notice: Notice) -> str:
    match notice.event.kind if notice.event else "":
        case EventKind.RESULT_INCOMPLETE:
            return _("Result incomplete: %(name)s")
        case EventKind.CANDIDATE_CALLED:
            return _("%(name)s called back after the last attempt")
        case EventKind.CANDIDATE_TEXTED:
            return _("%(name)s sent an SMS")
        case _:
            return _("Result needs a review: %(name)s")


def _subject_name(notice: Notice) -> str:
    if notice.campaign:
        return notice.campaign.name
    return " ".join(str(notice.interview.candidate).split()) if notice.interview else ""


def _subject_path(notice: Notice, viewer: Viewer) -> str:
    if notice.campaign_id:
        if viewer.has_perm(VIEW_CAMPAIGN):
            return reverse("admin:interviews_campaign_change", args=[notice.campaign_id])
        return reverse("admin:jobs_jobdescription_change", args=[notice.job_id])
    page = reverse("admin:interviews_interview_change", args=[notice.interview_id])
    return f"{page}#notes" if notice.note_id else page
