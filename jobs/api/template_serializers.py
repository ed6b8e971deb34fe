"""API representation of interview templates."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from jobs import field_limits
from jobs.api.eligibility import (
    ELIGIBILITY_EXAMPLE,
    EligibilityQuestionSerializer,
    TemplateEligibilityField,
    TemplateEligibilitySerializer,
)
from jobs.api.question_set_serializers import (
    JOB_ID,
    QUESTION_EXAMPLE,
    SET_ID,
    QuestionSerializer,
    QuestionWarningSerializer,
)
from jobs.api.serializers import CriterionSerializer, RubricField
from jobs.bank.families import Family, QuestionKind
from jobs.channels import Channel
from jobs.models import JobDescription, Template, TemplateVersion, bank
from jobs.models.bank_usage import MIN_SHOWN
from jobs.models.template import JOB_SETTINGS, MAX_PARTS, MAX_SEED_LENGTH
from jobs.templates.parts import (
    ANY_DIFFICULTY,
    LANGUAGE_PATTERN,
    InvalidParts,
    TemplatePart,
    check_parts,
)
from screener.api.authentication import request_actor
from screener.api.fields import IdField
from screener.api.record_serializer import serializer_of
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer

TEMPLATE_ID = "6b0c7f4e-2f0a-4c1e-8f57-0a4d1f7f3b10"
SLOT_EXAMPLE = {"count": 2, "kind": "technical", "difficulty": 3, "family": "software"}
FIXED_EXAMPLE = {"text": "Why do you want to work with us?", "language": "en", "competency": "Motivation"}
TEMPLATE_ELIGIBILITY_EXAMPLE = ELIGIBILITY_EXAMPLE | {"language": "en"}
NO_SETTINGS = dict.fromkeys(JOB_SETTINGS)
TEMPLATE_EXAMPLE = {
    "id": TEMPLATE_ID,
    "name": "Developers, first round",
    "interview_type": "technical",
    "in_use": True,
    "version": 3,
    "author": "api key ATS",
    "note": "Two hard questions.",
    "parts": [
        {"kind": "", "difficulty": 0, "family": "", "tags": [], "count": 1, "weight": 1.0, "max_seconds": 90}
        | FIXED_EXAMPLE,
        {"tags": [], "text": "", "language": "", "competency": "", "weight": 2.0, "max_seconds": 120} | SLOT_EXAMPLE,
    ],
    "eligibility": [TEMPLATE_ELIGIBILITY_EXAMPLE],
    "rubric": None,
    "settings": NO_SETTINGS | {"answer_pause_seconds": 10, "channels": ["phone", "room"]},
    "warnings": [],
    "eligibility_warnings": [],
    "jobs": 4,
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:00Z",
}
CONTENT_KEYS = (
    "author",
    "note",
    "parts",
    "eligibility",
    "rubric",
    "settings",
    "warnings",
    "eligibility_warnings",
    "created_at",
)
VERSION_EXAMPLE = {key: TEMPLATE_EXAMPLE[key] for key in CONTENT_KEYS} | {
    "number": 3,
    "jobs": 2,
    "interviews": 40,
    "scored": 31,
    "mean_score": 6.4,
}
NEW_TEMPLATE = {
    "name": "Developers, first round",
    "interview_type": "technical",
    "parts": [FIXED_EXAMPLE, SLOT_EXAMPLE],
    "eligibility": [
        {
            "text": "Can you work night shifts?",
            "language": "en",
            "kind": "yes_no",
            "effect": "flag",
            "accepted": ["yes"],
        }
    ],
    "settings": {"answer_pause_seconds": 10},
}
FILL_EXAMPLE = {
    "template": TEMPLATE_ID,
    "version": 3,
    "seed": "5f1c09aa3b7e6d24",
    "job": JOB_ID,
    "question_set": SET_ID,
    "questions": [QUESTION_EXAMPLE],
    "eligibility": [ELIGIBILITY_EXAMPLE],
}


class TemplatePartSerializer(serializer_of(TemplatePart)):  # type: ignore[misc]  # a class that is made at run time
    """A fixed question if it has a `text`, otherwise a slot that takes questions from the bank."""

    kind = serializers.ChoiceField(QuestionKind.choices, default="", allow_blank=True, help_text="Empty: any")
    difficulty = serializers.IntegerField(
        min_value=ANY_DIFFICULTY, max_value=bank.MAX_DIFFICULTY, default=ANY_DIFFICULTY, help_text="0: any; 3: hard"
    )
    family = serializers.ChoiceField(
        Family.choices,
        default="",
        allow_blank=True,
        help_text="Empty: the occupations of the job's description, and questions for any occupation",
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=bank.MAX_TAG_LENGTH),
        max_length=bank.MAX_TAGS,
        default=list,
        help_text="The question has one of them; empty: any",
    )
    language = serializers.RegexField(
        LANGUAGE_PATTERN,
        max_length=3,
        default="",
        allow_blank=True,
        help_text="Of the text, such as `en`. Each language has the same number of fixed questions",
    )


class TemplateSettingsSerializer(StrictModelSerializer[TemplateVersion]):
    """Settings of a job. The job keeps its own where the template has null."""

    channels = serializers.ListField(
        child=serializers.ChoiceField(Channel.choices),
        min_length=1,
        max_length=len(Channel),
        required=False,
        allow_null=True,
    )
    attempt_spacing = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=field_limits.MAX_SPACING_MINUTES),
        max_length=field_limits.MAX_ATTEMPTS - 1,
        required=False,
        allow_null=True,
    )

    class Meta:
        model = TemplateVersion
        fields = JOB_SETTINGS


@extend_schema_serializer(
    many=False,
    examples=[response_example("The versions", VERSION_EXAMPLE)],
)
class TemplateVersionSerializer(StrictModelSerializer[TemplateVersion]):
    parts = TemplatePartSerializer(many=True, read_only=True)
    eligibility = TemplateEligibilitySerializer(many=True, read_only=True)
    rubric = RubricField(read_only=True, allow_null=True)
    settings = TemplateSettingsSerializer(read_only=True)
    warnings = QuestionWarningSerializer(many=True, read_only=True)
    eligibility_warnings = QuestionWarningSerializer(many=True, read_only=True)
    jobs = serializers.IntegerField(source="jobs_filled", read_only=True, help_text="Filled from this version")
    interviews = serializers.IntegerField(
        source="interviews_planned", read_only=True, help_text="With these questions, without practice"
    )
    scored = serializers.IntegerField(read_only=True, help_text="On how many results `mean_score` rests")
    mean_score = serializers.FloatField(
        read_only=True, allow_null=True, help_text=f"Of the overall scores; null with fewer than {MIN_SHOWN}"
    )

    class Meta:
        model = TemplateVersion
        fields = [
            "number",
            "author",
            "note",
            "parts",
            "eligibility",
            "rubric",
            "settings",
            "warnings",
            "eligibility_warnings",
            "jobs",
            "interviews",
            "scored",
            "mean_score",
            "created_at",
        ]
        read_only_fields = ["number", "note"]


@extend_schema_serializer(
    examples=[
        response_example("A template", TEMPLATE_EXAMPLE),
        request_example("A fixed question, and two of the bank", NEW_TEMPLATE),
    ]
)
class TemplateSerializer(StrictModelSerializer[Template]):
    version = serializers.IntegerField(
        source="current_version.number", read_only=True, help_text="The newest version, which the fields below are of"
    )
    author = serializers.CharField(source="current_version.author", read_only=True)
    note = serializers.CharField(
        source="current_version.note",
        max_length=field_limits.MAX_REASON_LENGTH,
        required=False,
        allow_blank=True,
        help_text="What this version changes and why",
    )
    parts = TemplatePartSerializer(source="current_version.parts", many=True, help_text="In the order of the interview")
    eligibility = TemplateEligibilityField(
        source="current_version.eligibility",
        required=False,
        help_text="Asked before the questions, in a job that has no eligibility questions of its own",
    )
    rubric = RubricField(
        source="current_version.rubric",
        required=False,
        allow_null=True,
        help_text="Null: the job keeps its own rubric",
    )
    settings = TemplateSettingsSerializer(source="current_version.settings", required=False)
    warnings = QuestionWarningSerializer(
        source="current_version.warnings",
        many=True,
        read_only=True,
        help_text="Fixed questions on subjects that employers must not ask about; `position` counts the parts",
    )
    eligibility_warnings = QuestionWarningSerializer(
        source="current_version.eligibility_warnings", many=True, read_only=True, help_text="Likewise"
    )
    jobs = serializers.IntegerField(
        source="jobs_filled", read_only=True, help_text="How many jobs were filled from the template"
    )

    class Meta:
        model = Template
        fields = [
            "id",
            "name",
            "interview_type",
            "in_use",
            "version",
            "author",
            "note",
            "parts",
            "eligibility",
            "rubric",
            "settings",
            "warnings",
            "eligibility_warnings",
            "jobs",
            "created_at",
            "updated_at",
        ]

    def validate_name(self, name: str) -> str:
        others = Template.objects.filter(name__iexact=name)
        if self.instance:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise serializers.ValidationError("Another template has this name. Choose another one.")
        return name

    def validate_parts(self, parts: list[dict[str, Any]]) -> list[TemplatePart]:
        if len(parts) > MAX_PARTS:
            raise serializers.ValidationError(f"A template has at most {MAX_PARTS} parts.")
        records = [TemplatePart.from_json(part) for part in parts]
        try:
            check_parts(records)
        except InvalidParts as error:
            raise serializers.ValidationError(str(error)) from None
        return records

    def create(self, validated_data: dict[str, Any]) -> Template:
        content = validated_data.pop("current_version")
        template = Template.objects.create(**validated_data)
        self._add_version(template, content)
        return template

    def update(self, instance: Template, validated_data: dict[str, Any]) -> Template:
        """Fields that were not sent stay. Lists and `rubric` are replaced, of `settings` those that were sent."""
        content = validated_data.pop("current_version", {})
        if validated_data:
            instance.update_fields(**validated_data)
        if content:
            self._add_version(instance, content)
        return instance

    def _add_version(self, template: Template, content: dict[str, Any]) -> None:
        settings = content.pop("settings", {})
        template.add_version(by=request_actor(self.context["request"]), **content, **settings)


@extend_schema_serializer(examples=[request_example("Fill a job", {"job": JOB_ID})])
class TemplateFillSerializer(StrictSerializer):
    job = IdField(queryset=JobDescription.objects.all())
    version = serializers.IntegerField(min_value=1, required=False, help_text="Of the template; default: the newest")
    seed = serializers.CharField(
        max_length=MAX_SEED_LENGTH,
        required=False,
        help_text="Repeats a choice as long as the bank and the questions of other jobs stay as they are",
    )
    preview = serializers.BooleanField(default=False, help_text="Choose the questions and change nothing")


@extend_schema_serializer(examples=[response_example("The new draft", FILL_EXAMPLE)])
class TemplateFillingSerializer(StrictSerializer):
    template = serializers.UUIDField()
    version = serializers.IntegerField()
    seed = serializers.CharField(help_text="Repeats this choice")
    job = serializers.UUIDField()
    question_set = serializers.UUIDField(allow_null=True, help_text="The new draft; null in a preview")
    questions = QuestionSerializer(many=True)
    eligibility = EligibilityQuestionSerializer(
        many=True, help_text="Those of the job, or else those of the template in its language"
    )


class GapSerializer(StrictSerializer):
    position = serializers.IntegerField(help_text="The part, counted from 0")
    language = serializers.CharField()
    wanted = serializers.IntegerField()
    found = serializers.IntegerField()


@extend_schema_serializer(
    examples=[response_example("A gap", {"gaps": [{"position": 1, "language": "en", "wanted": 2, "found": 1}]})]
)
class GapsSerializer(StrictSerializer):
    gaps = GapSerializer(many=True, help_text="Slots that the bank cannot fill for any job")


class PartChangeSerializer(StrictSerializer):
    change = serializers.ChoiceField(["kept", "added", "removed"])
    part = TemplatePartSerializer()


class EligibilityChangeSerializer(StrictSerializer):
    change = serializers.ChoiceField(["kept", "added", "removed"])
    question = TemplateEligibilitySerializer()


class CriterionChangeSerializer(StrictSerializer):
    change = serializers.ChoiceField(["kept", "added", "removed"])
    criterion = CriterionSerializer()


class SettingChangeSerializer(StrictSerializer):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


@extend_schema_serializer(
    examples=[
        response_example(
            "One setting was changed",
            {
                "parts": [],
                "eligibility": [],
                "rubric": [],
                "settings": [{"field": "takes_allowed", "before": None, "after": 3}],
            },
        )
    ]
)
class ComparisonSerializer(StrictSerializer):
    parts = PartChangeSerializer(many=True)
    eligibility = EligibilityChangeSerializer(many=True)
    rubric = CriterionChangeSerializer(many=True)
    settings = SettingChangeSerializer(many=True)
