"""API of the archives of resumes that belong to an import."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from candidates.importing.presentation import archive_problem_text
from candidates.importing.resumes import upload_archive
from candidates.models import ResumeArchive, ResumeFile
from screener.api.authentication import request_actor
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.documents.archive import UnreadableArchive

_CANDIDATE = "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913"
_ARCHIVE: dict[str, Any] = {
    "id": "0d4f7c52-9c1e-4d0b-8a54-9b9d1c7e2f31",
    "name": "resumes.zip",
    "status": "done",
    "problem": "",
    "problem_text": "",
    "author": "api key ATS",
    "files_total": 2,
    "files_done": 2,
    "files": [
        {"number": 1, "name": "Lovelace_Ada_CV.pdf", "result": "stored", "candidate": _CANDIDATE},
        {"number": 2, "name": "scan 17.pdf", "result": "unmatched", "candidate": None},
    ],
    "created_at": "2026-11-21T08:01:00Z",
    "ended_at": "2026-11-21T08:01:02Z",
}
REPLACE_HELP = "Replace resumes that candidates have. By default they are kept, and the file gets `has_resume`"
_BEGUN: dict[str, Any] = {"status": "reading", "files_done": 0, "files": [], "ended_at": None}


@extend_schema_serializer(
    examples=[request_example("An archive", {"file": "resumes.zip"}, media_type="multipart/form-data")]
)
class ArchiveUploadSerializer(StrictSerializer):
    file = serializers.FileField(
        allow_empty_file=True,  # rejected when it is read, with a better message
        help_text="A ZIP of at most 20 MB and 1,000 files, each named by the external id or the full name of a "
        "candidate of the import",
        error_messages={"invalid": "Send the file itself, as multipart/form-data.", "required": "Send a file."},
    )
    replace_resumes = serializers.BooleanField(default=False, help_text=REPLACE_HELP)


class ResumeFileSerializer(StrictModelSerializer[ResumeFile]):
    class Meta:
        model = ResumeFile
        fields = ["number", "name", "result", "candidate"]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        response_example("An archive", _ARCHIVE, 200),
        response_example("An archive that waits", _ARCHIVE | _BEGUN, 202),
    ]
)
class ResumeArchiveSerializer(StrictModelSerializer[ResumeArchive]):
    problem_text = serializers.SerializerMethodField(help_text="Why it stopped, and what to do; empty if it did not")
    files = ResumeFileSerializer(many=True, read_only=True)

    class Meta:
        model = ResumeArchive
        fields = [
            "id",
            "name",
            "status",
            "problem",
            "problem_text",
            "author",
            "files_total",
            "files_done",
            "files",
            "created_at",
            "ended_at",
        ]
        read_only_fields = fields

    def get_problem_text(self, archive: ResumeArchive) -> str:
        return archive_problem_text(archive)


class ResumeArchiveActions:
    """Actions of an import on its archives of resumes."""

    get_object: Any

    @extend_schema(responses=ResumeArchiveSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def resumes(self, request: Request, **kwargs: Any) -> Response:
        """List the archives of resumes, each with the result of every file."""
        archives = self.get_object().archives.prefetch_related("files")
        return Response(ResumeArchiveSerializer(archives, many=True).data)

    @extend_schema(request={"multipart/form-data": ArchiveUploadSerializer}, responses={202: ResumeArchiveSerializer})
    @resumes.mapping.post
    def add_resumes(self, request: Request, **kwargs: Any) -> Response:
        """Give candidates of the import their resumes from a ZIP. Files are matched in the background.

        A name must have the external id, or all words of the full name, of one candidate. Other files are listed.
        So are those of candidates who have a resume, unless `replace_resumes` is true.
        """
        upload = ArchiveUploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        imported = self.get_object()
        try:
            archive = upload_archive(imported, author=request_actor(request), **upload.validated_data)
        except UnreadableArchive as error:
            raise ValidationError({"file": [str(error)]}) from None
        return Response(ResumeArchiveSerializer(archive).data, status=status.HTTP_202_ACCEPTED)
