"""Finds questions on subjects that an employer must not ask candidates about, such as age, family or health.

A match does not forbid a question: there are lawful reasons, such as a driving licence that has a minimum age. It asks
the person who approves it to state the reason. A language is one file, named by its tag: `en.toml`. `rules.py`
describes it. Questions in a language without a file have no warnings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

from django.utils.text import get_text_list
from django.utils.translation import gettext

from jobs.unlawful_questions.rules import LanguageRules, read_rules
from jobs.unlawful_questions.topics import UnlawfulTopic
from screener.language_tag import primary_tag

__all__ = ["LANGUAGES", "EligibilityWarning", "QuestionWarning", "UnlawfulTopic", "find_topics", "question_warnings"]

LANGUAGES = {path.stem: path for path in Path(__file__).parent.glob("*.toml")}
"""The files of the languages that have rules, by primary language tag."""


@dataclass(frozen=True)
class QuestionWarning:
    """A question, by its position, and the topics that it asks about."""

    position: int
    topics: tuple[UnlawfulTopic, ...]

    def __str__(self) -> str:
        return gettext("Question %(number)s asks about %(topics)s.") % {
            "number": self.position + 1,
            "topics": get_text_list([str(topic.label) for topic in self.topics], gettext("and")),
        }


class EligibilityWarning(QuestionWarning):
    """An eligibility question about unlawful topics."""

    def __str__(self) -> str:
        return gettext("Eligibility question %(number)s asks about %(topics)s.") % {
            "number": self.position + 1,
            "topics": get_text_list([str(topic.label) for topic in self.topics], gettext("and")),
        }


def find_topics(question_text: str, language: str) -> tuple[UnlawfulTopic, ...]:
    """Return the topics that a question asks about; none in a language without rules."""
    language_rules = _cached_rules(primary_tag(language))
    return language_rules.find_topics(question_text) if language_rules else ()


def question_warnings(
    question_texts: Sequence[str], language: str, *, good_answers: Sequence[str] = ()
) -> list[QuestionWarning]:
    """Warn of unlawful topics in questions and their good answers. `good_answers`: one per question, or empty."""
    checked_texts = zip_longest(question_texts, good_answers, fillvalue="")
    topics_by_position = (
        (position, tuple(dict.fromkeys(topic for text in texts for topic in find_topics(text, language))))
        for position, texts in enumerate(checked_texts)
    )
    return [QuestionWarning(position, topics) for position, topics in topics_by_position if topics]


@cache
def _cached_rules(language: str) -> LanguageRules | None:
    """Compiled at first use: most processes never need the patterns."""
    path = LANGUAGES.get(language)
    return read_rules(path) if path else None
