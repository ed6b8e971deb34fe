"""Every page in a language that puts each translated text into brackets: text outside of them is not translated."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real
from procrastinate.contrib.django.models import ProcrastinateJob

from screener.web.language import SESSION_KEY
from tests.roles.sample_job import make_sample_job, make_technical_rows
from tests.roles.table import read_table
from tests.roles.walker import MODELS, Walker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ACTIONS, OTHERS = read_table("Actions"), read_table("Other pages")
INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
NO_WORDS = re.compile(r"https?://[^\s⟦⟧]+|\b[0-9a-f]{8}-[0-9a-f-]{27}")
"""Addresses and ids."""
WORD = re.compile(r"[^\W\d_]{3,}")
READ_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt"}
WITHOUT_TEXTS = {"pre", "script", "style", "textarea", "code", "kbd", "time", "bdi", "q", "blockquote"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NAMES = {"Screener", "English", "Deutsch", "UTC", "CSV", "XLSX", "PDF", "JSON", "OpenAI", "Twilio", "USD"}
ZONES = {shown for zone in available_timezones() for shown in (zone, zone.replace("_", " "))}
QUEUE_CODES = {*ProcrastinateJob.STATUSES, "deferred"}
"""The queue's own codes, on technical pages."""


@pytest.fixture(autouse=True)
def restored_language() -> Iterator[None]:
    """The language of the last request stays active, also in the tests after this one."""
    with translation.override(translation.get_language()):
        yield


class Brackets:
    """Stands in for a catalogue."""

    def to_language(self) -> str:
        return "de"

    def gettext(self, message: str) -> str:
        text = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        return f"⟦{text}⟧" if text else text

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


class TextReader(HTMLParser):
    """Collects the texts of a page and of its attributes, but none of parts that show what people wrote, or codes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.content: list[str] = []
        self.attributes: list[str] = []
        self._parts: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if not self._is_hidden():
            self.attributes += [value for name, value in attrs if name in READ_ATTRIBUTES and value]
        is_hidden = (
            tag in WITHOUT_TEXTS or values.get("dir") == "auto" or "material-symbols" in (values.get("class") or "")
        )
        if tag not in VOID:
            self._parts.append((tag, is_hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._parts and self._parts.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_hidden():
            self.content.append(" ".join(data.split()))

    def _is_hidden(self) -> bool:
        return any(is_hidden for _, is_hidden in self._parts)


def stored_texts() -> re.Pattern[str]:
    """Finds what people and programs have written into the database, the longest first; no codes."""
    fields = [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]
    texts = {str(text) for model, name in fields for text in model._default_manager.values_list(name, flat=True)}
    words = {" ".join(text.split()) for text in texts} | {word for text in texts for word in text.splitlines()}
    longest_first = sorted((word for word in words | names_by_django() if len(word) > 3), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


def names_by_django() -> set[str]:
    """The names of the tables of many-to-many relations, which Django translates once, when it starts."""
    relations = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]
    names = {str(name) for relation in relations for name in (relation.verbose_name, relation.verbose_name_plural)}
    return names | {f"{relation.object_name} object" for relation in relations}


def untranslated_texts(page: str, stored: re.Pattern[str]) -> set[str]:
    reader = TextReader(page)
    # A translated text may have tags in it, so brackets open and close in different parts of the page.
    parts = [part for part in [*reader.content, *reader.attributes] if part not in ZONES]
    text = NO_WORDS.sub(" ", "\n".join(parts))
    while INNERMOST.search(text):
        text = INNERMOST.sub(" ", text)
    text = stored.sub(" ", text)
    words = (
        " ".join(word for word in WORD.findall(line) if word not in NAMES | QUEUE_CODES) for line in text.splitlines()
    )
    return {line for line in words if line}


def test_pages_show_no_untranslated_text(monkeypatch: pytest.MonkeyPatch) -> None:
    root = User.objects.create_superuser("root", first_name="Rootname")
    make_technical_rows(root)
    job = make_sample_job(1, decider=root)
    walker = Walker(root, job, job)
    session = walker.client.session
    session[SESSION_KEY] = "de"
    session.save()
    monkeypatch.setitem(vars(trans_real)["_translations"], "de", Brackets())
    for model in MODELS:
        walker.allowed_verbs(model)
    for code in ACTIONS:
        walker.action_scope(code)
    for name in OTHERS:
        walker.get_status(reverse(name))
    stored = stored_texts()
    # Pages that deny access are Django's own, without a menu.
    pages = {address: page for address, page in walker.pages.items() if "</nav>" in page}
    assert len(pages) > len(MODELS)
    leaks = {(text, address) for address, page in pages.items() for text in untranslated_texts(page, stored)}
    assert leaks == set()
