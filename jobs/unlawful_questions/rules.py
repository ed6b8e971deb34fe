"""Rules that find unlawful questions in one language, read from its file.

A topic lists possessions (`own`), states (`being`) and acts (`doing`) of a person, whole `phrases`, and ways of
`asking`. A question asks about a topic if one of its sentences

- has a word of a list in the list's frame, such as "your <own>", "are you <being>" or "do you <doing>", or a way of
  asking, even where it also speaks of work;
- has a phrase, and is not about work (`work`);
- has a word of a list, speaks to the candidate (`candidate`, or `elliptic` without the pronoun), and is not about
  work. A word marked with `~` has another common meaning and counts in its frame only;
- has a word or a phrase, and the next sentence compares the candidate with it (`comparison`): "... And you?"

Sentences are compared in lower case, without punctuation, after the replacements of `spellings`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from jobs.unlawful_questions.notation import expand, read_entries, whole_words
from jobs.unlawful_questions.topics import UnlawfulTopic

FRAMED_LISTS = ("own", "being", "doing")
COMMON_WORD = "~"
SENTENCE_END = re.compile(r"[.?!;:]+(?:\s|$)|\n")
WORD = re.compile(r"[\w']+")


@dataclass(frozen=True)
class TopicPatterns:
    """`direct` counts in any sentence, `phrases` in one that is not about work, `words` in one about the candidate."""

    direct: re.Pattern[str]
    phrases: re.Pattern[str]
    words: re.Pattern[str]

    @classmethod
    def from_lists(cls, lists: Mapping[str, str], fragments: Mapping[str, str]) -> Self:
        entries = {name: read_entries(text) for name, text in lists.items()}
        words = [word for name in FRAMED_LISTS for word in entries[name] if not word.startswith(COMMON_WORD)]
        framed = [_in_frame(fragments[name.upper()], entries[name], fragments) for name in FRAMED_LISTS]
        return cls(
            direct=whole_words("|".join([*framed, expand(entries["asking"], fragments)])),
            phrases=whole_words(expand(entries["phrases"], fragments)),
            words=whole_words(expand(words, fragments)),
        )


def _in_frame(frame: str, entries: list[str], fragments: Mapping[str, str]) -> str:
    words = expand((entry.removeprefix(COMMON_WORD) for entry in entries), fragments)
    return f"(?:{frame})(?:{words})"


@dataclass(frozen=True)
class LanguageRules:
    """The patterns of one language."""

    spellings: list[tuple[re.Pattern[str], str]]
    topics: dict[UnlawfulTopic, TopicPatterns]
    candidate: re.Pattern[str]
    elliptic: re.Pattern[str]
    work: re.Pattern[str]
    comparison: re.Pattern[str]

    def find_topics(self, question_text: str) -> tuple[UnlawfulTopic, ...]:
        sentences = self._split_sentences(question_text)
        private = [sentence for sentence in sentences if not self.work.search(sentence)]
        compared = [sentence for sentence, following in pairwise(sentences) if self.comparison.search(following)]
        personal = self._personal_sentences(private, is_whole=len(private) == len(sentences))
        return tuple(
            topic
            for topic, patterns in self.topics.items()
            if _matches_any(patterns.direct, sentences)
            or _matches_any(patterns.phrases, private + compared)
            or _matches_any(patterns.words, personal + compared)
        )

    def _split_sentences(self, question_text: str) -> list[str]:
        plain_text = unicodedata.normalize("NFC", question_text).lower()
        for pattern, replacement in self.spellings:
            plain_text = pattern.sub(replacement, plain_text)
        return [sentence for part in SENTENCE_END.split(plain_text) if (sentence := " ".join(WORD.findall(part)))]

    def _personal_sentences(self, private: list[str], *, is_whole: bool) -> list[str]:
        """Return the sentences about the candidate. `is_whole`: no other sentence of the question is about work."""
        if is_whole and _matches_any(self.candidate, private):
            return private
        return [sentence for sentence in private if self.candidate.search(sentence) or self.elliptic.search(sentence)]


def _matches_any(pattern: re.Pattern[str], sentences: list[str]) -> bool:
    return any(pattern.search(sentence) for sentence in sentences)


def read_rules(path: Path) -> LanguageRules:
    """Return the rules of a language file. Raises KeyError or ValueError if it is incomplete."""
    language_data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    fragments: dict[str, str] = {}
    for name, text in language_data["fragments"].items():
        fragments[name] = expand(read_entries(text), fragments)
    return LanguageRules(
        spellings=[(re.compile(pattern), replacement) for pattern, replacement in language_data["spellings"].items()],
        topics={topic: TopicPatterns.from_lists(language_data["topics"][topic], fragments) for topic in UnlawfulTopic},
        **{name: whole_words(expand(read_entries(text), fragments)) for name, text in language_data["frames"].items()},
    )
