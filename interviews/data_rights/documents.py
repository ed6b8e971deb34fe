"""The documents of an export about a person's interviews. Names of staff are replaced."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from xml.etree import ElementTree

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, QuerySet

from candidates.data_rights.parts import Document
from candidates.data_rights.records import STAFF, staff_label
from candidates.data_rights.traces import log_entries, responses_about
from candidates.models import Candidate
from interviews.models import (
    AccessEvent,
    Assessment,
    Attempt,
    Decision,
    Interview,
    InterviewEvent,
    InterviewResponse,
    InterviewResult,
    LiveTranscript,
    NoteVersion,
    Recording,
    ShareLink,
    TurnReply,
)
from interviews.notes.mentions import without_mentions
from screener.models import ModelCall

Records = list[dict[str, Any]]
PERSON = "person"


def interview_documents(candidate: Candidate, interviews: QuerySet[Interview]) -> Iterator[Document]:
    ids = list(interviews.values_list("pk", flat=True))
    yield Document("interviews.json", "Interviews: job, times, how they ended", _interviews(interviews))
    yield Document("calls.json", "Attempts and calls", _attempts(ids))
    yield Document("answers.json", "Questions, and answers as they were transcribed", _answers(ids))
    yield Document("live_transcripts.json", "What was understood while answers were given", _live_transcripts(ids))
    yield Document("prompts.json", "What the assistant said", _prompts(ids))
    yield Document("scores.json", "Scores of answers by criterion, with their evidence", _scores(ids))
    yield Document("results.json", "Results of interviews, with their reasons", _results(ids))
    yield Document("decisions.json", "Decisions of reviewers", _decisions(ids))
    yield Document("share_links.json", "Links that show a report without a login, and when it was opened", _links(ids))
    yield Document("notes.json", "Notes of staff, with their earlier and deleted texts", _notes(ids))
    yield Document("history.json", "History of the interviews", _history(ids))
    yield Document("model_calls.json", "Requests to language models about the interviews", _model_calls(ids))
    yield Document("staff_log_of_interviews.json", "What staff did in the admin", _staff_log(ids))
    yield Document(
        "api_responses_of_interviews.json", "Responses of the API that are kept for a day", responses_about(ids)
    )
    yield Document("recordings.json", "Recordings, with their files", _recordings(ids))
    for recording in Recording.objects.filter(attempt__interview__in=ids).exclude(file=""):
        open_file = partial(recording.file.storage.open, str(recording.file.name))
        yield Document(_recording_path(recording), "Recording", open_file)


def _rows(rows: QuerySet[Any], *fields: str, **renamed: str) -> Records:
    return list(rows.values(*fields, **{name: F(field) for name, field in renamed.items()}))


def _interviews(interviews: QuerySet[Interview]) -> Records:
    fields = ("id", "purpose", "status", "outcome", "outcome_reason", "result_status", "language", "repeat_reason")
    times = ("created_at", "scheduled_for", "started_at", "completed_at", "duration_seconds", "person_requested_at")
    waiting = ("next_attempt_at", "waiting_for", "postponements")
    return _rows(interviews, *fields, *times, *waiting, job_title="job__title", campaign_name="campaign__name")


def _attempts(ids: list[Any]) -> Records:
    fields = ("id", "interview", "number", "channel", "direction", "outcome", "reason", "stage", "turn", "progress")
    times = ("created_at", "answered_at", "ended_at", "call_again_at", "apologised_at")
    call = ("number", "status", "answered_by", "duration_seconds", "price", "price_unit", "twilio_sid", "error_code")
    return _rows(
        Attempt.objects.filter(interview__in=ids).order_by("created_at"),
        *fields,
        *times,
        **{f"call_{name}": f"call__{name}" for name in call},
    )


def _answers(ids: list[Any]) -> Records:
    responses = InterviewResponse.objects.filter(interview__in=ids).order_by("interview", "position")
    question = ("interview", "position", "question", "competency", "status", "status_reason", "no_answer")
    transcript = ("transcript", "transcript_source", "transcript_confidence", "transcript_times")
    rows = _rows(responses, *question, *transcript, speech_metrics="measures")
    return [
        row | {"speech_metrics": metrics.model_dump() if (metrics := row["speech_metrics"]) else None} for row in rows
    ]


def _live_transcripts(ids: list[Any]) -> Records:
    rows = LiveTranscript.objects.filter(attempt__interview__in=ids).order_by("created_at")
    return _rows(rows, "attempt", "turn", "finals", "partial")


def _prompts(ids: list[Any]) -> Records:
    replies = TurnReply.objects.filter(attempt__interview__in=ids).order_by("attempt", "turn")
    rows = _rows(replies, "attempt", "turn", "input_kind", "prompt", "created_at", text="body")
    return [row | {"text": _prompt_text(row["text"])} for row in rows]


def _prompt_text(body: str) -> str:
    """The words of a reply. The addresses of ours that TwiML holds are left out."""
    try:
        element = ElementTree.fromstring(body)  # noqa: S314 - rendered by us
    except ElementTree.ParseError:  # of a channel that sends plain text
        return body
    return " ".join(text for text in map(str.strip, element.itertext()) if text and not text.startswith("http"))


def _scores(ids: list[Any]) -> Records:
    assessments = Assessment.objects.filter(response__interview__in=ids).select_related("response")
    return [
        {
            "interview": assessment.response.interview_id,
            "position": assessment.response.position,
            "is_current": assessment.is_current,
            "role": assessment.role,
            "source": assessment.source,
            "scored_by": STAFF if assessment.is_by_person else assessment.label,
            "score": assessment.score,
            "criteria": [criterion.model_dump() for criterion in assessment.criteria],
            "feedback": assessment.feedback,
            "note": assessment.note,
            "flags": assessment.flags,
            "reason": assessment.reason,
            "created_at": assessment.created_at,
        }
        for assessment in assessments.order_by("created_at")
    ]


def _results(ids: list[Any]) -> Records:
    points = ("grounds", "strengths", "improvements")
    return [
        {
            "interview": result.interview_id,
            "is_current": result.is_current,
            "overall_score": result.overall_score,
            "coverage": result.coverage,
            "recommendation": result.recommendation,
            "opinion": result.opinion,
            "reasoning": result.reasoning,
            **{name: [point.model_dump() for point in getattr(result, name)] for name in points},
            "flags": result.flags,
            "judges": [_judge(judge.model_dump()) for judge in result.judges],
            "created_at": result.created_at,
        }
        for result in InterviewResult.objects.filter(interview__in=ids).order_by("created_at")
    ]


def _judge(judge: dict[str, Any]) -> dict[str, Any]:
    return judge | ({"name": STAFF} if judge["source"] == PERSON else {})


def _decisions(ids: list[Any]) -> Records:
    rows = _rows(Decision.objects.filter(interview__in=ids), "interview", "verdict", "reason", "created_at")
    return [row | {"decided_by": STAFF} for row in rows]


def _links(ids: list[Any]) -> Records:
    """The tokens are secrets and left out."""
    links = ShareLink.objects.filter(interview__in=ids).prefetch_related("accesses").order_by("created_at")
    return [
        {
            "interview": link.interview_id,
            "recipient": link.recipient,
            "created_by": STAFF,
            "created_at": link.created_at,
            "expires_at": link.expires_at,
            "revoked_at": link.revoked_at,
            "with_names": link.with_names,
            "with_recordings": link.with_recordings,
            "accesses": [_access(access) for access in link.accesses.all()],
        }
        for link in links
    ]


def _access(access: AccessEvent) -> dict[str, Any]:
    return {"part": access.part, "position": access.position, "at": access.created_at, "visitor": access.visitor}


def _notes(ids: list[Any]) -> Records:
    versions = NoteVersion.objects.filter(note__interview__in=ids).select_related("note")
    return [
        {
            "interview": version.note.interview_id,
            "note": version.note_id,
            "version": version.number,
            "author": STAFF,
            "text": without_mentions(version, STAFF),
            "created_at": version.created_at,
            "deleted_at": version.note.deleted_at,
        }
        for version in versions.order_by("note__created_at", "number")
    ]


def _history(ids: list[Any]) -> Records:
    events = InterviewEvent.objects.filter(interview__in=ids).order_by("created_at")
    rows = _rows(events, "interview", "kind", "actor", "before", "after", "reason", "data", "created_at")
    return [row | {"actor": staff_label(row["actor"])} for row in rows]


def _model_calls(ids: list[Any]) -> Records:
    usage = ("tokens_in", "tokens_out", "audio_seconds", "cost", "seconds", "error")
    calls = ModelCall.objects.filter(interview_id__in=ids).order_by("created_at")
    return _rows(calls, "interview_id", "purpose", "model", *usage, "created_at")


def _staff_log(ids: list[Any]) -> Records:
    responses = InterviewResponse.objects.filter(interview__in=ids).values_list("pk", flat=True)
    entries = [*log_entries(Interview, ids), *log_entries(InterviewResponse, responses)]
    return [
        {"at": entry.action_time, "about": _name_of(entry.content_type), "what": entry.get_change_message()}
        for entry in sorted(entries, key=lambda entry: entry.action_time)
    ]


def _name_of(content_type: ContentType | None) -> str:
    return content_type.name if content_type else ""


def _recordings(ids: list[Any]) -> Records:
    recordings = Recording.objects.filter(attempt__interview__in=ids).select_related("response", "attempt")
    return [
        {
            "interview": recording.attempt.interview_id,
            "position": recording.response.position,
            "turn": recording.turn,
            "carrier_id": recording.sid,
            "status": recording.status,
            "ended": recording.ended,
            "request": recording.request,
            "seconds": recording.seconds,
            "is_answer": recording.chosen,
            "carrier_transcript": recording.carrier_transcript,
            "error": recording.error,
            "deleted_at_carrier": recording.deleted_at_carrier,
            "file": _recording_path(recording) if recording.file else "",
            "created_at": recording.created_at,
        }
        for recording in recordings.order_by("created_at")
    ]


def _recording_path(recording: Recording) -> str:
    return f"recordings/{str(recording.file.name).rpartition('/')[2]}"
