"""How the offline rules read an answer: sentence by sentence, each of which counts or does not.

A sentence counts if it is one, says more than the question did, keeps to the subject and does not talk to the scorer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from screener.services import offline_words as english
from screener.services.instructions import talks_to_the_scorer
from screener.services.interviewer import AnswerText

LONGEST_QUOTE = 200
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True)
class Find:
    """Something that earns or costs points, and the place where it was said. Each `key` counts once."""

    key: str
    words: str
    sentence: str
    start: int

    @property
    def quote(self) -> str:
        """The sentence, or of a long one the words around the place; always as they stand in the transcript."""
        if len(self.sentence) <= LONGEST_QUOTE:
            return self.sentence
        left = self.sentence.rfind(" ", 0, max(0, self.start - LONGEST_QUOTE // 3)) + 1
        return self.sentence[left : left + LONGEST_QUOTE].rsplit(" ", 1)[0]


class Reading:
    """An answer as the rules see it: what it should be about, which of its sentences count, and what stands in them."""

    def __init__(self, answer: AnswerText) -> None:
        self.asked = english.telling(f"{answer.question} {answer.competency}")
        self.subject = self.asked.union(*(family for family in english.FAMILIES if family & self.asked))
        self.job = english.telling(f"{answer.job.title} {answer.job.description}") - self.subject
        self.everything = [part.strip() for part in _SENTENCE_END.split(answer.transcript) if part.strip()]
        self.counted: list[str] = []
        self.left_out: list[tuple[str, str]] = []
        on_subject = False
        for sentence in self.everything:
            why_not = self._why_not(sentence, goes_on=on_subject and not re.search(r"\byour?\b", sentence.lower()))
            on_subject = not why_not and self._is_on_subject(sentence)
            if why_not:
                self.left_out.append((sentence, why_not))
            elif sentence not in self.counted:
                self.counted.append(sentence)

    def _is_on_subject(self, sentence: str) -> bool:
        return bool(english.telling(sentence) & (self.subject | self.job) or _deeds(sentence))

    def _why_not(self, sentence: str, *, goes_on: bool) -> str:
        """Why this sentence does not count, or nothing. One that goes on from the one before may leave the subject."""
        words = [word[0].lower() for word in english.words(sentence)]
        grammar = [word for word in words if word in english.GRAMMAR]
        telling = english.telling(sentence)
        new = telling - self.asked
        if talks_to_the_scorer(sentence):
            return "reads like an instruction to the scorer"
        if len(words) < 4 or len(set(grammar)) < 2 or len(grammar) * 5 < len(words):
            return "is no sentence"
        if len(re.findall(r"[,;/]|\band\b", sentence)) * 3 >= len(words) and len(_deeds(sentence)) < 2:
            return "is a list of keywords"
        adds_a_figure = any(stem[0].isdigit() for stem in new)
        if telling & self.asked and not adds_a_figure and (len(new) < 2 or len(new) * 3 <= len(telling)):
            return "repeats the question"
        return "" if telling and (goes_on or self._is_on_subject(sentence)) else "says nothing about the subject"

    def matches(self, pattern: re.Pattern[str]) -> Iterator[Find]:
        return (_found(match, sentence) for sentence in self.counted for match in pattern.finditer(sentence))

    def deeds(self) -> Iterator[Find]:
        return (_found(match, sentence) for sentence in self.counted for match in _deeds(sentence))

    def about(self, stems: frozenset[str]) -> Iterator[Find]:
        found = (_found(word, sentence) for sentence in self.counted for word in english.words(sentence))
        return (find for find in found if find.key in stems)

    def about_subject(self) -> Iterator[Find]:
        return self.about(self.subject)

    def about_job(self) -> Iterator[Find]:
        return self.about(self.job)

    def rude(self) -> Iterator[Find]:
        return (_found(match, sentence) for sentence in self.everything for match in english.RUDE.finditer(sentence))

    def sentences(self) -> Iterator[Find]:
        return (Find(sentence, "", sentence, 0) for sentence in self.counted if len(english.words(sentence)) > 5)

    def substance(self) -> Iterator[Find]:
        """Every seventh different telling word that the question did not hold already."""
        said: frozenset[str] = frozenset()
        for sentence in self.counted:
            before, said = len(said) // 7, said | (english.telling(sentence) - self.asked)
            yield from (Find(str(n), "", sentence, 0) for n in range(before, len(said) // 7))


def _deeds(sentence: str) -> list[re.Match[str]]:
    """What the speakers say that they did themselves: what follows an "I" or a "we"."""
    speaker = english.SPEAKER.search(sentence)
    return list(english.DEED.finditer(sentence, speaker.end())) if speaker else []


def _found(match: re.Match[str], sentence: str) -> Find:
    return Find(english.stem(match[0].strip()), match[0].strip(), sentence, match.start())
