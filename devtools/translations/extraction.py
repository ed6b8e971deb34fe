"""Finds the texts that are marked for translation, without GNU gettext."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.apps import apps
from django.utils.translation import override
from django.utils.translation.template import templatize

from screener.db.translated_names import names_of_models

WITHOUT_TEXTS = {"tests", "migrations", "conversation"}
"""Prompts to candidates have texts of their own: `interviews/conversation/wording`."""
KEYWORDS = (
    DEFAULT_KEYWORDS
    | {"gettext_noop": None}
    | {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")}
)
DJANGO_CATALOGUES = ("conf", "contrib/admin", "contrib/auth")
NAMES, THEME = "names of models and fields", "Django and the theme"


def extract_texts(root: Path) -> Catalog:
    """Return the texts of the product, and those of Django and of the admin's theme that Django does not translate."""
    texts = Catalog(charset="utf-8")
    for folder in _folders(root):
        for path in sorted(folder.rglob("*")):
            if not WITHOUT_TEXTS & set(path.relative_to(root).parts):
                _add_texts(texts, path, str(path.relative_to(root)))
    with override("en"):
        for name in names_of_models():
            texts.add(name, locations=[(NAMES, 0)])
    _add_theme(texts)
    return texts


def _folders(root: Path) -> list[Path]:
    own = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == root]
    return [*own, root / "templates"]


def _add_theme(texts: Catalog) -> None:
    theme = Catalog(charset="utf-8")
    for path in _files_of_theme():
        _add_texts(theme, path, THEME)
    translated, untranslated = _texts_of_django()
    for message in [*theme, *untranslated]:
        if message.id and (message.id, message.context) not in translated:
            texts.add(message.id, context=message.context, locations=[(THEME, 0)])


def _files_of_theme() -> list[Path]:
    """The files of its installed apps. The core has the folders of all others below its own."""
    core, *others = (Path(app.path) for app in apps.get_app_configs() if app.name.split(".")[0] == "unfold")
    of_core = [path for path in sorted(core.rglob("*")) if core / "contrib" not in path.parents]
    return [*of_core, *(path for folder in others for path in sorted(folder.rglob("*")))]


def _texts_of_django() -> tuple[set[tuple[Any, str | None]], list[Message]]:
    """Return the texts for which Django has a German translation, and those for which it has none."""
    messages: list[Message] = []
    for name in DJANGO_CATALOGUES:
        with (Path(django.__file__).parent / name / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
            messages += read_po(file)
    translated = {(message.id, message.context) for message in messages if _has_translation(message)}
    return translated, [message for message in messages if not _has_translation(message)]


def _has_translation(message: Message) -> bool:
    forms = message.string if isinstance(message.string, list | tuple) else [message.string]
    return all(forms) and not message.fuzzy


def _add_texts(texts: Catalog, path: Path, location: str) -> None:
    for text, comments, context in _texts_in(path):
        texts.add(text, locations=[(location, 0)], auto_comments=comments, context=context)


def _texts_in(path: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    if path.suffix not in (".py", ".html", ".txt"):
        return
    source = path.read_text()
    if path.suffix != ".py":
        # Python with the texts of the template and nothing else. Indented lines would be no valid Python.
        source = "\n".join(line.strip() for line in templatize(source, origin=str(path)).splitlines())
    for _, text, comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS, ["Translators:"]):
        yield text, comments, context
