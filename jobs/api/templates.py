"""API of interview templates."""

from typing import Any

from django.db.models import Count
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.template_serializers import (
    ComparisonSerializer,
    GapsSerializer,
    TemplateFillingSerializer,
    TemplateFillSerializer,
    TemplateSerializer,
    TemplateVersionSerializer,
)
from jobs.bank.starter_bank import LANGUAGES
from jobs.models import Template, TemplateVersion
from jobs.templates.comparison import Comparison, compare_versions
from jobs.templates.filling import choose_questions, fill_job, find_gaps
from jobs.templates.usage import with_usage
from screener.api.authentication import request_actor
from screener.api.media_types import BoundedJSONParser
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource


class TemplateFilter(filters.FilterSet):  # type: ignore[misc]  # untyped library
    # BooleanFilter ignores invalid values and would return the unfiltered list.
    in_use = extend_schema_field(OpenApiTypes.BOOL)(
        filters.TypedChoiceFilter(choices=[("true", "in use"), ("false", "out of use")], coerce="true".__eq__)
    )
    search = filters.CharFilter("name", "icontains", help_text="A part of the name")

    class Meta:
        model = Template
        fields = ["interview_type"]


class TemplateViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin, ApiViewSet):
    """Interview templates. A version never changes: PATCH adds the next one. Jobs are filled from a version."""

    resource = Resource.BANK
    queryset = Template.objects.with_current_version().annotate(jobs_filled=Count("versions__uses__job", distinct=True))
    serializer_class = TemplateSerializer
    filterset_class = TemplateFilter
    summaries = {
        "list": "List interview templates",
        "create": "Add an interview template",
        "retrieve": "Read an interview template",
        "partial_update": "Change an interview template",
        "versions": "List the versions of an interview template",
        "diff": "Compare two versions of an interview template",
        "gaps": "List the slots that the bank cannot fill",
        "fill": "Fill a job from an interview template",
    }
    problem_examples = {
        "create": {400: {"parts": ["A template has at least one slot or one fixed question. Add one."]}},
        "partial_update": {400: {"parts": ["Part 2: state the language of the fixed question."]}},
        "diff": {400: {"before": ["The template has no version 7."]}},
        "fill": {
            400: {"version": ["The template has no version 7."]},
            409: "The question bank has too few approved questions in en: part 2 (2 x technical, hard): 1 of 2. Add "
            "questions to the bank, or change these slots. Nothing was changed.",
        },
    }

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = self.get_queryset().get(pk=serializer.save().pk)

    def perform_update(self, serializer: Any) -> None:
        serializer.instance = self.get_queryset().get(pk=serializer.save().pk)

    @extend_schema(responses=TemplateVersionSerializer(many=True))
    @action(detail=True, filterset_class=None, pagination_class=None)
    def versions(self, request: Request, **kwargs: Any) -> Response:
        """The newest first."""
        versions = with_usage(self.get_object().versions.order_by("-number"))
        return Response(TemplateVersionSerializer(versions, many=True).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("before", OpenApiTypes.INT, description="A version; default: the one before `after`"),
            OpenApiParameter("after", OpenApiTypes.INT, description="A version; default: the newest"),
        ],
        responses=ComparisonSerializer,
    )
    @action(detail=True, filterset_class=None, pagination_class=None)
    def diff(self, request: Request, **kwargs: Any) -> Response:
        """The changes from `before` to `after`. Entries that were kept are listed too."""
        template = self.get_object()
        after = _version(template, request, "after") or template.current_version
        before = _version(template, request, "before") or template.versions.filter(number__lt=after.number).first()
        comparison = compare_versions(before, after) if before else Comparison([], [], [], [])
        return Response(ComparisonSerializer(comparison).data)

    @extend_schema(responses=GapsSerializer)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def gaps(self, request: Request, **kwargs: Any) -> Response:
        """Slots of the newest version that the bank cannot fill, in the languages of the starter bank."""
        parts = self.get_object().current_version.parts
        gaps = [
            {"position": gap.position, "language": language, "wanted": gap.wanted, "found": gap.found}
            for language, gap in find_gaps(parts, LANGUAGES)
        ]
        return Response(GapsSerializer({"gaps": gaps}).data)

    @extend_schema(request=TemplateFillSerializer, responses=TemplateFillingSerializer)
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser])
    def fill(self, request: Request, **kwargs: Any) -> Response:
        """Give a job the questions, as a draft, with the rubric and the settings of the template. All or nothing.

        A job that has eligibility questions keeps them; otherwise it gets those of the template.

        409 with `code` `unfilled_slots` and `slots` if the bank has too few questions for a slot.
        """
        template = self.get_object()
        fields = TemplateFillSerializer(data=request.data, context={"request": request})
        fields.is_valid(raise_exception=True)
        wanted = fields.validated_data
        job, version = wanted["job"], template.current_version
        if "version" in wanted:
            version = _version_or_error(template, "version", wanted["version"])
        filling = {"template": template.pk, "version": version.number, "job": job.pk}
        if wanted["preview"]:
            choice = choose_questions(job, version, seed=wanted.get("seed", ""))
            filling |= {"seed": choice.seed, "question_set": None, "questions": choice.questions}
            filling["eligibility"] = choice.eligibility
        else:
            use = fill_job(job, version, by=request_actor(request), seed=wanted.get("seed", ""))
            draft = use.question_set
            filling |= {"seed": use.seed, "question_set": draft.pk, "questions": draft.questions}
            filling["eligibility"] = draft.eligibility
        return Response(TemplateFillingSerializer(filling).data)


def _version(template: Template, request: Request, name: str) -> TemplateVersion | None:
    """The version that the query names, or None without this parameter."""
    text = request.query_params.get(name)
    if text is None:
        return None
    return _version_or_error(template, name, int(text) if text.isdecimal() and len(text) < 6 else 0, text)


def _version_or_error(template: Template, name: str, number: int, text: str = "") -> TemplateVersion:
    version = template.versions.filter(number=number).first()
    if version is None:
        raise ValidationError({name: [f"The template has no version {(text or str(number))[:20]}."]})
    return version
