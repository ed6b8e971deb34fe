"""API endpoints for candidates and the CSV import."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from candidates.api import serializers
from candidates.api.data_rights import DataRightsMixin
from candidates.api.resume_file import ResumeFileActions
from candidates.importing.report import import_candidates
from candidates.merging.merge import resolve_id
from candidates.models import Candidate
from screener.api.media_types import BoundedJSONParser, BoundedMultiPartParser
from screener.api.viewsets import ApiViewSet
from screener.documents.table_file import InvalidTableFile
from screener.models.keys.scopes import Resource
from screener.phone_format import InvalidPhoneNumber, to_e164


class CandidateFilter(filters.FilterSet):  # type: ignore[misc]  # untyped library
    phone = filters.CharFilter(method="filter_phone", help_text="In any notation; encode + as %2B.")

    class Meta:
        model = Candidate
        fields = ["external_id", "email", "phone", "resume_status"]

    def filter_phone(self, candidates: QuerySet[Candidate], name: str, phone_number: str) -> QuerySet[Candidate]:
        try:
            return candidates.filter(phone=to_e164(phone_number))
        except InvalidPhoneNumber as error:
            raise ValidationError({name: [f"{error} Encode + as %2B in the URL."]}) from None


class CandidateViewSet(
    ResumeFileActions,
    DataRightsMixin,
    CreateModelMixin,
    ListModelMixin,
    RetrieveModelMixin,
    UpdateModelMixin,
    ApiViewSet,
):
    """Candidates. A resume is sent as multipart/form-data and read in the background."""

    resource = Resource.CANDIDATES
    queryset = Candidate.objects.filter(erased_at__isnull=True).prefetch_related("consents")
    serializer_class = serializers.CandidateSerializer
    parser_classes = [BoundedJSONParser, BoundedMultiPartParser]
    filterset_class = CandidateFilter
    summaries = {
        "list": "List candidates",
        "create": "Add a candidate",
        "retrieve": "Read a candidate",
        "partial_update": "Change a candidate, record consent, add a resume",
        "resume_file": "Download the resume",
        "import_csv": "Add candidates from a CSV file",
        **DataRightsMixin.summaries,
    }
    problem_examples = {
        "create": {
            400: {"phone": ["'12' has no valid country code. Write the number with its country code: +14155550100."]}
        },
        "partial_update": {400: {"consent_source": ["Say where the consent was given: a form, a call, an e-mail."]}},
        "import_csv": {400: {"file": ["The first row must name the columns; phone is missing."]}},
        **DataRightsMixin.problem_examples,
    }

    def get_object(self) -> Candidate:
        """Return the candidate. The id of a record that was merged leads to the record that it is part of."""
        self.kwargs["pk"] = resolve_id(self.kwargs["pk"])
        candidate: Candidate = super().get_object()
        return candidate

    @extend_schema(request=serializers.ImportSerializer, responses=serializers.ImportReportSerializer)
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[BoundedMultiPartParser])
    def import_csv(self, request: Request, **kwargs: Any) -> Response:
        """Import candidates from a CSV file. Valid rows are imported; the report lists rejected rows with reasons."""
        upload = serializers.ImportSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        try:
            report = import_candidates(upload.validated_data["file"], viewer=request.user)
        except InvalidTableFile as error:
            raise ValidationError({"file": [str(error)]}) from None
        return Response(serializers.ImportReportSerializer(report).data)
