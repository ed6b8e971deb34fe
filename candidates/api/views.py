"""Candidates by machine: one by one with a resume, or many from a CSV file."""

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
from candidates.csv_import import NotACandidateList, import_candidates
from candidates.models import Candidate
from candidates.phone_format import NotAPhoneNumber, e164
from screener.api.parsers import BoundedJSONParser, BoundedMultiPartParser
from screener.api.viewsets import ApiViewSet


class CandidateFilter(filters.FilterSet):  # type: ignore[misc]  # untyped library
    phone = filters.CharFilter(method="has_number", help_text="However it is written; a + in an address is %2B.")

    class Meta:
        model = Candidate
        fields = ["external_id", "email", "phone", "resume_status"]

    def has_number(self, found: QuerySet[Candidate], name: str, typed: str) -> QuerySet[Candidate]:
        try:
            return found.filter(phone=e164(typed))
        except NotAPhoneNumber as error:
            raise ValidationError({name: [f"{error} In an address, + is written %2B."]}) from None


class CandidateViewSet(CreateModelMixin, ListModelMixin, RetrieveModelMixin, UpdateModelMixin, ApiViewSet):
    """The people who can be interviewed. A resume comes as multipart/form-data and is read after the answer."""

    queryset = Candidate.objects.filter(erased_at__isnull=True).prefetch_related("consents")
    serializer_class = serializers.CandidateSerializer
    parser_classes = [BoundedJSONParser, BoundedMultiPartParser]
    filterset_class = CandidateFilter
    summaries = {
        "list": "List candidates",
        "create": "Add a candidate",
        "retrieve": "Read a candidate",
        "partial_update": "Change a candidate, record consent, file a resume",
        "import_csv": "Add candidates from a CSV file",
    }
    problem_examples = {
        "create": {
            400: {"phone": ["'12' has no valid country code. Write the number with its country code: +14155550100."]}
        },
        "partial_update": {400: {"consent_source": ["Say where this was said: a form, a call, an e-mail."]}},
        "import_csv": {400: {"file": ["The first row must name the columns; phone is missing."]}},
    }

    @extend_schema(request=serializers.ImportSerializer, responses=serializers.ImportReportSerializer)
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[BoundedMultiPartParser])
    def import_csv(self, request: Request, **kwargs: Any) -> Response:
        """Add the candidates of a CSV file. Good rows are taken, each whole; the report names the others and why."""
        upload = serializers.ImportSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        try:
            report = import_candidates(upload.validated_data["file"], check=serializers.PersonSerializer)
        except NotACandidateList as error:
            raise ValidationError({"file": [str(error)]}) from None
        return Response(serializers.ImportReportSerializer(report).data)
