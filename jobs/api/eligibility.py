"""API representation of eligibility questions."""

from typing import Any, ClassVar

from rest_framework import serializers

from jobs.eligibility.question import (
    MAX_ELIGIBILITY_QUESTIONS,
    MAX_OPTION_LENGTH,
    EligibilityEffect,
    EligibilityKind,
    EligibilityQuestion,
    EligibilityUnit,
    InvalidEligibility,
    check_eligibility,
)
from jobs.templates.eligibility import (
    MAX_TEMPLATE_ELIGIBILITY,
    TemplateEligibility,
    check_template_eligibility,
)
from jobs.templates.parts import LANGUAGE_PATTERN
from screener.api.serializers import StrictSerializer
from screener.records import attribute_of

ELIGIBILITY_EXAMPLE: dict[str, object] = {
    "text": "Can you work night shifts?",
    "kind": "yes_no",
    "effect": "flag",
    "accepted": ["yes"],
    "options": [],
    "unit": "",
    "minimum": None,
    "maximum": None,
    "earliest": None,
    "latest": None,
}
LONGEST_ELIGIBILITY_TEXT = attribute_of(EligibilityQuestion.model_fields["text"]).longest


class EligibilityQuestionSerializer(StrictSerializer):
    """A question about a requirement of the job. It is asked before the other questions, and never scored."""

    text = serializers.CharField(max_length=LONGEST_ELIGIBILITY_TEXT)
    kind = serializers.ChoiceField(EligibilityKind.choices)
    effect = serializers.ChoiceField(
        EligibilityEffect.choices,
        default=EligibilityEffect.FLAG,
        help_text="Of an answer that does not meet the requirement. `knock_out` ends the interview; a person decides",
    )
    accepted = serializers.ListField(
        child=serializers.CharField(max_length=MAX_OPTION_LENGTH),
        default=list,
        help_text='`["yes"]` or `["no"]`, or some of the `options`',
    )
    options = serializers.ListField(
        child=serializers.CharField(max_length=MAX_OPTION_LENGTH), default=list, help_text="Of a choice: 2 to 6"
    )
    unit = serializers.ChoiceField(EligibilityUnit.choices, default="", help_text="Of a number")
    minimum = serializers.FloatField(allow_null=True, default=None, help_text="Of a number")
    maximum = serializers.FloatField(allow_null=True, default=None, help_text="Of a number")
    earliest = serializers.DateField(allow_null=True, default=None, help_text="Of a date")
    latest = serializers.DateField(allow_null=True, default=None, help_text="Of a date")


class EligibilityField(serializers.ListField):
    """Checks its questions together."""

    child = EligibilityQuestionSerializer()
    max_questions: ClassVar[int] = MAX_ELIGIBILITY_QUESTIONS
    record: ClassVar[type[EligibilityQuestion]] = EligibilityQuestion

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=self.max_questions, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        questions = [self.record.from_json(question) for question in super().to_internal_value(data)]
        try:
            return self.check(questions)
        except InvalidEligibility as error:
            raise invalid_questions(error, len(questions)) from None

    def check(self, questions: list[Any]) -> list[Any]:
        """Return the questions as they are stored. Raises InvalidEligibility."""
        return check_eligibility(questions)


class TemplateEligibilitySerializer(EligibilityQuestionSerializer):
    """An eligibility question in one language. Each language of a template has the same questions, in one order."""

    language = serializers.RegexField(LANGUAGE_PATTERN, max_length=3, help_text="Of the text, such as `en`")


class TemplateEligibilityField(EligibilityField):
    child = TemplateEligibilitySerializer()
    max_questions = MAX_TEMPLATE_ELIGIBILITY
    record = TemplateEligibility

    def check(self, questions: list[Any]) -> list[Any]:
        return check_template_eligibility(questions)


def invalid_questions(error: InvalidEligibility, count: int) -> serializers.ValidationError:
    """The problems of `count` questions, by their position and attribute."""
    problems = [error.problems.get(position, {}) for position in range(count)]
    return serializers.ValidationError(
        [{name: [text] for name, text in texts_by_name.items()} for texts_by_name in problems]
    )
