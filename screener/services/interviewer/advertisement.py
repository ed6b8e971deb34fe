"""Reads a job advertisement: the phrases that parse as a requirement or a duty.

Statements under any other heading, such as pay, benefits or the company, are skipped. A phrase that does not fit a
pattern is skipped, too: a question about it might not be speech.
"""
# ruff: noqa: RUF001 - dashes and typographic quotes are meant

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MAX_PHRASE_WORDS = 8
"""A longer phrase is hard to follow on the phone."""
MAX_HEADING_WORDS = 7

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


class Section(StrEnum):
    REQUIREMENTS = "requirements"
    DUTIES = "duties"
    OTHER = "other"


class Kind(StrEnum):
    """The kind of a phrase. The values name lists of question templates."""

    CREDENTIAL = "credential"
    EXPERIENCE = "experience"
    FIELD = "field"
    KNOWLEDGE = "knowledge"
    USE = "use"
    SKILLS = "skills"
    TASK = "task"


@dataclass(frozen=True)
class Subject:
    kind: Kind
    text: str

    @property
    def competency(self) -> str:
        text = re.sub(r"^(?:with|in|as|of|on|at|using) ", "", self.text)
        text = f"{text} skills" if self.kind is Kind.SKILLS else text
        return text[0].upper() + text[1:]


def _alternatives(listed: str) -> str:
    entries = [re.escape(entry.strip()).replace(r"\*", r"\w*") for entry in listed.replace("\n", " ").split(",")]
    return "|".join(sorted(filter(None, entries), key=len, reverse=True))


_HEADINGS = {
    Section(name): re.compile(rf"\b(?:{_alternatives(text)})\b", re.I) for name, text in _DATA["headings"].items()
}
_FORBIDDEN = re.compile(rf"(?<![\w-])(?:{_alternatives(_DATA['words']['forbidden'])})(?![\w-])", re.I)
_SMALL = re.compile(rf"(?:{_alternatives(_DATA['words']['small'])})", re.I)
_PRAISE = re.compile(rf"^(?:(?:{_alternatives(_DATA['words']['praise'])}|an?|the|and|or)(?:,\s*|\s+))+", re.I)
_VERBS = _alternatives(_DATA["words"]["tasks"])
_TASK = re.compile(rf"^(?:{_VERBS})\s+\w", re.I)
_NEXT_DUTY = re.compile(rf"(?:,\s+(?:and\s+)?|\s+and\s+)(?=(?:{_VERBS})\s)", re.I)

_MARKER = re.compile(r"^\s*(?:[-*•‣◦▪–—·✓✔►]|o|\d{1,2}[.)])\s+")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_WISH = re.compile(
    r"[\s,:;–—-]*\b(?:(?:is|are|would be|will be)\s+)?(?:an?\s+|highly\s+|strongly\s+)?"
    r"(?:plus|bonus|asset|advantage|must|preferred|desirable|desired|required|essential|necessary|beneficial|helpful)\W*$",
    re.I,
)
_SPEAKABLE = re.compile(r"[A-Za-z][A-Za-z'’+#.&-]*(?: [A-Za-z][A-Za-z'’+#.&-]*)*")
_NUMBER = r"(?:\d+|one|two|three|four|five|several)"
_YEARS = (
    rf"(?:(?:at least|minimum(?: of)?|over)\s+)?{_NUMBER}\s*(?:\+|plus|or more)?(?:\s*(?:-|–|to)\s*{_NUMBER})?\+?\s*"
    r"(?:years?|yrs?)['’]?(?:\s+of)?\s+"
)
_LEAD = re.compile(
    rf"^(?:(?:you|candidates?|applicants?|the successful candidate)\s+)?(?:(?:must|should|will|'ll)\s+)?(?:ideally\s+)?"
    rf"(?:(?:have|has|possess|bring|be|are|need|know|hold|show|demonstrate)\s+)?(?:{_YEARS})?",
    re.I,
)
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        (Kind.CREDENTIAL, r"^(?P<subject>[\w' -]+? (?:licen[cs]e|certificate|certification|permit|card))$"),
        (Kind.EXPERIENCE, r"^experienced? (?P<subject>(?:with|in|as|using|at) .+)$"),
        (Kind.EXPERIENCE, r"^experience (?P<subject>\w+ing .+)$"),
        (Kind.FIELD, r"^(?P<subject>[\w' -]+?) experience$"),
        (Kind.KNOWLEDGE, r"^(?:knowledge|understanding|command|grasp) (?:of|in) (?P<subject>.+)$"),
        (
            Kind.USE,
            r"^(?:familiar|familiarity|proficiency|proficient|skilled|expertise|confident|fluency|fluent) "
            r"(?:with|in|using) (?P<subject>.+)$",
        ),
        (Kind.SKILLS, r"^(?P<subject>[\w' -]+?) skills$"),
    )
)
_ABILITY = re.compile(
    r"^(?:(?:the )?ability|able|capable|responsible|responsibility|comfortable|confident) (?:to|for|of|with|in) ", re.I
)
_WILL = re.compile(
    r"^(?:(?:you|the \w+)\s+(?:will|'ll|would)|you'll|to)\s+(?:be (?:responsible|accountable) for\s+)?", re.I
)

