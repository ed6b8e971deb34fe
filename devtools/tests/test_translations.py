"""The German catalogue is complete, current and compiled. Mend it with `python -m devtools.translations`."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from devtools.translations.catalogue import (
    CATALOGUE,
    COMPILED,
    ROOT,
    catalogue_bytes,
    compiled_bytes,
    find_problems,
    merge_texts,
    read_catalogue,
)
from devtools.translations.extraction import extract_texts


@pytest.fixture(scope="module")
def merged() -> Catalog:
    """The catalogue with the texts that the code and the templates have now."""
    catalogue = read_catalogue()
    merge_texts(catalogue, extract_texts(ROOT))
    return catalogue


def test_every_text_is_translated(merged: Catalog) -> None:
    assert list(find_problems(merged)) == []


def test_catalogue_has_no_other_texts(merged: Catalog) -> None:
    assert catalogue_bytes(merged) == CATALOGUE.read_bytes()


def test_catalogue_is_compiled(merged: Catalog) -> None:
    assert compiled_bytes(merged) == COMPILED.read_bytes()


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
