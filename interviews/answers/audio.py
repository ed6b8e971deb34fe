"""The audio of an answer: fetched from the carrier, then deleted there."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from interviews.answers.joining import join_audio
from interviews.answers.locks import lock_recording
from interviews.channels import InvalidAudio, get_channel
from interviews.models import InterviewResponse, LockedRecording, Recording, lock_interview
from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.models import LeasableQuerySet
from screener.services.errors import ServiceError, TransientError, reason_after_retries
from screener.telemetry import traces
from screener.telemetry.ids import bind_ids

AUDIO_TRIES = 14
"""Some three hours: audio that the carrier does not have by then will not come."""
NO_AUDIO_TRIES = 6
"""About a minute: a proxy on the way may send a page in place of the audio for a moment."""
DELETE_AFTER = timedelta(minutes=1)
DELETE_AGAIN_AFTER = timedelta(hours=1)
PRESUMED_AVAILABLE_AFTER = timedelta(minutes=2)
"""A recording without a callback for so long is fetched all the same."""


# --- Fetching ------------------------------------------------------------------------------------------


def _recordings_to_fetch() -> LeasableQuerySet[Recording]:
    return Recording.objects.filter(status=Recording.Status.AVAILABLE).exclude(ended=Recording.Ended.REPEAT)


def _fetch_audio(lease: Lease[Recording]) -> str:
    """Copies the audio into our storage. Returns its name there."""
    recordings = Recording.objects.select_related("response__interview", "attempt", "continues")
    column_names = ("sid", "file", "response__interview__candidate", "attempt__channel", "continues__sid")
    recording = recordings.only(*column_names).get(pk=lease.pk)
    bind_ids(interview_id=recording.response.interview_id, response_id=recording.response_id)
    channel = get_channel(recording.attempt.channel)
    release_db_connection()
    with traces.vendor_call(f"audio of {recording.attempt.channel}"):
        audio = channel.fetch_audio(recording.sid)
        if recording.continues:
            audio = join_audio(channel.fetch_audio(recording.continues.sid), audio)
    return recording.save_audio(audio)


def _save_audio(recording: LockedRecording, file_name: str) -> UUID | None:
    recording.mark_stored(file_name)
    return recording.row.response_id if recording.row.chosen else None


def _give_up_audio(recording: LockedRecording, error: ServiceError) -> None:
    recording.mark_lost(reason=reason_after_retries(error, "The recording could not be fetched for hours."))


def _delete_file(file_name: str) -> None:
    storages["private"].delete(file_name)


def _response_of(recording_id: UUID) -> UUID | None:
    return Recording.objects.values_list("response_id", flat=True).filter(pk=recording_id).first()


def _max_tries(error: ServiceError) -> int:
    match error:
        case TransientError():
            return AUDIO_TRIES
        case InvalidAudio():
            return NO_AUDIO_TRIES
        case _:
            return 0


FETCH_STEP = Step(
    ready=_recordings_to_fetch,
    work=_fetch_audio,
    lock=lock_recording,
    save=_save_audio,
    give_up=_give_up_audio,
    discard=_delete_file,
    max_tries=_max_tries,
    answer=_response_of,
)


def presume_available() -> None:
    """Recordings whose callback was lost are taken to be at the carrier, so that their audio is asked for."""
    lost_at = timezone.now() - PRESUMED_AVAILABLE_AFTER
    silent_recordings = Recording.objects.filter(status=Recording.Status.EXPECTED, created_at__lt=lost_at).exclude(
        sid=""
    )
    for recording in silent_recordings.select_related("response__interview")[:200]:
        with lock_interview(recording.response.interview) as interview:
            recording.refresh_from_db(fields=["status", "ended", "seconds"])
            LockedRecording(recording, interview).mark_available(seconds=None)


# --- Deleting at the carrier ---------------------------------------------------------------------------


def _recordings_to_delete() -> LeasableQuerySet[Recording]:
    """Recordings that are still at the carrier though they are stored and settled here, or were discarded."""
    if not settings.DELETE_AT_CARRIER:
        return Recording.objects.none()
    unsettled_responses = InterviewResponse.objects.filter(
        pk=OuterRef("response"), status__in=InterviewResponse.OPEN + InterviewResponse.IN_WORK
    )
    is_settled = Q(status=Recording.Status.STORED) & ~Exists(unsettled_responses)
    stored_recordings = Recording.objects.filter(
        is_settled | Q(ended=Recording.Ended.REPEAT), deleted_at_carrier__isnull=True
    )
    return stored_recordings.filter(updated_at__lt=timezone.now() - DELETE_AFTER).exclude(sid="")


def _delete_audio(lease: Lease[Recording]) -> None:
    recording = Recording.objects.select_related("attempt").only("sid", "attempt__channel").get(pk=lease.pk)
    release_db_connection()
    get_channel(recording.attempt.channel).delete_audio(recording.sid)


def _save_deletion(recording: Recording, _: None) -> None:
    recording.release(deleted_at_carrier=timezone.now())


def _delete_later(recording: Recording, error: ServiceError) -> None:
    """Deletion is never given up."""
    recording.release(retry_at=timezone.now() + DELETE_AGAIN_AFTER)


DELETE_STEP = Step(
    ready=_recordings_to_delete,
    work=_delete_audio,
    lock=row_lock(Recording.objects.all()),
    save=_save_deletion,
    give_up=_delete_later,
)
