"""From what the carrier recorded to words that can be scored."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from interviews.answers.speech_metrics import measure
from interviews.models import InterviewResponse, Recording
from screener.background.leases import claim_lease
from screener.background.queue import MAX_STEP_TRIES, release_db_connection, retry_delay
from screener.costs.metering import paid_transcript
from screener.services.errors import NotSent, PermanentError, TransientError
from screener.services.telephony import twilio_api, twilio_errors
from screener.services.transcription import transcriber

log = logging.getLogger(__name__)

AUDIO_TRIES = 14
"""Some three hours: audio that the carrier has not got by then is not coming."""
NO_AUDIO_TRIES = 6
"""About a minute: what is no audio may be a page that something on the way puts in its place for a moment."""
FORGET_AFTER = timedelta(minutes=1)
CARRIER_NEEDS = timedelta(minutes=1)
"""How long Twilio's transcription usually takes: only when it is late, is it asked for."""
CARRIER_PATIENCE = timedelta(hours=3)
EXPECT_FOR = timedelta(minutes=2)
"""How long news of a recording is waited for: then its audio is simply asked for."""


@contextmanager
def held_response(response_id: UUID, token: UUID) -> Iterator[InterviewResponse | None]:
    """The response under its interview's lock, or None where the lease was lost to somebody else meanwhile."""
    fields = ("lease", "status", "position", "interview__status")
    needed = InterviewResponse.objects.select_related("interview").only(*fields)
    with transaction.atomic():
        response = needed.select_for_update(of=("interview", "self")).get(pk=response_id)
        with response.interview.held():
            yield response if response.lease == token else None


def fetch_audio(recording_id: UUID) -> UUID | None:
    """Bring the audio of a take from the carrier into our own storage. Returns the answer that can go on with it."""
    waiting = Recording.objects.filter(status=Recording.Status.AVAILABLE)
    with claim_lease(waiting, recording_id) as token:
        return _fetch_audio(recording_id, token) if token else None


def _fetch_audio(recording_id: UUID, token: UUID) -> UUID | None:
    take = _with_interview("sid", "tries", "file", "response__interview__candidate").get(pk=recording_id)
    release_db_connection()
    try:
        name = take.put_away(twilio_api.fetch_audio(take.sid))
    except (TransientError, twilio_errors.Refused) as error:  # refused: our account's fault, not this recording's
        if take.tries < AUDIO_TRIES:
            asked = getattr(error, "retry_after", None)
            Recording.objects.postpone(recording_id, token, retry_delay(take.tries, at_least=asked))
        else:
            _lost(recording_id, token, f"The recording could not be fetched for hours. {error}")
    except PermanentError as error:
        if isinstance(error, twilio_errors.NoAudio) and take.tries < NO_AUDIO_TRIES:
            Recording.objects.postpone(recording_id, token, retry_delay(take.tries))
        else:
            _lost(recording_id, token, str(error))
    else:
        with _held_take(recording_id, token) as mine:
            if mine:
                mine.stored(name)
                return mine.response_id if mine.chosen else None
        take.file.storage.delete(name)
    return None


def _with_interview(*fields: str) -> QuerySet[Recording]:
    """Takes with no more than these fields. Reading whole rows of three tables is a fifth of our own work here."""
    return Recording.objects.select_related("response__interview").only(*fields)


def _lost(recording_id: UUID, token: UUID, reason: str) -> None:
    with _held_take(recording_id, token) as take:
        if take:
            take.lost(reason=reason)


@contextmanager
def _held_take(recording_id: UUID, token: UUID) -> Iterator[Recording | None]:
    """As above, for a take."""
    needed = _with_interview("lease", "status", "chosen", "response__status", "response__interview__status")
    with transaction.atomic():
        take = needed.select_for_update(of=("response__interview", "response", "self")).get(pk=recording_id)
        with take.response.interview.held():
            yield take if take.lease == token else None


class NotYet(TransientError):
    """The carrier is still at it."""


def transcribe(response_id: UUID) -> None:
    """Turn the chosen take of an answer into words, by the source that is configured."""
    ready = Q(takes__chosen=True, takes__status=Recording.Status.STORED)
    waiting = InterviewResponse.objects.filter(
        pk__in=InterviewResponse.objects.filter(ready, pk=response_id).values("pk"),
        status=InterviewResponse.Status.ANSWERED,
    )
    with claim_lease(waiting, response_id) as token:
        if token:
            _transcribe(response_id, token)


