"""Log lines as JSON: with the ids of their request, interview and job, and without what identifies a person."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate import App
from procrastinate.testing import InMemoryConnector

from devtools.model_simulator.replies import error_reply
from interviews.models import Invitation
from screener.background.job_ids import bind_job_ids
from screener.background.queue import Backoff
from screener.framework_settings.logs import logging_config
from screener.telemetry.json_lines import JsonFormatter
from screener.tests.test_environment import run_python
from tests.support.factories import make_api_key, make_interview, run_tasks
from tests.support.fake_openai import fake_language_model
from tests.support.fake_twilio import FakeTwilio
from tests.support.sounds import make_tone
from tests.support.twilio_driver import Phone, give_consent, place_attempt

Lines = Callable[[], list[dict[str, Any]]]
ANSWER = "I led the migration of twelve services to Kubernetes."


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The lines of a process with LOG_FORMAT=json."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter())
    loggers = logging_config("json", "INFO")["loggers"]
    levels = {name: options.get("level", "NOTSET") for name, options in loggers.items()}
    levels.setdefault("django_structlog", "NOTSET")
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.django_db
def test_interview_leaves_ids_and_nothing_personal(
    lines: Lines, twilio: FakeTwilio, admin_client: Client, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.audio = make_tone(2)
    interview = make_interview(full_name="Ada Lovelace", email="ada@example.com", phone="+14155550100")
    expires_at = timezone.now() + timedelta(days=1)
    token = Invitation.objects.create(interview=interview, expires_at=expires_at, created_by="a test").token
    admin_client.get(f"/i/{token}/", {"name": "Lovelace"})
    phone = Phone(place_attempt(interview), admin_client)
    give_consent(phone)
    for _ in interview.responses.all():
        phone.record_answer(ANSWER)
    phone.report_status("completed", CallDuration=200)
    with fake_language_model(*[error_reply(500)] * 9):
        run_tasks()
    key = make_api_key()
    admin_client.get(f"/api/v1/interviews/{interview.pk}/", headers={"X-API-Key": key})
    admin_client.get(reverse("admin:candidates_candidate_changelist"), {"q": "Lovelace"})
    admin_client.raise_request_exception = False
    monkeypatch.setattr("portal.access.page_language", _fail)
    admin_client.get(f"/i/{token}/")

    written = lines()
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in written)
    secrets = ("Lovelace", "Ada ", "ada@", "4155550100", token, key, "Kubernetes", "migration", "test-token")
    assert {secret for secret in secrets if secret in text} == set()
    (unhandled,) = (line for line in written if line["event"] == "request_failed")
    assert "test_logs.py" in unhandled["exception"]

    finished = [line for line in written if line["event"] == "request_finished"]
    assert all(line["request_id"] for line in finished)
    of_webhooks = [line for line in finished if "/webhooks/" in line["request"]]
    assert {(line["interview_id"], line["job_id"]) for line in of_webhooks} == {
        (str(interview.pk), str(interview.job_id))
    }
    assert {line["user_id"] for line in finished if line["request"].startswith("GET /admin/")} == {reviewer.pk}
    assert {line["api_key"] for line in finished if str(interview.pk) in line["request"]} == {key.split(".")[0]}
    assert next(line for line in finished if "/i/" in line["request"])["interview_id"] == str(interview.pk)
    failed = [line for line in written if line["logger"] == "screener.background.steps"]
    assert {line["interview_id"] for line in failed} == {str(interview.pk)}
    assert all(line["response_id"] and line["job_id"] for line in failed)


def _fail(request: Any, invitation: Invitation | None) -> str:
    if invitation is None:  # the page that says so
        return "en"
    transcript = f"{invitation.interview.candidate.full_name}: {ANSWER}"
    raise ValueError(len(transcript))


def test_lines_of_failed_job_name_it(lines: Lines) -> None:
    worker_app = App(connector=InMemoryConnector())

    @worker_app.task(name="failing", retry=Backoff())
    def fail() -> None:
        transcript = ANSWER
        raise ValueError(len(transcript))

    async def run() -> None:
        async with worker_app.open_async():
            await fail.defer_async()
            options: dict[str, Any] = {"wait": False, "install_signal_handlers": False}
            await worker_app.run_worker_async(worker_middleware=[bind_job_ids], **options)

    asyncio.run(run())
    line = next(line for line in lines() if line["logger"] == "screener.background.queue")
    assert (line["queue_job_id"], line["task"], line["level"]) == ("1", "failing", "error")
    assert "ValueError" in line["exception"]
    assert ANSWER not in json.dumps(line)


def test_format_is_set_by_environment() -> None:
    code = "import django, logging; django.setup(); logging.getLogger('screener.x').warning('one %s', 'line')"
    settings = {"DJANGO_SETTINGS_MODULE": "screener.settings"}
    written = run_python("-c", code, LOG_FORMAT="json", **settings).stderr.strip()
    line = json.loads(written)
    assert (line["event"], line["level"], line["logger"]) == ("one line", "warning", "screener.x")
    assert run_python("-c", code, **settings).stderr.strip().endswith(" WARNING screener.x: one line")
