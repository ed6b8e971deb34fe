"""API of the history of candidates' records, for clients that keep data about them, too."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_serializer
from rest_framework.mixins import ListModelMixin

from candidates.api.merged_ids import CandidateIdFilter
from candidates.models import CandidateEvent
from screener.api.schema import response_example
from screener.api.serializers import StrictModelSerializer
from screener.api.viewsets import ApiViewSet
from screener.models.keys.scopes import Resource

EVENT_EXAMPLE: dict[str, Any] = {
    "id": "0b1c2d3e-4f5a-4b6c-8d7e-9f0a1b2c3d4e",
    "created_at": "2026-11-21T10:00:00Z",
    "kind": "candidate.erased",
    "candidate": "3f9d2c1a-7b64-4d5c-9a0e-51c8e2f7a913",
    "actor": "api key ATS",
}


@extend_schema_serializer(examples=[response_example("An erasure", EVENT_EXAMPLE)])
class CandidateEventSerializer(StrictModelSerializer[CandidateEvent]):
    """It names the candidate by id alone. The reason stays with the proof of an erasure."""

    class Meta:
        model = CandidateEvent
        fields = [*EVENT_EXAMPLE]
        read_only_fields = fields


class CandidateEventFilter(filters.FilterSet):  # type: ignore[misc]  # untyped library
    candidate = CandidateIdFilter("candidate_id")

    class Meta:
        model = CandidateEvent
        fields = ["kind"]


class CandidateEventViewSet(ListModelMixin, ApiViewSet):
    """The history of all candidates' records: exports, legal holds, erasures, merges. Newest first.

    After `candidate.erased`, erase the person in your own system, too.
    """

    resource = Resource.CANDIDATES
    queryset = CandidateEvent.objects.all()
    serializer_class = CandidateEventSerializer
    filterset_class = CandidateEventFilter
    summaries = {"list": "List events of candidates"}
    problem_examples: dict[str, Any] = {}
