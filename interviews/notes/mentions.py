"""Mentions of colleagues in notes: `@` and a username."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models.functions import Lower

from interviews.models import NoteVersion
from interviews.notices.readers import readers_of

MENTION = re.compile(r"(?<![\w@.+-])@([\w.@+-]{1,150})")
CLOSING = ".@+-"
"""Characters of usernames that may also follow a mention as punctuation."""
MAX_MENTIONS = 50


@dataclass(frozen=True)
class Mentions:
    """`unknown`: names of users who do not exist or may not see the interview. Which of both is not told."""

    users: list[User]
    unknown: list[str]


@dataclass(frozen=True)
class TextPiece:
    text: str
    is_mention: bool


def find_mentions(text: str, job: Any) -> Mentions:
    """Find the users whom a note on an interview for this job mentions. One query."""
    names = list(dict.fromkeys(match.group(1) for match in MENTION.finditer(text)))[:MAX_MENTIONS]
    if not names:
        return Mentions([], [])
    readings = {name: _readings(name) for name in names}
    candidates = {reading for possible in readings.values() for reading in possible}
    readers = readers_of(job).annotate(lower_name=Lower("username")).filter(lower_name__in=candidates)
    by_name: dict[str, User] = {reader.username.lower(): reader for reader in readers}
    mentioned: dict[Any, User] = {}
    unknown: list[str] = []
    for name, possible in readings.items():
        user = next((by_name[reading] for reading in possible if reading in by_name), None)
        if user:
            mentioned[user.pk] = user
        else:
            unknown.append(name.rstrip(CLOSING))
    return Mentions(list(mentioned.values()), unknown)


def split_at_mentions(text: str, usernames: Iterable[str]) -> list[TextPiece]:
    """Split a text where a mention of one of these users begins or ends. The pieces together are the text."""
    recognised = {name.lower() for name in usernames}
    pieces: list[TextPiece] = []
    place = 0
    for match in MENTION.finditer(text):
        name = next((reading for reading in _readings(match.group(1)) if reading in recognised), None)
        if name is None:
            continue
        end = match.start(1) + len(name)
        pieces += [
            TextPiece(text[place : match.start()], False),
            TextPiece(text[match.start() : end], True),
        ]
        place = end
    pieces.append(TextPiece(text[place:], is_mention=False))
    return [piece for piece in pieces if piece.text]


def without_mentions(version: NoteVersion, replacement: str) -> str:
    """The text with other words in place of the mentioned usernames."""
    pieces = split_at_mentions(version.text, version.mentions)
    return "".join(f"@{replacement}" if piece.is_mention else piece.text for piece in pieces)


def suggest_users(job: Any, prefix: str, *, limit: int) -> Iterable[User]:
    """The readers whose username or name begins with this, for a list of suggestions."""
    readers = readers_of(job)
    if prefix:
        by_username = readers.filter(username__istartswith=prefix)
        by_name = readers.filter(first_name__istartswith=prefix) | readers.filter(last_name__istartswith=prefix)
        readers = by_username | by_name
    return readers.order_by("username")[:limit]


def _readings(name: str) -> list[str]:
    """The usernames that may be meant, the longest first: the end of a sentence is no part of one."""
    readings = [name.lower()]
    while readings[-1] and readings[-1][-1] in CLOSING:
        readings.append(readings[-1][:-1])
    return [reading for reading in readings if reading]
