"""Stored webhooks about a person: how they are exported and erased."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from candidates.data_rights.parts import DataPart, Document, ErasureScope, Item
from candidates.models import Candidate, ErasedItem
from interviews.models import Attempt, CandidateMessage
from webhooks.models import TwilioEvent

NUMBER_PARAMS = ("From", "Caller", "To", "Called")
LEFT_OUT = frozenset({"AccountSid", "ApiVersion"})
TRANSCRIPT_SID, MESSAGE_SID = "TranscriptionSid", "MessageSid"


class WebhookPart(DataPart):
    def export(self, candidate: Candidate) -> Iterator[Document]:
        rows = (
            _events_about(candidate).order_by("created_at").values("kind", "turn", "call_sid", "params", "created_at")
        )
        records = [{**row, "params": _own_params(row["params"])} for row in rows]
        yield Document("webhooks.json", "What the carrier reported", records)

    def list_items(self, scope: ErasureScope) -> Iterable[Item]:
        if not scope.covers_answers:
            return []
        kinds = ((TRANSCRIPT_SID, ErasedItem.Kind.CARRIER_TRANSCRIPT), (MESSAGE_SID, ErasedItem.Kind.CARRIER_MESSAGE))
        rows = _events_in(scope).values_list(*(f"params__{name}" for name, _kind in kinds))
        sids = {(kind, sid) for row in rows for (_name, kind), sid in zip(kinds, row, strict=True) if sid}
        return [Item(kind, sid) for kind, sid in sorted(sids)]

    def erase(self, scope: ErasureScope) -> dict[str, int]:
        if not scope.covers_answers:
            return {}
        events = _events_in(scope).exclude(params={}, answer="")
        ids = list(events.values_list("pk", flat=True))
        return {"webhooks": TwilioEvent.objects.filter(pk__in=ids).update(params={}, answer="")}


def _events_in(scope: ErasureScope) -> QuerySet[TwilioEvent]:
    if scope.is_whole_person:
        return _events_about(scope.candidate)
    return TwilioEvent.objects.filter(attempt__interview=scope.interview_id)


def _events_about(candidate: Candidate) -> QuerySet[TwilioEvent]:
    """Webhooks of the candidate's attempts and SMS, and others that name their number."""
    attempts = Attempt.objects.filter(interview__candidate=candidate).values_list("pk", flat=True)
    condition = Q(attempt__in=list(attempts))  # a list, because a join would read the whole table
    messages = CandidateMessage.objects.sent_as_sms().filter(interview__candidate=candidate)
    if ids := [str(pk) for pk in messages.values_list("pk", flat=True)]:
        condition |= Q(params__message__in=ids, attempt__isnull=True)
    merged = candidate.merged_records.values_list("phone", flat=True)
    if numbers := [number for number in (candidate.phone, *merged) if number]:
        named = Q()
        for name in NUMBER_PARAMS:
            named |= Q(**{f"params__{name}__in": numbers})
        condition |= Q(named, attempt__isnull=True)
    return TwilioEvent.objects.filter(condition)


def _own_params(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in LEFT_OUT}
