"""API of people's scores: the answers to score, and the scores."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from interviews.api.examples import EVENT_ID
from interviews.models import Assessment, InterviewResponse
from interviews.records import CriterionRecord
from interviews.scoring.person import (
    InvalidScores,
    PersonCriterionScore,
    PersonScores,
    Scorer,
    save_person_scores,
    scoring_version,
)
from interviews.scoring.rubric import job_rubric
from interviews.scoring.score_verification import QUOTE_REQUIRED_ABOVE
from screener.api.authentication import request_actor
from screener.api.fields import NumberField
from screener.api.problem_details import WHOLE_REQUEST
from screener.api.record_serializer import serializer_of
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.models.keys.scopes import Resource

MAX_QUOTES = 20
MAX_QUOTE = 5000
POSITION_PARAMETER = OpenApiParameter(
    "position", OpenApiTypes.INT, OpenApiParameter.PATH, description="Of the question, from 0"
)


_QUOTE = "a full disk had stopped the broker"
ANSWER_TO_SCORE = [
    response_example(
        "An answer that waits for a person",
        {
            "position": 0,
            "question": "Tell me about a time when you found the cause of an outage.",
            "competency": "Troubleshooting",
            "status": "transcribed",
            "transcript": f"Our queue stood still. I found that {_QUOTE}.",
            "rubric": [
                {
                    "criterion": "relevance",
                    "name": "Relevance",
                    "weight": 3.0,
                    "anchors": {"2": "Another subject.", "5": "General terms.", "9": "Exactly what was asked."},
                }
            ],
            "version": "5d1f0c3b2a998877",
            "role": "score",
        },
    )
]
PERSON_SCORES = [
    request_example(
        "A score with its evidence",
        {
            "scorer": "Hanna Berg",
            "version": "5d1f0c3b2a998877",
            "criteria": [{"criterion": "relevance", "score": 7, "quotes": [_QUOTE]}],
            "note": "Names the cause, not what changed afterwards.",
        },
    )
]
PERSON_ASSESSMENT = [
    response_example(
        "The score counts",
        {
            "id": EVENT_ID,
            "role": "score",
            "is_current": True,
            "is_blind": True,
            "source": "person",
            "label": "Hanna Berg (api key ATS)",
            "score": 7.0,
            "criteria": [
                {
                    "criterion": "relevance",
                    "name": "Relevance",
                    "weight": 3.0,
                    "score": 7.0,
                    "reason": "",
                    "evidence": [{"quote": _QUOTE, "verified": True, "why_not": "", "start": 36, "end": 70}],
                    "flags": [],
                }
            ],
            "note": "Names the cause, not what changed afterwards.",
            "flags": [],
            "rubric_version": "0f3a5c7e9b1d",
            "created_at": "2026-11-21T10:00:00Z",
        },
        201,
    )
]


class RubricCriterionSerializer(StrictSerializer):
    criterion = serializers.CharField(source="key", help_text="The key to score it by")
    name = serializers.CharField()
    weight = serializers.FloatField()
    anchors = serializers.DictField(child=serializers.CharField(), help_text="What scores of 2, 5 and 9 look like")


@extend_schema_serializer(examples=ANSWER_TO_SCORE)
class AnswerToScoreSerializer(StrictModelSerializer[InterviewResponse]):
    """An answer with its rubric, without other assessments, so that people can score blind."""

    rubric = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField(help_text="Send it with the scores")
    role = serializers.SerializerMethodField()

    class Meta:
        model = InterviewResponse
        fields = ["position", "question", "competency", "status", "transcript", "rubric", "version", "role"]
        read_only_fields = fields

    def get_rubric(self, response: InterviewResponse) -> list[dict[str, Any]]:
        rubric_criteria = RubricCriterionSerializer(job_rubric(response.interview.job), many=True).data
        return [dict(criterion) for criterion in rubric_criteria]

    def get_version(self, response: InterviewResponse) -> str:
        return scoring_version(response)

    def get_role(self, response: InterviewResponse) -> Assessment.Role:
        """The role of a score that is given now: it counts, or is a second opinion."""
        return Assessment.Role.SECOND_OPINION if response.has_score else Assessment.Role.SCORE


class CriterionInputSerializer(StrictSerializer):
    criterion = serializers.CharField(max_length=50, help_text="Its key in the rubric")
    score = NumberField(max_digits=4, decimal_places=2, min_value=0, max_value=10)
    quotes = serializers.ListField(
        child=serializers.CharField(max_length=MAX_QUOTE),
        default=list,
        max_length=MAX_QUOTES,
        help_text="The candidate's words as they stand in the transcript. A score above "
        f"{QUOTE_REQUIRED_ABOVE} needs at least one",
    )
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


@extend_schema_serializer(examples=PERSON_SCORES)
class PersonScoresSerializer(StrictSerializer):
    scorer = serializers.CharField(max_length=60, help_text="Name of the person who scored; shown beside the score")
    version = serializers.CharField(max_length=64, help_text="`version` of the answer that the person read")
    criteria = CriterionInputSerializer(many=True, allow_empty=False, help_text="Each criterion of the rubric once")
    note = serializers.CharField(max_length=5000, allow_blank=True, default="", help_text="For colleagues")
    has_seen_others = serializers.BooleanField(
        default=False, help_text="Whether the person had seen another score of this answer, so that theirs is not blind"
    )

    def to_scores(self) -> PersonScores:
        score_values: Any = self.validated_data
        criteria = [PersonCriterionScore(**row | {"score": float(row["score"])}) for row in score_values["criteria"]]
        return PersonScores(
            criteria,
            score_values["version"],
            note=score_values["note"],
            has_seen_others=score_values["has_seen_others"],
        )


@extend_schema_serializer(examples=PERSON_ASSESSMENT)
class AssessmentSerializer(StrictModelSerializer[Assessment]):
    """An assessment by a person."""

    score = serializers.FloatField(help_text="0 to 10, computed from the criteria")
    criteria = serializer_of(CriterionRecord, name="CriterionResult")(many=True)
    flags = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Assessment
        fields = [
            "id",
            "role",
            "is_current",
            "is_blind",
            "source",
            "label",
            "score",
            "criteria",
            "note",
            "flags",
            "rubric_version",
            "created_at",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "role": {"help_text": "How it was given: as the score of the answer, or beside another one"},
            "is_current": {"help_text": "Whether it counts"},
            "label": {"help_text": "Who scored"},
        }


class ScoringActions:
    """Adds the actions to the viewset of interviews."""

    get_object: Any

    @extend_schema(parameters=[POSITION_PARAMETER], responses=AnswerToScoreSerializer)
    @action(detail=True, url_path=r"responses/(?P<position>\d{1,4})/scoring", resource=Resource.RESULTS)
    def scoring(self, request: Request, position: str, **kwargs: Any) -> Response:
        """Return an answer with its rubric, for a person to score, without other assessments."""
        return Response(AnswerToScoreSerializer(self._get_response(position)).data)

    @extend_schema(
        parameters=[POSITION_PARAMETER], request=PersonScoresSerializer, responses={201: AssessmentSerializer}
    )
    @scoring.mapping.post
    def score(self, request: Request, position: str, **kwargs: Any) -> Response:
        """Add a person's scores. They count where the answer has no score, and are a second opinion elsewhere."""
        response = self._get_response(position)
        serializer = PersonScoresSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        actor = request_actor(request)
        scorer = Scorer(name=f"{serializer.validated_data['scorer']} ({actor})", actor=actor)
        scores = serializer.to_scores()
        try:
            assessment = save_person_scores(response, scores, scorer)
        except InvalidScores as error:
            raise ValidationError({"criteria": _errors_by_position(error, scores)}) from None
        return Response(AssessmentSerializer(assessment).data, status=201)

    def _get_response(self, position: str) -> InterviewResponse:
        job_responses = self.get_object().responses.select_related("interview__job").prefetch_related("assessments")
        response: InterviewResponse = get_object_or_404(job_responses, position=int(position))
        return response


def _errors_by_position(error: InvalidScores, scores: PersonScores) -> dict[Any, Any]:
    """Name the criterion by its place in the request. One that the request lacks has no place."""
    positions_by_key = {criterion.criterion: position for position, criterion in enumerate(scores.criteria)}
    located_errors = {
        positions_by_key[criterion_key]: {error.field: [f"{criterion_key}: {text}"]}
        for criterion_key, text in error.errors.items()
        if criterion_key in positions_by_key
    }
    other_errors = [f"{key}: {text}" for key, text in error.errors.items() if key not in positions_by_key]
    return located_errors | ({WHOLE_REQUEST: other_errors} if other_errors else {})
