"""Blanks the rows of an interview. Statistics stay: states, scores, times and costs."""

from django.db import connection
from django.db.models import Q

from interviews.data_rights.personal_part import restore_job_questions
from interviews.models import (
    AccessEvent,
    AnswerDraft,
    Assessment,
    Call,
    CandidateMessage,
    Clip,
    EventKind,
    Feedback,
    InterviewResponse,
    LiveTranscript,
    LockedInterview,
    LockedResponse,
    MessageProblem,
    NoteVersion,
    Recording,
    ShareLink,
    TurnReply,
    VideoChoice,
)
from interviews.models.transitions.response import settle_without_answer

NO_RECORDING = "The recording was erased before it was transcribed."
KEPT_EVENT_DATA = (
    *("position", "attempt", "number", "outcome", "result_status", "request", "late", "code", "until"),
    *("refusal", "assessment", "decision", "channel"),
)
STRIP_EVENT_DATA = """
UPDATE interviews_interviewevent event SET data = coalesce(
    (SELECT jsonb_object_agg(key, value) FROM jsonb_each(event.data) WHERE key = ANY(%s)), '{}'::jsonb
) WHERE event.interview_id = %s AND event.data - %s <> '{}'::jsonb
"""


def close_untranscribed(interview: LockedInterview, *, actor: str) -> None:
    """Settle answers that were still to be transcribed: their recordings were erased."""
    for row in interview.row.responses.filter(status=InterviewResponse.Status.ANSWERED):
        LockedResponse(row, interview).close_unscored(InterviewResponse.Status.AUDIO_LOST, reason=NO_RECORDING)
    interview.add_event(EventKind.RECORDINGS_ERASED, actor=actor)


def erase_answers(interview: LockedInterview, *, actor: str) -> dict[str, int]:
    """Blank the texts of its conversation and about it. Returns how many rows changed, by table."""
    row = interview.row
    removed = {
        "answers": _erase_responses(interview),
        "assessments": _erase_assessments(interview),
        "results": row.results.exclude(reasoning="", grounds=[], strengths=[], improvements=[]).update(
            reasoning="", grounds=[], strengths=[], improvements=[]
        ),
        "decisions": row.decisions.exclude(reason="").update(reason=""),
        "eligibility_answers": row.eligibility_answers.exclude(words="", value="").update(
            words="", value="", correction_reason=""
        ),
        "live_transcripts": LiveTranscript.objects.filter(attempt__interview=row).delete()[0],
        "drafts": AnswerDraft.objects.filter(response__interview=row).delete()[0],
        "turn_replies": TurnReply.objects.filter(attempt__interview=row)
        .exclude(body="", prompt={})
        .update(body="", prompt={}),
        "attempts": row.attempts.exclude(reason="", progress=None).update(reason="", progress=None),
        "notes": NoteVersion.objects.filter(note__interview=row).exclude(text="").update(text="", mentions=[]),
        "feedback": Feedback.objects.filter(interview=row).exclude(words="").update(words=""),
        "events": _erase_events(interview),
    }
    if not row.answers_erased_at:
        interview.mark_answers_erased(actor=actor)
    return removed


def erase_videos(interview: LockedInterview) -> int:
    """Delete the clips, and take no more. Returns how many there were.

    A worker that stores one of them loses its lease, and deletes the file.
    """
    choices = VideoChoice.objects.filter(interview=interview.row, choice=VideoChoice.Choice.AGREED)
    choices.update(choice=VideoChoice.Choice.ERASED)
    clips = Clip.objects.filter(take__response__interview=interview.row)
    return clips.delete()[1].get(Clip._meta.label, 0)


def erase_share_links(interview: LockedInterview, *, actor: str) -> dict[str, int]:
    """Close the links to the report. They stay as a record that it was shared; who opened it goes."""
    links = ShareLink.objects.filter(interview=interview.row)
    return {
        "accesses": AccessEvent.objects.filter(link__in=links).delete()[0],
        "share_links": links.revoke(actor=actor) + links.exclude(recipient="").update(recipient=""),
    }


def close_invitations(interview: LockedInterview, *, actor: str) -> int:
    """Revoke the invitations. They stay as a record that the candidate was invited."""
    return interview.row.invitations.revoke(actor=actor)


def erase_messages(interview: LockedInterview) -> int:
    """Withdraw messages that are not sent, and forget where the others went.

    The keyed hash of an address at which mails bounced or were reported stays, as in the do-not-call list.
    """
    messages = interview.row.messages
    messages.withdraw(MessageProblem.ERASED)
    messages.exclude(status__in=CandidateMessage.ADDRESS_PROBLEMS).exclude(address_hash="").update(address_hash="")
    return messages.exclude(provider_id="", error="").update(provider_id="", error="")


def erase_numbers(interview: LockedInterview) -> int:
    """Forget the numbers that were called or confirmed. The do-not-call list keeps its hashes."""
    if interview.row.confirmed_number_hash:
        interview.row.update_fields(confirmed_number_hash="")
    return Call.objects.filter(attempt__interview=interview.row).exclude(number="").update(number="")


def _erase_responses(interview: LockedInterview) -> int:
    settle_without_answer(interview)
    Recording.objects.filter(response__interview=interview.row).update(carrier_transcript="")
    restore_job_questions(interview=interview.row)
    worded = interview.row.responses.exclude(transcript="", transcript_times=None, measures=None, status_reason="")
    return worded.update(transcript="", transcript_times=None, measures=None, status_reason="")


def _erase_assessments(interview: LockedInterview) -> int:
    """Keep the score of each criterion, without its reason and its quotes."""
    assessments = Assessment.objects.filter(response__interview=interview.row)
    changed = 0
    for assessment in assessments.only("criteria", "feedback", "note", "reason"):
        criteria = [criterion.model_copy(update={"reason": "", "evidence": []}) for criterion in assessment.criteria]
        if criteria == assessment.criteria and not (assessment.feedback or assessment.note or assessment.reason):
            continue
        blank = {"feedback": "", "note": "", "reason": ""}
        changed += Assessment.objects.filter(pk=assessment.pk).update(criteria=criteria, **blank)
    return changed


def _erase_events(interview: LockedInterview) -> int:
    """Blank the reasons, and the data but codes, ids and times."""
    with connection.cursor() as cursor:
        cursor.execute(STRIP_EVENT_DATA, [list(KEPT_EVENT_DATA), interview.row.pk, list(KEPT_EVENT_DATA)])
    return interview.row.events.filter(~Q(reason="")).update(reason="")
