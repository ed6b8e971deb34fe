"""Webhooks of interviews that ended long ago become files: read, exported and erased as before."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from candidates.data_rights.erasure import erase_candidate
from candidates.models import ErasedItem
from interviews.models import Attempt, Interview
from tests.support.factories import make_interview, run_tasks
from webhooks.archiving import archive_old_webhooks
from webhooks.data_rights import WebhookPart
from webhooks.models import TwilioEvent, WebhookArchive

pytestmark = pytest.mark.django_db
WORDS = "In my last job I led a team."


@pytest.fixture(autouse=True)
def six_months(settings: Any) -> None:
    settings.ARCHIVE_WEBHOOKS_AFTER_MONTHS = 6


def make_ended(phone: str, *, days: int) -> Interview:
    """An interview that ended so many days ago, with two webhooks."""
    interview = make_interview(phone=phone)
    attempt = Attempt.objects.create(interview=interview, number=1, send_before=timezone.now(), ended_at=timezone.now())
    for turn, params in enumerate(({"SpeechResult": WORDS}, {"TranscriptionSid": f"TR{phone}"})):
        TwilioEvent.objects.create(key=f"{phone}/{turn}", kind="reply", attempt=attempt, turn=turn, params=params)
    completed_at = timezone.now() - timedelta(days=days)
    ending = {"status": Interview.Status.FAILED, "outcome": Interview.Outcome.UNREACHED, "next_attempt_at": None}
    Interview.objects.filter(pk=interview.pk).update(completed_at=completed_at, **ending)
    interview.refresh_from_db()
    return interview


def read_command(interview: Interview) -> list[dict[str, Any]]:
    output = StringIO()
    call_command("read_webhooks", str(interview.pk), stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def exported(interview: Interview) -> Any:
    (document,) = WebhookPart().export(interview.candidate)
    return json.loads(json.dumps(document.content, default=str))


def test_old_webhooks_are_read_and_exported_from_the_archive() -> None:
    old, young = make_ended("+14155550101", days=200), make_ended("+14155550102", days=100)
    rows, export = read_command(old), exported(old)
    assert archive_old_webhooks() == 2
    assert set(TwilioEvent.objects.values_list("attempt__interview", flat=True)) == {young.pk}
    assert read_command(old) == rows
    assert [record["params"] for record in exported(old)] == [record["params"] for record in export]
    assert WORDS in str(export)
    archive = WebhookArchive.objects.get()
    with open(storages["private"].path(str(archive.file.name)), "rb") as stored:
        assert stored.read(7) == b"SCREENC"
    assert archive_old_webhooks() == 0


def test_erasure_covers_archives() -> None:
    interview = make_ended("+14155550101", days=200)
    archive_old_webhooks()
    name = str(WebhookArchive.objects.get().file.name)
    erasure = erase_candidate(interview.candidate, actor="hanna", reason="asked for it")
    items = set(erasure.items.values_list("kind", "name"))
    assert items >= {(ErasedItem.Kind.FILE, name), (ErasedItem.Kind.CARRIER_TRANSCRIPT, "TR+14155550101")}
    run_tasks(only="candidates.delete_erased_items")
    assert not storages["private"].exists(name)
    assert read_command(interview) == []


def test_rows_that_are_erased_meanwhile_are_not_archived(monkeypatch: pytest.MonkeyPatch) -> None:
    interview = make_ended("+14155550101", days=200)
    save = storages["private"].save

    def erase_then_save(*arguments: Any, **options: Any) -> str:
        TwilioEvent.objects.update(params={})
        return str(save(*arguments, **options))

    monkeypatch.setattr(storages["private"], "save", erase_then_save)
    assert archive_old_webhooks() == 0
    assert not WebhookArchive.objects.exists()
    assert [record["params"] for record in read_command(interview)] == [{}, {}]


def test_nothing_is_archived_unless_asked(settings: Any) -> None:
    settings.ARCHIVE_WEBHOOKS_AFTER_MONTHS = 0
    make_ended("+14155550101", days=5000)
    assert archive_old_webhooks() == 0
