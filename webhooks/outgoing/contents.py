"""The content of events. It is read when they are sent, so that no personal data waits in a table."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from interviews.api.campaigns import CampaignSerializer, annotated_campaigns
from interviews.api.serializers import EarlierResultSerializer, InterviewSerializer
from interviews.api.views import annotated_interviews
from interviews.models import InterviewEvent, InterviewResult, PublicEventType
from webhooks.models import PublicEvent


def read_contents(events: Sequence[PublicEvent]) -> dict[int, dict[str, Any]]:
    """Return the content of each event, by its position.

    Events whose subject, or whose result, was deleted are left out.
    """
    contents = {event.pk: {"candidate": str(event.subject)} for event in _of_kind(events, "candidate")}
    return contents | _campaign_contents(_of_kind(events, "campaign")) | _interview_contents(events)


def _of_kind(events: Iterable[PublicEvent], *kinds: str) -> list[PublicEvent]:
    return [event for event in events if event.subject_kind in kinds]


def _campaign_contents(events: list[PublicEvent]) -> dict[int, dict[str, Any]]:
    campaigns = {row.pk: row for row in annotated_campaigns().filter(pk__in=[event.subject for event in events])}
    return {
        event.pk: {"campaign": CampaignSerializer(campaigns[event.subject]).data}
        for event in events
        if event.subject in campaigns
    }


def _interview_contents(events: Sequence[PublicEvent]) -> dict[int, dict[str, Any]]:
    about_interviews = _of_kind(events, "interview", "result", "decision")
    if not about_interviews:
        return {}
    interviews = {
        row.pk: row for row in annotated_interviews().filter(pk__in={event.subject for event in about_interviews})
    }
    sources = InterviewEvent.objects.in_bulk([event.message_id for event in about_interviews])
    results = _results_of(_of_kind(about_interviews, "result"))
    contents = {}
    for event in about_interviews:
        interview, source = interviews.get(event.subject), sources.get(event.message_id)
        if interview is None or source is None:
            continue
        detail = _detail(event, source, results.get(event.subject, []))
        if detail is not None:
            contents[event.pk] = {"interview": InterviewSerializer(interview).data, **detail}
    return contents


def _results_of(events: list[PublicEvent]) -> dict[UUID, list[InterviewResult]]:
    results: dict[UUID, list[InterviewResult]] = {}
    for result in InterviewResult.objects.filter(interview__in=[event.subject for event in events]).order_by(
        "created_at"
    ):
        results.setdefault(result.interview_id, []).append(result)
    return results


def _detail(event: PublicEvent, source: InterviewEvent, results: list[InterviewResult]) -> dict[str, Any] | None:
    """Return what an event says beside its interview. None: the result that it tells of is gone."""
    if event.type == PublicEventType.RESULT_REOPENED:
        return {"result": None}
    if event.subject_kind == "result":
        told = [result for result in results if result.created_at <= event.occurred_at]
        return {"result": EarlierResultSerializer(told[-1]).data} if told else None
    if event.type == PublicEventType.DECISION_MADE:
        verdict = source.kind.partition(".")[2]
        return {"decision": {"verdict": verdict, "reason": source.reason, "decided_by": source.actor}}
    return {}
