"""The interface of a channel, over which an attempt is held: the phone, or text; later a browser."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.utils.module_loading import import_string

from interviews.conversation.phrases.requested_time import RequestedTime
from screener.services.errors import PermanentError


class InvalidAudio(PermanentError):
    """The content of a recording is not WAV audio."""


class Channel(Protocol):
    """One implementation for each value of `Attempt.channel`. It is stateless: the rows are the state."""

    @property
    def session_name(self) -> str:
        """The name of one attempt in texts, with its article: "the call"."""

    @property
    def grace_seconds(self) -> int:
        """How many seconds after the end of an attempt its last recording may still arrive."""

    @property
    def reaches_machines(self) -> bool:
        """Whether a machine, such as a voicemail, can reply in the candidate's place."""

    def end_attempt(self, attempt_id: UUID) -> None:
        """Queue a task that ends the attempt at the channel."""

    def next_contact(self, attempt_id: UUID, requested: RequestedTime) -> datetime:
        """Return the moment that the candidate of this attempt requested, in their time zone.

        If contact is not allowed at that moment, return the first allowed moment after it.
        """

    def fetch_audio(self, recording_sid: str) -> bytes:
        """Return the WAV audio of a recording.

        Raises InvalidAudio, TransientError if a later try may succeed, or PermanentError if none will.
        """

    def list_audio(self, attempt_id: UUID) -> list[str]:
        """Return the SIDs of the recordings that the channel stores of this attempt. Raises ServiceError."""

    def delete_audio(self, recording_sid: str) -> None:
        """Delete the recording that the channel stores. Raises ServiceError."""


_channels: dict[str, str | Channel] = {
    "phone": "interviews.calling.phone_channel.PhoneChannel",
    "room": "interviews.room.room_channel.RoomChannel",
    "text": "interviews.self_service.channel.TextChannel",
}


def register_channel(channel_name: str, channel: Channel) -> None:
    _channels[channel_name] = channel


def get_channel(channel_name: str) -> Channel:
    """Return the channel of this name. Its module is imported at the first use, as it may need a vendor's client."""
    channel = _channels[channel_name]
    if isinstance(channel, str):
        channel = _channels[channel_name] = import_string(channel)()
    return channel
