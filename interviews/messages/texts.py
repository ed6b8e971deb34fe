"""The texts of messages to candidates: one file for each language, read and compared at start-up."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

FOLDER = Path(__file__).parent / "wording"
DEFAULT_LANGUAGE = "en"
Texts = Mapping[str, str]


class IncompleteWording(Exception):
    """A file of texts lacks a text of another one, or fills in other places."""


@cache
def load_wording() -> dict[str, dict[str, str]]:
    """The texts by language and name, such as `invitation.subject`. Raises IncompleteWording."""
    wording = {path.stem: _flatten(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml"))}
    complete = _places(wording[DEFAULT_LANGUAGE])
    for language, texts in wording.items():
        if problems := _differences(_places(texts), complete):
            raise IncompleteWording(f"{language}.toml: {', '.join(problems)}")
    return wording


def wording_language(tag: str) -> str:
    """The language of the texts for an interview in this language: its own, or else English."""
    language = tag.split("-")[0].lower()
    return language if language in load_wording() else DEFAULT_LANGUAGE


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in table.items():
        texts |= _flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return texts


def _places(texts: Texts) -> dict[str, set[str]]:
    return {name: {place for _, place, _, _ in Formatter().parse(text) if place} for name, text in texts.items()}


def _differences(places: Mapping[str, set[str]], complete: Mapping[str, set[str]]) -> list[str]:
    """The names of texts that only one of the languages has, or that fill in other places."""
    return sorted(name for name in places.keys() | complete.keys() if places.get(name) != complete.get(name))
