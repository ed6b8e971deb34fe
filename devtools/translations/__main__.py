"""Brings the German catalogue up to date: `python -m devtools.translations`. Prints what is not translated."""

import os
import sys

import django

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


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
    os.environ.setdefault("DEBUG", "1")
    django.setup()
    catalogue = read_catalogue()
    merge_texts(catalogue, extract_texts(ROOT))
    CATALOGUE.write_bytes(catalogue_bytes(catalogue))
    COMPILED.write_bytes(compiled_bytes(catalogue))
    problems = list(find_problems(catalogue))
    sys.stdout.write("\n".join([*problems, f"{len(catalogue)} texts, {len(problems)} problems", ""]))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
