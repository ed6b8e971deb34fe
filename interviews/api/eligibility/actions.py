"""API of an interview's eligibility questions: the answers, and their correction by a person."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.eligibility.correction import correct_answer
from interviews.models import EligibilityAnswer
from interviews.models.eligibility.answer import MAX_REASON_LENGTH, MAX_VALUE_LENGTH
from jobs.api.eligibility import ELIGIBILITY_EXAMPLE, EligibilityQuestionSerializer
from screener.api.authentication import request_actor
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.models.keys.scopes import Resource

_ANSWER = {
    "position": 0,
    "question": ELIGIBILITY_EXAMPLE,
    "status": "answered",
    "words": "Not at the moment, sorry.",
    "value": "no",
    "is_met": False,
    "answered_at": "2026-11-21T09:01:12Z",
    "corrected_by": "",
    "correction_reason": "",
}
CORRECTION = [
    request_example("A correction", {"position": 0, "value": "yes", "reason": "She meant this week only."}),
    response_example(
        "The answer",
        _ANSWER
        | {
            "value": "yes",
            "is_met": True,
            "corrected_by": "api key ATS",
            "correction_reason": "She meant this week only.",
        },
    ),
]


@extend_schema_serializer(examples=[response_example("Answers", _ANSWER)])
class EligibilityAnswerSerializer(StrictModelSerializer[EligibilityAnswer]):
    """The answer to an eligibility question. It is never scored; a person decides."""

    question = EligibilityQuestionSerializer(source="asked_question")
    value = serializers.CharField(help_text="What was understood: yes, no, a number, a date or an option")
    words = serializers.CharField(help_text="What the candidate said, wrote or pressed, word for word")
    is_met = serializers.BooleanField(allow_null=True, help_text="null: there is no value. That is no failure")

    class Meta:
        model = EligibilityAnswer
        fields = ["position", "question", "status", "words", "value", "is_met", "answered_at"]
        fields += ["corrected_by", "correction_reason"]
        read_only_fields = fields


@extend_schema_serializer(examples=CORRECTION)
class CorrectionSerializer(StrictSerializer):
    position = serializers.IntegerField(min_value=0, help_text="Of the eligibility question, from 0")
    value = serializers.CharField(max_length=MAX_VALUE_LENGTH)
    reason = serializers.CharField(max_length=MAX_REASON_LENGTH, help_text="Kept in the history")


class EligibilityActions:
    """Actions of the interview viewset."""

    get_object: Any

    @extend_schema(responses=EligibilityAnswerSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None, resource=Resource.RESULTS)
    def eligibility(self, request: Request, **kwargs: Any) -> Response:
        """Return the eligibility questions of the interview, with the candidate's answers."""
        answers = self.get_object().eligibility_answers.order_by("position")
        return Response(EligibilityAnswerSerializer(answers, many=True).data)

    @extend_schema(request=CorrectionSerializer, responses={200: EligibilityAnswerSerializer})
    @action(detail=True, methods=["post"], url_path="eligibility/correct", resource=Resource.RESULTS)
    def correct_eligibility(self, request: Request, **kwargs: Any) -> Response:
        """Correct the understood value of an answer. The words, the score and the outcome stay as they are."""
        interview = self.get_object()
        serializer = CorrectionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        correction = serializer.validated_data
        answer = interview.eligibility_answers.filter(position=correction["position"]).first()
        if answer is None:
            raise Http404
        corrected = correct_answer(answer, correction["value"], by=request_actor(request), reason=correction["reason"])
        return Response(EligibilityAnswerSerializer(corrected).data)
