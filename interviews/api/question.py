"""API of an interview that is held step by step: the present question, and the answer to it."""

from typing import Any

from django.core.files.base import File
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from candidates.models import Consent
from interviews.answers.uploaded_sound import MAX_BYTES, InvalidSound, UploadedSound, read_sound
from interviews.api.examples import PLANNED_DATA
from interviews.api.serializers import InterviewSerializer
from interviews.models import Attempt, lock_interview
from interviews.writing.answering import WrittenInput, send_input
from interviews.writing.question import MAX_CHARACTERS, Choice, Stage, present_question
from jobs.eligibility.question import EligibilityKind
from screener.api.authentication import request_actor
from screener.api.media_types import BoundedJSONParser, BoundedMultiPartParser
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictSerializer

ONE_ANSWER = "Send one of `text`, `audio` and `choice`."
ANSWERS = ("text", "audio", "choice")


DISCLOSURE_VERSION = "8f1c0d4e2b7a96c35d10f4a8be6372915c0e4d8a7b6f39215e8c7d4a0b1f6e23"
_DISCLOSURE = {
    "text": "Northwind Logistics asks you to answer questions in writing, about your application for Support engineer. "
    "An artificial intelligence asks you 3 questions; that takes about 6 minutes.",
    "version": DISCLOSURE_VERSION,
}
_QUESTION: dict[str, object] = {
    "stage": "question",
    "turn": "1.1",
    "position": 0,
    "question": "Tell me about a time when you found the cause of an outage.",
    "note": "",
    "disclosure": None,
    "choices": ["skip", "come_back", "leave", "person", "stop", "never"],
    "answered": 0,
    "total": 3,
    "max_characters": 5000,
    "max_seconds": 120,
    "answer_kind": "",
    "options": [],
}
_NO_QUESTION: dict[str, object] = {"position": None, "question": "", "max_seconds": None}
_CONSENT = _NO_QUESTION | {"stage": "consent", "turn": "1.0", "disclosure": _DISCLOSURE}
_CLOSED = _NO_QUESTION | {"stage": "over", "turn": "1.4", "choices": [], "answered": 3}
_REQUIREMENT: dict[str, object] = {
    "stage": "eligibility",
    "question": "Can you work night shifts?",
    "choices": ["no_answer", "leave", "person", "stop", "never"],
    "max_characters": 500,
    "answer_kind": "yes_no",
    "options": ["yes", "no"],
}
DISCLOSURE = [response_example("A disclosure", _DISCLOSURE)]
PRESENT_QUESTION = [
    response_example(
        "The disclosure", _QUESTION | _CONSENT | {"choices": ["agree", "decline", "person", "never"]}, 200
    ),
    response_example("A question", _QUESTION, 200),
    response_example("A requirement", _QUESTION | _NO_QUESTION | _REQUIREMENT, 200),
    response_example("The end", _QUESTION | _CLOSED | {"note": "This interview is over."}, 200),
]
CHANNEL_CHOICE = [request_example("In writing", {"channel": "text"}), response_example("The interview", PLANNED_DATA)]
STEP_ANSWER = [
    request_example(
        "The candidate agrees", {"turn": "1.0", "choice": "agree", "disclosure_version": DISCLOSURE_VERSION}
    ),
    request_example(
        "An answer", {"turn": "1.1", "text": "Last May our shop was down. I read the logs and found a full disk."}
    ),
    request_example("An answer as sound", {"turn": "1.1", "audio": "answer.wav"}, media_type="multipart/form-data"),
    request_example("Skip the question", {"turn": "1.1", "choice": "skip"}),
]


@extend_schema_serializer(examples=DISCLOSURE)
class DisclosureSerializer(StrictSerializer):
    """Show it to the candidate before they agree."""

    text = serializers.CharField()
    version = serializers.CharField(help_text="Send it with the candidate's consent. It is kept as proof")


