"""Following one interview on the screen while the worker, the webhooks and the phone network hold it."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import requests
from django.conf import settings

from devtools.demo import text_views
from devtools.demo.terminal import Screen
from interviews.models import Call, Interview
from screener.models import ModelCall

LONGEST = 120.0
"""A language model may take its time; the phone does not."""


def follow(interview: Interview, screen: Screen, check: Callable[[], None]) -> None:
    """Show who says what, until there is a result or it is known that there will be none. `check` raises to stop it."""
    heard, told = Eavesdropper(interview), set[str]()
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        check()
        interview.refresh_from_db()
        for entry in heard.news():
            screen.lines(text_views.spoken(entry, heard.name, screen.ink, screen.width))
        for trouble in model_errors(interview) - told:
            told.add(trouble)
            screen.line(f"  {screen.ink.red(text_views.clean(trouble))}")
        screen.bar(text_views.bar(*text_views.progress(interview)))
        if is_over(interview):
            break
        time.sleep(0.1)
    screen.bar("")


def is_over(interview: Interview) -> bool:
    return not interview.is_live and interview.result_status != Interview.ResultStatus.PENDING


def model_errors(interview: Interview) -> set[str]:
    """What went wrong with the language model. It is tried again, which looks like nothing at all."""
    failed = ModelCall.objects.filter(interview_id=interview.pk).exclude(error="")
    return set(failed.values_list("error", flat=True))


class Eavesdropper:
    """Reads what is said on an interview's calls, from the phone network's own log."""

    def __init__(self, interview: Interview) -> None:
        self.name = interview.candidate.full_name.split()[0]
        self._interview = interview
        self._known: dict[str, int] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy: it is on this machine

    def news(self) -> list[dict[str, Any]]:
        """The entries that were added since the last time, over all calls in their order."""
        calls = Call.objects.filter(attempt__interview=self._interview).exclude(twilio_sid="")
        found: list[dict[str, Any]] = []
        for sid in calls.order_by("attempt__number").values_list("twilio_sid", flat=True):
            log = self._log(sid)
            found += log[self._known.get(sid, 0) :]
            self._known[sid] = max(len(log), self._known.get(sid, 0))
        return found

    def _log(self, sid: str) -> list[dict[str, Any]]:
        with suppress(requests.RequestException):
            reply = self._session.get(f"{settings.TWILIO_API_URL}/simulator/calls/{sid}", timeout=5)
            if reply.ok:
                entries: list[dict[str, Any]] = reply.json()["log"]
                return entries
        return []
