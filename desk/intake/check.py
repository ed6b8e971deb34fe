"""The effect of a form that is being filled in: who the candidate is, and whether and when they may be called."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candidates.merging.matches import Matches, find_matches
from candidates.models import Candidate, Consent
from desk.intake.form import NewInterviewForm
from interviews.calling.person.call_request import CallRequest
from interviews.calling.rules import RULES_OF_INBOUND_CALLS, ZONES_SHOWN, RuleReport, evaluate_request
from interviews.calling.verdicts import Allowed, Later, Never, NotEvaluated, Passed, RuleVerdict
from interviews.models import PersonalQuestions
from interviews.personal.verbs import find_live_set
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.language_tag import primary_tag
from screener.phone_format import country_of


@dataclass(frozen=True)
class LocalTime:
    zone: str
    moment: datetime


@dataclass(frozen=True)
class IntakeCheck:
    """`report` is None until there is a number. `scheduled_for`: the time of the call, if one is chosen."""

    phone: str = ""
    matches: Matches = field(default_factory=Matches)
    candidate: Candidate | None = None
    typed_phone: str = ""
    report: RuleReport | None = None
    scheduled_for: datetime | None = None
    has_job: bool = False
    is_called: bool = True
    """Whether the interview is to be held on the phone. Elsewhere only the rules of interviews without calls hold."""

    languages: tuple[str, str] | None = None
    """The tags of the candidate's language and of the interview's, where they differ."""
    job: JobDescription | None = None
    personal: PersonalQuestions | None = None
    """The personal questions that wait for approval or are in use, for the approved version."""
    may_see_personal: bool = False

    @classmethod
    def of_form(cls, form: NewInterviewForm, viewer: Viewer) -> "IntakeCheck":
        """Check the fields that are filled in so far, with errors or without. It saves no row."""
        form.full_clean()
        cleaned = form.cleaned_data
        candidate = cleaned.get("candidate")
        typed_phone = _valid_phone(form)
        phone = candidate.phone if candidate else typed_phone
        matches = Matches()
        if not form["candidate"].value():
            matches = find_matches(typed_phone, cleaned.get("email", ""), viewer=viewer)
        scheduled_for, job = cleaned.get("scheduled_for"), cleaned.get("job")
        report = _evaluate(form, phone, scheduled_for) if phone else None
        languages = _differing_languages(candidate.locale if candidate else cleaned.get("locale", ""), job)
        may_see_personal = viewer.has_perm("interviews.view_personalquestions")
        personal = find_live_set(candidate, job) if may_see_personal and candidate and job else None
        return cls(
            *(phone, matches, candidate, typed_phone, report, scheduled_for),
            *(job is not None, form.places_call, languages, job, personal, may_see_personal),
        )

    @property
    def offers_personal(self) -> bool:
        """Whether the page leads to the personal questions."""
        return self.may_see_personal and bool(self.candidate and self.job and self.job.approved_questions)

    @property
    def ignores_typed_phone(self) -> bool:
        """Whether the number on record, which is called, is another one than the number that was typed."""
        return bool(self.candidate and self.typed_phone and self.candidate.phone != self.typed_phone)

    @property
    def country(self) -> str:
        return country_of(self.phone) if self.phone else ""

    @property
    def local_times(self) -> list[LocalTime]:
        """The time of the call, or the present one, where the candidate may be."""
        if self.report is None or self.report.call_request is None or not self.is_called:
            return []
        moment = self.scheduled_for or timezone.now()
        return [LocalTime(zone, moment.astimezone(ZoneInfo(zone))) for zone in self._zones]

    @property
    def _zones(self) -> tuple[str, ...]:
        request = self.report.call_request if self.report else None
        return request.zone_names[:ZONES_SHOWN] if request else ()

    @property
    def verdict(self) -> Allowed | Later | Never | None:
        return self.report.overall_verdict if self.report else None

    @property
    def headline(self) -> str:
        match self.verdict:
            case None:
                return ""
            case Allowed() if not self.is_called:
                return str(_("May be interviewed. No call is placed."))
            case Allowed():
                return str(_("May be called then.") if self.scheduled_for else _("May be called now."))
            case Later():
                return str(_("Will be called later."))
            case Never():
                return str(_("Can't be called.") if self.is_called else _("Can't be interviewed."))
            case _ as unreachable:
                assert_never(unreachable)

    @property
    def tone(self) -> str:
        match self.verdict:
            case None | Allowed():
                return "d-good"
            case Later():
                return "d-warning"
            case Never():
                return "d-danger"
            case _ as unreachable:
                assert_never(unreachable)

    @property
    def not_before(self) -> datetime | None:
        return self.verdict.not_before if isinstance(self.verdict, Later) else None

    @property
    def obstacles(self) -> Iterator[RuleVerdict]:
        """The rules that forbid or delay the call, and those that could not be evaluated."""
        verdicts = self.report.verdicts if self.report else []
        return (line for line in verdicts if not isinstance(line.verdict, Passed) and not _waits_for_job(self, line))

    @property
    def passed(self) -> list[RuleVerdict]:
        return [line for line in self.report.verdicts if isinstance(line.verdict, Passed)] if self.report else []

    @property
    def last_consent(self) -> Consent | None:
        if self.candidate is None:
            return None
        return self.candidate.consents.filter(kind=Consent.Kind.CALL).order_by("-said_at", "-created_at").first()


def _waits_for_job(check: IntakeCheck, line: RuleVerdict) -> bool:
    return not check.has_job and isinstance(line.verdict, NotEvaluated)


def _differing_languages(spoken: str, job: JobDescription | None) -> tuple[str, str] | None:
    question_set = job.approved_questions if job else None
    if question_set is None or not spoken or primary_tag(spoken) == primary_tag(question_set.language):
        return None
    return spoken, question_set.language


def _valid_phone(form: NewInterviewForm) -> str:
    return "" if "phone" in form.errors else str(form.cleaned_data.get("phone", ""))


def _evaluate(form: NewInterviewForm, phone: str, scheduled_for: datetime | None) -> RuleReport:
    cleaned = form.cleaned_data
    statement = form.consent_statement
    request = CallRequest(
        phone,
        scheduled_for or timezone.now(),
        cleaned.get("candidate") or _unsaved_candidate(cleaned, phone),
        cleaned.get("job"),
        is_repeat=bool(cleaned.get("repeat_reason")),
        new_consent=statement.given if statement else None,
    )
    return evaluate_request(request) if form.places_call else evaluate_request(request, RULES_OF_INBOUND_CALLS)


def _unsaved_candidate(cleaned: dict[str, Any], phone: str) -> Candidate:
    return Candidate(full_name=cleaned.get("full_name", ""), phone=phone, timezone=cleaned.get("timezone", ""))
