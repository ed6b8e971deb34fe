"""Facts in the text of a resume: skills, periods and places, each with its position in the text.

They help a reader to find passages. Skills and large places come from lists, so that a missing fact proves no lack.
Lines about protected attributes are skipped: birth, age, family, origin, religion, health and photos.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from candidates.timezones import iana_time_zones

MAX_FACTS = 60
"""The limit per kind."""
LONGEST_NAME = 4
"""The most words of a name."""

_WORD = re.compile(r"[^\W_][\w+#]*(?:[./&'-][\w+#]+)*|\.NET\b")
_MONTH = (
    r"(?:jan(?:uary|uar|vier)?|jän(?:ner)?|ene(?:ro)?|feb(?:ruary|ruar)?|fév(?:rier)?|fev(?:ereiro)?|mar(?:ch|s|zo|ço)?"
    r"|mär(?:z)?|apr(?:il)?|avr(?:il)?|abr(?:il)?|ma[iy]|mayo|maio|jun[ei]?|juin|jul[yi]?|juil(?:let)?|aug(?:ust)?|août"
    r"|ago(?:sto)?|sep(?:t|tember|tembre)?|set(?:embro)?|o[ck]t(?:ober|obre)?|out(?:ubro)?|nov(?:ember|embre)?"
    r"|de[cz](?:ember|embre)?|déc(?:embre)?|dic(?:iembre)?)\.?"
)
_YEAR = r"(?:19|20)\d\d"
_DAY_AND_MONTH = r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.|(?:0?[1-9]|1[0-2])\s?[/.]"
_MOMENT = rf"(?:(?:{_MONTH}|{_DAY_AND_MONTH})\s?)?{_YEAR}"
_NOW = r"(?:present|today|now|current|heute|jetzt|dato|aujourd'hui|actualidad|hoy|atual|presente)"
PERIOD = re.compile(
    rf"(?<![\w./-])(?:(?:{_MOMENT})\s?(?:[-\u2010-\u2015]|to|until|bis|à|hasta|a|até)\s?(?:{_MOMENT}|{_NOW})"
    rf"|(?:since|seit|depuis|desde)\s{_MOMENT})(?![\w/-])",
    re.IGNORECASE,
)
_POSTAL_PLACE = re.compile(
    r"(?<![\w/.-])(?:[A-Z]{1,2}-)?(?!(?:19|20)\d\d\b)\d{4,5}\s"
    r"(?P<place>[^\W\d_][^\W\d_]+(?:[ -][A-ZÄÖÜ][^\W\d_]+){0,2})"
    r"|(?P<town>[A-Z][a-z]+(?:[ ][A-Z][a-z]+){0,2}),\s[A-Z]{2}\s\d{5}\b"
)
_PROTECTED = re.compile(
    r"\b(?:born|birth\w*|geb\.|geboren\w*|geburts\w*|n[ée]e? (?:le|en)|naissance|nacid[oa]|nacimiento|nascid[oa]"
    r"|nascimento|age[d:]?|alter|âge|edad|idade|years old|jahre alt|gender|sex|geschlecht|sexe|sexo"
    r"|marital|married|single|divorced|widowed|familienstand|verheiratet|ledig|geschieden|verwitwet"
    r"|situation (?:de famille|familiale)|mari[ée]e?|c[ée]libataire|estado civil|casad[oa]|solter[oa]|solteir[oa]"
    r"|child(?:ren)?|kinder|enfants?|hijos?|filhos?|nationalit\w*|nationality|nacionalidad\w*|citizen\w*"
    r"|staatsangeh\w*|staatsbürger\w*|native of|origin|herkunft|ethnic\w*|race|religio\w*|konfession|church|kirche"
    r"|disab\w+|behinder\w*|state of health|health (?:status|condition|issues?|problems?)"
    r"|gesundheitszustand|krankheit\w*|illness\w*|pregnan\w*|schwanger\w*"
    r"|photo|foto|picture|lichtbild|passport|reisepass|visa)\b",
    re.IGNORECASE,
)
_LABEL_ALONE = 40
"""A shorter protected line without a number may be the label of the next line."""


class FactKind(StrEnum):
    SKILL = "skill"
    PERIOD = "period"
    PLACE = "place"


@dataclass(frozen=True)
class Fact:
    """`text`: the fact as shown. `start`, `end`: its position in the text."""

    kind: FactKind
    text: str
    start: int
    end: int


def find_facts(text: str) -> list[Fact]:
    """The facts in order of their position. A repeated skill or place is returned once, at its first position."""
    forbidden = _ProtectedLines(text)
    facts: dict[tuple[FactKind, str], Fact] = {}
    counts = dict.fromkeys(FactKind, 0)
    end_of_last = -1
    for fact in sorted((*_find_listed(text), *_find_periods(text), *_find_postal_places(text)), key=_by_place):
        key = fact.kind, fact.text.casefold()
        if fact.start < end_of_last or key in facts or counts[fact.kind] == MAX_FACTS or fact.start in forbidden:
            continue
        facts[key] = fact
        counts[fact.kind] += 1
        end_of_last = fact.end
    return list(facts.values())


def _by_place(fact: Fact) -> tuple[int, int]:
    return fact.start, -fact.end


class _ProtectedLines:
    """The lines about protected attributes, which are skipped."""

    def __init__(self, text: str) -> None:
        self._starts, self._is_protected = [0], list[bool]()
        is_label = False
        for line in text.split("\n"):
            is_protected = _PROTECTED.search(line) is not None
            self._is_protected.append(is_protected or is_label)
            is_label = is_protected and len(line) < _LABEL_ALONE and line.rstrip().endswith((":", *_letters(line)))
            self._starts.append(self._starts[-1] + len(line) + 1)

    def __contains__(self, place: int) -> bool:
        return self._is_protected[bisect_right(self._starts, place) - 1]


def _letters(line: str) -> tuple[str, ...]:
    """The last letter of a line that is one protected word, and so labels the next line."""
    words = line.split()
    return (words[0][-1],) if len(words) == 1 else ()


def _find_listed(text: str) -> Iterator[Fact]:
    """Skills and places of the lists. Of several that begin with the same word, the longest counts."""
    listed, words = _listed_names(), list(_WORD.finditer(text))
    for number, word in enumerate(words):
        for count in range(min(LONGEST_NAME, len(words) - number), 0, -1):
            last = words[number + count - 1]
            name = text[word.start() : last.end()]
            listing = listed.get(" ".join(name.casefold().replace("-", " ").split()))
            if listing and (listing.may_be_small or not name[:1].islower()):
                yield Fact(listing.kind, listing.name or name, word.start(), last.end())
                break


class _Listing(NamedTuple):
    """`name`: the fact as shown; empty: the text of the resume. `may_be_small`: also found without a capital letter."""

    kind: FactKind
    name: str
    may_be_small: bool


@cache
def _listed_names() -> dict[str, _Listing]:
    names = dict.fromkeys(_place_names(), _Listing(FactKind.PLACE, "", may_be_small=False))
    skills = _read_list("skills.toml")
    for family in skills["families"].values():
        for name, *spellings in family:
            for spelling in (name, *spellings):
                may_be_small = spelling not in skills["also_words"]
                names[spelling.casefold().replace("-", " ")] = _Listing(FactKind.SKILL, name, may_be_small)
    return names


def _place_names() -> set[str]:
    """Countries, and the cities that name time zones, both of the IANA database; and large cities by other names."""
    cities = (zone.rpartition("/")[2].replace("_", " ").casefold() for zone in iana_time_zones() if "/" in zone)
    lines = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8").splitlines()
    countries = {line.partition("\t")[2].casefold() for line in lines if line and not line.startswith("#")}
    named = {city for city in cities if city.replace(" ", "").isalpha() and len(city) > 3}
    listed = _read_list("places.toml")
    return (named | countries).union(listed["cities"]) - set(listed["not_only_places"])


def _read_list(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))


def _find_periods(text: str) -> Iterator[Fact]:
    for match in PERIOD.finditer(text):
        yield Fact(FactKind.PERIOD, " ".join(match[0].split()), match.start(), match.end())


def _find_postal_places(text: str) -> Iterator[Fact]:
    for match in _POSTAL_PLACE.finditer(text):
        group = "place" if match["place"] else "town"
        yield Fact(FactKind.PLACE, match[group], match.start(group), match.end(group))
