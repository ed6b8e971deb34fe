"""Records: shapes that are stored as JSON and passed between modules. Storage, API, forms and replies derive from them.

This module needs neither the database nor the network, so that both models and services may import it.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Self
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from screener.labels import Label


@dataclass(frozen=True, eq=False)  # a hash of the values would translate the labels, which needs Django's settings
class Attribute:
    """The limits and labels of an attribute, for forms, serializers and replies. Stored records are not checked.

    `default` stands for a value that is left out; without it the value is required.
    """

    low: float | None = None
    high: float | None = None
    longest: int | None = None
    default: Any = None
    label: Label = ""
    help_text: Label = ""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the limits of a number to the JSON schema."""
        limits = {"minimum": self.low, "maximum": self.high}
        return handler(schema) | {name: limit for name, limit in limits.items() if limit is not None}

    def check_range(self, value: Any) -> None:
        if self.low is not None and self.high is not None and not self.low <= value <= self.high:
            limits = {"low": f"{self.low:g}", "high": f"{self.high:g}"}
            raise ValueError(gettext("must be from %(low)s to %(high)s") % limits)


def attribute_of(field: FieldInfo) -> Attribute:
    return next((entry for entry in field.metadata if isinstance(entry, Attribute)), Attribute())


class Record(BaseModel):
    """A value that is stored as JSON. Unknown keys are ignored, so that records of other versions can be read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        defaults = {name: attribute_of(field).default for name, field in cls.model_fields.items()}
        return cls.model_validate({name: value for name, value in defaults.items() if value is not None} | stored)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


MAX_GOOD_ANSWER_LENGTH = 1000
MAX_FOLLOW_UPS = 2


# The form and generated questions derive from it.
class QuestionContent(Record):
    """The text of a question. Its competency names its subject; its weight counts in the overall score.

    `follow_ups`: how many follow-up questions are allowed; no interviewer asks any yet. `good_answer`: one point per
    line, for reviewers; candidates never hear it. Empty: not written.
    """

    text: Annotated[str, Attribute(longest=1000, label=_("Question"))]
    competency: Annotated[str, Attribute(longest=200, default="", label=_("Competency"))]
    weight: Annotated[float, Attribute(low=0.1, high=10, default=1.0, label=_("Weight"))]
    max_seconds: Annotated[int, Attribute(low=15, high=600, default=120, label=_("Seconds"))]
    follow_ups: Annotated[int, Attribute(low=0, high=MAX_FOLLOW_UPS, default=0, label=_("Follow-ups"))] = 0
    good_answer: Annotated[
        str, Attribute(longest=MAX_GOOD_ANSWER_LENGTH, default="", label=_("What a good answer shows"))
    ] = ""

    @property
    def good_answer_points(self) -> list[str]:
        return [point for line in self.good_answer.splitlines() if (point := line.strip(" -*•\t"))]


class QuestionSpec(QuestionContent):
    """A question of a question set.

    `bank_question`: the question of the bank whose text it has. It follows from the text (`link_to_bank`).
    """

    bank_question: UUID | None = None


class Point(Record):
    """A statement about an interview, with the position of the question and the quote that it rests on."""

    text: str
    position: Annotated[int, Attribute(help_text="The question whose answer it rests on")]
    quote: str

    @property
    def number(self) -> int:
        """People count questions from 1."""
        return self.position + 1
