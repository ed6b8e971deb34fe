"""The parts of an interview template: slots that the question bank fills, and fixed questions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from django.utils.text import get_text_list
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from jobs.bank.families import Family, QuestionKind
from jobs.bank.picking import ORDER, share_out
from jobs.bank.similarity import asks_the_same
from jobs.field_limits import MAX_QUESTIONS
from screener.records import Attribute, QuestionContent, QuestionSpec, attribute_of

ANY_DIFFICULTY = 0
USUAL_SIZE = 6
DIFFICULTIES = {ANY_DIFFICULTY: _("Any"), 1: _("Easy"), 2: _("Medium"), 3: _("Hard")}
LANGUAGE_PATTERN = r"^[a-z]{2,3}$"
HOW_MANY = _("How many questions the slot takes")
TEXT = replace(attribute_of(QuestionContent.model_fields["text"]), default="", label=_("Fixed question"))


class InvalidParts(ValueError):
    """The message names the part and the remedy."""


class TemplatePart(QuestionContent):
    """A place in an interview: a fixed question if it has a text, otherwise a slot.

    A slot takes `count` questions from the bank. An empty `kind`, `family` or `tags`, and the difficulty 0, allow any.
    A fixed question is asked in interviews in its `language`.
    """

    text: Annotated[str, TEXT]
    language: Annotated[str, Attribute(default="")]
    count: Annotated[
        int, Attribute(low=1, high=MAX_QUESTIONS, default=1, label=pgettext_lazy("count", "Number"), help_text=HOW_MANY)
    ]
    kind: Annotated[str, Attribute(default="")]
    difficulty: Annotated[int, Attribute(default=ANY_DIFFICULTY)]
    family: Annotated[str, Attribute(default="")]
    tags: Annotated[tuple[str, ...], Attribute(default=())]

    @property
    def is_fixed(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        if self.is_fixed:
            return f"{self.text} ({self.language})"
        kind = QuestionKind(self.kind).label if self.kind else gettext("any type")
        difficulty = [DIFFICULTIES[self.difficulty]] if self.difficulty else []
        family = [Family(self.family).label] if self.family else []
        described = ", ".join(str(label) for label in (kind, *difficulty, *family, *self.tags))
        return f"{self.count} \N{MULTIPLICATION SIGN} {described}"

    def asked(self, text: str, competency: str, good_answer: str, *, bank_question: str | None = None) -> QuestionSpec:
        """Return a question of this part: weight, time limit and follow-ups are those of the part."""
        return QuestionSpec(
            text=text,
            competency=competency,
            weight=self.weight,
            max_seconds=self.max_seconds,
            follow_ups=self.follow_ups,
            good_answer=good_answer,
            bank_question=UUID(bank_question) if bank_question else None,
        )


def usual_parts(mix: Mapping[QuestionKind, float]) -> list[TemplatePart]:
    """Return slots for the kinds of the mix, with which a new template begins."""
    shares = share_out(USUAL_SIZE, mix)
    return [TemplatePart.from_json({"kind": str(kind), "count": shares[kind]}) for kind in ORDER if shares.get(kind)]


def fixed_languages(parts: Sequence[TemplatePart]) -> list[str]:
    """The languages in which the template has fixed questions."""
    return sorted({part.language for part in parts if part.is_fixed})


def check_parts(parts: Sequence[TemplatePart]) -> None:
    """Check the parts together. Raises InvalidParts. The limits of single attributes are checked by form and API."""
    if not parts:
        raise InvalidParts(gettext("A template has at least one slot or one fixed question. Add one."))
    for number, part in enumerate(parts, start=1):
        _check_part(number, part)
    _check_languages(parts)
    _check_size(parts)
    _check_duplicates(parts)


def _check_part(number: int, part: TemplatePart) -> None:
    where = {"number": number}
    if part.is_fixed and not part.language:
        raise InvalidParts(gettext("Part %(number)s: state the language of the fixed question.") % where)
    if part.is_fixed and (part.kind or part.family or part.difficulty or part.tags or part.count != 1):
        raise InvalidParts(
            gettext(
                "Part %(number)s has a text and properties of a slot. Leave type, occupations, difficulty and tags "
                "empty for a fixed question, or remove its text."
            )
            % where
        )
    if not part.is_fixed and (part.language or part.competency or part.good_answer):
        raise InvalidParts(
            gettext(
                "Part %(number)s has a language, a competency or a good answer, but no text. Write the question, or "
                "remove them."
            )
            % where
        )


def _check_languages(parts: Sequence[TemplatePart]) -> None:
    """Every language must have the same number of fixed questions: a forgotten translation would be left out."""
    counts = Counter(part.language for part in parts if part.is_fixed)
    if len(set(counts.values())) > 1:
        listed = get_text_list([f"{language}: {count}" for language, count in sorted(counts.items())], gettext("and"))
        raise InvalidParts(
            gettext("The languages differ in their number of fixed questions (%(counts)s). Write each in every one.")
            % {"counts": listed}
        )


def _check_size(parts: Sequence[TemplatePart]) -> None:
    fixed = max(Counter(part.language for part in parts if part.is_fixed).values(), default=0)
    size = fixed + sum(part.count for part in parts if not part.is_fixed)
    if size > MAX_QUESTIONS:
        raise InvalidParts(
            gettext("An interview has at most %(limit)s questions; this template asks %(count)s. Remove %(excess)s.")
            % {"limit": MAX_QUESTIONS, "count": size, "excess": size - MAX_QUESTIONS}
        )


def _check_duplicates(parts: Sequence[TemplatePart]) -> None:
    seen: list[tuple[int, TemplatePart]] = []
    for number, part in enumerate(parts, start=1):
        if not part.is_fixed:
            continue
        for other_number, other in seen:
            if other.language == part.language and asks_the_same(part.text, other.text, part.language):
                raise InvalidParts(
                    gettext("Parts %(first)s and %(second)s ask the same. Remove one.")
                    % {"first": other_number, "second": number}
                )
        seen.append((number, part))
