"""The sound of the room: chunks, takes, and the recordings that they become."""

import io
import wave
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from candidates.data_rights.parts import ErasureScope
from candidates.models import Erasure
from interviews.answers.audio import FETCH_STEP
from interviews.conversation import engine
from interviews.data_rights.interview_part import InterviewPart
from interviews.models import (
    Attempt,
    Interview,
    InterviewResponse,
    Invitation,
    Recording,
    Take,
    TakeChunk,
    lock_attempt,
    lock_interview,
)
from interviews.models.transitions.coverage import finish_by_coverage
from interviews.models.turns.chunk import EXCESS_SECONDS
from interviews.models.turns.take import (
    BYTES_PER_SECOND,
    MAX_CHUNK_BYTES,
    SAMPLE_RATE,
    ChunkOutcome,
    add_chunk,
    is_valid_chunk,
)
from interviews.room.entering import enter_room, held_attempt
from interviews.room.room_channel import RoomChannel
from interviews.room.takes import (
    MissingChunks,
    TakeRefused,
    count_used_takes,
    delete_settled_chunks,
    discard_takes,
    open_take,
    send_take,
)
from interviews.self_service.attempts import leave_attempt
from screener.background.steps import run_step
from tests.support.factories import make_interview
from tests.support.written_interview import Writer

pytestmark = pytest.mark.django_db

