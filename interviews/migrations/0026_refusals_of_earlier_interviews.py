"""Keep what was refused before this version, which ended one interview and held for no other."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import migrations
from django.db.models import Exists, OuterRef, Subquery

BATCH = 1000
SOURCE = "said in an interview"
REPORTED = "reported by the carrier"


def _hash(text: str) -> str:
    return hmac.new(settings.DO_NOT_CALL_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _refusals(apps: Any) -> Iterator[tuple[str, str, Any]]:
    """(kind, number, interview), without people who completed an interview later.

    Opt-outs are on the list already, unless a person has taken them off.
    """
    interviews = apps.get_model("interviews", "Interview").objects
    calls = apps.get_model("interviews", "Call").objects.filter(attempt__interview=OuterRef("pk"))
    later = interviews.filter(
        candidate=OuterRef("candidate"), status="completed", completed_at__gt=OuterRef("completed_at")
    )
    refused = interviews.filter(~Exists(later), outcome__in=["declined", "wrong_person"], purpose="screening")
    numbered = refused.annotate(number=Subquery(calls.order_by("-created_at").values("number")[:1]))
    for interview in numbered.select_related("candidate").iterator(chunk_size=BATCH):
        yield interview.outcome, interview.number or interview.candidate.phone, interview


def _dead_numbers(apps: Any) -> Iterator[tuple[str, str, None]]:
    calls = apps.get_model("interviews", "Call").objects.filter(attempt__outcome="invalid_number")
    for number in calls.values_list("number", flat=True).distinct().order_by("number").iterator(chunk_size=BATCH):
        yield "out_of_service", number, None


def keep_refusals(apps: Any, schema_editor: Any) -> None:
    """Running it again adds nothing twice."""
    entries = apps.get_model("candidates", "DoNotCall")
    keys = apps.get_model("candidates", "DoNotCallKey").objects
    key = None
    batch: list[Any] = []
    for kind, number, interview in [*_refusals(apps), *_dead_numbers(apps)]:
        key = key or keys.get_or_create(canary=_hash("do-not-call canary"))[0]
        candidate_id = interview and interview.candidate_id
        entry = entries(
            kind=kind,
            number_hash=_hash("do-not-call:" + number),
            key=key,
            candidate_id=candidate_id,
            interview_id=interview and interview.pk,
            source=SOURCE if interview else REPORTED,
        )
        batch.append(entry)
    entries.objects.bulk_create(batch, batch_size=BATCH, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("interviews", "0025_refusals"),
        ("candidates", "0006_canaries_of_do_not_call_keys"),
    ]

    operations = [migrations.RunPython(keep_refusals, migrations.RunPython.noop)]
