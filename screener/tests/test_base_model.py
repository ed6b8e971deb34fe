"""Rows that are inserted with a prepared statement or by COPY equal rows that Django inserts."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from interviews.models import InterviewEvent
from interviews.models.event import EventKind
from tests.support.factories import make_interview
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("insert", [InterviewEvent.insert, InterviewEvent.copy], ids=["INSERT", "COPY"])
def test_insert_saves_all_fields(insert: Callable[[list[InterviewEvent]], None]) -> None:
    interview = make_interview()
    events = [
        InterviewEvent(
            interview=interview, kind=EventKind.RESULT_READY, reason="50 %\t\\N", data={"score": 7, "%s": None}
        ),
        InterviewEvent(interview=interview, kind=EventKind.RESULT_REOPENED, before="ready"),
    ]
    insert(events)
    for event in events:
        row = InterviewEvent.objects.get(pk=event.pk)
        fields = [field.attname for field in InterviewEvent._meta.concrete_fields]
        assert [getattr(row, name) for name in fields] == [getattr(event, name) for name in fields]
        assert row.created_at is not None
        assert not event._state.adding


def test_insert_without_rows() -> None:
    InterviewEvent.insert([])
    assert not InterviewEvent.objects.exists()


def test_insert_keeps_first_of_duplicates() -> None:
    for sid in ("CA1", "CA2"):
        TwilioEvent.insert([TwilioEvent(key="same", kind="status", call_sid=sid, params={})], ignore_conflicts=True)
    assert TwilioEvent.objects.get().call_sid == "CA1"


@pytest.mark.parametrize("insert", [TwilioEvent.insert, TwilioEvent.copy], ids=["INSERT", "COPY"])
def test_insert_refuses_duplicates(insert: Callable[[list[TwilioEvent]], None]) -> None:
    insert([TwilioEvent(key="same", kind="status", call_sid="CA1", params={})])
    with pytest.raises(IntegrityError):
        insert([TwilioEvent(key="same", kind="status", call_sid="CA2", params={})])
