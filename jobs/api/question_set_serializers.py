"""API representation of question sets."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from jobs import field_limits
from jobs.api.eligibility import ELIGIBILITY_EXAMPLE, EligibilityField
from jobs.models import JobDescription, QuestionSet, TemplateUse
from jobs.question_checks import RefusalReason
from jobs.question_editing import save_next_version
from jobs.unlawful_questions import UnlawfulTopic
from screener.api.authentication import request_actor
from screener.api.fields import IdField
from screener.api.record_serializer import serializer_of
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.records import QuestionContent

NEW_QUESTION = {
    "text": "Tell me about a time when you found the cause of an outage.",
    "competency": "Troubleshooting",
    "weight": 2.0,
    "max_seconds": 120,
    "follow_ups": 0,
    "good_answer": "Names the symptoms\nNarrows the cause down step by step\nSays what prevents it now",
}
QUESTION_EXAMPLE = NEW_QUESTION | {"bank_question": None}
JOB_ID, SET_ID = "0d9d4b0e-5f0c-4b43-9a5e-6a2f4c8f1b11", "7c1b7a52-0d61-4a0e-8d0a-1f5be6a0b2c3"


class QuestionSerializer(serializer_of(QuestionContent)):  # type: ignore[misc]  # a class that is made at run time
    """A question. Its competency names its subject; its weight counts in the overall score."""

    bank_question = serializers.UUIDField(
        read_only=True, allow_null=True, default=None, help_text="The question of the bank with this text; null: none"
    )


class QuestionWarningSerializer(StrictSerializer):
    """A question on subjects that employers must not ask candidates about."""

    position = serializers.IntegerField(help_text="The question, counted from 0")
    topics = serializers.ListField(child=serializers.ChoiceField(choices=UnlawfulTopic.choices))


class RefusedQuestionSerializer(StrictSerializer):
    """A question that a model wrote and that is not asked."""

    text = serializers.CharField()
    reason = serializers.ChoiceField(choices=RefusalReason.choices)
    topics = serializers.ListField(
        child=serializers.ChoiceField(choices=UnlawfulTopic.choices), help_text="What it asks about unlawfully"
    )
    duplicate_of = serializers.CharField(help_text="The question that it repeats")


class QuestionSetRefSerializer(StrictModelSerializer[QuestionSet]):
    warnings = QuestionWarningSerializer(many=True, read_only=True)

    class Meta:
        model = QuestionSet
        fields = ["id", "version", "status", "source", "warnings"]


class TemplateUseSerializer(StrictModelSerializer[TemplateUse]):
    """The template that the questions were filled from."""

    template = serializers.UUIDField(source="version.template_id")
    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = TemplateUse
        fields = ["template", "version", "seed"]


@extend_schema_serializer(
    examples=[
        response_example(
            "A version",
            {
                "id": SET_ID,
                "job": JOB_ID,
                "version": 2,
                "language": "en",
                "source": "api key ATS",
                "status": "draft",
                "approved_by": "",
                "approved_at": None,
                "approval_reason": "",
                "questions": [QUESTION_EXAMPLE],
                "eligibility": [ELIGIBILITY_EXAMPLE],
                "warnings": [],
                "template_use": None,
                "refused": [],
                "created_at": "2026-11-21T09:00:00Z",
            },
        ),
        request_example("Questions of your own", {"job": JOB_ID, "questions": [NEW_QUESTION]}),
    ]
)
class QuestionSetSerializer(StrictModelSerializer[QuestionSet]):
    job = IdField(queryset=JobDescription.objects.all())
    questions = serializers.ListField(child=QuestionSerializer(), min_length=1, max_length=field_limits.MAX_QUESTIONS)
    eligibility = EligibilityField(
        required=False, help_text="Questions about requirements, asked first. Left out: those of the version before"
    )
    warnings = QuestionWarningSerializer(many=True, read_only=True)
    eligibility_warnings = QuestionWarningSerializer(many=True, read_only=True)
    refused = RefusedQuestionSerializer(many=True, read_only=True)
    based_on = IdField(
        queryset=QuestionSet.objects.all(),
        required=False,
        write_only=True,
        help_text="The version that you have read and changed. 409 if another one is current by now",
    )
    template_use = TemplateUseSerializer(read_only=True, allow_null=True, help_text="Null for questions from elsewhere")

    class Meta:
        model = QuestionSet
        fields = [
            "id",
            "based_on",
            "job",
            "version",
            "language",
            "source",
            "status",
            "approved_by",
            "approved_at",
            "approval_reason",
            "questions",
            "eligibility",
            "warnings",
            "eligibility_warnings",
            "template_use",
            "refused",
            "created_at",
        ]
        read_only_fields = ["version", "language", "source", "status", "approved_by", "approved_at", "approval_reason"]

    def create(self, validated_data: dict[str, Any]) -> QuestionSet:
        job: JobDescription = validated_data["job"]
        questions = [QuestionContent.from_json(question) for question in validated_data["questions"]]
        source = request_actor(self.context["request"])
        eligibility = validated_data.get("eligibility")
        if based_on := validated_data.get("based_on"):
            return save_next_version(job, questions, based_on=based_on.pk, source=source, eligibility=eligibility)
        return job.add_draft(questions, source=source, eligibility=eligibility)
