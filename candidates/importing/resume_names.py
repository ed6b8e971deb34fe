"""Finds the candidate whom a file is about, by the external id or the full name in its name."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from uuid import UUID

from candidates.models import Candidate

MAX_LENGTH = 255
"""The limit of a file name without folders and suffix, as on disks. Each run of its words is looked up."""
MIN_ID_LENGTH = 4
"""A shorter id must be the whole name, because files may be numbered."""
NOISE = frozenset(
    "cv resume lebenslauf curriculum vitae application bewerbung curriculo hoja vida final new neu copy kopie".split()
)
"""Words of file names that belong to no person's name."""
SPELLINGS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})
PLAIN = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d"})
CAMEL_CASE = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-ZÀ-ÖØ-Þ])")


class NameMatcher:
    """Matches names of files with these candidates."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._by_id: dict[str, UUID] = {}
        self._by_word: dict[str, set[tuple[UUID, frozenset[str]]]] = defaultdict(set)
        for candidate in candidates:
            if candidate.external_id:
                self._by_id[" ".join(_split(candidate.external_id))] = candidate.pk
            for words in _spellings(candidate.full_name):
                for word in words:
                    self._by_word[word].add((candidate.pk, words))

    def find(self, file_name: str) -> set[UUID]:
        """The candidates whom the file may be about. One: the file is theirs. More: the name is ambiguous."""
        stem = unicodedata.normalize("NFC", PurePosixPath(file_name.replace("\\", "/")).stem)
        if len(stem) > MAX_LENGTH:
            return set()
        by_id = self._find_by_id(_split(stem))
        by_name = self._find_by_name(stem)
        # An id and a name of different candidates: ambiguous.
        return by_id if by_id and (not by_name or by_id & by_name) else by_id | by_name

    def _find_by_id(self, words: list[str]) -> set[UUID]:
        whole = self._by_id.get(" ".join(words))
        if whole:
            return {whole}
        parts = (" ".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1))
        return {self._by_id[part] for part in parts if len(part) >= MIN_ID_LENGTH and part in self._by_id}

    def _find_by_name(self, stem: str) -> set[UUID]:
        candidate_ids: set[UUID] = set()
        for text in (stem, CAMEL_CASE.sub(" ", stem)):
            for words in _spellings(text):
                hits = Counter(named for word in words for named in self._by_word.get(word, ()))
                candidate_ids |= {
                    pk for (pk, name), count in hits.items() if count == len(name) and _is_meant(name, words)
                }
        return candidate_ids


def _is_meant(name: frozenset[str], words: frozenset[str]) -> bool:
    """Whether the name is meant. A name of one word may be part of another name, so no other word may be left."""
    return len(name) > 1 or words - NOISE == name


def _split(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _spellings(text: str) -> set[frozenset[str]]:
    """The words of the text without accents, and with umlauts written as two letters."""
    lower = unicodedata.normalize("NFC", text.casefold())
    plain = unicodedata.normalize("NFKD", lower.translate(PLAIN))
    spellings = (lower.translate(SPELLINGS), "".join(char for char in plain if not unicodedata.combining(char)))
    return {frozenset(words) for spelling in spellings if (words := _split(spelling))}
