"""API representation of candidates, consents and CSV imports."""

from typing import Any

from django.core.files.base import File
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from candidates.merging.matches import lock_contacts
from candidates.models import Candidate, Consent, RowNote, RowResult, candidates_known_as
from candidates.timezones import iana_time_zones
from screener.api.fields import LanguageField, OptionalBooleanField, PhoneField
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.documents.upload import InvalidDocument, validate_upload

ABOUT_CONSENT = ("consent_to_call", "consent_source")
PERSON_EXAMPLE = {
    "full_name": "Ada Lovelace",
    "email": "ada@example.com",
    "phone": "+14155550100",
    "locale": "en",
    "timezone": "America/Los_Angeles",
    "external_id": "ats-1815",
}
CONSENTING_EXAMPLE: dict[str, Any] = {**PERSON_EXAMPLE, "consent_to_call": True, "consent_source": "application form"}
OTHER_ID = "5a4b3c2d-1e0f-4d9c-8b7a-6f5e4d3c2b1a"
RESPONSE_EXAMPLE: dict[str, Any] = {
    "id": "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913",
    **PERSON_EXAMPLE,
    "has_resume": True,
    "resume_status": "read",
    "resume_error": "",
    "resume_is_cut": False,
    "consents": [
        {
            "kind": "call",
            "given": True,
            "source": "application form",
            "language": "en",
            "said_at": "2026-11-21T08:00:00Z",
        }
    ],
    "created_at": "2026-11-21T08:00:00Z",
    "updated_at": "2026-11-21T08:00:03Z",
}


class ConsentSerializer(StrictModelSerializer[Consent]):
    class Meta:
        model = Consent
        fields = ["kind", "given", "source", "language", "said_at"]


class PersonSerializer(StrictModelSerializer[Candidate]):
    """Fields of a candidate that the API, the admin and the CSV import share."""

    phone = PhoneField()
    locale = LanguageField(required=False)
    consent_to_call = OptionalBooleanField(
        required=False,
        write_only=True,
        help_text="Whether the candidate agreed to be called by an AI; false records a refusal",
    )
    consent_source = serializers.CharField(
        required=False,
        write_only=True,
        max_length=200,
        help_text="Where the consent was given: a form, a call, an e-mail",
    )

    class Meta:
        model = Candidate
        fields = ["full_name", "email", "phone", "external_id", "locale", "timezone", *ABOUT_CONSENT]
        extra_kwargs: dict[str, Any] = {"external_id": {"validators": []}}  # uniqueness depends on the endpoint

    def validate_timezone(self, zone_name: str) -> str:
        if zone_name and zone_name not in iana_time_zones():
            raise serializers.ValidationError(
                f"{zone_name!r} is not an IANA time zone. Use a name such as Europe/Berlin."
            )
        return zone_name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "consent_to_call" in attrs and "consent_source" not in attrs:
            raise serializers.ValidationError(
                {"consent_source": ["Say where the consent was given: a form, a call, an e-mail."]}
            )
        if "consent_source" in attrs and "consent_to_call" not in attrs:
            raise serializers.ValidationError({"consent_to_call": ["Say whether the candidate agreed: true or false."]})
        return attrs


@extend_schema_serializer(
    examples=[
        response_example("A candidate", RESPONSE_EXAMPLE, 200),
        response_example("A new candidate", RESPONSE_EXAMPLE | {"resume_status": "pending"}, 201),
        request_example("A candidate who may be called", CONSENTING_EXAMPLE),
        request_example(
            "The same with a resume", CONSENTING_EXAMPLE | {"resume": "resume.pdf"}, media_type="multipart/form-data"
        ),
    ]
)
class CandidateSerializer(PersonSerializer):
    resume = serializers.FileField(
        required=False,
        write_only=True,
        allow_empty_file=True,  # rejected below with a better message
        help_text="PDF, DOCX or plain text, at most 5 MB; only as multipart/form-data",
        error_messages={"invalid": "Send the file itself, as multipart/form-data."},
    )
    has_resume = serializers.BooleanField(source="resume", read_only=True)
    consents = ConsentSerializer(many=True, read_only=True)

    class Meta(PersonSerializer.Meta):
        fields = [
            "id",
            *PersonSerializer.Meta.fields,
            "resume",
            "has_resume",
            "resume_status",
            "resume_error",
            "resume_is_cut",
            "consents",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["resume_status", "resume_error", "resume_is_cut"]

    def validate_external_id(self, external_id: str) -> str:
        holders = candidates_known_as(external_id) if external_id else Candidate.objects.none()
        other_candidates = holders.exclude(pk=self.instance.pk) if self.instance else holders
        if other_candidate := other_candidates.first():
            raise serializers.ValidationError(
                f"Candidate {other_candidate.pk} has this external_id. PATCH that candidate instead."
            )
        return external_id

    def validate_resume(self, resume_file: "File[Any]") -> "File[Any]":
        try:
            validate_upload(resume_file)
        except InvalidDocument as error:
            raise serializers.ValidationError(str(error)) from None
        return resume_file

    def create(self, validated_data: dict[str, Any]) -> Candidate:
        extras = {
            field_name: validated_data.pop(field_name)
            for field_name in (*ABOUT_CONSENT, "resume")
            if field_name in validated_data
        }
        lock_contacts([validated_data["phone"], validated_data.get("email", "")])
        return self._save_extras(Candidate.objects.create(**validated_data), **extras)

    def update(self, instance: Candidate, validated_data: dict[str, Any]) -> Candidate:
        """Write only the fields that were sent, so that concurrent changes by the worker are kept."""
        extras = {
            field_name: validated_data.pop(field_name)
            for field_name in (*ABOUT_CONSENT, "resume")
            if field_name in validated_data
        }
        instance.update_fields(**validated_data)
        return self._save_extras(instance, **extras)

    def _save_extras(
        self, candidate: Candidate, *, consent_to_call: bool | None = None, consent_source: str = "", resume: Any = None
    ) -> Candidate:
        if consent_to_call is not None:
            candidate.add_call_consent(consent_to_call, given_by=Consent.GivenBy.API, source=consent_source)
        if resume is not None:
            candidate.store_resume(resume)
        return candidate


@extend_schema_serializer(
    examples=[request_example("A file", {"file": "candidates.csv"}, media_type="multipart/form-data")]
)
class ImportSerializer(StrictSerializer):
    file = serializers.FileField(
        allow_empty_file=True,
        help_text="CSV or XLSX, at most 10,000 rows, with a header row: full_name, phone, and any of email, "
        "external_id, locale, timezone, consent_to_call, consent_source",
        error_messages={
            "invalid": "Send the file itself, as multipart/form-data.",
            "required": "Send a CSV or XLSX file.",
        },
    )


class RowErrorSerializer(StrictSerializer):
    row = serializers.IntegerField(help_text="The row in the file; the header is row 1")
    field = serializers.CharField()
    message = serializers.CharField()


class ImportedRowSerializer(StrictSerializer):
    row = serializers.IntegerField(help_text="The row in the file; the header is row 1")
    candidate = serializers.UUIDField()
    result = serializers.ChoiceField([choice for choice in RowResult.choices if choice[0] != RowResult.REFUSED])
    notes = serializers.ListField(
        child=serializers.ChoiceField(RowNote.choices), help_text="Why the candidate may not be called"
    )


@extend_schema_serializer(
    examples=[
        response_example(
            "One row was rejected",
            {
                "created": 1,
                "updated": 1,
                "rows": [
                    {"row": 2, "candidate": RESPONSE_EXAMPLE["id"], "result": "created", "notes": []},
                    {"row": 3, "candidate": OTHER_ID, "result": "unchanged", "notes": ["do_not_call"]},
                ],
                "errors": [{"row": 4, "field": "phone", "message": "'12' is not a phone number."}],
            },
        )
    ]
)
class ImportReportSerializer(StrictSerializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField(help_text="Known by external_id, or by number and name; changed or not")
    rows = ImportedRowSerializer(many=True, help_text="What became of each valid row")
    errors = RowErrorSerializer(  # type: ignore[assignment]  # hides a property that only input has
        many=True, help_text="Rejected rows, none of which was imported"
    )
