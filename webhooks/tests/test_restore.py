"""A backup is restored into an empty place, and an interview is held there."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate, Consent, DoNotCall
from devtools.phone_simulator.server import RunningSimulator
from interviews.models import Interview, Recording
from screener.background.restore_hold import unconfirmed_restore
from screener.encryption import data_keys
from tests.support.databases import temporary_database
from tests.support.factories import make_candidate, make_interview
from webhooks.tests.test_whole_interview import conduct
from webhooks.tests.test_whole_interview import network as network

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BACKUP_KEY = "VGhlIGJhY2t1cCBrZXkgb2YgdGVzdHMsIG5vIHNlY3I="


@pytest.fixture(autouse=True)
def backup_key(settings: Any) -> None:
    settings.BACKUP_KEY = BACKUP_KEY


def run(*arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output, **options)
    return output.getvalue()


def count_rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            (counts[table],) = cursor.fetchone()
    return counts


def hash_files() -> dict[str, str]:
    folder = Path(storages["private"].path(""))
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def structure_of_database() -> list[Any]:
    """Constraints, names of indexes, and triggers with their state."""
    queries = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
        "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1, 2",
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    )
    with connection.cursor() as cursor:
        return [cursor.execute(query) and cursor.fetchall() for query in queries]


@contextmanager
def empty_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another machine: an empty database, an empty storage, and the same settings."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with monkeypatch.context() as patch, temporary_database(name, is_migrated=False):
        patch.setattr(storages["private"], "location", str(folder))
        data_keys.forget_shared_key()
        yield
    data_keys.forget_shared_key()


def added_rows(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - count for table, count in before.items() if after[table] != count}


def test_interview_is_held_after_restore(
    network: RunningSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is missing; who refused or was erased after the backup stays so; nobody is called unasked."""
    call_command("migrate", verbosity=0)  # what the product brings; tests before this one may have emptied its tables
    held = conduct(make_interview(phone="+14155550100"))
    waiting = make_interview(phone="+14155550101", job=held.job)
    leaving, refusing = make_candidate(phone="+14155550120"), make_candidate(phone="+14155550121")
    leaving.resume.save("cv.txt", ContentFile(b"Five years of SQL."))
    target = str(tmp_path / "backups")
    run("backup", target)
    rows, files, structure = count_rows(), hash_files(), structure_of_database()
    erase_candidate(leaving, actor="hanna", reason="asked for it")
    DoNotCall.objects.add_number(refusing.phone, source="a letter", candidate=refusing)
    refusing.consents.create(kind=Consent.Kind.CALL, given=False, source="a letter")
    run("backup", target, journal=True)

    with empty_place(tmp_path / "private", monkeypatch):
        run("restore", target)
        assert (hash_files(), structure_of_database()) == (files, structure)
        assert added_rows(rows, count_rows()) == {
            "candidates_candidateevent": 1,
            "candidates_consent": 1,
            "candidates_donotcall": 1,
            "candidates_donotcallkey": 1,
            "candidates_erasure": 1,
            "candidates_eraseditem": 1,
            "procrastinate_events": 1,
            "procrastinate_jobs": 1,
            "screener_datakey": -1,
            "screener_restoredbackup": 1,
        }
        assert Candidate.objects.get(pk=leaving.pk).erased_at
        assert DoNotCall.objects.covers_number(refusing.phone)
        for recording in Recording.objects.exclude(file=""):
            with recording.file.open("rb") as audio:
                assert audio.read(4) == b"RIFF"
        assert unconfirmed_restore()
        assert str(waiting.pk) in run("resume_after_restore")
        run("resume_after_restore", confirm="hanna")
        assert not unconfirmed_restore()
        interview = conduct(Interview.objects.get(pk=waiting.pk))
        assert interview.result_status == Interview.ResultStatus.READY
        connection.close()
