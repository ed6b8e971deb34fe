"""Records: one definition from which storage, API and forms derive."""

import json
from typing import Annotated

import pytest
from django.core import serializers
from pydantic import ValidationError

from interviews.models import Assessment, InterviewResponse
from interviews.records import CriterionRecord
from jobs.models import QuestionSet
from screener.admin.record_form import form_of
from screener.api.record_serializer import serializer_of
from screener.records import Attribute, QuestionContent, QuestionSpec
from screener.services.interviewer.protocol import PlannedQuestion
from tests.support.factories import QUESTIONS, make_approved_job, make_job
from tests.support.sample_rows import make_completed_interview

HINT_HELP = "Shown to reviewers"


class HintedQuestion(QuestionContent):
    hint: Annotated[str, Attribute(longest=80, default="none", help_text=HINT_HELP)]
    max_repeats: Annotated[int, Attribute(low=0, high=3, default=2, label="Repeats")]


def test_new_attribute_appears_in_api() -> None:
    serializer = serializer_of(HintedQuestion)(data={"text": "Why?"})
    assert serializer.is_valid()
    assert serializer.validated_data["hint"] == "none"
    assert serializer.fields["hint"].help_text == HINT_HELP
    refused = serializer_of(HintedQuestion)(data={"text": "Why?", "hint": "x" * 81, "max_repeats": 4})
    assert not refused.is_valid()
    assert refused.errors.keys() == {"hint", "max_repeats"}


def test_new_attribute_appears_in_form() -> None:
    fields = form_of(HintedQuestion).base_fields
    assert fields["max_repeats"].label == "Repeats"
    assert fields["max_repeats"].initial == 2
    assert not fields["hint"].required


def test_new_attribute_of_stored_question_has_default() -> None:
    assert HintedQuestion.from_json(QUESTIONS[0].to_json()).max_repeats == 2


FOR_REVIEWERS = {"follow_ups", "good_answer"}
"""Attributes of a question that neither conversation nor score need: they are read from the question set."""


def test_every_attribute_has_response_column() -> None:
    columns = {field.name for field in InterviewResponse._meta.fields}
    assert QuestionSpec.model_fields.keys() - FOR_REVIEWERS - {"text"} <= columns


def test_generated_question_has_every_attribute() -> None:
    assert PlannedQuestion.model_json_schema()["required"] == [*QuestionContent.model_fields, "kind"]


@pytest.mark.parametrize("change", [{"weight": 11}, {"max_seconds": 14}, {"competency": ""}, {"hint": "x"}])
def test_generated_question_keeps_limits(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PlannedQuestion.model_validate_json(json.dumps(QUESTIONS[0].to_json() | change))


@pytest.mark.django_db
class TestRecordField:
    def test_reads_records(self) -> None:
        questions = QuestionSet.objects.get(pk=make_approved_job().question_sets.get().pk)
        assert questions.questions == QUESTIONS

    def test_reads_rows_of_other_versions(self) -> None:
        """Evidence had no `why_not` at first."""
        response = make_completed_interview().responses.all()[0]
        criterion = response.assessments.get().criteria[0].to_json() | {"added_later": 1}
        del criterion["evidence"][0]["why_not"]
        stored = Assessment._meta.get_field("criteria").get_prep_value([criterion])
        Assessment.objects.filter(response=response).update(criteria=stored)
        (read,) = Assessment.objects.get(response=response).criteria
        assert isinstance(read, CriterionRecord)
        assert read.evidence[0].why_not == ""

    def test_is_dumped_and_loaded(self) -> None:
        questions = make_job().add_draft(QUESTIONS, source="a test")
        dump = serializers.serialize("json", [questions])
        assert json.loads(dump)[0]["fields"]["questions"] == [question.to_json() for question in QUESTIONS]
        (loaded,) = serializers.deserialize("json", dump)
        loaded.save()
        questions.refresh_from_db()
        assert questions.questions == QUESTIONS