def _transcribe(response_id: UUID, token: UUID) -> None:
    needed = ("sid", "file", "created_at", "carrier_transcript", "carrier_transcript_status", "response__tries")
    interview = ("response__interview__language", "response__interview__job")
    take = _with_interview(*needed, *interview).get(response_id=response_id, chosen=True)
    tries = take.response.tries
    try:
        words = _carrier_words(take) if transcriber.source() == "twilio" else _model_words(take)
    except NotSent as error:
        InterviewResponse.objects.postpone(response_id, token, error.wait, counts=False)
    except NotYet:
        InterviewResponse.objects.postpone(response_id, token, CARRIER_NEEDS, counts=False)
        _unless_it_has_come(take)
    except TransientError as error:
        if tries < MAX_STEP_TRIES:
            InterviewResponse.objects.postpone(response_id, token, retry_delay(tries, at_least=error.retry_after))
        else:
            _settle(response_id, token, f"The answer could not be transcribed for hours. {error} Listen to it instead.")
    except PermanentError as error:
        _settle(response_id, token, f"{error} Listen to it instead.")
    else:
        _write_down(response_id, token, words, _measured(take, words))


def _measured(take: Recording, words: transcriber.Transcript) -> dict[str, Any] | None:
    """How it was spoken, for HR to read; nothing that scores it does. Only where the organisation wants it."""
    if not settings.SHOW_MEASURES or not words.text:
        return None
    release_db_connection()
    try:
        audio = _audio_of(take)
    except PermanentError:
        audio = b""
    return measure(words.text, language=take.response.interview.language, times=words.times, audio=audio)


def _write_down(response_id: UUID, token: UUID, words: transcriber.Transcript, measures: dict[str, Any] | None) -> None:
    with held_response(response_id, token) as response:
        if response is None:
            return
        if words.text.strip():
            response.transcribed(
                words.text.strip(),
                source=words.source,
                confidence=words.confidence,
                times=words.times,
                measures=measures,
            )
        else:
            response.settle(
                InterviewResponse.Status.UNINTELLIGIBLE,
                reason="Something was recorded, but no words were made out. Listen to it.",
            )


def _settle(response_id: UUID, token: UUID, reason: str) -> None:
    with held_response(response_id, token) as response:
        if response is not None:
            response.settle(InterviewResponse.Status.MODEL_UNAVAILABLE, reason=reason)


def _carrier_words(take: Recording) -> transcriber.Transcript:
    """Twilio's own transcription: it comes by itself; asked for when it is late."""
    text, status = take.carrier_transcript, take.carrier_transcript_status
    if status in Recording.NOT_TRANSCRIBED_YET:
        _check_for_carrier(take)
        text, status = _ask_carrier(take)
    if status in Recording.NOT_TRANSCRIBED_YET:
        raise _not_yet(take)
    if status != "completed":
        raise PermanentError("Twilio could not transcribe this answer.")
    return transcriber.Transcript(transcriber.spoken(text), source="twilio")


def _unless_it_has_come(take: Recording) -> None:
    """The transcription may have come between the look for it and the decision to wait."""
    take.refresh_from_db(fields=["carrier_transcript_status"])
    if take.carrier_transcript_status not in Recording.NOT_TRANSCRIBED_YET:
        take.response.update_fields(retry_at=None)
        take.pass_on()


def _ask_carrier(take: Recording) -> tuple[str, str]:
    if timezone.now() < take.created_at + CARRIER_NEEDS:
        raise _not_yet(take)
    release_db_connection()
    try:
        found = twilio_api.carrier_transcript(take.sid)
    except twilio_errors.NotThere:
        raise _not_yet(take) from None
    return found.text, found.status


def _not_yet(take: Recording) -> NotYet | PermanentError:
    if timezone.now() < take.created_at + CARRIER_PATIENCE:
        return NotYet("Twilio's transcription has not come yet.")
    return PermanentError("Twilio has no transcription of this answer, hours after it was given.")


def _check_for_carrier(take: Recording) -> None:
    """What Twilio does not transcribe need not be waited for."""
    seconds = transcriber.seconds_of(_audio_of(take))
    shortest, longest = transcriber.TWILIO_SECONDS
    if seconds is not None and not shortest < seconds < longest:
        raise PermanentError(
            f"This answer lasts {seconds:.1f} seconds. Twilio, which transcribes here, only takes what is longer than "
            f"{shortest} and shorter than {longest} seconds."
        )


