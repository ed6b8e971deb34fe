"""Links that show a report to a reader without a login."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.crypto import salted_hmac

from interviews.models import AccessEvent, Interview, ShareLink
from interviews.reports.interview.loading import ReportScope, load_report
from interviews.reports.interview.report import InterviewReport
from jobs.models import JobDescription

SAME_VISIT = timedelta(minutes=10)
"""A reader who opens a part again within this time is recorded once: players ask for audio in pieces."""
VISITOR_LENGTH = 12


def share_report(
    *,
    by: User,
    interview: Interview | None = None,
    job: JobDescription | None = None,
    recipient: str,
    days: int,
    with_names: bool,
    with_recordings: bool = False,
) -> tuple[ShareLink, str]:
    """Create a link to the report of an interview, or to the shortlist of a job. Returns it with its token."""
    return ShareLink.create_with_token(
        days=days,
        interview=interview,
        job=job,
        created_by=by,
        recipient=recipient,
        with_names=with_names,
        with_recordings=with_recordings,
    )


def open_link(token: str) -> ShareLink | None:
    """Return the link of this token, or None where it is unknown, expired or revoked, or its report was erased."""
    link = ShareLink.objects.find(token)
    return link if link and link.is_open else None


def shared_report(link: ShareLink) -> InterviewReport:
    """The report that the link opens. A reader without a login has scored no answer: a blind review shows no scores."""
    assert link.interview is not None
    return load_report(link.interview, ReportScope(link.with_names, with_scores=not link.shared_job.blind_review))


def record_access(link: ShareLink, part: AccessEvent.Part, *, address: str | None, position: int | None = None) -> None:
    """Note that a reader at this address opened a part of the report."""
    visitor = visitor_of(address)
    since = timezone.now() - SAME_VISIT
    visits = link.accesses.filter(part=part, position=position, visitor=visitor, created_at__gt=since)
    if not visits.exists():
        AccessEvent.objects.create(link=link, part=part, position=position, visitor=visitor)


def visitor_of(address: str | None) -> str:
    """A name for the address that can't be turned back into it."""
    return salted_hmac("interviews.reports.sharing", address or "unknown").hexdigest()[:VISITOR_LENGTH]
