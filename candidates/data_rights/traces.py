"""Copies of personal data in rows of no app: the log of the admin, and stored responses of the API."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from screener.models import IdempotentRequest

ERASED_NAME = "erased"


def log_entries(model: type[models.Model], ids: Iterable[Any]) -> QuerySet[LogEntry]:
    """Return the entries of the admin's log about these rows."""
    of_model = {"content_type__app_label": model._meta.app_label, "content_type__model": model._meta.model_name}
    return LogEntry.objects.filter(**of_model, object_id__in=[str(pk) for pk in ids])


def erase_log_entries(model: type[models.Model], ids: Iterable[Any]) -> int:
    """Blank names and texts in the log. Who did it and when stays."""
    named = log_entries(model, ids).exclude(object_repr=ERASED_NAME, change_message="")
    return named.update(object_repr=ERASED_NAME, change_message="")


def stored_responses(texts: Iterable[Any]) -> QuerySet[IdempotentRequest]:
    """Return the stored responses of the API that contain one of these texts. They are kept for a day."""
    condition = Q()
    for text in filter(None, map(str, texts)):
        condition |= Q(body_text__contains=text)
    if not condition:
        return IdempotentRequest.objects.none()
    bodies = IdempotentRequest.objects.filter(body__isnull=False)
    return bodies.annotate(body_text=Cast("body", models.TextField())).filter(condition)


def responses_about(ids: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the stored responses about one of these rows alone. A report of an import is about other persons, too."""
    texts = set(map(str, ids))
    rows = stored_responses(texts).order_by("created_at").values("created_at", "body")
    return [dict(row) for row in rows if isinstance(row["body"], dict) and row["body"].get("id") in texts]


def erase_stored_responses(texts: Iterable[Any], *, erased_at: datetime | None) -> int:
    """Blank these responses. The rows stay, so that a repeated request still has no second effect.

    `erased_at`: when the person was erased, if they were. Later responses, such as that to the erasure, stay.
    """
    responses = stored_responses(texts)
    if erased_at:
        responses = responses.filter(created_at__lt=erased_at)
    return IdempotentRequest.objects.filter(pk__in=responses.values("pk")).update(body=None)
