"""API of the question bank."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.bank.editing import add_question, change_question, entry_of
from jobs.bank.entry import entry_from, fields_of
from jobs.bank.families import Family, QuestionKind
from jobs.bank.files.importing import import_questions
from jobs.bank.search import language_condition, words_condition
from jobs.field_limits import MAX_REASON_LENGTH
from jobs.models import BankQuestion, BankText, BankUsage, Weakness, bank
from screener.api.authentication import request_actor
from screener.api.media_types import BoundedJSONParser, BoundedMultiPartParser
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.api.viewsets import ApiViewSet
from screener.documents.table_file import InvalidTableFile
from screener.models.keys.scopes import Resource
from screener.records import MAX_GOOD_ANSWER_LENGTH

QUESTION_ID = "0f6d2c51-9d6e-5b0f-8c0e-3b5e6c574d55"
TEXT_EXAMPLE = {
    "language": "en",
    "text": "How do you secure a mixed load of pallets?",
    "competency": "Securing a load",
    "good_answer": "Weight distribution, friction mats, the right number of straps, checks again on the way.",
    "keywords": ["lorry", "truck"],
}
NEW_QUESTION = {
    "family": "transport",
    "kind": "technical",
    "difficulty": 2,
    "tags": ["load", "safety"],
    "texts": [TEXT_EXAMPLE],
}
USAGE_EXAMPLE = {
    "asked": 412,
    "answered": 371,
    "skipped": 23,
    "scored": 366,
    "mean_score": 6.1,
    "score_spread": 1.8,
    "timed": 340,
    "median_seconds": 58.0,
    "compared": 361,
    "mean_difference": -0.2,
    "difference_spread": 1.5,
    "separation": 0.44,
    "weaknesses": [],
    "counted_at": "2026-11-30T09:10:00Z",
}
QUESTION_EXAMPLE = {
    "id": QUESTION_ID,
    **NEW_QUESTION,
    "difficulty_source": "author",
    "usage": None,
    "status": "draft",
    "source": "api key ATS",
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:00Z",
}


class BankTextSerializer(StrictModelSerializer[BankText]):
    """A question in one language."""

    language = serializers.RegexField(
        r"^[a-z]{2,3}$",
        max_length=3,
        help_text="A language tag without a region, such as `en`",
        error_messages={"invalid": "Enter a language tag without a region, such as en or de."},
    )
    text = serializers.CharField(max_length=bank.MAX_TEXT_LENGTH, help_text="As it is spoken; it asks one thing")
    good_answer = serializers.CharField(max_length=MAX_GOOD_ANSWER_LENGTH, required=False, default="", allow_blank=True)
    keywords = serializers.ListField(
        child=serializers.CharField(max_length=bank.MAX_KEYWORD_LENGTH),
        max_length=bank.MAX_KEYWORDS,
        required=False,
        default=list,
        help_text="Words of job descriptions that the question fits; empty: any job of its family",
    )

    class Meta:
        model = BankText
        fields = ["language", "text", "competency", "good_answer", "keywords"]


class BankUsageSerializer(StrictModelSerializer[BankUsage]):
    """Counts since the question's words last changed, and figures of its newest 1,000 answers. Practice is left out.

    A figure that rests on fewer than five answers is null.
    """

    weaknesses = serializers.ListField(
        child=serializers.ChoiceField(Weakness.choices), read_only=True, help_text="Why it is worth a look"
    )

    class Meta:
        model = BankUsage
        fields = [*BankUsage.COUNTS, *BankUsage.FIGURES, "weaknesses", "counted_at"]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        response_example("A question of the bank", QUESTION_EXAMPLE),
        response_example(
            "A question with its usage", QUESTION_EXAMPLE | {"status": "approved", "usage": USAGE_EXAMPLE}, 200
        ),
        request_example("A question for drivers", NEW_QUESTION),
    ]
)
class BankQuestionSerializer(StrictModelSerializer[BankQuestion]):
    texts = BankTextSerializer(many=True)
    difficulty = serializers.IntegerField(
        min_value=bank.MIN_DIFFICULTY,
        max_value=bank.MAX_DIFFICULTY,
        default=BankQuestion.Difficulty.MEDIUM,
        help_text="1: easy, 2: medium, 3: hard",
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=bank.MAX_TAG_LENGTH),
        max_length=bank.MAX_TAGS,
        required=False,
        default=list,
        help_text="Subjects. An interview asks about the first one only once",
    )

    usage = BankUsageSerializer(read_only=True, allow_null=True, help_text="null: not asked, or not counted yet")

    class Meta:
        model = BankQuestion
        fields = [
            "id",
            "family",
            "kind",
            "difficulty",
            "difficulty_source",
            "tags",
            "texts",
            "status",
            "source",
            "usage",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["status", "source", "difficulty_source"]

    def validate_texts(self, texts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not texts:
            raise serializers.ValidationError("Write the question in at least one language.")
        if len({text["language"] for text in texts}) < len(texts):
            raise serializers.ValidationError("A language occurs twice.")
        return texts

    def create(self, validated_data: dict[str, Any]) -> BankQuestion:
        return add_question(entry_from(validated_data), by=request_actor(self.context["request"]))

    def update(self, instance: BankQuestion, validated_data: dict[str, Any]) -> BankQuestion:
        """Fields that were not sent stay. `texts` replaces all texts."""
        entry = entry_from(fields_of(entry_of(instance)) | validated_data)
        change_question(instance, entry, by=request_actor(self.context["request"]))
        return BankQuestion.objects.with_texts().get(pk=instance.pk)


@extend_schema_serializer(examples=[request_example("Why", {"reason": "Most candidates skip it."})])
class BankReasonSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=MAX_REASON_LENGTH, required=False, default="", allow_blank=True)


@extend_schema_serializer(
    examples=[request_example("A file", {"file": "question-bank.csv"}, media_type="multipart/form-data")]
)
class BankImportSerializer(StrictSerializer):
    file = serializers.FileField(
        allow_empty_file=True,
        help_text="CSV or JSON in UTF-8 as the admin exports it, at most 5 MB and 2,000 questions",
        error_messages={"invalid": "Send the file itself, as multipart/form-data.", "required": "Send a file."},
    )


class BankRowErrorSerializer(StrictSerializer):
    row = serializers.IntegerField(help_text="The row in the file; the header of a CSV file is row 1")
    message = serializers.CharField()


@extend_schema_serializer(
    examples=[
        response_example(
            "One row was refused",
            {
                "added": 2,
                "changed": 1,
                "unchanged": 0,
                "refused": [{"row": 4, "message": "difficulty: Ensure this value is less than or equal to 3."}],
            },
        )
    ]
)
class BankImportReportSerializer(StrictSerializer):
    added = serializers.IntegerField(help_text="New questions, as drafts")
    changed = serializers.IntegerField(help_text="Questions with a known id, which are drafts again")
    unchanged = serializers.IntegerField()
    refused = BankRowErrorSerializer(many=True, help_text="Rows that were refused, with the reason")


@extend_schema_serializer(examples=[request_example("A hard question", {"difficulty": 3})])
class BankDifficultySerializer(StrictSerializer):
    difficulty = serializers.IntegerField(
        min_value=bank.MIN_DIFFICULTY,
        max_value=bank.MAX_DIFFICULTY,
        allow_null=True,
        help_text="It is never recalibrated from then on. null: recalibrate it from the answers again",
    )


class BankQuestionFilter(filters.FilterSet):  # type: ignore[misc]  # untyped library
    family = filters.ChoiceFilter(choices=Family.choices)
    kind = filters.ChoiceFilter(choices=QuestionKind.choices)
    language = filters.CharFilter(method="filter_language", help_text="Questions with a text in this language")
    tag = filters.CharFilter(method="filter_tag", help_text="One of the tags")
    weakness = filters.ChoiceFilter(
        choices=Weakness.choices, method="filter_weakness", help_text="Questions that are worth a look for this reason"
    )
    search = filters.CharFilter(method="filter_words", help_text="Beginnings of words of question and competency")

    class Meta:
        model = BankQuestion
        fields = ["family", "kind", "difficulty", "status"]

    def filter_language(self, questions: QuerySet[BankQuestion], name: str, value: str) -> QuerySet[BankQuestion]:
        return questions.filter(language_condition(value))

    def filter_tag(self, questions: QuerySet[BankQuestion], name: str, value: str) -> QuerySet[BankQuestion]:
        return questions.filter(tags__contains=[value])

    def filter_weakness(self, questions: QuerySet[BankQuestion], name: str, value: str) -> QuerySet[BankQuestion]:
        return questions.filter(usage__weaknesses__contains=[value])

    def filter_words(self, questions: QuerySet[BankQuestion], name: str, value: str) -> QuerySet[BankQuestion]:
        return questions.filter(words_condition(value))


class BankQuestionViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin, ApiViewSet):
    """The question bank. A question is added as a draft; only an approved one is picked for jobs."""

    resource = Resource.BANK
    queryset = BankQuestion.objects.with_texts().select_related("usage")
    serializer_class = BankQuestionSerializer
    filterset_class = BankQuestionFilter
    summaries = {
        "list": "List questions of the bank",
        "create": "Add a question to the bank",
        "retrieve": "Read a question of the bank",
        "partial_update": "Change a question of the bank",
        "approve": "Approve a question of the bank",
        "retire": "Retire a question of the bank",
        "reopen": "Make a retired question a draft",
        "difficulty": "Overrule the difficulty of a question of the bank",
        "import_file": "Add questions from a file",
    }
    problem_examples = {
        "create": {
            400: {"texts": ["Write the question in at least one language."]},
            409: "The bank has this question already (Approved): “How do you secure a mixed load of pallets?”",
        },
        "partial_update": {
            400: {"texts": ["A language occurs twice."]},
            409: "The question is retired. Reopen it before you change it.",
        },
        "approve": {
            400: {"reason": ["Ensure this field has no more than 500 characters."]},
            409: "The question asks about age, which employers must not ask. Change it, or state why it is lawful and "
            "needed.",
        },
        "retire": {400: {"reason": ["Ensure this field has no more than 500 characters."]}},
        "difficulty": {400: {"difficulty": ["Ensure this value is less than or equal to 3."]}},
        "reopen": {409: "The question is approved. Retire it first."},
        "import_file": {400: {"file": ["The first row must name the columns; family is missing."]}},
    }

    @extend_schema(request=BankReasonSerializer, responses=BankQuestionSerializer)
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser])
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Let the question be picked for jobs. A question on an unlawful subject needs a reason. Idempotent."""
        self.get_object().approve(by=request_actor(request), reason=self._reason(request))
        return Response(BankQuestionSerializer(self.get_object()).data)

    @extend_schema(request=BankReasonSerializer, responses=BankQuestionSerializer)
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser])
    def retire(self, request: Request, **kwargs: Any) -> Response:
        """Take the question out of use. Jobs that ask it keep it. Idempotent."""
        self.get_object().retire(by=request_actor(request), reason=self._reason(request))
        return Response(BankQuestionSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=BankQuestionSerializer)
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser])
    def reopen(self, request: Request, **kwargs: Any) -> Response:
        """Make a retired question a draft again. Idempotent."""
        self.get_object().reopen(by=request_actor(request))
        return Response(BankQuestionSerializer(self.get_object()).data)

    @extend_schema(request=BankDifficultySerializer, responses=BankQuestionSerializer)
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser])
    def difficulty(self, request: Request, **kwargs: Any) -> Response:
        """Set the difficulty in place of the measured one. The status stays. Idempotent."""
        request_data = BankDifficultySerializer(data=request.data)
        request_data.is_valid(raise_exception=True)
        self.get_object().set_difficulty(request_data.validated_data["difficulty"], by=request_actor(request))
        return Response(BankQuestionSerializer(self.get_object()).data)

    @extend_schema(request=BankImportSerializer, responses=BankImportReportSerializer)
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[BoundedMultiPartParser])
    def import_file(self, request: Request, **kwargs: Any) -> Response:
        """Add the valid questions of a CSV or JSON file as drafts. The report lists refused rows with reasons."""
        upload = BankImportSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        try:
            report = import_questions(upload.validated_data["file"], BankQuestionSerializer, by=request_actor(request))
        except InvalidTableFile as error:
            raise ValidationError({"file": [str(error)]}) from None
        return Response(BankImportReportSerializer(report).data)

    def _reason(self, request: Request) -> str:
        request_data = BankReasonSerializer(data=request.data)
        request_data.is_valid(raise_exception=True)
        return str(request_data.validated_data["reason"])
