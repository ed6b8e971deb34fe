"""API endpoints for jobs and question sets."""

from typing import Any

from django.db.models import Prefetch
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.decorators import action
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.question_set_serializers import QuestionSetSerializer
from jobs.api.serializers import ApprovalSerializer, JobSerializer, QuestionRequestSerializer
from jobs.models import JobDescription, QuestionSet
from jobs.question_sets import approve_question_set, question_set_to_approve
from screener.api.authentication import request_actor
from screener.api.key_rates import take_model_task
from screener.api.media_types import BoundedJSONParser, BoundedMultiPartParser
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource

CURRENT_SETS = QuestionSet.objects.exclude(status=QuestionSet.Status.RETIRED)


class JobFilter(filters.FilterSet):  # type: ignore[misc]  # untyped library
    # BooleanFilter ignores invalid values and would return the unfiltered list.
    is_open = extend_schema_field(OpenApiTypes.BOOL)(
        filters.TypedChoiceFilter(choices=[("true", "open"), ("false", "closed")], coerce="true".__eq__)
    )

    class Meta:
        model = JobDescription
        fields = ["questions_status"]


class JobViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin, ApiViewSet):
    """Jobs. Add a job, generate or write questions, approve them; then candidates can be interviewed.

    A job that is added here has no members and no watchers, since no user stands behind a key. Users with the
    permission for all jobs see it, and what it needs on their home page. Notices go to those who press *Watch* on its
    page, or whom they make members.
    """

    resource = Resource.JOBS
    queryset = JobDescription.objects.prefetch_related(Prefetch("question_sets", CURRENT_SETS))
    serializer_class = JobSerializer
    parser_classes = [BoundedJSONParser, BoundedMultiPartParser]
    filterset_class = JobFilter
    summaries = {
        "list": "List jobs",
        "create": "Add a job",
        "retrieve": "Read a job with its questions",
        "partial_update": "Change a job",
        "generate_questions": "Have questions written",
        "approve": "Approve the questions",
    }
    problem_examples = {
        "create": {400: {"description": ["Describe the job. The questions are written from this text."]}},
        "partial_update": {400: {"hire_at": ["Must not be below consider_at (5.0). Raise it, or lower consider_at."]}},
        "generate_questions": {400: {"count": ["Ensure this value is less than or equal to 15."]}},
        "approve": {
            400: {"question_set": ["These questions belong to another job. Use the id from this job."]},
            409: "The questions of this job are still being written. Approve them when they are ready.",
        },
    }

    @extend_schema(request=QuestionRequestSerializer, responses={202: JobSerializer})
    @action(detail=True, methods=["post"], url_path="generate-questions", parser_classes=[BoundedJSONParser])
    def generate_questions(self, request: Request, **kwargs: Any) -> Response:
        """Write questions in the background. They are complete when `questions_status` is `ready`."""
        job = self.get_object()
        request_data = QuestionRequestSerializer(data=request.data)
        request_data.is_valid(raise_exception=True)
        take_model_task(request)
        job.request_questions(request_data.validated_data["count"])
        return Response(JobSerializer(self.get_object()).data, status=202)

    @extend_schema(request=ApprovalSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser])
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Approve the draft. New interviews use its questions. Idempotent."""
        job = self.get_object()
        request_data = ApprovalSerializer(data=request.data, context={"job": job})
        request_data.is_valid(raise_exception=True)
        approve_question_set(
            request_data.validated_data.get("question_set") or question_set_to_approve(job),
            by=request_actor(request),
            reason=request_data.validated_data.get("reason", ""),
        )
        return Response(JobSerializer(self.get_object()).data)


class QuestionSetFilter(filters.FilterSet):  # type: ignore[misc]  # untyped library
    job = filters.UUIDFilter("job_id")

    class Meta:
        model = QuestionSet
        fields = ["status"]


class QuestionSetViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """Question sets. POST adds the next draft of a job; existing versions never change."""

    resource = Resource.JOBS
    queryset = QuestionSet.objects.select_related("template_use__version")
    serializer_class = QuestionSetSerializer
    filterset_class = QuestionSetFilter
    summaries = {
        "list": "List versions of questions",
        "create": "Write questions of your own",
        "retrieve": "Read a version of questions",
    }
    problem_examples = {
        "create": {
            400: {"questions.0.max_seconds": ["Ensure this value is greater than or equal to 15."]},
            409: "Version 3 was saved meanwhile (edited by hanna). Nothing was overwritten.",
        },
    }
