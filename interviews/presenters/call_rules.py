"""The content of the page "May we call?": the verdict of each dial rule, and of all of them together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.models import Candidate
from interviews.calling.capacity import evaluate_capacity
from interviews.calling.rules import ZONES_SHOWN, RuleReport, evaluate_rules
from interviews.calling.verdicts import Allowed, Later, Never, NotEvaluated, Passed, RuleVerdict
from interviews.models import WaitReason
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.labels import Label
from screener.phone_format import InvalidPhoneNumber, to_e164

VERDICT_BADGES: dict[type, tuple[Label, str]] = {
    Passed: (_("yes"), "success"),
    Later: (_("later"), "warning"),
    Never: (_("no"), "danger"),
    NotEvaluated: (_("not checked"), "default"),
}
VERDICT_TONES = {Allowed: "", Later: "s-doubt", Never: "s-bad"}
ONE_MINUTE = timedelta(minutes=1)
MOST_NAMESAKES = 100
WAITS_FOR_STAFF = (WaitReason.NO_EMPLOYER, WaitReason.NO_COUNTRIES, WaitReason.DO_NOT_CALL_KEY)


@dataclass(frozen=True)
class CallRulesPage:
    rule_report: RuleReport
    candidate: Candidate | None
    namesake_count: int
    """How many more candidates have this number."""

    @classmethod
    def for_number(
        cls, number: str, candidate: Candidate | None, job: JobDescription | None = None, *, viewer: Viewer
    ) -> "CallRulesPage":
        """Evaluate all rules in a fixed number of queries.

        The newest of several candidates with this number counts, of those that the viewer may see.
        """
        namesakes = [] if candidate else _candidates_with(number, viewer)
        candidate = candidate or next(iter(namesakes), None)
        if candidate and not number:
            number = candidate.phone
        now = timezone.now()
        rule_report = evaluate_rules(number, now=now, candidate=candidate, job=job)
        capacity_verdicts = evaluate_capacity(job, now=now) if rule_report.call_request else []
        whole_report = RuleReport(rule_report.call_request, [*rule_report.verdicts, *capacity_verdicts])
        return cls(whole_report, candidate, max(len(namesakes) - 1, 0))

    @property
    def phone_number(self) -> str:
        return self.rule_report.call_request.phone_number if self.rule_report.call_request else ""

    @property
    def has_other_number(self) -> bool:
        """Whether the candidate that was chosen has another number on record."""
        return bool(self.phone_number and self.candidate and self.candidate.phone != self.phone_number)

    @property
    def headline(self) -> str:
        match self.rule_report.overall_verdict:
            case Allowed():
                return gettext("Yes, now, as far as could be checked.") if self.has_gaps else gettext("Yes, now.")
            case Later(wait_reason=WaitReason.NO_EMPLOYER):
                return gettext("Not before the organisation is set up.")
            case Later(wait_reason=WaitReason.NO_COUNTRIES):
                return gettext("Not before the countries are named.")
            case Later(wait_reason=WaitReason.DO_NOT_CALL_KEY):
                return gettext("Not before the do-not-call list can be read.")
            case Later(when):
                return gettext("Not now, but from %(moment)s UTC on.") % {
                    "moment": date_format(_round_up(when), gettext("l, d F Y, H:i"))
                }
            case Never():
                return gettext("No.")
            case _ as unreachable:
                assert_never(unreachable)

    @property
    def is_allowed(self) -> bool:
        """Whether the number may be called now."""
        return isinstance(self.rule_report.overall_verdict, Allowed)

    @property
    def is_forbidden(self) -> bool:
        """Whether waiting is in vain."""
        return isinstance(self.rule_report.overall_verdict, Never)

    @property
    def has_gaps(self) -> bool:
        return any(isinstance(line.verdict, NotEvaluated) for line in self.rule_report.verdicts)

    @property
    def verdict_reason(self) -> str:
        verdict = self.rule_report.overall_verdict
        return "" if isinstance(verdict, Allowed) else verdict.reason

    @property
    def verdict_tone(self) -> str:
        return VERDICT_TONES[type(self.rule_report.overall_verdict)]

    @property
    def local_times(self) -> list[str]:
        """The first minute in the time zones of the candidate."""
        verdict = self.rule_report.overall_verdict
        if self.rule_report.call_request is None or not isinstance(verdict, Later):
            return []
        if verdict.wait_reason in WAITS_FOR_STAFF:
            return []
        zone_names = self.rule_report.call_request.zone_names[:ZONES_SHOWN]
        return [_local_time(_round_up(verdict.not_before), zone) for zone in zone_names]

    @property
    def rule_rows(self) -> Iterator[tuple[RuleVerdict, Label, str]]:
        """(verdict of a rule, text of its badge, colour of its badge)."""
        return ((line, *VERDICT_BADGES[type(line.verdict)]) for line in self.rule_report.verdicts)


def _local_time(moment: datetime, zone: str) -> str:
    local_moment = moment.astimezone(ZoneInfo(zone))
    return gettext("%(time)s in %(zone)s") % {"time": date_format(local_moment, "D H:i"), "zone": zone}


def _candidates_with(typed_number: str, viewer: Viewer) -> list[Candidate]:
    try:
        phone_number = to_e164(typed_number)
    except InvalidPhoneNumber:
        return []
    visible = Candidate.objects.contact_visible_to(viewer)
    return list(visible.filter(phone=phone_number, erased_at__isnull=True)[:MOST_NAMESAKES])


def _round_up(moment: datetime) -> datetime:
    """The first whole minute that is not before `moment`."""
    full_minute = moment.replace(second=0, microsecond=0)
    return full_minute if full_minute == moment else full_minute + ONE_MINUTE
