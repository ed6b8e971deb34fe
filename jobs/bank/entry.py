"""A question of the bank, apart from where it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.bank.families import Family, QuestionKind


@dataclass(frozen=True)
class EntryText:
    """The question in one language.

    `keywords`: the question fits only jobs that mention one of them. Without keywords it fits any job of its family.
    """

    text: str
    competency: str
    good_answer: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class BankEntry:
    """`key` names the question within its source. `difficulty` is from 1, easy, to 3, hard."""

    key: str
    family: Family
    kind: QuestionKind
    difficulty: int
    tags: tuple[str, ...]
    texts: Mapping[str, EntryText]


def entry_from(fields: Mapping[str, Any]) -> BankEntry:
    """Return the question of validated fields, in the shape of the API: its texts are a list."""
    return BankEntry(
        key="",
        family=Family(fields["family"]),
        kind=QuestionKind(fields["kind"]),
        difficulty=fields["difficulty"],
        tags=tuple(fields["tags"]),
        texts={
            text["language"]: EntryText(
                text["text"], text["competency"], text["good_answer"], keywords=tuple(text["keywords"])
            )
            for text in fields["texts"]
        },
    )


def fields_of(entry: BankEntry) -> dict[str, Any]:
    """Return the fields of the question, in the shape of the API."""
    return {
        "family": str(entry.family),
        "kind": str(entry.kind),
        "difficulty": entry.difficulty,
        "tags": list(entry.tags),
        "texts": [
            {
                "language": language,
                "text": text.text,
                "competency": text.competency,
                "good_answer": text.good_answer,
                "keywords": list(text.keywords),
            }
            for language, text in entry.texts.items()
        ],
    }
