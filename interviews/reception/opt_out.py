"""The owner of a number refuses all contact: by phone, by SMS, or at the carrier."""

from django.db.models import F, QuerySet

from candidates.models import Candidate, Consent, DoNotCall
from interviews.models import Interview, lock_interview
from interviews.models.transitions.conversation import OPTED_OUT


def opt_out_number(phone_number: str, *, given_by: Consent.GivenBy, source: str) -> None:
    """Never contact this number again, over any channel. Live interviews of candidates with this number end.

    Idempotent. Where one candidate alone has the number, the refusal is theirs, and covers them under every number.
    """
    candidates = list(Candidate.objects.filter(phone=phone_number, erased_at__isnull=True).exclude(phone=""))
    DoNotCall.objects.add_number(phone_number, source=source, candidate=candidates[0] if len(candidates) == 1 else None)
    for candidate in candidates:
        consents = candidate.consents.filter(kind=Consent.Kind.CALL)
        latest = consents.order_by("said_at", "created_at").last()
        if latest is None or latest.given:
            candidate.add_call_consent(False, given_by=given_by, source=source)
    for interview in live_interviews_of(phone_number):
        with lock_interview(interview) as locked_interview:
            locked_interview.finish(Interview.Outcome.OPTED_OUT, actor="candidate", reason=OPTED_OUT)
            locked_interview.end_live_attempt()


def live_interviews_of(phone_number: str) -> QuerySet[Interview]:
    """The live interviews with this number, those first that have begun, then the oldest."""
    live_interviews = Interview.objects.filter(status__in=Interview.LIVE, candidate__phone=phone_number).exclude(
        candidate__phone=""
    )
    return live_interviews.select_related("candidate", "job").order_by(
        F("started_at").asc(nulls_last=True), "created_at"
    )
