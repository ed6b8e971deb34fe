"""API representation of jobs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from jobs import field_limits
from jobs.api.description_file import DescribedSerializer
from jobs.api.eligibility import ELIGIBILITY_EXAMPLE, EligibilityQuestionSerializer
from jobs.api.question_set_serializers import (
    JOB_ID,
    QUESTION_EXAMPLE,
    SET_ID,
    QuestionSerializer,
    QuestionSetRefSerializer,
)
from jobs.channels import Channel
from jobs.models import DEFAULT_QUESTION_COUNT, JobDescription, QuestionSet
from jobs.question_sets import current_question_set
from jobs.rubric import ANCHOR_LEVELS, MAX_CRITERIA, MAX_CRITERION_WEIGHT, InvalidRubric, validate_rubric
from screener.api.fields import IdField, LanguageField, NumberField, PhoneField
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictSerializer
from screener.models.organisation import validate_callback_number
from screener.models.retention import PERIOD_FIELDS


class AnchorsSerializer(StrictSerializer):
    """Descriptions of answers that score 2, 5 and 9."""

    def get_fields(self) -> dict[str, Any]:
        return {level: serializers.CharField(max_length=500) for level in ANCHOR_LEVELS}


class CriterionSerializer(StrictSerializer):
    key = serializers.CharField(max_length=50)
    name = serializers.CharField(max_length=100)
    weight = serializers.FloatField(max_value=MAX_CRITERION_WEIGHT, help_text="Above 0")
    anchors = AnchorsSerializer()


class RubricField(serializers.ListField):
    child = CriterionSerializer()

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=1, max_length=MAX_CRITERIA, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Check the criteria together. Null passes where it is allowed."""
        criteria = super().run_validation(data)
        if criteria is None:
            return None
        try:
            return validate_rubric(criteria)
        except InvalidRubric as error:
            raise serializers.ValidationError(str(error)) from None


