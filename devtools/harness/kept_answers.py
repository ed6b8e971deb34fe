"""Finds answers of the room and in writing that were acknowledged and are not kept: pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass
class AcknowledgedTake:
    """A take of the room, its acknowledged chunks, and how many it has once it is acknowledged as sent."""

    interview: str
    id: str
    chunks: dict[int, bytes] = field(default_factory=dict)
    count: int | None = None

    @property
    def sound(self) -> bytes:
        """The acknowledged sound."""
        return b"".join(self.chunks[number] for number in sorted(self.chunks))


@dataclass(frozen=True)
class AcknowledgedText:
    interview: str
    text: str


@dataclass(frozen=True)
class SelfServiceAnswers:
    """What candidates in the room and in writing got acknowledged, and the texts that were refused."""

    takes: Sequence[AcknowledgedTake] = ()
    uploads: Sequence[AcknowledgedTake] = ()
    """Sounds that were sent over the API, each as a take of one chunk. Their id: `upload_id`."""
    texts: Sequence[AcknowledgedText] = ()
    refused_texts: Sequence[AcknowledgedText] = ()

    def __str__(self) -> str:
        sent = [take for take in self.takes if take.count is not None]
        chunks = sum(len(take.chunks) for take in self.takes)
        counts = f"{len(sent)} in the room ({chunks} chunks), {len(self.uploads)} as sound over the API"
        return f"{counts}, {len(self.texts)} in writing"

    @property
    def interviews(self) -> set[str]:
        takes = {take.interview for take in (*self.takes, *self.uploads)}
        return takes | {text.interview for text in self.texts}


@dataclass(frozen=True)
class KeptSound:
    """The recording of a take. `sound`: None where its audio is not in the files."""

    chosen: bool
    sound: bytes | None


def upload_id(sound: bytes) -> str:
    """A client does not know the id of a recording, so that its sound names it."""
    return sha256(sound).hexdigest()


def find_lost_takes(takes: Iterable[AcknowledgedTake], kept: Mapping[str, KeptSound]) -> list[str]:
    """Find takes that were acknowledged as sent and whose sound is not the answer. `kept`: by the id of the take."""
    lost = []
    for take in takes:
        if take.count is None:
            continue
        recording = kept.get(take.id)
        if recording is None or not recording.chosen:
            lost.append(f"take {take.id} of interview {take.interview}: not an answer")
        elif recording.sound != take.sound:
            size = "no" if recording.sound is None else f"{len(recording.sound)}"
            lost.append(f"take {take.id} of interview {take.interview}: {size} bytes in place of {len(take.sound)}")
    return lost


def find_lost_texts(texts: Iterable[AcknowledgedText], transcripts: Iterable[tuple[str, str]]) -> list[str]:
    """Find texts that were acknowledged and are not the transcript of exactly one answer.

    `transcripts`: pairs of an interview and the transcript of one of its answers.
    """
    kept = defaultdict(list)
    for interview, transcript in transcripts:
        kept[interview].append(transcript)
    counts = ((text, kept[text.interview].count(text.text)) for text in texts)
    return [
        f"text {text.text!r} of interview {text.interview}: kept {count} times" for text, count in counts if count != 1
    ]


def find_answered_twice(
    answers: SelfServiceAnswers, transcripts: Iterable[tuple[str, str]], counts: Iterable[tuple[str, int, int]]
) -> list[str]:
    """Find texts that were refused and kept all the same, and questions that were not answered exactly once.

    `counts`: how often each question was answered, as interview, position and count.
    """
    kept = set(transcripts)
    refused = [text for text in answers.refused_texts if (text.interview, text.text) in kept]
    return [f"text {text.text!r} of interview {text.interview}: refused, and kept" for text in refused] + [
        f"interview {interview}, question {position}: answered {count} times"
        for interview, position, count in counts
        if count != 1
    ]
