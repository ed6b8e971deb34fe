"""API of personal questions: the questions of a job in words of one candidate's resume."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from candidates.api.merged_ids import CandidateField, CandidateIdFilter
from candidates.models import Candidate
from interviews.api.examples import CANDIDATE_ID, JOB_ID, SET_ID
from interviews.models import PersonalQuestions
from interviews.models.personal.questions import PersonalQuestion, RefusedPersonalQuestion
from interviews.personal.verbs import (
    approve_personal_questions,
    request_personal_questions,
    withdraw_personal_questions,
)
from jobs.models import JobDescription
from screener.api.authentication import request_actor
from screener.api.fields import IdField
from screener.api.key_rates import take_model_task
from screener.api.record_serializer import serializer_of
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource

_WORDED = {"position": 0, "text": "Tell me about a slow database that you repaired at Contoso.", "good_answer": ""}
_REFUSED = {"position": 1, "text": "How old are the customers of Contoso?", "reason": "unlawful"}
_READY: dict[str, Any] = {
    "id": "1d2c3b4a-5f6e-4d7c-8b9a-0a1b2c3d4e5f",
    "candidate": CANDIDATE_ID,
    "job": JOB_ID,
    "question_set": SET_ID,
    "status": "ready",
    "error": "",
    "questions": [_WORDED],
    "refused": [_REFUSED],
    "source": "OpenAI gpt-6-luna",
    "resume_is_cut": False,
    "resume_instructs": False,
    "is_replaced": False,
    "created_by": "api key ATS",
    "created_at": "2026-11-21T08:00:00Z",
    "approved_by": "",
    "approved_at": None,
    "withdrawn_by": "",
    "withdrawn_at": None,
}
_PENDING = _READY | {"status": "pending", "questions": [], "refused": [], "source": ""}
_STATUS = "Poll while it is `pending`. Interviews that are planned while it is `approved` use the words"

PersonalQuestionSerializer = serializer_of(PersonalQuestion)
RefusedPersonalQuestionSerializer = serializer_of(RefusedPersonalQuestion)


@extend_schema_serializer(
    examples=[response_example("Being written", _PENDING, 202), response_example("To be approved", _READY, 200, 201)]
)
class PersonalQuestionsSerializer(StrictModelSerializer[PersonalQuestions]):
    """The questions that differ from those of the job. `position` is that in the question set."""

    job = serializers.UUIDField(source="question_set.job_id")
    questions = PersonalQuestionSerializer(many=True)
    refused = RefusedPersonalQuestionSerializer(many=True, help_text="Words that are not asked, with the reason")
    is_replaced = serializers.BooleanField(
        help_text="Whether the job has another approved version, with which the words are not used"
    )

    class Meta:
        model = PersonalQuestions
        fields = [*_READY]
        read_only_fields = fields
        extra_kwargs = {"status": {"help_text": _STATUS}}


@extend_schema_serializer(examples=[request_example("For one candidate", {"candidate": CANDIDATE_ID, "job": JOB_ID})])
class PersonalQuestionsRequestSerializer(StrictSerializer):
    candidate = CandidateField(queryset=Candidate.objects.filter(erased_at__isnull=True))
    job = IdField(queryset=JobDescription.objects.prefetch_related("question_sets"))


class PersonalQuestionsFilter(filters.FilterSet):
    candidate = CandidateIdFilter("candidate_id")
    job = filters.UUIDFilter("question_set__job_id")

    class Meta:
        model = PersonalQuestions
        fields = ["candidate", "job", "status"]


class PersonalQuestionsViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """The questions of a job in words of one candidate's resume. A person approves them before they are asked."""

    resource = Resource.INTERVIEWS
    queryset = PersonalQuestions.objects.select_related("question_set")
    serializer_class = PersonalQuestionsSerializer
    filterset_class = PersonalQuestionsFilter
    summaries = {
        "list": "List personal questions",
        "create": "Have personal questions written",
        "retrieve": "Read personal questions",
        "approve": "Approve personal questions",
        "withdraw": "Withdraw personal questions",
    }
    problem_examples = {
        "create": {409: "The candidate has no resume. Add one first."},
        "approve": {409: "These personal questions can't be approved. Their status: withdrawn."},
        "withdraw": {409: "These personal questions are not in use: could not be written."},
    }

    @extend_schema(request=PersonalQuestionsRequestSerializer, responses={202: PersonalQuestionsSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Have a model word the approved questions by the resume. Those in work or in use are returned as they are."""
        wanted = PersonalQuestionsRequestSerializer(data=request.data, context={"request": request})
        wanted.is_valid(raise_exception=True)
        take_model_task(request)
        row = request_personal_questions(**wanted.validated_data, by=request_actor(request))
        return Response(self.get_serializer(row).data, status=202)

    @extend_schema(request=None, responses=PersonalQuestionsSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Use the words in interviews that are planned from now on."""
        row = approve_personal_questions(self.get_object(), by=request_actor(request))
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses=PersonalQuestionsSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """Use the words no more. Planned interviews keep theirs. Then others can be written."""
        row = withdraw_personal_questions(self.get_object(), by=request_actor(request))
        return Response(self.get_serializer(row).data)
