"""Holds an interview in a process that cannot import webhooks or telephony, and prints its result as JSON."""

import json
import os
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
FORBIDDEN = ("webhooks", "screener.services.telephony", "twilio")


class ForbidImports(MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name.startswith(FORBIDDEN):
            raise ImportError(f"{name} must not be imported here.")


class ScreenerWithoutChecks(AppConfig):
    """The system checks ask which transcriber is configured, and the carrier's is one."""

    name = "screener"


def configure() -> None:
    from screener import settings as project

    values = {name: getattr(project, name) for name in dir(project) if name.isupper()}
    replaced = {
        # It does not import the admins.
        "screener.apps.ScreenerAdminConfig": "django.contrib.admin.apps.SimpleAdminConfig",
        "screener.apps.ScreenerConfig": f"{__name__}.ScreenerWithoutChecks",
    }
    apps = [replaced.get(app, app) for app in project.INSTALLED_APPS if app != "webhooks"]
    values |= {"INSTALLED_APPS": apps, "PROCRASTINATE_AUTODISCOVER_MODULE_NAME": "no_tasks"}
    values["DATABASES"] = {"default": json.loads(os.environ["IN_MEMORY_DATABASE"])}
    settings.configure(**values)
    django.setup()


def hold_interview() -> dict[str, Any]:
    # ruff: noqa: PLC0415 - models can be imported only when the apps are loaded
    from django.db import transaction

    from candidates.models import Candidate
    from interviews.models import Call, Interview, InterviewResponse
    from jobs.models import JobDescription
    from screener.background.queue import HANDLES
    from screener.models import Organisation
    from screener.records import QuestionSpec
    from tests.support.in_memory_channel import Session, open_channel

    for handle in HANDLES.values():
        handle._register(lambda **arguments: None)
    with transaction.atomic():
        Organisation.objects.create(
            name="Northwind",
            spoken_name="Northwind",
            callback_number="+14155550199",
            privacy_notice_url="https://n.example",
        )
        job = JobDescription.objects.create(title="Support engineer", description="Help customers.")
        question = QuestionSpec(text="Tell me about it.", competency="it", weight=1.0, max_seconds=60)
        questions = job.add_draft([question] * 2, source="a test")
        candidate = Candidate.objects.create(full_name="Ada Lovelace", phone="+14155550100")
        interview = Interview.objects.create(candidate=candidate, job=job, question_set=questions)
        for position in range(2):
            InterviewResponse.objects.create(interview=interview, position=position, question="Tell me about it.")
        session = Session(open_channel(), interview)
        session.agree()
        session.answer()
        session.answer()
        interview.refresh_from_db()
        report = {"status": interview.status, "outcome": interview.outcome, "calls": Call.objects.count()}
        transaction.set_rollback(True)
    return report


if __name__ == "__main__":
    sys.meta_path.insert(0, ForbidImports())
    configure()
    print(json.dumps(hold_interview()))  # noqa: T201
