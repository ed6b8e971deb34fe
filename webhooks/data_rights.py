"""Stored webhooks about a person: how they are exported and erased."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from candidates.data_rights.parts import DataPart, Document, ErasureScope, Item
from candidates.models import Candidate, ErasedItem
from interviews.models import Attempt, CandidateMessage
from webhooks.models import TwilioEvent, WebhookArchive

NUMBER_PARAMS = ("From", "Caller", "To", "Called")
LEFT_OUT = frozenset({"AccountSid", "ApiVersion"})
EXPORTED = ("kind", "turn", "call_sid", "params", "created_at")
KINDS = {
    "TranscriptionSid": ErasedItem.Kind.CARRIER_TRANSCRIPT,
    "MessageSid": ErasedItem.Kind.CARRIER_MESSAGE,
}
"""By the parameter that names it, what an erasure deletes at the carrier."""


class WebhookPart(DataPart):
    def export(self, candidate: Candidate) -> Iterator[Document]:
        rows = _events_about(candidate).order_by("created_at").values(*EXPORTED)
        archived = [record for archive in _archives_of(candidate) for record in archive.read_records()]
        exported = [{name: record[name] for name in EXPORTED} for record in archived]
        records = [{**row, "params": _own_params(row["params"])} for row in (*exported, *rows)]
        yield Document("webhooks.json", "What the carrier reported", records)

    def list_items(self, scope: ErasureScope) -> Iterable[Item]:
        if not scope.covers_answers:
            return []
        archives = list(_archives_in(scope))
        named = carrier_items(_events_in(scope).values("params"))
        archived = (item for archive in archives for item in archive.carrier_items)
        sids = {(ErasedItem.Kind(kind), sid) for kind, sid in (*named, *archived)}
        files = [Item(ErasedItem.Kind.FILE, str(archive.file.name)) for archive in archives]
        return files + [Item(kind, sid) for kind, sid in sorted(sids)]

    def erase(self, scope: ErasureScope) -> dict[str, int]:
        if not scope.covers_answers:
            return {}
        events = _events_in(scope).exclude(params={}, answer="")
        ids = list(events.values_list("pk", flat=True))
        return {
            "webhooks": TwilioEvent.objects.filter(pk__in=ids).update(params={}, answer=""),
            "webhook_archives": _archives_in(scope).update(file="", carrier_items=[]),
        }


def carrier_items(records: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Kind and id of what these webhooks name at the carrier."""
    named = {(kind, sid) for record in records for name, kind in KINDS.items() if (sid := record["params"].get(name))}
    return [[str(kind), sid] for kind, sid in sorted(named)]


def _archives_of(candidate: Candidate) -> QuerySet[WebhookArchive]:
    return WebhookArchive.objects.filter(interview__candidate=candidate).exclude(file="")


def _archives_in(scope: ErasureScope) -> QuerySet[WebhookArchive]:
    if scope.is_whole_person:
        return _archives_of(scope.candidate)
    return WebhookArchive.objects.filter(interview=scope.interview_id).exclude(file="")


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
