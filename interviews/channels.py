"""What an interview needs of the channel that an attempt is held over: a phone, later a browser or text."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.utils.module_loading import import_string

from interviews.conversation.engine import Prompt
from interviews.conversation.phrases.requested_time import RequestedTime
from screener.services.errors import PermanentError

Render = Callable[[Prompt], str]
"""Delivers a prompt: returns what the channel sends in reply to an input. Given by the door that received the input."""


class InvalidAudio(PermanentError):
    """The content of a recording is not WAV audio."""


class Channel(Protocol):
    """One implementation for each value of `Attempt.channel`. It is stateless: the rows are the state."""

    @property
    def session_name(self) -> str:
        """What staff and clients call one attempt, with its article, as in "said in the call"."""

    @property
    def grace_seconds(self) -> int:
        """How long after the end of an attempt its last recording may still be reported."""

    @property
    def reaches_machines(self) -> bool:
        """Whether a machine, such as a voicemail, can reply in the candidate's place."""

    def end_attempt(self, attempt_id: UUID) -> None:
        """Have the channel end the attempt, in the background."""

    def next_contact(self, attempt_id: UUID, requested: RequestedTime) -> datetime:
        """Return the moment that the candidate of this attempt means, in their time zone.

        Where contact is not allowed then, it is the first moment after at which it is.
        """

    def fetch_audio(self, recording_sid: str) -> bytes:
        """Raises InvalidAudio, TransientError where it may come later, and PermanentError where it will not."""

    def delete_audio(self, recording_sid: str) -> None:
        """Delete the channel's own copy. Raises ServiceError."""


_channels: dict[str, str | Channel] = {"phone": "interviews.calling.phone_channel.PhoneChannel"}


def register_channel(name: str, channel: Channel) -> None:
    _channels[name] = channel


def get_channel(name: str) -> Channel:
    """Return the channel of this name. Its module is imported when it is first used, as it may need its vendor."""
    channel = _channels[name]
    if isinstance(channel, str):
        channel = _channels[name] = import_string(channel)()
    return channel
