"""The data of interviews about a person: how it is exported and erased."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from candidates.data_rights.parts import DataPart, Document, ErasureScope, Item
from candidates.data_rights.private_files import stored_files
from candidates.data_rights.traces import erase_log_entries, erase_stored_responses
from candidates.models import Candidate, ErasedItem
from interviews.channels import get_channel
from interviews.data_rights.documents import interview_documents
from interviews.data_rights.merging import CALL_PREVENTS_MERGE, merge_interviews
from interviews.data_rights.rows import (
    close_invitations,
    close_untranscribed,
    erase_answers,
    erase_messages,
    erase_numbers,
    erase_share_links,
    erase_videos,
)
from interviews.models import (
    Attempt,
    CandidateMessage,
    Clip,
    Interview,
    InterviewResponse,
    LockedInterview,
    Recording,
    lock_interview,
)
from interviews.models.transitions.recording import erase_recordings
from interviews.models.turns.clip import VIDEO_FOLDER
from screener.background.queue import release_db_connection
from screener.models import InvalidTransition, ModelCall

CALL_IN_PROGRESS = gettext_noop(
    "A call with this candidate is in progress or is being placed. Erase when it is over. To end it now, cancel the "
    "interview."
)
CANCELLED_BY_ERASURE = gettext_noop("The candidate was erased.")


def interviews_of(candidate: Candidate) -> QuerySet[Interview]:
    """All interviews of the candidate, practice too, in the order in which they are locked."""
    return Interview.all_objects.filter(candidate=candidate).order_by("pk")


class InterviewPart(DataPart):
    def export(self, candidate: Candidate) -> Iterator[Document]:
        return interview_documents(candidate, interviews_of(candidate).order_by("created_at"))

    def why_not_merged(self, records: tuple[Candidate, Candidate]) -> str:
        live = Attempt.objects.in_a_call().filter(interview__candidate__in=records)
        return gettext(CALL_PREVENTS_MERGE) if live.exists() else ""

    def merge(self, kept: Candidate, merged: Candidate, actor: str) -> None:
        merge_interviews(kept, merged, actor)

    def prepare(self, candidate: Candidate, actor: str) -> None:
        """Cancel live interviews. A call in progress prevents the erasure: it would go on producing data."""
        for row in interviews_of(candidate):
            with lock_interview(row) as interview:
                if row.attempts.in_a_call().exists():
                    raise InvalidTransition(gettext(CALL_IN_PROGRESS))
                if row.is_live:
                    interview.cancel(Interview.Outcome.BY_HR, actor=actor, reason=CANCELLED_BY_ERASURE)

    def list_items(self, scope: ErasureScope) -> Iterable[Item]:
        interviews = _interviews_in(scope)
        clips = Clip.objects.filter(take__response__interview__in=interviews).exclude(file="")
        for name in clips.values_list("file", flat=True):
            yield Item(ErasedItem.Kind.FILE, name)
        if not scope.covers_recordings:
            return
        recordings = Recording.objects.filter(attempt__interview__in=interviews)
        for name, sid, deleted_at in recordings.values_list("file", "sid", "deleted_at_carrier"):
            if name:
                yield Item(ErasedItem.Kind.FILE, name)
            if sid:
                yield Item(ErasedItem.Kind.CARRIER_RECORDING, sid, deleted_at)
        if scope.covers_answers:
            texts = CandidateMessage.objects.sent_as_sms().filter(interview__in=interviews)
            for sid in texts.values_list("provider_id", flat=True):
                yield Item(ErasedItem.Kind.CARRIER_MESSAGE, sid)

    def erase(self, scope: ErasureScope) -> dict[str, int]:
        removed = Counter[str]()
        interviews = list(_interviews_in(scope))
        for row in interviews:
            with lock_interview(row) as interview:
                removed.update(_erase_interview(interview, scope))
        if scope.covers_answers:
            removed.update(_erase_traces([row.pk for row in interviews], scope.candidate.erased_at))
        return dict(removed)

    def find_items(self, scope: ErasureScope) -> Iterable[Item]:
        """Recordings that no webhook reported, and files that no row names."""
        interviews, folders = list(_interviews_in(scope)), scope.candidate.private_folders
        for interview in interviews:
            for folder in folders:
                own_folder = f"{folder}/{interview.pk}"
                names = stored_files(own_folder if scope.covers_recordings else f"{own_folder}/{VIDEO_FOLDER}")
                yield from (Item(ErasedItem.Kind.FILE, name) for name in names)
        if not scope.covers_recordings:
            return
        attempts = list(Attempt.objects.filter(interview__in=interviews).values_list("pk", "channel"))
        for attempt_id, channel in attempts:
            sids = get_channel(channel).list_audio(attempt_id)
            yield from (Item(ErasedItem.Kind.CARRIER_RECORDING, sid) for sid in sids)


def _interviews_in(scope: ErasureScope) -> QuerySet[Interview]:
    interviews = interviews_of(scope.candidate)
    if not scope.covers_videos:
        return interviews.none()
    return interviews if scope.is_whole_person else interviews.filter(pk__in=[scope.interview_id])


def _erase_interview(interview: LockedInterview, scope: ErasureScope) -> Counter[str]:
    removed = Counter({"videos": erase_videos(interview)})
    if not scope.covers_recordings:
        return removed
    if interview.row.is_live:
        raise InvalidTransition("This interview is not over, so that nothing of it but videos is erased.")
    removed["recordings"] = erase_recordings(interview)
    if scope.covers_answers:
        removed.update(erase_answers(interview, actor=scope.actor))
        removed.update(erase_share_links(interview, actor=scope.actor))
        removed["invitations"] = close_invitations(interview, actor=scope.actor)
    elif removed["recordings"]:
        close_untranscribed(interview, actor=scope.actor)
    if scope.is_whole_person:
        removed["calls"] = erase_numbers(interview)
        removed["messages"] = erase_messages(interview)
        removed["notices"] = interview.row.notices.all().delete()[0]
    return removed


def _erase_traces(interview_ids: list[UUID], erased_at: datetime | None) -> dict[str, int]:
    """Blank copies in rows of no interview. The tokens and costs of model calls stay."""
    responses = InterviewResponse.objects.filter(interview__in=interview_ids).values_list("pk", flat=True)
    failed_calls = ModelCall.objects.filter(interview_id__in=interview_ids).exclude(error="")
    logged = ((Interview, interview_ids), (InterviewResponse, responses))
    return {
        "model_calls": failed_calls.update(error=""),
        "log_entries": sum(erase_log_entries(model, ids) for model, ids in logged),
        "stored_responses": erase_stored_responses(interview_ids, erased_at=erased_at),
    }


def delete_recording_at_carrier(sid: str) -> None:
    """Delete a recording at the channel of its attempt, and note that on its row if there is one."""
    recordings = Recording.objects.filter(sid=sid)
    channel = recordings.values_list("attempt__channel", flat=True).first() or Attempt.Channel.PHONE
    release_db_connection()
    get_channel(channel).delete_audio(sid)
    recordings.filter(deleted_at_carrier__isnull=True).update(deleted_at_carrier=timezone.now())
