"""Where the candidate stands in the room, as the page gets it."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext, ngettext

from interviews.conversation import engine
from interviews.conversation.questioning import may_postpone_question
from interviews.models import (
    Attempt,
    Interview,
    InterviewResponse,
    LockedAttempt,
    LockedResponse,
    Take,
    VideoChoice,
    lock_attempt,
)
from interviews.models.turns.take import BYTES_PER_SECOND
from interviews.room.takes import count_used_takes, open_take_of
from interviews.room.video_consent import video_choice
from interviews.turns import stored_reply
from interviews.writing.question import question_of
from screener.tts.prompt_cache import audio_paths

CHOICES_AT_ELIGIBILITY = {
    engine.Stage.ELIGIBILITY: ("no_answer",),
    engine.Stage.READ_BACK: ("right", "change"),
    engine.Stage.STOP: ("stop", "go_on"),
}
"""The choices of the page beside writing. At the later stages the candidate does not write."""
SHORT, ROUNDED_TO, LONGEST_IN_SECONDS = 15, 5, 90


def room_state(attempt: Attempt) -> dict[str, Any]:
    """Return the stage and its data for the page. Texts are in the present language."""
    with lock_attempt(attempt.pk) as locked_attempt:
        state = locked_attempt.conversation_state()
        if state.stage is engine.Stage.QUESTION and state.open_positions:
            return {"stage": "question", "turn": state.turn} | _question_state(locked_attempt, state)
        if state.eligibility and state.stage in CHOICES_AT_ELIGIBILITY:
            return {"stage": "eligibility", "turn": state.turn} | _eligibility_state(locked_attempt, state)
        return {"stage": _stage_without_question(locked_attempt, state), "turn": state.turn}


def _stage_without_question(attempt: LockedAttempt, state: engine.ConversationState) -> str:
    if state.stage is engine.Stage.CONSENT:
        return "consent"
    interview = attempt.interview.row
    has_answered = interview.status == Interview.Status.COMPLETED or interview.outcome == Interview.Outcome.NOT_ELIGIBLE
    return "over" if has_answered else "ended"


def _eligibility_state(attempt: LockedAttempt, state: engine.ConversationState) -> dict[str, Any]:
    """The state of an eligibility question, as on the page of the written interview: an answer is written or chosen."""
    last_reply = stored_reply(attempt.row, attempt.row.turn - 1)
    responses = [response.row for response in attempt.responses.values()]
    prompt = last_reply.prompt if last_reply else {}
    question = question_of(attempt.interview.row, attempt.row, responses, prompt, may_speak=False)
    audio = audio_paths([question.question], attempt.interview.row.language)
    return {
        "text": question.question,
        "audio": audio.get(question.question),
        "note": question.note,
        "kind": question.answer_kind,
        "options": question.options,
        "choices": CHOICES_AT_ELIGIBILITY[state.stage],
    }


def _question_state(attempt: LockedAttempt, state: engine.ConversationState) -> dict[str, Any]:
    interview, response = attempt.interview.row, attempt.responses[state.open_positions[0]]
    job, take = interview.job, open_take_of(attempt)
    takes_left = max(0, job.takes_allowed - count_used_takes(response.row.pk))
    return {
        "question": _question(attempt, response, len(state.open_positions)),
        "can_come_back": may_postpone_question(state),
        "video": _video_state(interview),
        "preparation_seconds": interview.answer_seconds(job.preparation_seconds),
        "takes_left": takes_left,
        "takes_text": takes_text(takes_left),
        "take": {"id": str(take.pk), "next": take.next_number, "seconds": take.size / BYTES_PER_SECOND}
        if take
        else None,
    }


def _video_state(interview: Interview) -> str | None:
    """Whether the page asks for consent to video, records it, or neither."""
    if not interview.job.record_video:
        return None
    choice = video_choice(interview)
    return "ask" if choice is None else "agreed" if choice == VideoChoice.Choice.AGREED else None


def _question(attempt: LockedAttempt, response: LockedResponse, open_count: int) -> dict[str, Any]:
    row, interview, total = response.row, attempt.interview.row, len(attempt.responses)
    audio, seconds = audio_paths([row.question], interview.language), interview.answer_seconds(row.max_seconds)
    return {
        "position": row.position,
        "text": row.question,
        "audio": audio.get(row.question),
        "seconds": seconds,
        "total": total,
        "answered": total - open_count,
        "progress_text": gettext("Question %(number)s of %(total)s") % {"number": row.position + 1, "total": total},
        "limit_text": limit_text(seconds),
    }


def limit_text(seconds: int) -> str:
    """How long an answer may last, as people say it."""
    rounded = seconds if seconds < SHORT else round(seconds / ROUNDED_TO) * ROUNDED_TO
    minutes, rest = divmod(rounded, 60)
    if rest and rounded <= LONGEST_IN_SECONDS:
        text = ngettext("Up to %(seconds)s second", "Up to %(seconds)s seconds", rounded)
        return text % {"seconds": rounded}
    text = ngettext("Up to %(minutes)s minute", "Up to %(minutes)s minutes", minutes)
    if rest:
        text = ngettext(
            "Up to %(minutes)s minute %(seconds)s seconds", "Up to %(minutes)s minutes %(seconds)s seconds", minutes
        )
    return text % {"minutes": minutes, "seconds": rest}


def takes_text(takes_left: int) -> str:
    """How often the answer can be recorded, of which one try is the present one."""
    repeats = takes_left - 1
    if repeats < 1:
        return gettext("You can't record this answer again after this take.")
    if repeats == 1:
        return gettext("You can record it again once.")
    text = ngettext("You can record it again %(repeats)s time.", "You can record it again %(repeats)s times.", repeats)
    return text % {"repeats": repeats}


def sent_answers(interview: Interview) -> list[dict[str, Any]]:
    """The answers that were sent in the room, with the words that their transcription has found."""
    sent = Take.objects.filter(response=OuterRef("pk"), status__in=Take.ANSWERS)
    responses = InterviewResponse.objects.filter(Exists(sent), interview=interview).order_by("position")
    columns = responses.values_list("question", "status", "transcript")
    return [
        {"question": question, "state": state, "text": transcript}
        for question, status, transcript in columns
        if (state := _words_state(status, transcript))
    ]


def _words_state(status: str, transcript: str) -> str | None:
    """None: the recording was no answer, or its words were erased."""
    if transcript:
        return "understood"
    if status == InterviewResponse.Status.ANSWERED:
        return "waiting"
    return "missing" if status in InterviewResponse.WITHOUT_WORDS else None
