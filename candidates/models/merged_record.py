"""Records that were merged into another one of the same person."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Q

from candidates.models.candidate import Candidate
from screener.db.any_of import is_any_of
from screener.models import BaseModel


class MergedRecordManager(models.Manager["MergedRecord"]):
    def find_candidates(self, external_ids: Iterable[str]) -> dict[str, UUID]:
        """By the external id of a merged record: the candidate whose record it is part of now."""
        records = self.filter(~Q(external_id=""), is_any_of("external_id", external_ids))
        return dict(records.values_list("external_id", "candidate"))


class MergedRecord(BaseModel):
    """The traces of a record that a merge deleted: by them its data is found, and clients' ids lead to the kept record.

    `phone`, `email` and `external_id`: its own where the kept record has others. Files of its interviews stay in the
    private folder of its id.
    """

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="merged_records")
    merged_id = models.UUIDField(unique=True, editable=False, help_text="The id of the record that is gone")
    phone = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    external_id = models.CharField(max_length=100, blank=True)
    actor = models.CharField(max_length=150)

    objects = MergedRecordManager()

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["external_id"], condition=~Q(external_id=""), name="merged_external_ids")]

    def __str__(self) -> str:
        return f"Merged record {str(self.merged_id)[:8]}"


def candidates_known_as(external_id: str) -> models.QuerySet[Candidate]:
    """The candidate with this external id, or with a merged record that had it."""
    merged = MergedRecord.objects.filter(external_id=external_id).values("candidate")
    return Candidate.objects.filter(Q(external_id=external_id) | Q(pk__in=merged))
