"""Reads the phrases of a language from its file.

A file has sections under headings in brackets. A line that begins with a space continues the line before; a line that
begins with # is a comment.

    [hints]        utterances that a speech recogniser should expect
    [letters]      `é, è = e`: letters in place of others, in utterances, names and all other sections but the hints
    [prefixes]     `l' = la`: beginnings of contractions
    [suffixes]     `n't = not`: endings of contractions
    [rewrites]     `nope, nah = no`: spellings, recognition errors and dialect in place of the words that phrases use
    [fillers]      words without meaning, separated by spaces
    [narration]    words of a story, such as "he" and "customers": a request in it is not the speaker's
    [speaker]      words for the speaker and the listener
    [languages]    `spanish, español = es`: names of languages
    [fragments]    `machine = a? (robot | computer)`: parts of phrases, in the notation of `notation.py`
    [frames]       phrases before a refusal that make it a question, a condition or a report: `is it a problem if`
    [conditions]   phrases after a refusal that do the same: `when you are done`
    [questions]    phrases of a question that the candidate asks in place of an answer: `how much`
    [undecided]    phrases of a doubt or a condition: `we will see`, `only if`
    [corrections]  phrases that take back what was said before them: `no wait`
    [times] ...    the words of times, as in `TimeWords`. [hours] has the numbers that are hours only: `treize = 13`
    [cardinals], [ordinals], [indefinite], [added], [spans], [months], [amounts]
                   the words of amounts, as in `AmountWords`. [amounts] has the phrases of each `AmountRole`
    [neutral]      phrases without a meaning of their own
    [never]        phrases with an intent of `Intent`, one per line. After a colon: the prompts of `Expecting` that they
                   reply to, where not all, and their strength, where not strong: `[yes: answer_check, light]`

Two phrases exclude each other where they overlap: the longer one counts. So "never mind" and "do not hang up", in the
neutral section, keep the words in them from being a refusal.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from pathlib import Path

from interviews.conversation.phrases.amounts import AmountRole, AmountWords
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.intent_score import read_weights
from interviews.conversation.phrases.notation import split_alternatives
from interviews.conversation.phrases.requested_time import DayPart
from interviews.conversation.phrases.sections import Phrases, Section, Strength
from interviews.conversation.phrases.times import SPOKEN_HOURS, TimeWords
from interviews.conversation.phrases.utterance import fold_letters

HEADING_PATTERN = re.compile(r"\[(.+)\]")
NEUTRAL_HEADING = "neutral"
UNFOLDED_HEADINGS = ("hints", "letters")
WORD_LISTS = (
    *("hints", "letters", "prefixes", "suffixes", "rewrites", "fillers", "narration", "speaker", "languages"),
    *("fragments", "frames", "conditions", "questions", "undecided", "corrections"),
)
TIME_LISTS = ("times", "joints", "limits")
TIME_VALUES = tuple("numbers hours counts fractions units shifts halves days weekdays weeks parts clocks".split())

AMOUNT_VALUES = tuple("cardinals ordinals indefinite added spans months amounts".split())


def read_language(path: Path) -> Phrases:
    lines = _lines_by_heading(path)
    letters = _read_values(lines.get("letters", []))
    lines = {heading: _fold_lines(heading_lines, heading, letters) for heading, heading_lines in lines.items()}
    languages = _read_values(lines["languages"])
    fragments = dict(line.split(" = ", 1) for line in lines["fragments"])
    times = _time_words(lines)
    return Phrases(
        tag=path.stem,
        hints=" ".join(lines["hints"]),
        letters=letters,
        prefixes=_read_values(lines.get("prefixes", [])),
        suffixes=_read_values(lines.get("suffixes", [])),
        rewrites=_read_values(lines["rewrites"]),
        fillers=frozenset(" ".join(lines["fillers"]).split()),
        narration=frozenset(" ".join(lines["narration"]).split()),
        speaker=frozenset(" ".join(lines["speaker"]).split()),
        languages=languages,
        fragments=fragments | {"language": " | ".join(languages)},
        frames=tuple(lines["frames"]),
        conditions=tuple(lines["conditions"]),
        questions=tuple(lines.get("questions", [])),
        undecided=tuple(lines.get("undecided", [])),
        corrections=tuple(lines.get("corrections", [])),
        intent_weights=read_weights(path.with_suffix(".weights")),
        sections=tuple(_read_sections(lines)),
        times=times,
        amounts=_amount_words(lines, times),
    )


def _lines_by_heading(path: Path) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := HEADING_PATTERN.fullmatch(line):
            heading = match[1]
            lines.setdefault(heading, [])
        elif line.startswith(" "):
            lines[heading][-1] += f" {line.strip()}"
        elif line and not line.startswith("#"):
            lines[heading].append(line)
    return lines


def _fold_lines(lines: list[str], heading: str, letters: Mapping[str, str]) -> list[str]:
    return lines if heading in UNFOLDED_HEADINGS else [fold_letters(line, letters) for line in lines]


def _read_values(lines: list[str]) -> dict[str, str]:
    value_pairs = (line.rsplit(" = ", 1) for line in lines)
    return {name: value for names, value in value_pairs for name in names.split(", ")}


def _read_sections(lines: Mapping[str, list[str]]) -> Iterator[Section]:
    for heading, phrases in lines.items():
        intent_name, _, section_details = heading.partition(": ")
        if intent_name in (*WORD_LISTS, *TIME_LISTS, *TIME_VALUES, *AMOUNT_VALUES):
            continue
        detail_words = section_details.replace(",", "").upper().split()
        expecting = frozenset(Expecting[word] for word in detail_words if word in Expecting.__members__)
        strength = next((Strength[word] for word in detail_words if word in Strength.__members__), Strength.STRONG)
        intent = None if intent_name == NEUTRAL_HEADING else Intent(intent_name)
        alternatives = tuple(alternative for phrase in phrases for alternative in split_alternatives(phrase))
        yield Section(intent, alternatives, expecting or frozenset(Expecting), strength)


def _time_words(lines: Mapping[str, list[str]]) -> TimeWords:
    values_by_heading = {heading: _read_values(lines.get(heading, [])) for heading in TIME_VALUES}
    numbers = _to_integers(values_by_heading["numbers"])
    return TimeWords(
        phrases=tuple(lines["times"]),
        joints=tuple(lines["joints"]),
        numbers=numbers,
        hours={word: number for word, number in numbers.items() if number in SPOKEN_HOURS}
        | _to_integers(values_by_heading["hours"]),
        counts={word: float(value) for word, value in values_by_heading["counts"].items()},
        fractions={word: float(value) for word, value in values_by_heading["fractions"].items()},
        units={word: timedelta(minutes=int(value)) for word, value in values_by_heading["units"].items()},
        shifts=_to_integers(values_by_heading["shifts"]),
        halves=_to_integers(values_by_heading["halves"]),
        days=_to_integers(values_by_heading["days"]),
        weekdays=_to_integers(values_by_heading["weekdays"]),
        weeks=_to_integers(values_by_heading["weeks"]),
        parts={word: DayPart(value) for word, value in values_by_heading["parts"].items()},
        clocks={word: time.fromisoformat(value) for word, value in values_by_heading["clocks"].items()},
        limits=tuple(lines["limits"]),
    )


def _amount_words(lines: Mapping[str, list[str]], times: TimeWords) -> AmountWords:
    """The numbers, days and weekdays of times are also those of amounts."""
    values = {heading: _read_values(lines.get(heading, [])) for heading in AMOUNT_VALUES}
    return AmountWords(
        cardinals={**times.numbers, **times.hours, **_to_integers(values["cardinals"])},
        ordinals=_to_integers(values["ordinals"]),
        indefinite={word: float(number) for word, number in values["indefinite"].items()},
        added={word: float(number) for word, number in values["added"].items()},
        spans=values["spans"],
        months=_to_integers(values["months"]),
        days=times.days,
        weekdays=times.weekdays,
        next_weeks=tuple(times.weeks),
        roles={
            role: tuple(phrase for phrase, name in values["amounts"].items() if name == role) for role in AmountRole
        },
    )


def _to_integers(values: Mapping[str, str]) -> dict[str, int]:
    return {word: int(value) for word, value in values.items()}
