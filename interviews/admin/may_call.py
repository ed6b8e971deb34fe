"""The page that answers: may we call this number now, and if not, why, and when?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from candidates.models import Candidate
from candidates.phone_format import InvalidPhoneNumber, to_e164
from interviews.admin.forms import MayCallForm
from interviews.calling.capacity import consider_lines
from interviews.calling.rules import ZONES_NAMED, Allowed, Finding, Kept, Later, Never, Opinion, Unasked, consider
from jobs.models import JobDescription

WORDS = {
    Kept: ("yes", "success"),
    Later: ("later", "warning"),
    Never: ("no", "danger"),
    Unasked: ("not checked", "default"),
}

MINUTE = timedelta(minutes=1)


def may_call_page(request: HttpRequest) -> HttpResponse:
    """`?number=…&candidate=…&job=…`. It only looks, and says what a call would be told at this moment."""
    if not request.user.has_perm("candidates.view_candidate"):
        raise PermissionDenied
    asked = any(request.GET.get(name) for name in MayCallForm.base_fields)
    with_jobs = request.user.has_perm("jobs.view_jobdescription")
    form = MayCallForm(request.GET if asked else None, with_jobs=with_jobs)
    answer = Answer.to(**form.cleaned_data) if form.is_valid() else None
    page = {"title": "May we call?", "form": form, "answer": answer, "media": form.media}
    return TemplateResponse(request, "admin/interviews/may_call.html", admin.site.each_context(request) | page)


@dataclass(frozen=True)
class Answer:
    opinion: Opinion
    candidate: Candidate | None
    others: int
    """How many more candidates have this number."""

    @classmethod
    def to(cls, number: str, candidate: Candidate | None, job: JobDescription | None = None) -> "Answer":
        """In a fixed number of queries. Of several candidates with this number, the newest counts."""
        namesakes = [] if candidate else _with_number(number)
        candidate = candidate or next(iter(namesakes), None)
        now = timezone.now()
        opinion = consider(number or candidate.phone if candidate else number, now=now, candidate=candidate, job=job)
        lines = consider_lines(job, now=now) if opinion.case else []
        return cls(Opinion(opinion.case, [*opinion.findings, *lines]), candidate, max(len(namesakes) - 1, 0))

    @property
    def number(self) -> str:
        return self.opinion.case.number if self.opinion.case else ""

    @property
    def is_of_another(self) -> bool:
        """Whether the candidate that was chosen has another number on record."""
        return bool(self.number and self.candidate and self.candidate.phone != self.number)

    @property
    def says(self) -> str:
        match self.opinion.verdict:
            case Allowed():
                return "Yes, now, as far as could be checked." if self.has_gaps else "Yes, now."
            case Later(when):
                return f"Not now, but from {_minute(when):%A, %d %B %Y, %H:%M} UTC on."
            case Never():
                return "No."
            case _ as unreachable:
                assert_never(unreachable)

    @property
    def has_gaps(self) -> bool:
        return any(isinstance(finding.verdict, Unasked) for finding in self.opinion.findings)

    @property
    def reason(self) -> str:
        verdict = self.opinion.verdict
        return "" if isinstance(verdict, Allowed) else verdict.reason

    @property
    def tone(self) -> str:
        return {Allowed: "", Later: "s-doubt", Never: "s-bad"}[type(self.opinion.verdict)]

    @property
    def there(self) -> list[str]:
        """The first minute by the clocks of those who are called."""
        verdict = self.opinion.verdict
        if self.opinion.case is None or not isinstance(verdict, Later):
            return []
        zones = self.opinion.case.zones[:ZONES_NAMED]
        return [f"{_minute(verdict.when).astimezone(ZoneInfo(zone)):%a %H:%M} in {zone}" for zone in zones]

    @property
    def rules(self) -> Iterator[tuple[Finding, str, str]]:
        """(what was found, yes or no, in which colour)."""
        return ((finding, *WORDS[type(finding.verdict)]) for finding in self.opinion.findings)


def _with_number(typed: str) -> list[Candidate]:
    try:
        return list(Candidate.objects.filter(phone=to_e164(typed), erased_at__isnull=True)[:100])
    except InvalidPhoneNumber:
        return []


def _minute(moment: datetime) -> datetime:
    """The first whole minute that is not before."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE
