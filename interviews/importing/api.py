"""API of imports: a file of candidates, read in the background, with a job or a campaign in the same step."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from candidates.api.resume_archives import REPLACE_HELP, ResumeArchiveActions
from candidates.importing.columns import ColumnField, InvalidMapping
from candidates.importing.creation import start_import, upload_import
from candidates.importing.presentation import problem_text, refused_table
from candidates.importing.resumes import upload_archive
from candidates.models import Import
from interviews.api.examples import CAMPAIGN_ID, JOB_ID
from interviews.campaigns.adding import why_no_campaign
from interviews.models import Campaign
from jobs.models import JobDescription
from screener.api.authentication import request_actor
from screener.api.fields import IdField
from screener.api.media_types import BoundedJSONParser, BoundedMultiPartParser
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.api.viewsets import ApiViewSet
from screener.documents.archive import UnreadableArchive
from screener.documents.table_rows import UnreadableTable
from screener.exports.files import csv_response
from screener.models.keys.scopes import Resource
from screener.phone_format import calling_codes

IMPORT_ID = "6c1f5b1e-52a5-4f0e-9a55-0b7c5a3d2f10"
_IMPORT = {
    "id": IMPORT_ID,
    "name": "applicants.xlsx",
    "status": "done",
    "problem": "",
    "problem_text": "",
    "mapping": {"Name": "full_name", "Phone": "phone", "Source": "extra"},
    "region": "DE",
    "consent_source": "application form",
    "job": JOB_ID,
    "campaign": CAMPAIGN_ID,
    "launch": False,
    "author": "api key ATS",
    "rows_done": 1001,
    "percent": 100,
    "counts": {"created": 990, "updated": 7, "refused": 3, "planned": 995, "not_called": 2},
    "refused_url": f"https://screener.example/api/v1/imports/{IMPORT_ID}/refused/",
    "created_at": "2026-11-21T08:00:00Z",
    "started_at": "2026-11-21T08:00:00Z",
    "ended_at": "2026-11-21T08:00:04Z",
}
_BEGUN: dict[str, Any] = {
    "status": "reading",
    "campaign": None,
    "rows_done": 0,
    "percent": 0,
    "counts": {},
    "refused_url": None,
    "ended_at": None,
}
UPLOAD = {"file": "applicants.xlsx", "mapping": '{"Name": "full_name", "Phone": "phone"}', "job": JOB_ID}


@extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
class CountsField(serializers.JSONField):
    """Counts by code."""


@extend_schema_field({"type": "object", "additionalProperties": {"enum": ColumnField.values, "type": "string"}})
class MappingField(serializers.JSONField):
    """Fields by the names of columns."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        mapping = super().to_internal_value(data)
        if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
            raise serializers.ValidationError('Send an object such as {"Name": "full_name", "Phone": "phone"}.')
        return mapping


@extend_schema_serializer(examples=[request_example("A file and a job", UPLOAD, media_type="multipart/form-data")])
class ImportUploadSerializer(StrictSerializer):
    file = serializers.FileField(
        allow_empty_file=True,  # rejected when it is read, with a better message
        help_text="CSV (any encoding and delimiter) or XLSX, at most 20 MB and 200,000 rows; the first row names the "
        "columns",
        error_messages={"invalid": "Send the file itself, as multipart/form-data.", "required": "Send a file."},
    )
    mapping = MappingField(
        binary=True,
        required=False,
        help_text="What columns are taken for, as JSON; those that it does not name are guessed",
    )
    region = serializers.ChoiceField(
        sorted(calling_codes()), required=False, help_text="The country of numbers without a country code, such as DE"
    )
    consent_source = serializers.CharField(
        required=False, max_length=200, help_text="Where all persons of the file agreed to be called, if they did"
    )
    job = IdField(
        queryset=JobDescription.objects.all(),
        required=False,
        help_text="Plan interviews for this job, in a new campaign with the name of the file",
    )
    launch = serializers.BooleanField(
        default=False,
        help_text="Start the new campaign of `job` at once. By default it is a draft, and calls no one. Campaigns "
        "that are created in `campaigns/` start by default",
    )
    campaign = IdField(queryset=Campaign.objects.all(), required=False, help_text="Add the candidates to it")

    resumes = serializers.FileField(
        required=False,
        allow_empty_file=True,  # rejected when it is read, with a better message
        help_text="A ZIP with resumes of the candidates, as POST /imports/{id}/resumes/ takes it. Both files together "
        "have at most 22 MB",
    )
    replace_resumes = serializers.BooleanField(default=False, help_text=REPLACE_HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        job, campaign = attrs.get("job"), attrs.get("campaign")
        if job and campaign:
            raise serializers.ValidationError({"campaign": ["Send a job or a campaign, not both."]})
        if attrs["launch"] and not job:
            raise serializers.ValidationError({"launch": ["Only a new campaign is launched. Send a job, too."]})
        if (called_for := job or (campaign and campaign.job)) and (problem := why_no_campaign(called_for)):
            raise serializers.ValidationError({"job" if job else "campaign": [problem]})
        return attrs


@extend_schema_serializer(
    examples=[
        response_example("An import", _IMPORT, 200),
        response_example("An import that has begun", _IMPORT | _BEGUN, 202),
    ]
)
class ImportSerializer(StrictModelSerializer[Import]):
    mapping = serializers.SerializerMethodField(help_text="What each column is taken for")
    counts = CountsField(read_only=True, help_text="Of rows by result, of notes, and of interviews planned")
    percent = serializers.IntegerField(
        read_only=True, help_text="Of the file while rows are read, of the rows while interviews are planned"
    )
    problem_text = serializers.SerializerMethodField(help_text="Why it stopped, and what to do; empty if it did not")
    refused_url = serializers.SerializerMethodField(help_text="The refused rows as CSV; null if there are none")

    class Meta:
        model = Import
        fields = [
            "id",
            "name",
            "status",
            "problem",
            "problem_text",
            "mapping",
            "region",
            "consent_source",
            "job",
            "campaign",
            "launch",
            "author",
            "rows_done",
            "percent",
            "counts",
            "refused_url",
            "created_at",
            "started_at",
            "ended_at",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"enum": ColumnField.values, "type": "string"}})
    def get_mapping(self, imported: Import) -> dict[str, str]:
        return dict(zip(imported.columns, imported.fields, strict=True))

    def get_problem_text(self, imported: Import) -> str:
        return problem_text(imported)

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    def get_refused_url(self, imported: Import) -> str | None:
        if not imported.counts.get("refused"):
            return None
        return reverse("import-refused", args=[imported.pk], request=self.context["request"])


class ImportViewSet(ResumeArchiveActions, ListModelMixin, RetrieveModelMixin, ApiViewSet):
    """Imports of candidates from files. Rows are read in the background; `status` and `counts` show the progress."""

    resource = Resource.IMPORTS
    queryset = Import.objects.exclude(status=Import.Status.UPLOADED).select_related("job", "campaign")
    serializer_class = ImportSerializer
    parser_classes = [BoundedJSONParser, BoundedMultiPartParser]
    summaries = {
        "list": "List imports",
        "create": "Import candidates from a file",
        "retrieve": "Read an import",
        "refused": "Download the refused rows",
        "undo": "Undo an import",
        "resumes": "Read the archives of resumes of an import",
        "add_resumes": "Send resumes for the candidates of an import",
    }
    problem_examples = {"create": {400: {"mapping": ["Choose the column with the phone number."]}}}

    @extend_schema(request={"multipart/form-data": ImportUploadSerializer}, responses={202: ImportSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Import candidates from a file. The reply comes at once; poll `status` until it is done or failed.

        A candidate is known by the external id, by number or address and name, or by number and address: known ones
        are updated, and empty cells leave values as they are. Importing a file twice adds no one.
        """
        upload = ImportUploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        settings = dict(upload.validated_data)
        file, mapping, resumes = settings.pop("file"), settings.pop("mapping", {}), settings.pop("resumes", None)
        replace_resumes = settings.pop("replace_resumes")
        try:
            imported = upload_import(file, author=request_actor(request), is_from_api=True, mapping=mapping)
            if resumes:
                upload_archive(imported, resumes, author=request_actor(request), replace_resumes=replace_resumes)
            start_import(imported, imported.fields, **settings)
        except UnreadableArchive as error:
            imported.discard()
            raise ValidationError({"resumes": [str(error)]}) from None
        except UnreadableTable as error:
            raise ValidationError({"file": [str(error)]}) from None
        except InvalidMapping as error:
            raise ValidationError({"mapping": [str(error)]}) from None
        return Response(self.get_serializer(imported).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
        examples=[OpenApiExample("A row without a name", value="Name,Phone,Row,Problem", media_type="text/csv")],
    )
    @action(detail=True, methods=["get"], url_path="refused")
    def refused(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Download the refused rows as CSV: the columns of the file, the number of the row, and the problem."""
        return csv_response(refused_table(self.get_object()))

    @extend_schema(request=None, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, **kwargs: Any) -> Response:
        """Undo an import that has ended. Candidates that something has happened to since stay; `counts` says why."""
        imported = self.get_object()
        imported.undo(actor=request_actor(request))
        return Response(self.get_serializer(imported).data, status=status.HTTP_202_ACCEPTED)