def _audio_of(take: Recording) -> bytes:
    try:
        with take.file.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        raise PermanentError("The file of this recording is gone from the storage.") from None


def _model_words(take: Recording) -> transcriber.Transcript:
    audio = _audio_of(take)
    interview = take.response.interview
    return paid_transcript(audio, interview.language, interview_id=interview.pk, job_id=interview.job_id)


def forget_at_carrier(recording_id: UUID) -> None:
    """Leave no copy of a take with the carrier, once it is safe here and nothing more is wanted of it there."""
    take = Recording.objects.filter(pk=recording_id, deleted_at_carrier__isnull=True).first()
    if take is None:
        return
    release_db_connection()
    try:
        twilio_api.delete_audio(take.sid)
    except (TransientError, PermanentError) as error:
        log.warning("recording %s: still at the carrier: %s", take.pk, error)
        take.update_fields()  # asked again a while from now
    else:
        take.update_fields(deleted_at_carrier=timezone.now())


def takes_to_forget() -> list[UUID]:
    """Takes that are still with the carrier though they are safe here and assessed, or were discarded by the caller."""
    if not settings.DELETE_AT_CARRIER:
        return []
    done = Q(status=Recording.Status.STORED) & ~Q(
        response__status__in=InterviewResponse.OPEN + InterviewResponse.IN_WORK
    )
    there = Recording.objects.filter(done | Q(ended=Recording.Ended.REPEAT), deleted_at_carrier__isnull=True)
    quiet = there.exclude(sid="").filter(updated_at__lt=timezone.now() - FORGET_AFTER)
    return list(quiet.values_list("pk", flat=True)[:50])


def takes_to_fetch() -> list[UUID]:
    """Takes whose audio is at the carrier and on which nobody is working."""
    waiting = Recording.objects.filter(status=Recording.Status.AVAILABLE).exclude(ended=Recording.Ended.REPEAT)
    return list(waiting.abandoned().values_list("pk", flat=True)[:200])


def answers_to_transcribe() -> list[UUID]:
    waiting = InterviewResponse.objects.filter(
        status=InterviewResponse.Status.ANSWERED, takes__chosen=True, takes__status=Recording.Status.STORED
    )
    return list(waiting.abandoned().values_list("pk", flat=True)[:200])


def takes_without_news() -> list[UUID]:
    """Takes that the caller gave and that the carrier never said another word about."""
    silent = Recording.objects.filter(status=Recording.Status.EXPECTED, created_at__lt=timezone.now() - EXPECT_FOR)
    return list(silent.exclude(sid="").values_list("pk", flat=True)[:200])


def expect_no_more_news(recording_id: UUID) -> None:
    """The carrier's word about this take was lost: look whether the audio is there."""
    take = Recording.objects.select_related("response__interview").get(pk=recording_id)
    with take.response.interview.locked():
        take.refresh_from_db(fields=["status", "ended", "seconds"])
        take.available(seconds=None)


def worked_on_in_vain() -> list[tuple[type[Recording] | type[InterviewResponse], UUID]]:
    """Rows on which something fails every time in a way that nobody foresaw."""
    takes = Recording.objects.filter(status=Recording.Status.AVAILABLE, tries__gte=MAX_STEP_TRIES).abandoned()
    answers = InterviewResponse.objects.filter(
        status__in=InterviewResponse.IN_WORK, tries__gte=MAX_STEP_TRIES
    ).abandoned()
    return [(Recording, pk) for pk in takes.values_list("pk", flat=True)[:50]] + [
        (InterviewResponse, pk) for pk in answers.values_list("pk", flat=True)[:50]
    ]


def give_up(model: type[Recording] | type[InterviewResponse], pk: UUID) -> None:
    """Show the failure as one, rather than try, and perhaps pay, for ever."""
    with claim_lease(model.objects.all(), pk) as token:
        if token and model is Recording:
            _lost(pk, token, GIVEN_UP)
        elif token:
            _settle(pk, token, GIVEN_UP)


GIVEN_UP = f"It failed {MAX_STEP_TRIES} times for a reason that is in the log. Have it tried again once that is mended."
