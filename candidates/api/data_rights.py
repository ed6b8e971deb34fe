"""API endpoints by which the data of a candidate is exported and erased."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from candidates.data_rights.erasure import erase_candidate
from candidates.data_rights.export import export_candidate
from candidates.merging.merge import resolve_id
from candidates.models import Candidate, ErasedItem, Erasure
from screener.api.authentication import request_actor
from screener.api.media_types import BoundedJSONParser
from screener.api.schema import request_example, response_example
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.models.keys.scopes import Resource

REASON = "Asked for it by e-mail on 21 November."
ERASURE: dict[str, Any] = {
    "candidate": "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913",
    "status": "pending",
    "actor": "api key ATS",
    "reason": REASON,
    "erased_at": "2026-11-21T10:00:00Z",
    "completed_at": None,
    "removed": {"candidates": 1, "answers": 3, "recordings": 3, "webhooks": 24},
    "items": [{"kind": "file", "name": "candidates/3f9d2c1a/resume-1.pdf", "deleted_at": None}],
    "error": "",
}
DONE = {
    "status": "done",
    "completed_at": "2026-11-21T10:00:02Z",
    "items": [ERASURE["items"][0] | {"deleted_at": "2026-11-21T10:00:02Z"}],
}


class ErasedItemSerializer(StrictModelSerializer[ErasedItem]):
    class Meta:
        model = ErasedItem
        fields = ["kind", "name", "deleted_at"]


@extend_schema_serializer(
    examples=[
        response_example("Files are being deleted", ERASURE, 202),
        response_example("All is deleted", ERASURE | DONE, 200),
    ]
)
class ErasureSerializer(StrictModelSerializer[Erasure]):
    """The proof of an erasure. The rows are blank at once; files and recordings are deleted in the background."""

    erased_at = serializers.DateTimeField(source="created_at", read_only=True)
    removed = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="How many rows were blanked, by table"
    )
    items = ErasedItemSerializer(many=True, read_only=True)

    class Meta:
        model = Erasure
        fields = [*ERASURE]
        read_only_fields = fields


@extend_schema_serializer(examples=[request_example("A reason", {"reason": REASON})])
class EraseSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=500, help_text="Kept as proof. Do not write the person's name here.")


class DataRightsMixin:
    """Actions of the candidates' viewset."""

    summaries: ClassVar[dict[str, str]] = {
        "export": "Export everything about a candidate as a zip",
        "erase": "Erase a candidate",
        "erasure": "Read the proof of an erasure",
    }
    problem_examples: ClassVar[dict[str, Any]] = {
        "erase": {
            400: {"reason": ["This field is required."]},
            409: "This candidate is on legal hold (A lawsuit.), so nothing is erased. Lift the hold first.",
        },
    }

    @extend_schema(
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        examples=[OpenApiExample("A zip", value="index.html, candidate.json, …", media_type="application/zip")],
    )
    @action(detail=True, methods=["get"], resource=Resource.DATA_RIGHTS)
    def export(self: Any, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """All that is stored about the person, as JSON and as a page to read, with the resume and recordings.

        Names of staff and secrets are left out. Noted in the history of the record. A key that may only read gets 403.
        """
        return export_candidate(self.get_object(), actor=request_actor(request))

    @extend_schema(
        request=EraseSerializer,
        responses={
            202: ErasureSerializer,
            200: OpenApiResponse(ErasureSerializer, description="All files and recordings are deleted"),
        },
    )
    @action(detail=True, methods=["post"], parser_classes=[BoundedJSONParser], resource=Resource.DATA_RIGHTS)
    def erase(self: Any, request: Request, **kwargs: Any) -> Response:
        """Erase all that identifies the person. Scores as numbers, costs and do-not-call entries stay.

        Planned interviews are cancelled. 409 while a call is in progress, and on legal hold. A candidate who was
        erased gets the same proof again.
        """
        candidate = get_object_or_404(Candidate.objects.visible_to(request.user), pk=resolve_id(kwargs["pk"]))
        wish = EraseSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        erasure = erase_candidate(candidate, actor=request_actor(request), reason=wish.validated_data["reason"])
        return Response(ErasureSerializer(erasure).data, status=200 if erasure.completed_at else 202)

    @extend_schema(operation_id="candidates_erasure_retrieve", responses=ErasureSerializer)
    @erase.mapping.get
    def erasure(self: Any, request: Request, **kwargs: Any) -> Response:
        """The proof: who erased the candidate, when and why, and when each file and recording was deleted."""
        erasures = Erasure.objects.visible_to(request.user).filter(kind=Erasure.Kind.PERSON)
        return Response(ErasureSerializer(get_object_or_404(erasures, candidate=resolve_id(kwargs["pk"]))).data)