_IS_REQUIREMENT = re.compile(r"\b(?:must|should|requires?|looking for|need|you have)\b", re.I)
_REQUIREMENT_LEAD = re.compile(r"^.*?\b(?:looking for|requires?|need)\b\s*", re.I)
_IS_DUTY = re.compile(r"you(?:'ll| will) ", re.I)


def find_subjects(description: str) -> list[Subject]:
    """Return the requirements and duties of the advertisement in their order, none twice."""
    kept: list[Subject] = []
    seen: set[str] = set()
    for subject in _parsed_subjects(description):
        stems = {word[:6] for word in re.findall(r"\w+", subject.text.lower()) if not _SMALL.fullmatch(word)}
        if stems and len(stems & seen) * 2 < len(stems):
            kept.append(subject)
            seen |= stems
    return kept


def _parsed_subjects(description: str) -> Iterator[Subject]:
    section = Section.OTHER
    for line in description.replace("’", "'").splitlines():
        text = " ".join(line.split()).strip("*_# ")
        if heading := _heading_section(line, text):
            section, text = heading
        item = _MARKER.sub("", text)
        is_listed = item != text or section is not Section.OTHER
        for statement in re.split(r"(?<=[.!?;])\s+|;\s*", item):
            for clause in _split_duties(statement):
                subject = _parse_statement(clause.strip(" .;,:"), section if is_listed else Section.OTHER)
                if subject:
                    yield subject


def _split_duties(statement: str) -> Iterator[str]:
    """Split "You will plan tours, answer calls and keep the books": each part becomes a duty of its own."""
    duties = _NEXT_DUTY.split(_WILL.sub("", statement)) if _IS_DUTY.match(statement) else []
    if len(duties) < 2 or " " not in duties[0]:  # "pick and pack orders" is one duty
        yield statement
    else:
        yield from (f"you will {duty}" for duty in duties)


def _heading_section(line: str, text: str) -> tuple[Section, str] | None:
    """Return the section that a heading opens, and the rest of its line. None for a line without a heading."""
    label, colon, rest = text.partition(":")
    is_short = len(label.split()) <= MAX_HEADING_WORDS
    is_heading = is_short and (colon or line.lstrip().startswith(("#", "**")) or _looks_like_heading(line, text))
    if not is_heading or _MARKER.match(line):
        return None
    matching = (section for section, pattern in _HEADINGS.items() if pattern.search(label))
    return next(matching, Section.OTHER), rest.strip()


def _looks_like_heading(line: str, text: str) -> bool:
    is_named = any(pattern.match(text) for pattern in _HEADINGS.values())
    return text.isupper() or (is_named and len(text.split()) <= MAX_HEADING_WORDS and text[-1:] not in ".!?,")


def _parse_statement(statement: str, section: Section) -> Subject | None:
    text = _WISH.sub("", _ASIDE.sub("", statement)).strip(" .;,:")
    if section is not Section.OTHER:
        return _parse_requirement(text) or _parse_task(text)
    if _IS_REQUIREMENT.search(text):
        return _parse_requirement(_REQUIREMENT_LEAD.sub("", text))
    return _parse_task(text) if _IS_DUTY.match(text) else None


def _parse_requirement(text: str) -> Subject | None:
    core = _PRAISE.sub("", _LEAD.sub("", _PRAISE.sub("", text)))
    for kind, pattern in _PATTERNS:
        if match := pattern.match(core):
            return _subject(kind, match["subject"])
    return None


def _parse_task(text: str) -> Subject | None:
    text = _ABILITY.sub("", _WILL.sub("", text))
    if not _TASK.match(text):
        return None
    first_part = re.split(
        r",|\s+(?:in order to|so that|to ensure|while|as well as|including|such as|according to)\b", text
    )[0]
    return _subject(Kind.TASK, first_part[0].lower() + first_part[1:])


def _subject(kind: Kind, phrase: str) -> Subject | None:
    """The phrase as the subject of a question, or None where a question with it might not be speech."""
    phrase = re.split(r",|\s+(?:and/or|such as|including|e\.g\.)\s", phrase)[0]
    phrase = re.sub(r"\b(?:our|your|the company's)\b", "the", phrase, flags=re.I).strip(" .;,:-")
    words = phrase.split()
    if not 1 <= len(words) <= MAX_PHRASE_WORDS or not _SPEAKABLE.fullmatch(phrase) or _FORBIDDEN.search(phrase):
        return None
    if _SMALL.fullmatch(words[-1]) or (kind is Kind.TASK and len(words) < 2):
        return None
    return Subject(kind, phrase)
