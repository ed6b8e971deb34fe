"""The protocol between the network and a callee: a persona, a scripted callee of a test, or a human in a browser."""

from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

WORDS_PER_SECOND = 2.5


def speaking_seconds(text: str) -> int:
    """Return how long it takes to say the text."""
    return ceil(len(text.split()) / WORDS_PER_SECOND)


@dataclass(frozen=True)
class Pickup:
    """How and when the callee answers the phone."""

    status: str = "in-progress"  # or busy, no-answer, failed
    ring_seconds: float = 6
    sip_code: int = 200
    answered_by: str = "human"  # the result of answering machine detection
    detection_seconds: float = 2.8


@dataclass(frozen=True)
class CalleePrompt:
    """A moment in the call at which the callee may react."""

    verb: str  # say, play, gather or record
    heard_text: str  # the speech since the last reaction
    accepts_keys: bool = False
    accepts_speech: bool = False
    timeout_seconds: float = 0  # silence after which the network goes on
    prompt_seconds: float = 0  # length of the prompt; a human reacts while it plays
    finish_keys: str = ""  # keys that end the input
    max_digits: int = 0  # number of keys that completes the input; 0: no limit
    max_seconds: int = 0  # longest recording of the microphone; 0: none is possible


@dataclass(frozen=True)
class Reaction:
    """The actions of the callee, in this order: speak (or make a noise), press keys, hang up."""

    utterance: str = ""
    noise_seconds: int = 0  # length of the sound; 0: derived from the utterance
    keys: str = ""
    hangs_up: bool = False
    audio: bytes = field(default=b"", repr=False)  # WAV from a microphone

    @property
    def sound_seconds(self) -> int:
        return self.noise_seconds or speaking_seconds(self.utterance)


SILENCE = Reaction()


class Callee(Protocol):
    """The called party. One object per call; `react` may take as long as a human needs."""

    @property
    def name(self) -> str: ...

    @property
    def pickup(self) -> Pickup: ...

    async def react(self, prompt: CalleePrompt) -> Reaction: ...
