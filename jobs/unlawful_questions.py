"""Finds questions on subjects that an employer must not ask candidates about, such as age, family or health.

The patterns stand in `unlawful_questions.toml`, by language. A match does not forbid a question: there are lawful
reasons, such as a driving licence that has a minimum age. It asks the person who approves it to state the reason.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import TextChoices


class UnlawfulTopic(TextChoices):
    AGE = "age", "age"
    FAMILY = "family", "family, marriage or pregnancy"
    HEALTH = "health", "health or disability"
    RELIGION = "religion", "religion"
    ORIGIN = "origin", "origin, nationality or native language"
    PAY_HISTORY = "pay_history", "present or earlier pay"
    CRIMINAL_RECORD = "criminal_record", "criminal record"
    POLITICS_UNION = "politics_union", "politics or union membership"
    SEXUALITY_GENDER = "sexuality_gender", "gender or sexual orientation"
    APPEARANCE = "appearance", "appearance"
    FINANCES = "finances", "private finances"
    MILITARY = "military", "military discharge"


@dataclass(frozen=True)
class QuestionWarning:
    """A question, by its position, and the topics that it asks about."""

    position: int
    topics: tuple[UnlawfulTopic, ...]

    def __str__(self) -> str:
        return f"Question {self.position + 1} asks about {' and '.join(topic.label for topic in self.topics)}."


def find_topics(question_text: str, language: str) -> tuple[UnlawfulTopic, ...]:
    """Return the topics that a question asks about; none in a language without patterns."""
    plain_text = " ".join(question_text.replace("\u2019", "'").split())
    language_rules = _read_rules(language.replace("_", "-").split("-")[0].lower())
    return tuple(topic for topic in UnlawfulTopic if language_rules and language_rules.asks_about(topic, plain_text))


def question_warnings(question_texts: Sequence[str], language: str) -> list[QuestionWarning]:
    topics_by_position = ((position, find_topics(text, language)) for position, text in enumerate(question_texts))
    return [QuestionWarning(position, topics) for position, topics in topics_by_position if topics]


@dataclass(frozen=True)
class _LanguageRules:
    """The patterns of one language. `work`: a question with one of these words may be about other people."""

    patterns: dict[UnlawfulTopic, re.Pattern[str]]
    words: dict[UnlawfulTopic, re.Pattern[str]]
    work: re.Pattern[str]

    def asks_about(self, topic: UnlawfulTopic, question: str) -> bool:
        if self.patterns[topic].search(question):
            return True
        return bool(self.words[topic].search(question)) and not self.work.search(question)


@cache
def _read_rules(language: str) -> _LanguageRules | None:
    language_data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).get(language)
    if language_data is None:
        return None
    return _LanguageRules(
        patterns={
            UnlawfulTopic(name): _compile_pattern(lines, language_data["fragments"])
            for name, lines in language_data["topics"].items()
        },
        words={UnlawfulTopic(name): re.compile(line, re.I) for name, line in language_data["words"].items()},
        work=re.compile(language_data["work"], re.I),
    )


def _compile_pattern(lines: list[str], fragments: dict[str, str]) -> re.Pattern[str]:
    pattern = "|".join(f"(?:{line})" for line in lines)
    return re.compile(re.sub(r"<([A-Z]+)>", lambda name: f"(?:{fragments[name[1]]})", pattern), re.I)
