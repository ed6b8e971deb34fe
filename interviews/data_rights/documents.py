"""The documents of an export about a person's interviews. Names of staff are replaced."""

import io
from collections.abc import Callable, Iterator
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
    AnswerDraft,
    Assessment,
    Attempt,
    CandidateMessage,
    Clip,
    Decision,
    EligibilityAnswer,
    Feedback,
    Interview,
    InterviewEvent,
    InterviewResponse,
    InterviewResult,
    Invitation,
    LiveTranscript,
    NoteVersion,
    Recording,
    ShareLink,
    Take,
    TurnReply,
    VideoChoice,
)
from interviews.notes.mentions import without_mentions
from interviews.room.room_channel import make_wav
from screener.models import ModelCall

Records = list[dict[str, Any]]
PERSON = "person"


def interview_documents(candidate: Candidate, interviews: QuerySet[Interview]) -> Iterator[Document]:
    ids = list(interviews.values_list("pk", flat=True))
    yield Document("interviews.json", "Interviews: job, times, how they ended", _interview_records(interviews))
    for path, description, list_records in DOCUMENTS:
        yield Document(path, description, list_records(ids))
    for recording in Recording.objects.filter(attempt__interview__in=ids).exclude(file=""):
        open_file = partial(recording.file.storage.open, str(recording.file.name))
        yield Document(_recording_path(recording), "Recording", open_file)
    for take in Take.objects.filter(attempt__interview__in=ids).with_sound():
        yield Document(_take_path(take), "Sound that is not stored as a recording yet", partial(_open_take, take))
    for clip in Clip.objects.filter(take__response__interview__in=ids):
        yield Document(_clip_path(clip), "Video", partial(_open_clip, clip))


def _rows(rows: QuerySet[Any], *fields: str, **renamed: str) -> Records:
    return list(rows.values(*fields, **{name: F(field) for name, field in renamed.items()}))


def _interview_records(interviews: QuerySet[Interview]) -> Records:
    fields = ("id", "purpose", "channel", "status", "outcome", "outcome_reason", "result_status", "language")
    times = ("created_at", "scheduled_for", "started_at", "completed_at", "duration_seconds", "person_requested_at")
    waiting = ("repeat_reason", "next_attempt_at", "waiting_for", "postponements", "more_time")
    return _rows(interviews, *fields, *times, *waiting, job_title="job__title", campaign_name="campaign__name")


def _attempt_records(ids: list[Any]) -> Records:
    fields = ("id", "interview", "number", "channel", "direction", "outcome", "reason", "stage", "turn", "progress")
    times = ("created_at", "answered_at", "ended_at", "call_again_at", "apologised_at", "message_left_at")
    call = ("number", "status", "answered_by", "duration_seconds", "price", "price_unit", "twilio_sid", "error_code")
    return _rows(
        Attempt.objects.filter(interview__in=ids).order_by("created_at"),
        *fields,
        *times,
        **{f"call_{name}": f"call__{name}" for name in call},
    )


def _answer_records(ids: list[Any]) -> Records:
    responses = InterviewResponse.objects.filter(interview__in=ids).order_by("interview", "position")
    question = ("interview", "position", "question", "base_question", "competency")
    status = ("status", "status_reason", "no_answer")
    transcript = ("transcript", "transcript_source", "transcript_confidence", "transcript_times")
    rows = _rows(responses, *question, *status, *transcript, speech_metrics="measures")
    return [
        row | {"speech_metrics": metrics.model_dump() if (metrics := row["speech_metrics"]) else None} for row in rows
    ]


def _eligibility_records(ids: list[Any]) -> Records:
    answers = EligibilityAnswer.objects.filter(interview__in=ids).order_by("interview", "position")
    shown = ("interview", "position", "status", "words", "value", "is_met", "answered_at")
    rows = _rows(answers, *shown, "corrected_by", "correction_reason", asked="question")
    return [row | {"asked": row["asked"].to_json()} for row in rows]


def _live_transcript_records(ids: list[Any]) -> Records:
    rows = LiveTranscript.objects.filter(attempt__interview__in=ids).order_by("created_at")
    return _rows(rows, "attempt", "turn", "finals", "partial")


def _draft_records(ids: list[Any]) -> Records:
    drafts = AnswerDraft.objects.filter(response__interview__in=ids).order_by("created_at")
    return _rows(drafts, "text", "updated_at", interview="response__interview", position="response__position")


def _take_records(ids: list[Any]) -> Records:
    takes = Take.objects.filter(attempt__interview__in=ids).select_related("response__interview")
    return [
        {
            "interview": take.response.interview_id,
            "position": take.response.position,
            "turn": take.turn,
            "status": take.status,
            "seconds": take.seconds,
            "created_at": take.created_at,
            "recording": take.sid,
        }
        for take in takes.order_by("created_at")
    ]


def _take_path(take: Take) -> str:
    return f"recordings/{take.sid}.wav"


def _open_take(take: Take) -> io.BytesIO:
    return io.BytesIO(make_wav(take.join_chunks()))


def _video_choice_records(ids: list[Any]) -> Records:
    choices = VideoChoice.objects.filter(interview__in=ids).order_by("created_at")
    return _rows(choices, "interview", "choice", "created_at", "updated_at")


