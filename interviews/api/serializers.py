"""Serializers of interviews."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from candidates.api.merged_ids import CandidateField
from candidates.models import Candidate
from interviews.api import examples
from interviews.models import (
    Assessment,
    Attempt,
    Call,
    Interview,
    InterviewEvent,
    InterviewResponse,
    InterviewResult,
    WaitReason,
)
from interviews.models.no_answer import NoAnswer
from interviews.models.result import Recommendation
from interviews.planning import plan_interview
from interviews.records import CriterionRecord, Judge, SpeechMetrics
from jobs.models import JobDescription
from screener.api.authentication import request_actor
from screener.api.fields import IdField
from screener.api.record_serializer import serializer_of
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.language_tag import primary_tag
from screener.models.keys.scopes import USER_PERMISSIONS, Resource, Verb, covers
from screener.records import Point
from screener.services.interviewer import selection

WRITABLE_FIELDS = ("candidate", "job", "channel", "repeat_reason", "more_time", "scheduled_for", "invite")
ONLY_WITH_RESULTS = "Null: there is none, or the key lacks the scope `results:read`"
RESULT_STATUS = (
    "Poll while it is `none` and the interview is not over, or while it is `pending`. `ready`: there is a result; "
    "`incomplete`: a result without an overall score, as something is missing; `needs_review`: look at it."
)


def may_read_results(request: Any) -> bool:
    """Whether the key of the request has the scope, and its maker the right, to read scores and decisions."""
    client = request.user
    permission = USER_PERMISSIONS[Resource.RESULTS, Verb.READ]
    return covers(client.scopes, Resource.RESULTS, Verb.READ) and client.maker_may(permission)


@extend_schema_serializer(examples=examples.INTERVIEW)
class InterviewSerializer(StrictModelSerializer[Interview]):
    candidate = CandidateField(queryset=Candidate.objects.filter(erased_at__isnull=True))
    job = IdField(queryset=JobDescription.objects.all())
    outcome = serializers.ChoiceField(Interview.Outcome.choices, allow_blank=True, read_only=True)
    wait_reason = serializers.ChoiceField(
        WaitReason.choices, allow_blank=True, read_only=True, help_text="The code of `waiting_for`"
    )
    attempts = serializers.IntegerField(source="attempt_count", read_only=True, help_text="Calls made so far")
    invite = serializers.BooleanField(
        write_only=True,
        default=False,
        help_text="Also invite the candidate by mail; the link is at `…/invitation/`. Without `scheduled_for` no call "
        "is placed before the candidate has chosen one",
    )
    channel = serializers.ChoiceField(
        Attempt.Channel.choices,
        required=False,
        help_text="How it is to be held; one that the job allows, by default its first of phone, room, text. "
        "Calls are placed only for the phone",
    )
    interviewer = serializers.SerializerMethodField(help_text="What scores the answers, or has scored them")
    overall_score = serializers.SerializerMethodField(help_text=f"Of the current result. {ONLY_WITH_RESULTS}")
    recommendation = serializers.SerializerMethodField(help_text=f"Of the current result. {ONLY_WITH_RESULTS}")
    decision = serializers.SerializerMethodField(help_text=f"The last one of a reviewer. {ONLY_WITH_RESULTS}")
    language_warning = serializers.SerializerMethodField(
        help_text="Says so if the interview is not held in the candidate's language; otherwise empty"
    )

    class Meta:
        model = Interview
        fields = [
            "id",
            "candidate",
            "job",
            "question_set",
            "personal_questions",
            "campaign",
            "channel",
            "status",
            "outcome",
            "outcome_reason",
            "result_status",
            "overall_score",
            "recommendation",
            "decision",
            "interviewer",
            "language",
            "language_warning",
            "repeat_reason",
            "more_time",
            "scheduled_for",
            "invite",
            "next_attempt_at",
            "waiting_for",
            "wait_reason",
            "person_requested_at",
            "attempts",
            "started_at",
            "completed_at",
            "duration_seconds",
            "created_at",
        ]
        read_only_fields = [name for name in fields if name not in WRITABLE_FIELDS]
        extra_kwargs = {
            "repeat_reason": {
                "help_text": "Only for someone who has completed or called off an interview for this job: why they are "
                "interviewed for it again"
            },
            "more_time": {"help_text": "Slower speech, longer pauses, and twice the time for each answer"},
            "scheduled_for": {"help_text": "When to call; by default at once"},
            "status": {"help_text": "completed, failed and cancelled are final: the interview is over."},
            "result_status": {"help_text": RESULT_STATUS},
        }

    def get_overall_score(self, interview: Any) -> float | None:
        shows_score = interview.overall_score is not None and self._may_read_results
        return float(interview.overall_score) if shows_score else None

    def get_recommendation(self, interview: Any) -> Recommendation | None:
        return Recommendation(interview.recommended) if interview.recommended and self._may_read_results else None

    def get_decision(self, interview: Any) -> Recommendation | None:
        return Recommendation(interview.decision) if interview.decision and self._may_read_results else None

    @property
    def _may_read_results(self) -> bool:
        """Events carry results to all who receive them."""
        request = self.context.get("request")
        return request is None or may_read_results(request)

    def get_interviewer(self, interview: Any) -> str:
        judge_label: str = interview.judged_by or selection.configured_interviewer().label
        return judge_label

    def get_language_warning(self, interview: Any) -> str:
        if primary_tag(interview.language) == primary_tag(interview.candidate_locale):
            return ""
        return f"The candidate's language is {interview.candidate_locale}; the interview is in {interview.language}."

    def validate_scheduled_for(self, scheduled_time: Any) -> Any:
        if scheduled_time and scheduled_time < timezone.now():
            raise serializers.ValidationError("This time has passed. Omit it to call at once.")
        return scheduled_time

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        channel = attrs.get("channel") or attrs["job"].usual_channel
        if attrs.get("scheduled_for") and channel != Attempt.Channel.PHONE:
            raise serializers.ValidationError({"scheduled_for": ["Only for the phone. Elsewhere candidates begin."]})
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Interview:
        return plan_interview(**validated_data, actor=request_actor(self.context["request"]))


class CancellationSerializer(StrictSerializer):
    reason = serializers.CharField(
        max_length=2000, allow_blank=True, default="", help_text="Kept in the interview's history"
    )


class RescoringSerializer(StrictSerializer):
    only_failed = serializers.BooleanField(
        default=False,
        help_text="Retry only answers that failed or need a reviewer; answers that have a score keep it",
    )


CriterionResultSerializer = serializer_of(CriterionRecord, name="CriterionResult")
MeasuresSerializer = serializer_of(SpeechMetrics, name="Measures")
PointSerializer = serializer_of(Point)
JudgeSerializer = serializer_of(Judge)


class EarlierAssessmentSerializer(StrictModelSerializer[Assessment]):
    score = serializers.FloatField(allow_null=True, help_text="0 to 10, computed from the criteria; null: none")
    score_reason = serializers.CharField(source="reason", help_text="Why there was no score")
    criteria = CriterionResultSerializer(many=True)
    flags = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Assessment
        fields = [
            "score",
            "score_reason",
            "feedback",
            "note",
            "criteria",
            "flags",
            "source",
            "label",
            "is_blind",
            "model",
            "rubric_version",
            "prompt_hash",
            "created_at",
        ]
        read_only_fields = fields


@extend_schema_serializer(examples=examples.RESPONSE)
class ResponseSerializer(StrictModelSerializer[InterviewResponse]):
    """A question with its answer. The fields of the assessment are empty before and while the answer is assessed."""

    score = serializers.FloatField(
        source="current_assessment.score",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="0 to 10, computed from the criteria; null: none",
    )
    score_reason = serializers.CharField(
        source="current_assessment.reason", read_only=True, default="", help_text="Why there is no score"
    )
    feedback = serializers.CharField(source="current_assessment.feedback", read_only=True, default="")
    criteria = CriterionResultSerializer(source="current_assessment.criteria", many=True, read_only=True, default=list)
    flags = serializers.ListField(
        source="current_assessment.flags", child=serializers.CharField(), read_only=True, default=list
    )
    label = serializers.CharField(  # type: ignore[assignment]  # hides the label of a form field
        source="current_assessment.label",
        read_only=True,
        default="",
        help_text="Name of the model or the person that scored it",
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # hides an attribute of fields
        Assessment.Source.choices,
        source="current_assessment.source",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="Whether a model or a person scored it; null: no score",
    )
    note = serializers.CharField(
        source="current_assessment.note", read_only=True, default="", help_text="What the person noted who scored it"
    )
    model = serializers.CharField(source="current_assessment.model", read_only=True, default="")
    measures = serializers.SerializerMethodField(
        help_text="Information only, never part of a score; null: not measured"
    )
    earlier = EarlierAssessmentSerializer(
        source="earlier_assessments",
        many=True,
        read_only=True,
        help_text="Earlier assessments: before it was scored again, or rejected; newest first",
    )

    opinions = EarlierAssessmentSerializer(
        source="second_opinions",
        many=True,
        read_only=True,
        help_text="Second opinions of people, which do not count; newest first",
    )

    no_answer = serializers.ChoiceField(
        NoAnswer.choices,
        allow_blank=True,
        read_only=True,
        help_text="Why there is no answer, where the candidate said or showed why",
    )

    class Meta:
        model = InterviewResponse
        fields = [
            "position",
            "question",
            "base_question",
            "competency",
            "weight",
            "bank_question",
            "status",
            "status_reason",
            "no_answer",
            "transcript",
            "transcript_source",
            "transcript_confidence",
            "score",
            "score_reason",
            "feedback",
            "note",
            "criteria",
            "flags",
            "source",
            "label",
            "model",
            "measures",
            "earlier",
            "opinions",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "transcript_source": {"help_text": "Source of the transcript: twilio, openai, local:whisper-base"},
            "transcript_confidence": {"help_text": "0 to 1; null: not given by the source"},
        }

    @extend_schema_field(MeasuresSerializer(allow_null=True))
    def get_measures(self, response: InterviewResponse) -> Any:
        return MeasuresSerializer(response.measures).data if settings.SHOW_MEASURES and response.measures else None


@extend_schema_serializer(examples=examples.COST)
class CostSerializer(StrictSerializer):
    """Costs in US dollars, as far as prices are known. Model calls of unknown cost are counted, and in no sum."""

    models = serializers.FloatField(allow_null=True, help_text="Cost of all model calls; null: unknown")
    calls = serializers.IntegerField(help_text="Number of model calls")
    unknown = serializers.IntegerField(help_text="Number of model calls of unknown cost")
    phone = serializers.FloatField(
        allow_null=True, help_text="Cost of phone calls that Twilio has reported so far; null: none"
    )
    phone_unit = serializers.CharField(help_text="Currency of `phone`")
    phone_unpriced = serializers.IntegerField(help_text="Number of phone calls without a price yet")


class EarlierResultSerializer(StrictModelSerializer[InterviewResult]):
    overall_score = serializers.FloatField(allow_null=True, help_text="0 to 10, computed; null: none")
    coverage = serializers.FloatField(help_text="Share of the questions, by weight, that has a score")
    recommendation = serializers.SerializerMethodField()
    hire_at = serializers.FloatField(help_text="The job's threshold when this was computed")
    consider_at = serializers.FloatField()
    opinion = serializers.SerializerMethodField()
    grounds = PointSerializer(
        many=True,
        help_text="The statements of the reasoning, or the notes of the people who scored, each with its quote",
    )
    strengths = PointSerializer(many=True)
    improvements = PointSerializer(many=True)
    flags = serializers.ListField(child=serializers.CharField())
    judges = JudgeSerializer(many=True, help_text="Whose scores these are; empty for results of earlier versions")

    class Meta:
        model = InterviewResult
        fields = [
            "overall_score",
            "coverage",
            "recommendation",
            "hire_at",
            "consider_at",
            "opinion",
            "reasoning",
            "grounds",
            "strengths",
            "improvements",
            "flags",
            "label",
            "judges",
            "model",
            "prompt_hash",
            "created_at",
        ]
        read_only_fields = fields

    def get_recommendation(self, result: InterviewResult) -> Recommendation | None:
        """By the score and the thresholds of the job. A reviewer decides. Null: none."""
        return Recommendation(result.recommendation) if result.recommendation else None

    def get_opinion(self, result: InterviewResult) -> Recommendation | None:
        """The opinion of the interviewer. Only the thresholds decide; a flag shows a contradiction. Null: none."""
        return Recommendation(result.opinion) if result.opinion else None


@extend_schema_serializer(examples=examples.RESULT)
class ResultSerializer(EarlierResultSerializer):
    interview = serializers.UUIDField(source="interview_id")
    result_status = serializers.ChoiceField(Interview.ResultStatus.choices, source="interview.result_status")
    earlier = serializers.SerializerMethodField(help_text="Results before it was scored again, newest first")

    class Meta(EarlierResultSerializer.Meta):
        fields = ["interview", "result_status", *EarlierResultSerializer.Meta.fields, "earlier"]
        read_only_fields = fields

    @extend_schema_field(EarlierResultSerializer(many=True))
    def get_earlier(self, result: InterviewResult) -> Any:
        return EarlierResultSerializer(result.interview.results.filter(is_current=False), many=True).data


@extend_schema_serializer(examples=examples.EVENT)
class EventSerializer(StrictModelSerializer[InterviewEvent]):
    kind = serializers.CharField(read_only=True)
    data = serializers.DictField(  # type: ignore[assignment]  # hides a property of input serializers
        help_text="Details that depend on `kind`"
    )

    class Meta:
        model = InterviewEvent
        fields = ["id", "created_at", "kind", "actor", "before", "after", "reason", "data"]
        read_only_fields = fields


class CallSerializer(StrictModelSerializer[Call]):
    price = serializers.FloatField(allow_null=True)

    class Meta:
        model = Call
        fields = ["twilio_sid", "status", "answered_by", "error_code", "duration_seconds", "price", "price_unit"]
        read_only_fields = fields


@extend_schema_serializer(examples=examples.ATTEMPT)
class AttemptSerializer(StrictModelSerializer[Attempt]):
    outcome = serializers.ChoiceField(Attempt.Outcome.choices, allow_blank=True, read_only=True)
    call = CallSerializer(allow_null=True)

    class Meta:
        model = Attempt
        fields = ["id", "number", "channel", "outcome", "reason", "call_again_at"]
        fields += ["created_at", "answered_at", "ended_at", "call"]
        read_only_fields = fields
