"""A database of the version at commit 3362e96, upgraded by today's migrations."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from interviews.models import Interview, dial_rate
from screener.models import Organisation
from tests.support.databases import temporary_database
from tests.support.factories import make_organisation
from tests.support.fake_twilio import FakeTwilio

SNAPSHOT = Path(__file__).parent / "snapshot.sql.gz"
DOWNTIME = timedelta(minutes=1)
"""From the moment of the snapshot to that of the upgrade: leases held then have expired."""

TIME_OF_UPGRADE = timedelta(seconds=30)

SECRET_KEY = "the key of the version before"
WAV = b"RIFF\x00\x00\x00\x00WAVE" + bytes(100)
RESUME = b"Five years of SQL."

# The old schema is read with SQL, because the models are those of today.
COUNTED_TABLES = """
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
AND table_name NOT IN ('auth_permission', 'django_content_type', 'django_migrations')
"""
TIMESTAMPS = """
SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' GROUP BY table_name
"""
TURNS = """
SELECT event.attempt_id, event.turn, event.kind, event.params, answered.answer
FROM webhooks_twilioevent event JOIN webhooks_twilioevent answered
ON answered.attempt_id = event.attempt_id AND answered.turn = event.turn AND answered.answer <> ''
WHERE event.kind IN ('pickup', 'reply', 'silence', 'take') ORDER BY event.created_at
"""
CALLS = """
SELECT twilio_sid, number, status FROM interviews_call WHERE twilio_sid <> ''
"""
FILES = """
SELECT file FROM interviews_recording WHERE file <> ''
UNION SELECT file FROM screener_spokenline WHERE file <> ''
UNION SELECT resume FROM candidates_candidate WHERE resume <> ''
"""


@dataclass(frozen=True)
class Turn:
    """A webhook of a conversation and the TwiML that the old version answered to it."""

    path: str
    params: dict[str, str]
    twiml: str


@dataclass(frozen=True)
class OldDatabase:
    """The content of the database before it was migrated, and the moment that its timestamps are relative to."""

    loaded_at: datetime
    counts: dict[str, int]
    turns: list[Turn]
    calls: list[dict[str, str]]
    files: list[str]


def interview_of(handle: str) -> Interview:
    """The first interview of the candidate with this external id."""
    return Interview.objects.filter(candidate__external_id=handle).earliest("created_at")


@pytest.fixture(scope="package")
def upgraded(django_db_setup: None, django_db_blocker: Any) -> Iterator[OldDatabase]:
    """Point the default connection at the migrated database for the tests of this package."""
    name = f"{connection.settings_dict['NAME']}_upgrade"
    with django_db_blocker.unblock(), temporary_database(name, is_migrated=False):
        loaded_at = _load()
        old = _read(loaded_at)
        call_command("migrate", verbosity=0)
        connection.close()
        with django_db_blocker.block():
            yield old


def _load() -> datetime:
    dump = gzip.decompress(SNAPSHOT.read_bytes()).decode()
    with connection.cursor() as cursor:
        cursor.execute(dump)
    connection.close()  # the dump changes settings of its session
    taken_at = datetime.fromisoformat(dump.split("\n", 1)[0].removeprefix("-- "))
    now = timezone.now()
    _shift_times(now - DOWNTIME - taken_at)
    return now


def _shift_times(by: timedelta) -> None:
    """Move every timestamp, as if the snapshot had been taken just now."""
    for table, columns in _rows(TIMESTAMPS):
        assignments = ", ".join(f'"{column}" = "{column}" + make_interval(secs => %(seconds)s)' for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET {assignments}', {"seconds": by.total_seconds()})


def _read(loaded_at: datetime) -> OldDatabase:
    return OldDatabase(
        loaded_at=loaded_at,
        counts={table: count_rows(table) for (table,) in _rows(COUNTED_TABLES)},
        turns=[
            Turn(f"/webhooks/twilio/attempts/{attempt}/turns/{turn}/{kind}", json.loads(params), twiml)
            for attempt, turn, kind, params, twiml in _rows(TURNS)
        ],
        calls=[{"sid": sid, "to": number, "status": status} for sid, number, status in _rows(CALLS)],
        files=[name for (name,) in _rows(FILES)],
    )


def count_rows(table: str) -> int:
    ((count,),) = _rows(f'SELECT count(*) FROM "{table}"')
    return int(count)


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.fixture(autouse=True)
def clock(upgraded: OldDatabase, time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts when the new version does: what the old version has reserved expires within minutes."""
    started_at = upgraded.loaded_at + TIME_OF_UPGRADE
    time_machine.move_to(started_at, tick=True)
    # Dial slots follow the clock of the database, which can't be moved and is minutes ahead on a busy machine.
    reserve_slot = dial_rate.RESERVE_SLOT.replace("clock_timestamp()", f"'{started_at.isoformat()}'::timestamptz")
    monkeypatch.setattr(dial_rate, "RESERVE_SLOT", reserve_slot)


@pytest.fixture(autouse=True)
def old_settings(settings: Any) -> None:
    """The settings that the old database was written with."""
    settings.SECRET_KEY = SECRET_KEY
    settings.WEBHOOK_BASE_URL = "http://127.0.0.1:8000"
    settings.MAX_CONCURRENT_CALLS = 100


@pytest.fixture(autouse=True)
def organisation(upgraded: OldDatabase, db: None) -> Organisation:
    """Entered after the upgrade: the old version had none."""
    return make_organisation()


@pytest.fixture
def old_files(private_files: Path, upgraded: OldDatabase) -> None:
    """The files that rows of the old database name. They are not encrypted."""
    plain_storage = FileSystemStorage(storages["private"].path(""))
    for name in upgraded.files:
        content = ContentFile(RESUME if "/resume-" in name else WAV)
        plain_storage.save(name, content)


@pytest.fixture
def twilio(twilio: FakeTwilio, upgraded: OldDatabase) -> FakeTwilio:
    """A carrier that knows the calls which the old version placed."""
    twilio.audio = WAV
    twilio.calls = [dict(call) for call in upgraded.calls]
    return twilio
