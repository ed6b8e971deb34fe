"""The contract between the network and whoever is called: a persona, a test, a person in a browser."""

from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

WORDS_PER_SECOND = 2.5


def speech_seconds(words: str) -> int:
    """How long these words take to say."""
    return ceil(len(words.split()) / WORDS_PER_SECOND)


@dataclass(frozen=True)
class Pickup:
    """How the phone is answered, if at all."""

    status: str = "in-progress"  # or busy, no-answer, failed
    rings: float = 6  # seconds until it is picked up
    sip: int = 200
    answered_by: str = "human"  # what answering machine detection will find,
    detection: float = 2.8  # after so many seconds


@dataclass(frozen=True)
class Moment:
    """A point in the call at which the callee may do something."""

    verb: str  # say, play, gather or record
    heard: str  # what was spoken since the callee last did something
    keys: bool = False  # whether keys are listened to now,
    speech: bool = False  # and whether speech is
    seconds: float = 0  # how long the network waits for a reaction before it goes on
    prompt: float = 0  # how long what is being said now takes: a person hears it while they react
    finish: str = ""  # the keys that end the input
    digits: int = 0  # after so many keys it is complete; 0: any number
    longest: int = 0  # so many seconds are recorded at most


@dataclass(frozen=True)
class Reaction:
    """What the callee does then, in this order: speaks (or makes a noise), presses keys, hangs up."""

    words: str = ""
    noise: int = 0  # seconds of sound, where it is not the words that tell
    keys: str = ""
    hangs_up: bool = False
    audio: bytes = field(default=b"", repr=False)  # the sound itself, as WAV, where there was a microphone

    @property
    def sound(self) -> int:
        return self.noise or speech_seconds(self.words)


SILENCE = Reaction()


class Callee(Protocol):
    """Someone who can be called. One object per call; `react` may take as long as a person takes."""

    @property
    def name(self) -> str: ...

    @property
    def pickup(self) -> Pickup: ...

    async def react(self, moment: Moment) -> Reaction: ...