class ThresholdField(NumberField):
    """A score from 0 to 10."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=3, decimal_places=1, min_value=0, max_value=10, required=False, **kwargs)


EXAMPLE_DESCRIPTION = "Keep our customers' Linux servers running. You must know SQL and write clearly."
JOB_EXAMPLE = {
    "id": JOB_ID,
    "title": "Support engineer",
    "spoken_title": "",
    "employer_name": "",
    "callback_number": "",
    "description": EXAMPLE_DESCRIPTION,
    "language": "en",
    "interview_type": "mixed",
    "rubric": [
        {
            "key": "relevance",
            "name": "Relevance",
            "weight": 3.0,
            "anchors": {"2": "Talks about something else.", "5": "Answers part of it.", "9": "Answers what was asked."},
        }
    ],
    "hire_at": 7.0,
    "consider_at": 5.0,
    "minimum_coverage": 0.6,
    "blind_review": False,
    "channels": ["phone", "text"],
    "consent_required": True,
    "max_attempts": 3,
    "attempt_spacing": [30, 240, 1440],
    "max_concurrent_calls": 5,
    "calls_per_day": None,
    "answer_pause_seconds": 8,
    "takes_allowed": 2,
    "preparation_seconds": 0,
    "record_video": False,
    "leave_voicemail": False,
    "sends_reminders": True,
    "sms_first": False,
    "sends_thanks": True,
    "keep_recordings_days": 90,
    "keep_videos_days": None,
    "keep_answers_days": None,
    "keep_resumes_days": None,
    "keep_candidates_days": None,
    "is_open": True,
    "questions_status": "approved",
    "questions_error": "",
    "questions": [QUESTION_EXAMPLE],
    "eligibility": [ELIGIBILITY_EXAMPLE],
    "question_set": {"id": SET_ID, "version": 1, "status": "approved", "source": "OpenAI gpt-6-luna"},
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:05Z",
}
NEW_JOB = JOB_EXAMPLE | {"questions_status": "none", "questions": [], "eligibility": [], "question_set": None}


@extend_schema_serializer(
    examples=[
        response_example("A job", JOB_EXAMPLE, 200),
        response_example("A new job", NEW_JOB, 201),
        response_example("Questions are being written", NEW_JOB | {"questions_status": "pending"}, 202),
        request_example("A job to interview for", {"title": "Support engineer", "description": EXAMPLE_DESCRIPTION}),
        request_example("The same from a file", {"description_file": "job.pdf"}, media_type="multipart/form-data"),
    ]
)
class JobSerializer(DescribedSerializer):
    language = LanguageField(default="en")
    callback_number = PhoneField(
        required=False,
        allow_blank=True,
        validators=[validate_callback_number],
        help_text=JobDescription._meta.get_field("callback_number").help_text,
    )
    rubric = RubricField(required=False)
    hire_at = ThresholdField(help_text="Recommend to hire from this overall score; one decimal, 7.0 unless set")
    consider_at = ThresholdField(help_text="Recommend to consider from this score; one decimal, 5.0 unless set")
    minimum_coverage = NumberField(
        max_digits=3,
        decimal_places=2,
        min_value=0,
        max_value=1,
        required=False,
        help_text="Share of the questions, by weight, that must be answered for a result; 0.6 unless set",
    )
    channels = serializers.ListField(
        child=serializers.ChoiceField(Channel.choices),
        min_length=1,
        max_length=len(Channel),
        required=False,
        help_text="How interviews for this job may be held; by phone only unless set",
    )
    attempt_spacing = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=field_limits.MAX_SPACING_MINUTES),
        max_length=field_limits.MAX_ATTEMPTS - 1,
        required=False,
        help_text="Minutes between attempts; empty: the default of this deployment",
    )
    questions = serializers.SerializerMethodField(
        help_text="The draft that waits for approval, or else the approved questions"
    )
    eligibility = serializers.SerializerMethodField(
        help_text="The questions about requirements of the same version. Change them with `question-sets/`"
    )
    question_set = serializers.SerializerMethodField(help_text="The version of `questions`")

    class Meta:
        model = JobDescription
        fields = [
            "id",
            "title",
            "spoken_title",
            "employer_name",
            "callback_number",
            "description",
            "description_file",
            "language",
            "interview_type",
            "rubric",
            "hire_at",
            "consider_at",
            "minimum_coverage",
            "blind_review",
            "channels",
            "consent_required",
            "max_attempts",
            "attempt_spacing",
            "max_concurrent_calls",
            "calls_per_day",
            "answer_pause_seconds",
            "takes_allowed",
            "preparation_seconds",
            "record_video",
            "leave_voicemail",
            "sends_reminders",
            "sms_first",
            "sends_thanks",
            *PERIOD_FIELDS,
            "is_open",
            "questions_status",
            "questions_error",
            "questions",
            "eligibility",
            "question_set",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["questions_status", "questions_error"]
        extra_kwargs = {
            "questions_status": {"help_text": "`pending`: poll again. `ready`: read the questions, then approve them."}
        }

    @extend_schema_field(QuestionSerializer(many=True))
    def get_questions(self, job: JobDescription) -> Any:
        question_set = current_question_set(job)
        return QuestionSerializer(question_set.questions, many=True).data if question_set else []

    @extend_schema_field(EligibilityQuestionSerializer(many=True))
    def get_eligibility(self, job: JobDescription) -> Any:
        question_set = current_question_set(job)
        return EligibilityQuestionSerializer(question_set.eligibility, many=True).data if question_set else []

    @extend_schema_field(QuestionSetRefSerializer(allow_null=True))
    def get_question_set(self, job: JobDescription) -> Any:
        question_set = current_question_set(job)
        return QuestionSetRefSerializer(question_set).data if question_set else None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Compare the two thresholds, sent or stored."""
        attrs = super().validate(attrs)
        job: Any = self.instance or JobDescription()
        hire_at, consider_at = (
            attrs.get(field_name, getattr(job, field_name)) for field_name in ("hire_at", "consider_at")
        )
        if hire_at < consider_at:
            message = f"Must not be below consider_at ({consider_at}). Raise it, or lower consider_at."
            raise serializers.ValidationError({"hire_at": [message]})
        return attrs

    def update(self, instance: JobDescription, validated_data: dict[str, Any]) -> JobDescription:
        """Write only the fields that were sent, so that concurrent changes by the worker are kept."""
        instance.update_fields(**validated_data)
        return instance


@extend_schema_serializer(component_name="QuestionsWish", examples=[request_example("Six questions", {"count": 6})])
class QuestionRequestSerializer(StrictSerializer):
    count = serializers.IntegerField(
        min_value=1,
        max_value=field_limits.MAX_WRITTEN_QUESTIONS,
        default=DEFAULT_QUESTION_COUNT,
        help_text="How many questions to write",
    )


@extend_schema_serializer(
    examples=[
        request_example("This very version", {"question_set": SET_ID, "reason": "The licence has a minimum age."})
    ]
)
class ApprovalSerializer(StrictSerializer):
    """Expects the job in `context["job"]`."""

    question_set = IdField(
        queryset=QuestionSet.objects.all(),
        required=False,
        help_text="The version that you have read; default: `question_set` of the job",
    )

    reason = serializers.CharField(
        max_length=field_limits.MAX_REASON_LENGTH,
        required=False,
        help_text="Why questions with `warnings` are lawful and needed; required if there are any",
    )

    def validate_question_set(self, question_set: QuestionSet) -> QuestionSet:
        if question_set.job_id != self.context["job"].pk:
            raise serializers.ValidationError("These questions belong to another job. Use the id from this job.")
        return question_set
