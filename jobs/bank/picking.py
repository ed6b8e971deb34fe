"""Picks questions for a job from the bank: by type of question, relevance and seed.

A question fits a job of its family that mentions one of its keywords, or any job of the family if it has none. Where
the bank has too few for the job, phrases of the advertisement that parse become questions, and then general questions
are asked.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import floor, log
from typing import cast

from jobs.bank.advert import Advert
from jobs.bank.entry import BankEntry, EntryText
from jobs.bank.families import Family, QuestionKind
from jobs.bank.words import content_stems
from screener.services.interviewer.protocol import JobText, KindName, PlannedQuestion
from screener.services.interviewer.question_composer import compose_phrase_questions

SPECIFIC_WEIGHT, GENERAL_WEIGHT = 2.0, 1.5
MAX_SECONDS = 120
TITLE_BONUS, MENTION_BONUS = 2.0, 1.0
SPREAD = 0.3
"""How much chance changes a relevance, as a share: enough that the best questions take turns."""

USUAL_MIX: Mapping[QuestionKind, float] = {
    QuestionKind.TECHNICAL: 3,
    QuestionKind.PROBLEM_SOLVING: 2,
    QuestionKind.COMMUNICATION: 1,
    QuestionKind.CULTURE: 1,
    QuestionKind.ACHIEVEMENTS: 1,
}
"""Shares of the types in an interview."""
ORDER = (
    QuestionKind.ACHIEVEMENTS,
    QuestionKind.TECHNICAL,
    QuestionKind.PROBLEM_SOLVING,
    QuestionKind.COMMUNICATION,
    QuestionKind.CULTURE,
)
"""In which order the types are asked: people like to begin with something that went well."""


@dataclass(frozen=True)
class PickedQuestion:
    """`entry` is None where the question was made of a phrase of the advertisement."""

    question: PlannedQuestion
    kind: QuestionKind
    entry: BankEntry | None = None

    @property
    def is_specific(self) -> bool:
        return self.entry is None or self.entry.family != Family.GENERAL


def share_out(count: int, mix: Mapping[QuestionKind, float]) -> dict[QuestionKind, int]:
    """Divide the questions among the types by the largest remainders."""
    exact = {kind: count * share / sum(mix.values()) for kind, share in mix.items()}
    shares = {kind: floor(number) for kind, number in exact.items()}
    by_remainder = sorted(exact, key=lambda kind: shares[kind] - exact[kind])
    for kind in by_remainder[: count - sum(shares.values())]:
        shares[kind] += 1
    return shares


def pick_questions(
    job: JobText,
    count: int,
    entries: Iterable[BankEntry],
    *,
    seed: str,
    mix: Mapping[QuestionKind, float] = USUAL_MIX,
    avoided: Collection[str] = (),
) -> list[PickedQuestion]:
    """Pick up to `count` different questions. The same seed and bank give the same questions.

    `avoided`: texts that are picked only where there are too few others.
    """
    advert = Advert.read(job.title, job.description, job.language)
    pool = _Pool.of(advert, entries, random.Random(seed), avoided)  # noqa: S311 - variety, no secret
    for kind, number in share_out(count, mix).items():
        pool.take(kind, number)
    pool.fill(count)
    return sorted(pool.picked, key=lambda pick: (ORDER.index(pick.kind), pick.entry.difficulty if pick.entry else 2))


@dataclass
class _Pool:
    """The questions that fit, the most relevant first, and those that were taken."""

    advert: Advert
    specific: list[BankEntry]
    general: list[BankEntry]
    picked: list[PickedQuestion] = field(default_factory=list)

    @classmethod
    def of(
        cls, advert: Advert, entries: Iterable[BankEntry], chance: random.Random, avoided: Collection[str]
    ) -> "_Pool":
        fitting = [entry for entry in entries if fits_advert(entry, advert)]
        relevance = _Relevance(advert, fitting)
        ranked = sorted(fitting, key=lambda entry: -relevance.of(entry) * (1 + SPREAD * chance.random()))
        ranked.sort(key=lambda entry: entry.texts[advert.language].text in avoided)
        specific = [entry for entry in ranked if entry.family != Family.GENERAL]
        return cls(advert, specific, [entry for entry in ranked if entry.family == Family.GENERAL])

    def take(self, kind: QuestionKind, number: int) -> None:
        """Take questions of this type: of the occupation, then made of the advertisement, then general ones."""
        wanted = len(self.picked) + number
        self._take_entries(self.specific, kind, wanted)
        if kind in (QuestionKind.TECHNICAL, QuestionKind.PROBLEM_SOLVING):
            self._take_phrases(kind, wanted)
        self._take_entries(self.general, kind, wanted)

    def fill(self, count: int) -> None:
        """Take questions of any type until there are `count`."""
        for entries in (self.specific, self.general):
            for kind in QuestionKind:
                self._take_entries(entries, kind, count)
        self._take_phrases(QuestionKind.TECHNICAL, count)

    def _take_entries(self, entries: list[BankEntry], kind: QuestionKind, wanted: int) -> None:
        """Questions on a new subject come first."""
        subjects = {pick.entry.tags[:1] for pick in self.picked if pick.entry}
        of_kind = [entry for entry in entries if entry.kind == kind]
        for entry in sorted(of_kind, key=lambda entry: entry.tags[:1] in subjects):
            if len(self.picked) >= wanted:
                return
            entries.remove(entry)
            self.picked.append(_planned(entry, self.advert.language))

    def _take_phrases(self, kind: QuestionKind, wanted: int) -> None:
        while len(self.picked) < wanted and (question := next(self._phrases, None)):
            self.picked.append(PickedQuestion(question.model_copy(update={"kind": kind.value}), kind))

    @cached_property
    def _phrases(self) -> Iterator[PlannedQuestion]:
        return compose_phrase_questions(JobText(self.advert.title, self.advert.description, self.advert.language))


def usual_weight(family: str) -> float:
    return GENERAL_WEIGHT if family == Family.GENERAL else SPECIFIC_WEIGHT


def fits_advert(entry: BankEntry, advert: Advert) -> bool:
    text = entry.texts.get(advert.language)
    if text is None or entry.family not in (Family.GENERAL, *advert.families):
        return False
    return not text.keywords or advert.mentions(text.keywords)


class _Relevance:
    """How much of a question is in the advertisement. A word counts the more, the fewer questions have it."""

    def __init__(self, advert: Advert, entries: list[BankEntry]) -> None:
        self.advert = advert
        self.stems = {entry.key: self._stems_of(entry) for entry in entries}
        self.frequencies = Counter(stem for stems in self.stems.values() for stem in stems)

    def of(self, entry: BankEntry) -> float:
        keywords = entry.texts[self.advert.language].keywords
        bonus = TITLE_BONUS if self.advert.is_called(keywords) else MENTION_BONUS if keywords else 0
        is_first = self.advert.families[:1] == (entry.family,)
        shared = self.stems[entry.key] & self.advert.stems
        overlap = sum(log(1 + len(self.stems) / self.frequencies[stem]) for stem in shared)
        return 1 + bonus + is_first + overlap / 3

    def _stems_of(self, entry: BankEntry) -> frozenset[str]:
        text: EntryText = entry.texts[self.advert.language]
        return content_stems(f"{text.text} {text.competency}", self.advert.language)


def _planned(entry: BankEntry, language: str) -> PickedQuestion:
    text = entry.texts[language]
    kind = cast(KindName, entry.kind.value)
    question = PlannedQuestion(
        text=text.text,
        competency=text.competency,
        weight=usual_weight(entry.family),
        max_seconds=MAX_SECONDS,
        kind=kind,
        follow_ups=0,
        good_answer=text.good_answer,
    )
    return PickedQuestion(question, entry.kind, entry)