@extend_schema_serializer(examples=PRESENT_QUESTION)
class PresentQuestionSerializer(StrictSerializer):
    """What to show to the candidate now, in the language of the interview."""

    stage = serializers.ChoiceField(Stage.choices)
    turn = serializers.CharField(help_text="Send it with the answer. The same answer for the same turn is taken once")
    position = serializers.IntegerField(
        allow_null=True, help_text="Of the question, from 0; null: no question, or one about a requirement"
    )
    question = serializers.CharField()
    note = serializers.CharField(help_text="A sentence about the last answer, or why there is no question")
    disclosure = DisclosureSerializer(allow_null=True, help_text="Only at the stage `consent`")
    choices = serializers.ListField(
        child=serializers.ChoiceField(Choice.choices), help_text="What may be chosen in place of an answer"
    )
    answered = serializers.IntegerField(help_text="How many questions are done")
    total = serializers.IntegerField(help_text="How many questions there are")
    max_characters = serializers.IntegerField(help_text="Of an answer in writing")
    answer_kind = serializers.ChoiceField(
        ["", *EligibilityKind.values], default="", help_text="At `eligibility`: the kind of the answer, as in the job"
    )
    options = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="Send one of them as `text`; empty: write an answer"
    )
    max_seconds = serializers.IntegerField(
        allow_null=True, default=None, help_text="Of an answer as sound; null: no question"
    )


@extend_schema_serializer(examples=STEP_ANSWER)
class StepAnswerSerializer(StrictSerializer):
    turn = serializers.CharField(max_length=20, help_text="`turn` of the question that is answered")
    text = serializers.CharField(
        max_length=MAX_CHARACTERS,
        allow_blank=True,
        required=False,
        help_text="The answer. The second empty text in a row leaves the question unanswered",
    )
    audio = serializers.FileField(
        required=False,
        write_only=True,
        allow_empty_file=True,  # rejected below with a better message
        help_text="The answer as sound, only as multipart/form-data: WAV with 16-bit PCM samples, one channel, 8,000 "
        "to 48,000 per second, at most 25 MB and `max_seconds`. The content is checked; name and type are ignored",
        error_messages={"invalid": "Send the file itself, as multipart/form-data."},
    )
    choice = serializers.ChoiceField(Choice.choices, required=False, help_text="One of the present `choices`")
    disclosure_version = serializers.CharField(
        max_length=64,
        required=False,
        help_text="With `agree` and `decline`: that of the disclosure that was shown",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ANSWERS) != 1:
            raise ValidationError(ONE_ANSWER)
        return attrs

    def validate_audio(self, file: "File[bytes]") -> UploadedSound:
        try:
            return read_sound(file)
        except InvalidSound as error:
            raise ValidationError(str(error)) from None


@extend_schema_serializer(examples=CHANNEL_CHOICE)
class ChannelChoiceSerializer(StrictSerializer):
    channel = serializers.ChoiceField(Attempt.Channel.choices, help_text="One that the job allows")


class SoundParser(BoundedMultiPartParser):
    max_bytes = MAX_BYTES + 1024 * 1024


class QuestionActions:
    """Actions of the interview viewset."""

    get_object: Any
    get_serializer: Any

    @extend_schema(responses=PresentQuestionSerializer)
    @action(detail=True)
    def question(self, request: Request, **kwargs: Any) -> Response:
        """Return what to show to a candidate who answers in writing: the disclosure, then each question."""
        return Response(PresentQuestionSerializer(present_question(self.get_object(), may_speak=True).data).data)

    @extend_schema(request=StepAnswerSerializer, responses={200: PresentQuestionSerializer})
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser, SoundParser])
    def answer(self, request: Request, **kwargs: Any) -> Response:
        """Send the candidate's answer, as text or as sound, or their choice. Returns the next question.

        Sound is taken where the candidate agreed to the disclosure of this API, which speaks of the voice.

        An answer that was sent can't be changed. Another answer for a turn that is over is refused with the code
        `stale_turn`, and the problem has the present `question`. While the candidate answers, no call is placed.
        """
        interview = self.get_object()
        serializer = StepAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        choice, sound = (serializer.validated_data.pop(name, None) for name in ("choice", "audio"))
        written_input = WrittenInput(
            **serializer.validated_data,
            sound=sound,
            choice=Choice(choice) if choice else None,
            given_by=Consent.GivenBy.API,
        )
        return Response(PresentQuestionSerializer(send_input(interview, written_input)).data)

    @extend_schema(request=ChannelChoiceSerializer, responses=InterviewSerializer)
    @action(detail=True, methods=["post"])
    def channel(self, request: Request, **kwargs: Any) -> Response:
        """Move the interview to another channel. On the phone the candidate is then called; elsewhere no one calls."""
        interview = self.get_object()
        serializer = ChannelChoiceSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with lock_interview(interview) as locked_interview:
            locked_interview.choose_channel(serializer.validated_data["channel"], actor=request_actor(request))
        return Response(self.get_serializer(self.get_object()).data)