def _video_records(ids: list[Any]) -> Records:
    clips = Clip.objects.filter(take__response__interview__in=ids).select_related("take__response")
    return [
        {
            "interview": clip.take.response.interview_id,
            "position": clip.take.response.position,
            "recording": clip.take.sid,
            "status": clip.status,
            "file": _clip_path(clip),
            "created_at": clip.created_at,
        }
        for clip in clips.order_by("created_at")
    ]


def _clip_path(clip: Clip) -> str:
    return f"videos/{clip.pk}.{clip.format}"


def _open_clip(clip: Clip) -> Any:
    """The stored file, or the chunks so far, if it is not stored yet."""
    return clip.file.storage.open(str(clip.file.name)) if clip.file else io.BytesIO(clip.join_chunks())


def _prompt_records(ids: list[Any]) -> Records:
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


def _score_records(ids: list[Any]) -> Records:
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


def _result_records(ids: list[Any]) -> Records:
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


def _decision_records(ids: list[Any]) -> Records:
    rows = _rows(Decision.objects.filter(interview__in=ids), "interview", "verdict", "reason", "created_at")
    return [row | {"decided_by": STAFF} for row in rows]


def _link_records(ids: list[Any]) -> Records:
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
            "accesses": [_access_record(access) for access in link.accesses.all()],
        }
        for link in links
    ]


def _access_record(access: AccessEvent) -> dict[str, Any]:
    return {"part": access.part, "position": access.position, "at": access.created_at, "visitor": access.visitor}


def _invitation_records(ids: list[Any]) -> Records:
    """The links are secrets and left out."""
    invitations = Invitation.objects.filter(interview__in=ids).order_by("created_at")
    rows = _rows(invitations, "interview", "created_by", "created_at", "expires_at", "revoked_at")
    return [row | {"created_by": staff_label(row["created_by"])} for row in rows]


def _message_records(ids: list[Any]) -> Records:
    """The texts are not stored."""
    messages = CandidateMessage.objects.filter(interview__in=ids).order_by("created_at")
    state = ("interview", "kind", "occurrence", "channel", "status", "problem", "error_code", "may_be_repeated")
    rows = _rows(messages, *state, "created_by", "created_at", "sent_at", "appointment_at", "provider_id", "error")
    return [row | {"created_by": staff_label(row["created_by"])} for row in rows]


def _feedback_records(ids: list[Any]) -> Records:
    feedback = Feedback.objects.filter(interview__in=ids).order_by("created_at")
    return _rows(feedback, "interview", "clear", "fair", "words", "created_at", "updated_at")


def _note_records(ids: list[Any]) -> Records:
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


def _history_records(ids: list[Any]) -> Records:
    events = InterviewEvent.objects.filter(interview__in=ids).order_by("created_at")
    rows = _rows(events, "interview", "kind", "actor", "before", "after", "reason", "data", "created_at")
    return [row | {"actor": staff_label(row["actor"])} for row in rows]


def _model_call_records(ids: list[Any]) -> Records:
    usage = ("tokens_in", "tokens_out", "audio_seconds", "cost", "seconds", "error")
    calls = ModelCall.objects.filter(interview_id__in=ids).order_by("created_at")
    return _rows(calls, "interview_id", "purpose", "model", *usage, "created_at")


def _staff_log_records(ids: list[Any]) -> Records:
    responses = InterviewResponse.objects.filter(interview__in=ids).values_list("pk", flat=True)
    entries = [*log_entries(Interview, ids), *log_entries(InterviewResponse, responses)]
    return [
        {"at": entry.action_time, "about": _type_name(entry.content_type), "what": entry.get_change_message()}
        for entry in sorted(entries, key=lambda entry: entry.action_time)
    ]


def _type_name(content_type: ContentType | None) -> str:
    return content_type.name if content_type else ""


def _recording_records(ids: list[Any]) -> Records:
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


DOCUMENTS: tuple[tuple[str, str, Callable[[list[Any]], Records]], ...] = (
    ("calls.json", "Attempts and calls", _attempt_records),
    ("answers.json", "Questions, and answers as they were transcribed", _answer_records),
    ("eligibility.json", "Requirements of the job: what you answered", _eligibility_records),
    ("live_transcripts.json", "What was understood while answers were given", _live_transcript_records),
    ("drafts.json", "Answers that were begun in writing and not sent", _draft_records),
    ("takes.json", "Takes of answers in the room, also those that were recorded again", _take_records),
    ("prompts.json", "What the assistant said", _prompt_records),
    ("scores.json", "Scores of answers by criterion, with their evidence", _score_records),
    ("results.json", "Results of interviews, with their reasons", _result_records),
    ("decisions.json", "Decisions of reviewers", _decision_records),
    ("share_links.json", "Links that show a report without a login, and when it was opened", _link_records),
    ("invitations.json", "Invitations to interviews", _invitation_records),
    ("messages.json", "Messages to the person about interviews", _message_records),
    ("feedback.json", "What the candidate said of the interviews", _feedback_records),
    ("notes.json", "Notes of staff, with their earlier and deleted texts", _note_records),
    ("history.json", "History of the interviews", _history_records),
    ("model_calls.json", "Requests to language models about the interviews", _model_call_records),
    ("staff_log_of_interviews.json", "What staff did in the admin", _staff_log_records),
    ("api_responses_of_interviews.json", "Responses of the API that are kept for a day", responses_about),
    ("video_consents.json", "Whether the person agreed to video", _video_choice_records),
    ("videos.json", "Videos of answers in the room, with their files", _video_records),
    ("recordings.json", "Recordings, with their files", _recording_records),
)
"""The documents that list records of interviews by their ids."""
