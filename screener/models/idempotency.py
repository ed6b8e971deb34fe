"""Stored responses of idempotent requests."""

from django.db import models

from screener.models.base import BaseModel


class IdempotentRequest(BaseModel):
    """The response to a POST with an Idempotency-Key, which is replayed when the request is repeated."""

    owner = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
