"""The catalogues are complete, current and compiled. Mend them with `python -m devtools.translations`."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from devtools.translations.candidate_texts import SOURCES, texts_for
from devtools.translations.catalogue import (
    ROOT,
    catalogue_bytes,
    catalogue_path,
    compiled_bytes,
    compiled_path,
    find_problems,
    merge_texts,
    read_catalogue,
)
from devtools.translations.extraction import extract_texts
from interviews.messages.texts import load_wording

LANGUAGES = [tag for tag in dict(settings.CANDIDATE_LANGUAGES) if tag != settings.LANGUAGE_CODE]


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """The texts that the code and the templates have now."""
    return extract_texts(ROOT)


def test_catalogues_are_complete_and_current(texts: Catalog) -> None:
    for language in LANGUAGES:
        merged = read_catalogue(language)
        merge_texts(merged, texts_for(language, texts))
        assert (language, list(find_problems(merged))) == (language, [])
        assert catalogue_bytes(merged) == catalogue_path(language).read_bytes(), language
        assert compiled_bytes(merged) == compiled_path(language).read_bytes(), language


def test_sources_of_candidate_texts_exist(texts: Catalog) -> None:
    selected = texts_for("es", texts)
    locations = {path for message in selected for path, _line in message.locations}
    assert all(any(path.startswith(source) for path in locations) for source in SOURCES)
    assert len(selected) < len(texts) == len(texts_for("de", texts))


def test_french_has_its_typography() -> None:
    """A no-break space before high marks, which else stand alone at the start of a line, and one form of apostrophe."""
    strings = [text for message in read_catalogue("fr") if message.id for text in forms_of(message)]
    texts = [*strings, *load_wording()["fr"].values()]
    assert [text for text in texts if re.search(r" [:;?!]|'", text)] == []


def forms_of(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [str(message.string)]


def test_refusals_of_portal_are_candidate_texts(texts: Catalog) -> None:
    """What the portal calls may refuse in words, which it shows."""
    with_texts = {path for message in texts for path, _line in message.locations if path.startswith("interviews/")}
    called = {path for path in with_texts & imported_paths(ROOT / "portal") if "/models/" not in path}
    assert called
    assert [path for path in called if not path.startswith(SOURCES)] == []


def imported_paths(folder: Path) -> set[str]:
    """Modules, and names in modules, that the code of a folder imports, as paths."""
    code = [path.read_text() for path in folder.rglob("*.py") if "tests" not in path.parts]
    imports = [node for text in code for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    names = {f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    return {f"{name.replace('.', '/')}.py" for name in names | {str(node.module) for node in imports}}


def test_incomplete_entries_are_problems() -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("none")
    catalogue.add("fuzzy", "unscharf", flags=["fuzzy"])
    catalogue.add(("%(n)s day", "%(n)s days"), ("%(n)s Tag", ""))
    catalogue.add("%(n)s of %(m)s", "%(n)s von %(k)s")
    catalogue.add("done", "fertig")
    assert len(list(find_problems(catalogue))) == 4


def test_texts_of_all_notations_are_found(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "page.html").write_text(
        '{% translate "One" %}{{ x|default:_("Two") }}\n'
        "    {% blocktranslate trimmed count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}\n"
    )
    texts = extract_texts(tmp_path)
    assert all(text in texts for text in ("One", "Two", ("%(n)s day", "%(n)s days")))
