"""Picks questions of the bank for the slots of a template, each question once, by words and by meaning."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from jobs.bank.entry import BankEntry
from jobs.bank.families import Family
from jobs.bank.similarity import DUPLICATE_FROM, similarity
from jobs.bank.words import content_stems


@dataclass(frozen=True)
class Slot:
    """`position`: of the part in the template. `options`: the questions that it may take."""

    position: int
    count: int
    options: Sequence[BankEntry]


@dataclass(frozen=True)
class Shortage:
    """A slot for which too few different questions were found."""

    position: int
    wanted: int
    found: int


@dataclass(frozen=True)
class Seat:
    """A place for one question."""

    position: int
    index: int


@dataclass
class SlotPicker:
    """Fills as many seats as possible. The same options, uses and seed give the same questions.

    Of the questions that a seat may take, those on a new subject come first, then those of an occupation, then those
    that were used less, then by chance. A seat that finds none left moves questions of other seats.
    """

    slots: Sequence[Slot]
    language: str
    uses: Mapping[str, tuple[int, int]]
    """By the key of a question, in how many question sets it stands and how often it was asked."""
    seed: str
    fixed_texts: Sequence[str] = ()
    """The fixed questions of the template."""
    taken: dict[Seat, BankEntry] = field(default_factory=dict)

    def pick(self) -> dict[int, list[BankEntry]]:
        """Return the questions by the position of their slot, the easiest first."""
        for slot in sorted(self.slots, key=lambda slot: (len(slot.options), slot.position)):
            for index in range(slot.count):
                self._fill(Seat(slot.position, index), set())
        picked: dict[int, list[BankEntry]] = {slot.position: [] for slot in self.slots}
        for seat in sorted(self.taken, key=lambda seat: (seat.position, self.taken[seat].difficulty, seat.index)):
            picked[seat.position].append(self.taken[seat])
        return picked

    @property
    def shortages(self) -> list[Shortage]:
        """The slots that are not full. Call it after `pick`."""
        found = Counter(seat.position for seat in self.taken)
        return [
            Shortage(slot.position, slot.count, found[slot.position])
            for slot in self.slots
            if found[slot.position] < slot.count
        ]

    def _fill(self, seat: Seat, visited: set[str]) -> bool:
        """Take a free question, or one whose present seat finds another."""
        held: list[tuple[BankEntry, list[Seat]]] = []
        for entry in self._ranked(seat):
            if entry.key in visited:
                continue
            rivals = self._rivals(entry)
            if not rivals:
                self.taken[seat] = entry
                return True
            held.append((entry, rivals))
        for entry, rivals in held:
            if len(rivals) == 1 and entry.key not in visited:
                visited.add(entry.key)
                if self._displace(rivals[0], seat, entry, visited):
                    return True
        return False

    def _displace(self, rival: Seat, seat: Seat, entry: BankEntry, visited: set[str]) -> bool:
        previous = self.taken.pop(rival)
        self.taken[seat] = entry
        if self._fill(rival, visited):
            return True
        del self.taken[seat]
        self.taken[rival] = previous
        return False

    def _ranked(self, seat: Seat) -> list[BankEntry]:
        subjects = {entry.tags[:1] for entry in self.taken.values()}
        return sorted(
            self._options[seat.position],
            key=lambda entry: (
                entry.tags[:1] in subjects,
                entry.family == Family.GENERAL,
                self.uses.get(entry.key, (0, 0)),
                self._chances[entry.key],
            ),
        )

    def _rivals(self, entry: BankEntry) -> list[Seat]:
        """The seats whose question is this one, or asks the same."""
        return [seat for seat, other in self.taken.items() if self._is_same(entry, other)]

    def _is_same(self, first: BankEntry, second: BankEntry) -> bool:
        if first.key == second.key:
            return True
        return similarity(self._stems[first.key], self._stems[second.key]) >= DUPLICATE_FROM

    @cached_property
    def _entries(self) -> dict[str, BankEntry]:
        return {entry.key: entry for slot in self.slots for entry in slot.options}

    @cached_property
    def _stems(self) -> dict[str, frozenset[str]]:
        return {
            key: content_stems(entry.texts[self.language].text, self.language) for key, entry in self._entries.items()
        }

    @cached_property
    def _chances(self) -> dict[str, float]:
        chance = random.Random(self.seed)  # noqa: S311 - variety, no secret
        return {key: chance.random() for key in sorted(self._entries)}

    @cached_property
    def _options(self) -> dict[int, list[BankEntry]]:
        """The questions of each slot, without the fixed questions of the template."""
        fixed_stems = [content_stems(text, self.language) for text in self.fixed_texts]
        asked = {text.casefold() for text in self.fixed_texts}
        free = {
            key
            for key, entry in self._entries.items()
            if entry.texts[self.language].text.casefold() not in asked
            and not any(similarity(self._stems[key], stems) >= DUPLICATE_FROM for stems in fixed_stems)
        }
        return {slot.position: [entry for entry in slot.options if entry.key in free] for slot in self.slots}
