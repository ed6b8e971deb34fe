"""API of the do-not-call list."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from candidates.api.merged_ids import CandidateField, CandidateIdFilter
from candidates.models import Candidate, DoNotCall
from interviews.models.transitions.refusal import lift_refusal
from screener.api.authentication import request_actor
from screener.api.fields import PhoneField
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource
from screener.phone_format import InvalidPhoneNumber, to_e164

ENTRY_EXAMPLE = {
    "id": "9e1c2b3a-4d5f-4a6b-8c7d-0e9f8a7b6c5d",
    "kind": "declined",
    "candidate": "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913",
    "interview": "b6a1f0de-9a3c-4f2e-8a44-3c0a1c7d5e21",
    "source": "said in an interview",
    "created_at": "2026-11-21T09:00:40Z",
    "lifted_at": None,
    "lifted_by": "",
    "lift_reason": "",
}
LIFT_EXAMPLE = {
    "lifted_at": "2026-11-23T10:00:00Z",
    "lifted_by": "api key ATS",
    "lift_reason": "Wrote that they want to talk.",
}


@extend_schema_serializer(
    examples=[
        response_example("A refusal in an interview", ENTRY_EXAMPLE),
        response_example("A lifted one", ENTRY_EXAMPLE | LIFT_EXAMPLE, 200),
    ]
)
class DoNotCallSerializer(StrictModelSerializer[DoNotCall]):
    """An entry of the list. The number itself is not stored."""

    class Meta:
        model = DoNotCall
        fields = [*ENTRY_EXAMPLE]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        request_example("An opt-out by e-mail", {"number": "+14155550100", "reason": "e-mail of 4 May"}),
        request_example(
            "A candidate who declined",
            {
                "number": "+14155550100",
                "kind": "declined",
                "candidate": ENTRY_EXAMPLE["candidate"],
                "reason": "told HR",
            },
        ),
    ]
)
class NewEntrySerializer(StrictSerializer):
    number = PhoneField()
    kind = serializers.ChoiceField(DoNotCall.Kind.choices, default=DoNotCall.Kind.OPTED_OUT)
    candidate = CandidateField(
        queryset=Candidate.objects.filter(erased_at__isnull=True),
        required=False,
        help_text="Whose refusal it is: then it also covers this candidate under every other number",
    )
    reason = serializers.CharField(max_length=150, help_text="Who asked, and how. Do not write the number here.")


@extend_schema_serializer(examples=[request_example("A reason", {"reason": LIFT_EXAMPLE["lift_reason"]})])
class LiftSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500, help_text="Why the number may be called again. Kept in the history.")


class DoNotCallFilter(filters.FilterSet):
    number = filters.CharFilter(method="filter_number", help_text="In any notation; encode + as %2B.")
    candidate = CandidateIdFilter("candidate_id")
    # A boolean filter would ignore invalid values.
    active = extend_schema_field(OpenApiTypes.BOOL)(
        filters.TypedChoiceFilter(
            "lifted_at",
            "isnull",
            choices=[("true", "yes"), ("false", "no")],
            coerce="true".__eq__,
            help_text="Whether the entry was not lifted",
        )
    )

    class Meta:
        model = DoNotCall
        fields = ["number", "kind", "candidate", "active"]

    def filter_number(self, entries: Any, name: str, phone_number: str) -> QuerySet[DoNotCall]:
        try:
            matching_entries: QuerySet[DoNotCall] = entries.of_numbers([to_e164(phone_number)])
        except InvalidPhoneNumber as error:
            raise ValidationError({name: [f"{error} Encode + as %2B in the URL."]}) from None
        return matching_entries


class DoNotCallViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """Numbers that are not called, and why. A reason lifts an entry; it stays as history."""

    resource = Resource.DO_NOT_CALL
    queryset = DoNotCall.objects.all()
    serializer_class = DoNotCallSerializer
    filterset_class = DoNotCallFilter
    summaries = {
        "list": "List do-not-call entries",
        "create": "Add a number to the do-not-call list",
        "retrieve": "Read a do-not-call entry",
        "lift": "Let a number be called again",
    }
    problem_examples = {
        "create": {400: {"number": ["'12' is not a phone number. Write it with its country code: +14155550100."]}},
        "lift": {
            400: {"reason": ["This field is required."]},
            409: "This entry was lifted by hanna on 2026-11-23.",
        },
    }

    @extend_schema(
        request=NewEntrySerializer,
        responses={
            201: DoNotCallSerializer,
            200: OpenApiResponse(DoNotCallSerializer, description="The number was on the list before"),
        },
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a number. One that is on the list for the same kind of reason already stays as it is, with 200."""
        entry_input = NewEntrySerializer(data=request.data)
        entry_input.is_valid(raise_exception=True)
        entry_values = entry_input.validated_data
        entry, is_new = DoNotCall.objects.add_number(
            entry_values["number"],
            kind=entry_values["kind"],
            candidate=entry_values.get("candidate"),
            source=f"{entry_values['reason']} (added by {request_actor(request)})"[:200],
        )
        return Response(self.get_serializer(entry).data, status=201 if is_new else 200)

    @extend_schema(request=LiftSerializer, responses=DoNotCallSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, **kwargs: Any) -> Response:
        """Let the number be called again, with a reason. Consent that was withdrawn has to be given again, too."""
        entry = self.get_object()
        lift_input = LiftSerializer(data=request.data)
        lift_input.is_valid(raise_exception=True)
        lift_refusal(entry, by=request_actor(request), reason=lift_input.validated_data["reason"])
        return Response(self.get_serializer(entry).data)