TAB = UUID(int=1)
SECOND = bytes(range(250)) * (BYTES_PER_SECOND // 250)


class Room:
    """The page of a candidate who has consented."""

    def __init__(self, interview: Interview) -> None:
        self.interview = interview
        tomorrow = timezone.now() + timedelta(days=1)
        self.invitation, _ = Invitation.objects.get_or_create(interview=interview, defaults={"expires_at": tomorrow})
        writer = Writer(interview, Attempt.Channel.ROOM)
        self.attempt = writer.attempt
        if self.attempt.stage == engine.Stage.CONSENT:
            writer.agree()
        self.hold(TAB)

    def hold(self, tab: UUID) -> None:
        enter_room(self.interview, tab)

    def open_take(self, take_id: UUID | None = None, *, allowed: int = 2) -> Take:
        with lock_attempt(self.attempt.pk) as attempt:
            return open_take(attempt, take_id or uuid4(), allowed=allowed)

    def add(self, take: Take, number: int, content: bytes = SECOND, *, tab: UUID = TAB) -> ChunkOutcome:
        return add_chunk(self.invitation.pk, take.pk, number, content, tab=tab)

    def record(self, seconds: int = 3) -> Take:
        take = self.open_take()
        for number in range(seconds):
            assert self.add(take, number) == ChunkOutcome.ADDED
        return take

    def send(self, take: Take, count: int = 3) -> None:
        with lock_attempt(self.attempt.pk) as attempt:
            send_take(attempt, take.pk, count, str)
        take.refresh_from_db()

    def discard(self) -> None:
        with lock_attempt(self.attempt.pk) as attempt:
            discard_takes(attempt)


@pytest.fixture
def room() -> Room:
    return Room(make_interview())


def test_chunk_is_added_once(room: Room) -> None:
    take = room.open_take()
    assert room.add(take, 0) == ChunkOutcome.ADDED
    assert room.add(take, 0) == ChunkOutcome.REPEATED
    assert room.add(take, 0, b"\x01\x02") == ChunkOutcome.CONFLICT
    assert TakeChunk.objects.count() == 1
    assert Room(make_interview(phone="+14155550101")).add(take, 1) == ChunkOutcome.UNKNOWN_TAKE
    assert room.add(Take(), 1) == ChunkOutcome.UNKNOWN_TAKE


def test_chunk_is_whole_samples() -> None:
    assert is_valid_chunk(SECOND)
    assert not any(map(is_valid_chunk, (b"", b"x", SECOND + b"x", bytes(MAX_CHUNK_BYTES + 2))))


def test_take_ends_at_the_limit(room: Room) -> None:
    """Two hours of recording take no more room than the question allows."""
    take = room.open_take()
    limit = InterviewResponse.objects.get(takes=take).max_seconds + EXCESS_SECONDS
    two_seconds = SECOND * 2
    outcomes = [room.add(take, number, two_seconds) for number in range(limit)]
    assert outcomes.count(ChunkOutcome.ADDED) == limit // 2
    assert set(outcomes[limit // 2 :]) == {ChunkOutcome.TOO_LONG}
    assert take.size == limit * BYTES_PER_SECOND
    assert room.add(take, 1_000_000, b"\x00\x00") == ChunkOutcome.TOO_LONG


def test_take_is_longer_with_more_time(room: Room) -> None:
    with lock_interview(room.interview) as interview:
        interview.set_more_time(True, actor="a test")
    take = room.open_take()
    limit = 2 * InterviewResponse.objects.get(takes=take).max_seconds + EXCESS_SECONDS
    assert take.longest_seconds == limit
    TakeChunk.objects.create(take=take, number=0, content=bytes(BYTES_PER_SECOND * (limit - 1)))
    assert [room.add(take, number) for number in (1, 2)] == [ChunkOutcome.ADDED, ChunkOutcome.TOO_LONG]


def test_newer_tab_holds_the_room(room: Room) -> None:
    take, newer_tab = room.record(1), UUID(int=2)
    room.hold(newer_tab)
    assert room.add(take, 1) == ChunkOutcome.TAKEN_OVER
    assert room.add(take, 0) == ChunkOutcome.REPEATED
    assert room.add(take, 1, tab=newer_tab) == ChunkOutcome.ADDED
    assert held_attempt(room.interview, newer_tab) == room.attempt
    with pytest.raises(TakeRefused) as refused:
        held_attempt(room.interview, TAB)
    assert refused.value.code == "taken_over"


def test_sent_take_becomes_the_answer(room: Room) -> None:
    """The chunks arrive in any order, and are deleted once the recording is stored."""
    take = room.open_take()
    parts = [bytes([number]) * BYTES_PER_SECOND for number in range(3)]
    for number in (2, 0):
        room.add(take, number, parts[number])
    with pytest.raises(MissingChunks) as missing:
        room.send(take)
    assert missing.value.numbers == [1]
    room.add(take, 1, parts[1])
    room.send(take)
    room.send(take)  # the reply was lost
    recording = Recording.objects.get()
    assert (recording.sid, recording.seconds, recording.chosen) == (take.sid, 3, True)
    assert recording.response.status == InterviewResponse.Status.ANSWERED
    assert room.add(take, 3) == ChunkOutcome.CLOSED
    delete_settled_chunks()
    assert TakeChunk.objects.count() == 3
    run_step(FETCH_STEP, recording.pk)
    delete_settled_chunks()
    recording.refresh_from_db()
    take.refresh_from_db()
    assert (recording.status, take.status) == (Recording.Status.STORED, Take.Status.STORED)
    assert not TakeChunk.objects.exists()
    with recording.file.open("rb") as stored, wave.open(io.BytesIO(stored.read())) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, SAMPLE_RATE)
        assert sound.readframes(sound.getnframes()) == b"".join(parts)


def test_take_is_recorded_again(room: Room) -> None:
    first = room.record()
    second = room.record()
    first.refresh_from_db()
    assert first.status == Take.Status.DISCARDED
    assert not first.chunks.exists()
    room.discard()
    assert count_used_takes(second.response_id) == 2
    with pytest.raises(TakeRefused) as refused:
        room.open_take()
    assert refused.value.code == "too_many_takes"
    with pytest.raises(TakeRefused) as refused:
        room.send(second)
    assert refused.value.code == "discarded"


def test_take_without_sound_is_not_counted(room: Room) -> None:
    for _ in range(4):
        take = room.open_take(allowed=1)
    assert count_used_takes(take.response_id) == 0
    assert room.open_take(take.pk) == take


def test_too_short_take_is_refused(room: Room) -> None:
    take = room.open_take()
    room.add(take, 0, SECOND[:100])
    with pytest.raises(TakeRefused) as refused:
        room.send(take, 1)
    assert refused.value.code == "too_short"
    assert not Recording.objects.exists()


def test_take_of_another_interview_is_refused(room: Room) -> None:
    other_room = Room(make_interview(phone="+14155550101"))
    take = other_room.record()
    for use in (room.send, lambda take: room.open_take(take.pk)):
        with pytest.raises(TakeRefused) as refused:
            use(take)
        assert refused.value.code == "foreign_take"


def test_take_is_continued_later(room: Room) -> None:
    """The tab died and the attempt was left. The sound that arrived is still there."""
    take = room.record(2)
    leave_attempt(room.attempt.pk)
    with pytest.raises(TakeRefused) as refused:
        room.open_take()
    assert refused.value.code == "no_question"
    later_room = Room(room.interview)
    assert later_room.open_take(take.pk) == take
    later_room.add(take, take.next_number)
    later_room.send(take)
    recording = Recording.objects.get()
    assert (recording.attempt, recording.seconds) == (later_room.attempt, 3)


def test_open_take_counts_when_the_interview_closes(room: Room) -> None:
    take = room.record(2)
    with lock_interview(room.interview) as interview:
        finish_by_coverage(interview, reason="")
    recording = Recording.objects.get()
    assert (recording.sid, recording.ended, recording.chosen) == (take.sid, Recording.Ended.HANGUP, True)
    assert run_step(FETCH_STEP, recording.pk) == recording.response_id


def test_obsolete_take_is_discarded(room: Room) -> None:
    take = room.record(1)
    with lock_interview(room.interview) as interview:
        interview.cancel(Interview.Outcome.BY_HR, actor="a test")
    delete_settled_chunks()
    take.refresh_from_db()
    assert take.status == Take.Status.DISCARDED
    assert not TakeChunk.objects.exists()


def test_chunks_can_be_deleted_by_name(room: Room) -> None:
    take, channel = room.record(1), RoomChannel()
    room.send(take, 1)
    assert channel.list_audio(room.attempt.pk) == [take.sid]
    channel.delete_audio(take.sid)
    assert channel.list_audio(room.attempt.pk) == []


def test_takes_are_exported_and_erased(room: Room) -> None:
    take = room.record(1)
    candidate = room.interview.candidate
    documents = {document.path: document.content for document in InterviewPart().export(candidate)}
    assert [record["recording"] for record in documents["takes.json"]] == [take.sid]  # type: ignore[union-attr]
    with wave.open(documents[f"recordings/{take.sid}.wav"]()) as sound:  # type: ignore[operator]
        assert sound.getnframes() == SAMPLE_RATE
    with lock_interview(room.interview) as interview:
        interview.cancel(Interview.Outcome.BY_HR, actor="a test")
    InterviewPart().erase(ErasureScope(candidate, Erasure.Kind.PERSON, actor="a test"))
    assert not Take.objects.exists()
    assert not TakeChunk.objects.exists()
