"""Brings the catalogues up to date: `python -m devtools.translations`. Prints the texts without a translation."""

import os
import sys

import django
from babel.messages.catalog import Catalog
from django.conf import settings

from devtools.translations.candidate_texts import texts_for
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


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
    os.environ.setdefault("DEBUG", "1")
    django.setup()
    texts = extract_texts(ROOT)
    languages = [language for language in dict(settings.CANDIDATE_LANGUAGES) if language != settings.LANGUAGE_CODE]
    problem_counts = [update_catalogue(language, texts_for(language, texts)) for language in languages]
    return any(problem_counts)


def update_catalogue(language: str, texts: Catalog) -> int:
    """Write and compile the catalogue of a language. Return the number of its problems."""
    catalogue = read_catalogue(language)
    merge_texts(catalogue, texts)
    catalogue_path(language).write_bytes(catalogue_bytes(catalogue))
    compiled_path(language).write_bytes(compiled_bytes(catalogue))
    problems = list(find_problems(catalogue))
    sys.stdout.write("\n".join([*problems, f"{language}: {len(catalogue)} texts, {len(problems)} problems", ""]))
    return len(problems)


if __name__ == "__main__":
    sys.exit(main())
