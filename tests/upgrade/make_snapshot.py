# ruff: noqa: T201
"""Fill a database through the program's own verbs and write it to `snapshot.sql`.

Run on commit 3362e96: PYTHONHASHSEED=0 python -m pytest -n 0 tests/upgrade/make_snapshot.py
"""

import gzip
import os
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from candidates.models import Candidate, Consent, DoNotCall
from interviews import answers, dialling, scoring
from interviews.campaigns import add_candidates
from interviews.decisions import decide
from interviews.models import Attempt, Campaign, Interview, InterviewEvent, InterviewResponse, Pace, Recording
from interviews.planning import plan_interview
from interviews.scoring import rescore
from interviews.tasks import sweep
from interviews.tests.carrier import Carrier
from interviews.tests.judging import Scripted, all_alike, in_turn
from jobs.models import JobDescription
from screener.embedded.programs import newest_installation
from screener.leases import LEASE_SECONDS
from screener.models import ApiKey, ModelCall, ModelNotice, SpokenLine
from screener.queue import MOST_TRIES
from screener.services import language_model
from screener.testing import QUESTIONS, api_client, drain
from screener.tests.openai_server import KEY, failing, openai_server, replying, speaking
from webhooks import tasks as webhook_tasks
from webhooks.models import TwilioEvent
from webhooks.tests.phone import Phone

HERE = Path(__file__).parent
FIRST_DAY = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MOMENT = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)
"""When the old version is stopped. In San Francisco it is seven in the morning."""
WORDS = "In my last project I moved twelve services to a new cluster, and outages fell by half within a year."
WAV = b"RIFF\x00\x00\x00\x00WAVE" + bytes(100)
SECRET = "the key of the version before"


class Maker:
    """Candidates, jobs and calls of the fixture, each candidate known by a handle (`external_id`)."""

    def __init__(self, twilio: Carrier, client: Client, clock: Any, settings: Any, judge: Callable[..., Any]) -> None:
        self.twilio, self.client, self.clock, self.settings, self.judge = twilio, client, clock, settings, judge
        self.numbers = iter(
            f"+1{area}555{number:04}" for area in (415, 212) for number in range(100, 200) if number != 199
        )
        self.jobs: dict[str, JobDescription] = {}

    def at(self, moment: datetime) -> None:
        self.clock.move_to(moment, tick=True)

    def minutes_before(self, minutes: float) -> None:
        self.at(MOMENT - timedelta(minutes=minutes))

    # --- Rows ------------------------------------------------------------------------------------------

    def candidate(self, handle: str, *, phone: str = "", consents: bool = True, **fields: Any) -> Candidate:
        candidate = Candidate.objects.create(
            full_name=f"{handle.replace('-', ' ').title()} Example",
            email=f"{handle}@example.com",
            phone=phone or next(self.numbers),
            external_id=handle,
            **fields,
        )
        if consents:
            candidate.say_whether_to_call(True, source="application form")
        return candidate

    def plan(self, handle: str, job: str = "Support engineer", **candidate: Any) -> Interview:
        return plan_interview(job=self.jobs[job], candidate=self.candidate(handle, **candidate), actor="api key ats")

    def job(self, title: str, *, questions: int = 3, **fields: Any) -> JobDescription:
        description = "Help customers with Linux and SQL."
        job = JobDescription.objects.create(title=title, description=description, **fields)
        job.add_draft(QUESTIONS[:questions], source="hanna").approve(by="hanna")
        self.jobs[title] = JobDescription.objects.get(pk=job.pk)
        return self.jobs[title]

    # --- Calls -----------------------------------------------------------------------------------------

    def ring(self, handle: str, job: str = "Support engineer", **candidate: Any) -> Phone:
        """Planned, dialled by the worker's job, and ringing."""
        return self.dial(self.plan(handle, job, **candidate))

    def dial(self, interview: Interview) -> Phone:
        drain(only="interviews.dial")
        attempt = interview.attempts.get(ended_at=None)
        phone = Phone(attempt, self.client, sid=attempt.call.twilio_sid)
        assert attempt.call.twilio_sid, interview.waiting_for
        phone.status("ringing")
        return phone

    def again(self, interview: Interview) -> Phone:
        """The next attempt, which is due by now."""
        dialling.dial(interview.pk)
        return self.dial(interview)

    def pick_up(self, phone: Phone) -> None:
        phone.status("in-progress")
        phone.pick_up()

    def consent(self, phone: Phone, *, voice: bool = False) -> None:
        self.pick_up(phone)
        if voice:
            phone.say("yes")
            phone.say("I agree.")
        else:
            phone.press("1")
            phone.press("1")

    def end(self, phone: Phone, status: str = "completed", **more: Any) -> None:
        duration = {"CallDuration": 61} if status == "completed" else {}
        for call in self.twilio.calls:
            if call["sid"] == phone.sid:
                price = {"price": "-0.0260", "price_unit": "USD"} if status == "completed" else {}
                call |= {"status": status} | price
        phone.status(status, **(duration | more))

    def hold(self, handle: str, *words: str, voice: bool = False, job: str = "Support engineer", **more: Any) -> Phone:
        """A whole conversation; an answer without words has no transcript yet."""
        phone = self.ring(handle, job)
        self.consent(phone, voice=voice)
        for text in words or [WORDS] * phone.attempt.interview.responses.count():
            phone.answer(text, digits="#", **more)
        self.end(phone)
        return phone

    def unanswered(self, handle: str, status: str, job: str = "Support engineer", **more: Any) -> Phone:
        phone = self.ring(handle, job)
        self.end(phone, status, **more)
        drain(only="interviews.follow_up")
        return phone


def of(handle: str) -> Interview:
    return Interview.objects.get(candidate__external_id=handle)


def lose_jobs(**args: UUID) -> None:
    """The jobs about this row are lost, as when a server dies between two commits."""
    jobs = ProcrastinateJob.objects.filter(status="todo")
    jobs.filter(**{f"args__{name}": str(pk) for name, pk in args.items()})._raw_delete("default")


def lose_jobs_of(interview: Interview) -> None:
    lose_jobs(interview_id=interview.pk)
    for attempt in interview.attempts.all():
        lose_jobs(attempt_id=attempt.pk)
    for response in interview.responses.all():
        lose_jobs(response_id=response.pk)
        for take in response.takes.all():
            lose_jobs(recording_id=take.pk)


def die(*, of_task: str, **args: UUID) -> None:
    """A worker took this job and died."""
    ((name, pk),) = args.items()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_workers LIMIT 1")
        (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s "
            "WHERE id = (SELECT max(id) FROM procrastinate_jobs "
            "WHERE task_name = %s AND args->>%s = %s AND status = 'todo')",
            [worker, of_task, name, str(pk)],
        )
        assert cursor.rowcount == 1, (of_task, cursor.rowcount)
    lose_jobs(**args)


# --- The phases ------------------------------------------------------------------------------------------


def staff(maker: Maker) -> tuple[User, str]:
    """Users, a group made on the admin's own page, a session, and an API key."""
    hanna = User.objects.create_superuser("hanna", "hanna@example.com", "correct horse")
    clerk = User.objects.create_user("carl", "carl@example.com", "battery staple", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_interview", "decide_interview"]))
    maker.client.post(reverse("admin:login"), {"username": "hanna", "password": "correct horse"})
    permissions = Permission.objects.filter(codename__startswith="view_").values_list("pk", flat=True)
    maker.client.post(reverse("admin:auth_group_add"), {"name": "Recruiters", "permissions": list(permissions)})
    clerk.groups.add(Group.objects.get(name="Recruiters"))
    print("SESSION", maker.client.cookies["sessionid"].value)
    _, key = ApiKey.objects.create_key(name="ats", scope=ApiKey.Scope.WRITE)
    ApiKey.objects.create_key(name="dashboard", scope=ApiKey.Scope.READ)
    ApiKey.objects.create_key(name="old", scope=ApiKey.Scope.READ, revoked=True)
    print("API_KEY", key)
    return hanna, key


def jobs(maker: Maker, key: str) -> None:
    api = api_client(key)
    body = {"title": "Support engineer", "description": "Help customers. Must know Linux and SQL."}
    made = api.post("/api/v1/jobs/", body, headers={"Idempotency-Key": "job-1"}).json()
    api.post(f"/api/v1/jobs/{made['id']}/generate-questions/", {"count": 3})
    drain(only="jobs.write_questions")
    api.post(f"/api/v1/jobs/{made['id']}/approve/")
    support = JobDescription.objects.get(pk=made["id"])
    support.add_draft(QUESTIONS, source="hanna").approve(by="hanna")
    support.add_draft(QUESTIONS[:2], source="hanna")
    maker.jobs[support.title] = JobDescription.objects.get(pk=support.pk)
    maker.job("Second job")
    maker.job("One question", questions=1)
    maker.job("One line", max_concurrent_calls=1)
    maker.job("Two calls a day", calls_per_day=2, attempt_spacing=[10, 20], max_attempts=2)
    maker.job("One attempt", max_attempts=1)
    maker.job("No consent needed", consent_required=False, hire_at=Decimal("8.5"), consider_at=Decimal("6.0"))
    maker.job("German", language="de")
    maker.job("Closed")
    JobDescription.objects.filter(title="Closed").update(is_open=False)
    failed = JobDescription.objects.create(title="Could not be written", description="x", rubric=[])
    failed.request_questions()
    lose_jobs(job_id=failed.pk)
    failed.questions_failed("The language model refused to write questions.")


def finished(maker: Maker, hanna: User, key: str) -> None:
    """Interviews with every outcome and every result."""
    maker.hold("ready-key")
    maker.hold("ready-voice", voice=True, job="No consent needed")
    maker.settings.SHOW_MEASURES = True
    maker.hold("measured", job="One question")
    drain()
    maker.settings.SHOW_MEASURES = False
    phone = maker.ring("partial")
    maker.consent(phone)
    phone.answer(WORDS)
    phone.press("*")
    phone.answer("Wait.", digits="*")
    phone.answer(WORDS, digits="1")
    phone.stay_silent()
    phone.stay_silent()
    maker.end(phone)
    lost_audio(maker)
    maker.hold("unintelligible", WORDS, "(blank)", WORDS)
    maker.hold("too-short", WORDS, "No.", WORDS)
    carrier_cannot_transcribe(maker)
    drain()
    judged(maker)
    transcribed_by_a_model(maker)
    for handle, status in (("ready-key", "hire"), ("ready-voice", "reject"), ("partial", "consider")):
        interview = of(handle)
        seen = interview.results.get(is_current=True)
        decide(interview, by=hanna, verdict=status, reason="After a talk with the team.", seen=seen)
    decide(
        of("audio-lost"), by=hanna, verdict="consider", reason="Listened to it.", seen=of("audio-lost").results.get()
    )
    maker.hold("rescored", job="One question")
    drain()
    rescored = of("rescored")
    decide(rescored, by=hanna, verdict="hire", reason="Convinced.", seen=rescored.results.get())
    rescore(rescored, actor="hanna")
    drain()
    came_late(maker)
    given_up(maker)
    failures(maker)
    cancelled(maker, key)
    placed_after_all(maker)
    practised(maker)
    maker.at(timezone.now() + timedelta(minutes=10))
    sweep(0)
    drain()


def lost_audio(maker: Maker) -> None:
    phone = maker.ring("audio-lost")
    maker.consent(phone)
    phone.answer(WORDS)
    record = phone.document().find("Record")
    assert record is not None
    take = {"RecordingSid": "RE" + "a" * 32, "RecordingDuration": "9"}
    answer = phone.post(record.attrib["action"], phone.params(**take, Digits="#"))
    absent = phone.params(RecordingSid=take["RecordingSid"], RecordingStatus="absent", ErrorCode="16102")
    phone.post(record.attrib["recordingStatusCallback"], absent)
    phone.last = answer
    phone.answer(WORDS)
    maker.end(phone)


def carrier_cannot_transcribe(maker: Maker) -> None:
    phone = maker.ring("model-unavailable")
    maker.consent(phone)
    for number in range(3):
        record = phone.document().find("Record")
        phone.answer(WORDS if number else "")
        if not number:
            assert record is not None
            sid = Recording.objects.get(response__interview=of("model-unavailable"), response__position=0).sid
            news = {"RecordingSid": sid, "TranscriptionSid": "TR" + "b" * 32, "TranscriptionStatus": "failed"}
            last = phone.last
            phone.post(record.attrib["transcribeCallback"], phone.params(**news, TranscriptionText=""))
            phone.last = last
    maker.end(phone)


def judged(maker: Maker) -> None:
    unsupported, good = all_alike(9, "words that were never said"), all_alike(8, "moved twelve services")
    maker.judge(in_turn(unsupported, good))
    maker.hold("asked-again", job="One question")
    drain()
    maker.judge(unsupported)
    maker.hold("needs-review", job="One question")
    drain()
    maker.judge(None)


def transcribed_by_a_model(maker: Maker) -> None:
    words = [{"word": word, "start": place / 2, "end": place / 2 + 0.4} for place, word in enumerate(WORDS.split())]
    reply = {"text": WORDS, "language": "english", "words": words, "usage": {"type": "duration", "seconds": 20}}
    reply["logprobs"] = [{"token": "In", "logprob": -0.9, "bytes": [73]}]
    with openai_server(replying(200, reply)) as server:
        account = {"SPEECH_API_KEY": KEY, "SPEECH_BASE_URL": server.base_url, "SPEECH_MODEL": "gpt-transcribe"}
        with override_settings(**account, OPENAI_TIMEOUT=server.seconds, MODEL_PRICES=["gpt-transcribe=0.006/min"]):
            audio, maker.twilio.audio = maker.twilio.audio, wav()
            maker.hold("by-a-model", "", job="One question")
            drain()
            maker.twilio.audio = audio
    assert of("by-a-model").responses.exclude(transcript_times=None).count() == 1


def wav() -> bytes:
    """Three seconds of silence."""
    size = 8000 * 2 * 3
    header = b"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data"
    body = header + size.to_bytes(4, "little") + bytes(size)
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WAVE" + body


def came_late(maker: Maker) -> None:
    """The last answer was cut off, the interview was closed without it, and then its audio came."""
    phone = maker.ring("late-answer", "One attempt")
    maker.consent(phone)
    phone.answer(WORDS)
    phone.answer(WORDS)
    record = phone.document().find("Record")
    assert record is not None
    maker.end(phone)
    drain(all=True, only="interviews.follow_up")
    assert of("late-answer").status == "completed"
    phone.recorded(record, {"RecordingSid": "RE" + "c" * 32, "RecordingDuration": "12"})
    phone.transcribed(record, "RE" + "c" * 32, WORDS)
    drain()


def given_up(maker: Maker) -> None:
    """Every worker that fetched this recording died of it."""
    maker.hold("given-up", job="One question")
    lose_jobs_of(of("given-up"))
    Recording.objects.filter(response__interview=of("given-up")).update(tries=MOST_TRIES)
    maker.at(timezone.now() + timedelta(minutes=1))
    sweep(0)
    drain()
    assert of("given-up").result_status == Interview.ResultStatus.INCOMPLETE


def failures(maker: Maker) -> None:
    declined = maker.ring("declined")
    maker.pick_up(declined)
    declined.press("1")
    declined.press("2")
    maker.end(declined)
    opted_out = maker.ring("opted-out")
    maker.pick_up(opted_out)
    opted_out.say("Please never call me again.")
    maker.end(opted_out)
    wrong = maker.ring("wrong-person")
    maker.pick_up(wrong)
    wrong.press("2")
    maker.end(wrong)
    maker.twilio.mood = (400, 21211)
    maker.plan("invalid-number")
    drain(only="interviews.dial")
    maker.twilio.mood = "ok"
    maker.twilio.mood = (400, 21215)
    maker.plan("country-refused")
    drain(only="interviews.dial")
    maker.twilio.mood = "ok"
    not_permitted = maker.plan("not-permitted")
    DoNotCall.objects.add_number(not_permitted.candidate.phone, source="a letter")
    drain(only="interviews.dial")
    unreached(maker)
    too_little = maker.ring("too-little", "One attempt")
    maker.consent(too_little)
    too_little.answer(WORDS)
    maker.end(too_little)
    drain(all=True, only="interviews.follow_up")
    expired = maker.plan("expired")
    expired.finish(Interview.Outcome.EXPIRED, reason="The carrier took none of 8 calls in two days.")
    drain()


def unreached(maker: Maker) -> None:
    """Busy, no answer and no clear reply in three calls."""
    phone = maker.unanswered("unreached", "busy")
    for hours, status in ((1, "no-answer"), (5, "completed")):
        maker.at(timezone.now() + timedelta(hours=hours))
        phone = maker.again(of("unreached"))
        if status == "completed":
            maker.pick_up(phone)
            phone.say("Who is this?")
            phone.stay_silent()
        maker.end(phone, status)
        drain(only="interviews.follow_up")


def cancelled(maker: Maker, key: str) -> None:
    maker.plan("by-hr").cancel(Interview.Outcome.BY_HR, actor="hanna", reason="The place is taken.")
    maker.plan("by-candidate").cancel(Interview.Outcome.BY_CANDIDATE, actor="candidate", reason="Found another job.")
    interview = maker.plan("by-client")
    answer = api_client(key).post(f"/api/v1/interviews/{interview.pk}/cancel/", {"reason": "Withdrawn."})
    assert answer.status_code == 200, answer.content
    drain()


def placed_after_all(maker: Maker) -> None:
    """The answer of the carrier was lost, the call was given up, and then it rang."""
    interview = maker.plan("placed-after-all", "One attempt")
    maker.twilio.mood = "lost"
    drain(only="interviews.dial")
    maker.twilio.mood = "ok"
    lost = maker.twilio.calls.pop()
    attempt = interview.attempts.get()
    maker.at(timezone.now() + timedelta(minutes=3))
    dialling.ask_about(attempt.pk)
    drain(only="interviews.follow_up")
    maker.twilio.calls.append(lost)
    phone = Phone(attempt, maker.client, sid=lost["sid"])
    phone.status("ringing")
    maker.end(phone, "no-answer")
    drain()


def practised(maker: Maker) -> None:
    interview = maker.plan("practice", "Second job")
    Interview.objects.filter(pk=interview.pk).update(purpose=Interview.Purpose.PRACTICE)
    maker.dial(interview)
    interview.cancel(Interview.Outcome.BY_CANDIDATE, actor="candidate")
    drain()
    phone = Phone(interview.attempts.get(), maker.client, sid=interview.attempts.get().call.twilio_sid)
    maker.end(phone, "canceled")
    drain()


def people(maker: Maker, key: str) -> None:
    """Candidates apart from interviews: resumes, refusals, and requests of a client."""
    api = api_client(key)
    body = {
        "full_name": "Iris Example",
        "email": "iris@example.com",
        "phone": "+1 212 555 0190",
        "external_id": "iris",
        "consent_to_call": True,
        "consent_source": "application form",
    }
    answer = api.post("/api/v1/candidates/", body, headers={"Idempotency-Key": "iris-1"})
    assert answer.status_code == 201, answer.content
    maker.candidate("refuses").say_whether_to_call(False, source="an e-mail")
    maker.candidate("said-nothing", consents=False, timezone="Europe/Berlin", locale="de")
    maker.candidate("erased", erased_at=timezone.now(), legal_hold=True)
    read = maker.candidate("resume-read")
    read.keep_resume(ContentFile(b"Ten years of Linux.", "resume.txt"))
    unreadable = maker.candidate("resume-unreadable")
    unreadable.keep_resume(ContentFile(b"\x00\x01\x02", "resume.bin"))
    drain(only="candidates.read_resume")
    maker.candidate("resume-pending").keep_resume(ContentFile(b"Five years of SQL.", "resume.txt"))
    lost = maker.candidate("resume-lost")
    lost.keep_resume(ContentFile(b"Two years of Python.", "resume.txt"))
    lose_jobs(candidate_id=lost.pk)
    DoNotCall.objects.add_number("+12125550191", source="a letter")


def models_and_costs() -> None:
    about = {"interview_id": of("ready-key").pk, "job_id": of("ready-key").job_id}
    ModelCall.objects.create(
        purpose="assessment",
        model="gpt-6-luna",
        prompt_hash="0" * 64,
        tokens_in=321,
        tokens_cached=100,
        tokens_to_cache=0,
        tokens_out=45,
        cost=Decimal("0.000412"),
        seconds=1.5,
        **about,
    )
    ModelCall.objects.create(purpose="summary", model="gpt-6-luna", error="The model took too long.", **about)
    ModelCall.objects.create(purpose="questions", model="gpt-6-luna", job_id=of("ready-key").job_id, tokens_in=200)
    ModelNotice.objects.create(setting="OPENAI_MODEL", model="gpt-6-luna", message="It is shut down in a month.")


def waiting(maker: Maker) -> None:
    """Interviews whose next call is due at some time, for every reason that there is."""
    maker.minutes_before(45)
    maker.unanswered("retry-due", "busy")
    maker.unanswered("failed-call", "failed", ErrorCode="13224")
    dialling._plan_attempt(maker.plan("never-sent").pk)
    cut_off(maker, "between-due")
    drain(all=True, only="interviews.follow_up")
    maker.minutes_before(30)
    dialling.ask_about(of("never-sent").attempts.get().pk)
    drain(only="interviews.follow_up")
    lose_jobs_of(of("never-sent"))
    maker.twilio.mood = (401, 20003)
    maker.plan("misconfigured")
    drain(only="interviews.dial")
    drain(only="interviews.follow_up")
    assert Pace.closed()
    maker.twilio.mood = "ok"
    maker.minutes_before(10)
    maker.unanswered("retry-later", "no-answer")
    cut_off(maker, "between")
    drain(all=True, only="interviews.follow_up")
    machines(maker)
    apologies(maker)
    of_the_number(maker)
    of_the_job(maker)


def cut_off(maker: Maker, handle: str, job: str = "Support engineer") -> Phone:
    """Hung up in the middle of the second answer, of which five seconds were recorded."""
    phone = maker.ring(handle, job)
    maker.consent(phone)
    phone.answer(WORDS)
    phone.answer("In the second", seconds=5, digits="hangup")
    maker.end(phone)
    return phone


def machines(maker: Maker) -> None:
    phone = maker.ring("voicemail")
    maker.pick_up(phone)
    phone.machine("machine_start")
    maker.end(phone)
    drain(only="interviews.follow_up")
    phone = maker.ring("voided")
    maker.consent(phone, voice=True)
    phone.answer("Leave a message after the tone.")
    phone.machine("machine_end_beep")
    maker.end(phone)
    drain(only="interviews.follow_up")
    lose_jobs_of(of("voicemail"))
    lose_jobs_of(of("voided"))


def apologies(maker: Maker) -> None:
    """Their only attempt was spoilt by us: what follows is decided already for one of them."""
    for handle in ("apologised", "apologised-now"):
        phone = maker.ring(handle, "One attempt")
        maker.consent(phone)
        phone.fall_back()
        maker.end(phone)
        if handle == "apologised":
            drain(all=True, only="interviews.follow_up")
    assert of("apologised").attempts.get().apologised_at


def of_the_number(maker: Maker) -> None:
    candidate = of("retry-later").candidate
    maker.settings.CALL_COOL_DOWN = timedelta(hours=1)
    plan_interview(job=maker.jobs["Second job"], candidate=candidate, actor="api key ats")
    drain(only="interviews.dial")
    maker.settings.CALL_COOL_DOWN = timedelta(0)
    maker.settings.CALLS_PER_NUMBER_PER_DAY = 1
    plan_interview(job=maker.jobs["Second job"], candidate=of("between").candidate, actor="api key ats")
    drain(only="interviews.dial")
    maker.settings.CALLS_PER_NUMBER_PER_DAY = 10


def of_the_job(maker: Maker) -> None:
    for handle in ("day-1", "day-2"):
        maker.unanswered(handle, "busy", "Two calls a day")
    maker.plan("waits-for-job-day", "Two calls a day")
    drain(only="interviews.dial")


def waiting_now(maker: Maker) -> None:
    settings = maker.settings
    settings.CALLING_HOURS = "08:00-21:00"
    maker.plan("outside-hours", timezone="America/Los_Angeles")
    drain(only="interviews.dial")
    settings.CALLING_HOURS = "00:00-24:00"
    ModelCall.objects.create(purpose="summary", model="gpt-6-luna", cost=5, created_at=timezone.now())
    with override_settings(MONTHLY_BUDGET=1, OPENAI_API_KEY=KEY):
        maker.plan("budget-spent")
        drain(only="interviews.dial")
    with override_settings(SPEECH_API_KEY=KEY):
        maker.plan("not-heard", "German", locale="de")
    drain(only="interviews.dial")
    with override_settings(MAX_CONCURRENT_CALLS=1):
        maker.plan("waits-for-line")
        maker.plan("waits-for-line-too")
        drain(only="interviews.dial")
    maker.plan("waits-for-job-line", "One line")
    drain(only="interviews.dial")
    with override_settings(DAILY_SPEND_LIMIT=0.01):
        maker.plan("day-spent")
        drain(only="interviews.dial")
    same = maker.candidate("same-number", phone=of("live").candidate.phone)
    plan_interview(job=maker.jobs["Support engineer"], candidate=same, actor="api key ats")
    drain(only="interviews.dial")
    later = timezone.now() + timedelta(days=1)
    plan_interview(
        job=maker.jobs["Support engineer"], candidate=maker.candidate("scheduled"), actor="hanna", scheduled_for=later
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pace, "take_turn", lambda rate: timezone.now() + timedelta(seconds=20))
        maker.plan("waits-for-turn")
        drain(only="interviews.dial")


def slowed_down(maker: Maker) -> None:
    waiting_jobs = ProcrastinateJob.objects.filter(task_name="interviews.dial", status="todo")
    before = list(waiting_jobs.values_list("pk", flat=True))
    interview = maker.plan("slowed-down")
    maker.twilio.mood = (429, 20429)
    dialling.dial(interview.pk)
    maker.twilio.mood = "ok"
    waiting_jobs.exclude(pk__in=before)._raw_delete("default")
    dialling.follow_up(interview.attempts.get().pk)


def campaign(maker: Maker) -> None:
    made = Campaign.objects.create(name="Winter", job=maker.jobs["Second job"], created_by="hanna")
    ids = [maker.candidate(f"campaign-{number}").pk for number in range(2)]
    refusing = Candidate.objects.get(external_id="refuses").pk
    added = add_candidates(made, [*ids, refusing, uuid4()], actor="hanna")
    assert [bool(one.interview) for one in added] == [True, True, False, False]


def live(maker: Maker) -> None:
    """Calls that are in progress when the old version is stopped."""
    phone = maker.ring("live")
    maker.consent(phone)
    phone.answer(WORDS, digits="#")
    phone.press("*")
    phone.post(phone._attribute("Gather", "action").replace("/reply", "/silence"), phone.params())
    phone.turn(2, "silence")
    phone = maker.ring("live-voice")
    maker.consent(phone, voice=True)
    phone = maker.ring("live-identity")
    maker.pick_up(phone)
    phone = maker.ring("live-consent")
    maker.pick_up(phone)
    phone.press("1")
    phone.say("What?")
    phone = maker.ring("live-last")
    maker.consent(phone)
    phone.answer(WORDS)
    phone.answer(WORDS)
    phone = maker.ring("job-line-taken", "One line")
    maker.consent(phone)
    maker.ring("ringing")
    phone = maker.again(of("between-due"))
    maker.consent(phone)
    interview = maker.plan("cancelled-in-call")
    phone = maker.dial(interview)
    maker.consent(phone)
    interview.cancel(Interview.Outcome.BY_HR, actor="hanna", reason="The place is taken.")
    cut_off(maker, "hung-up")
    lose = cut_off(maker, "follow-up-lost")
    lose_jobs_of(lose.attempt.interview)
    phone = maker.ring("last-words-lost")
    maker.consent(phone)
    phone.answer(WORDS)
    maker.end(phone)
    maker.twilio.mood = "lost"
    maker.plan("unknown")
    drain(only="interviews.dial")
    maker.twilio.mood = "ok"
    dialling._plan_attempt(maker.plan("unsent").pk)
    lose_jobs_of(of("unsent"))


def in_work(maker: Maker) -> None:
    """Completed interviews whose answers have come as far as their handles say."""
    maker.minutes_before(3)
    maker.hold("news-lost", job="One question", recorded=False)
    lose_jobs_of(of("news-lost"))
    maker.minutes_before(2)
    for handle in ("fetch-queued", "fetch-lost", "fetch-died"):
        maker.hold(handle, job="One question")
    for handle in ("transcribe-queued", "transcribe-lost", "transcribe-died", "transcribe-waits"):
        maker.hold(handle, "" if handle == "transcribe-waits" else WORDS, job="One question")
        fetched(of(handle))
    transcribed_and_waits(of("transcribe-waits"))
    for handle in ("assess-queued", "assess-lost", "assess-died"):
        maker.hold(handle, job="One question")
        transcribed(of(handle), queue=True)
    for handle in ("conclude-queued", "conclude-lost", "conclude-died"):
        maker.hold(handle, job="One question")
        transcribed(of(handle))
        for response in of(handle).responses.all():
            scoring.assess(response.pk)
    maker.minutes_before(1)
    for step in ("fetch", "transcribe", "assess", "conclude"):
        lose_jobs_of(of(f"{step}-lost"))
    died()


def fetched(interview: Interview) -> None:
    """The audio is here, and a job waits to transcribe it."""
    for response in interview.responses.all():
        for take in response.takes.all():
            lose_jobs(recording_id=take.pk)
            answers.fetch_audio(take.pk)
        lose_jobs(response_id=response.pk)
        response.takes.get().pass_on()


def transcribed(interview: Interview, *, queue: bool = False) -> None:
    fetched(interview)
    for response in interview.responses.all():
        lose_jobs(response_id=response.pk)
        answers.transcribe(response.pk)
        if queue:
            app.tasks["interviews.assess"].defer(response_id=str(response.pk))


def transcribed_and_waits(interview: Interview) -> None:
    """The carrier's transcription has not come: the answer has been put off."""
    for response in interview.responses.all():
        take = response.takes.get()
        take.file.storage.delete(take.file.name)
        take.file.storage.save(take.file.name, ContentFile(wav()))
        lose_jobs(response_id=response.pk)
        answers.transcribe(response.pk)
        response.refresh_from_db()
        assert response.retry_at


def died() -> None:
    """Workers died with the lease and the job in hand."""
    for take in Recording.objects.filter(response__interview=of("fetch-died")):
        Recording.objects.claim(take.pk, seconds=LEASE_SECONDS)
        die(of_task="interviews.fetch_audio", recording_id=take.pk)
    for response in of("transcribe-died").responses.all():
        InterviewResponse.objects.claim(response.pk, seconds=LEASE_SECONDS)
        die(of_task="interviews.transcribe", response_id=response.pk)
    for response in of("assess-died").responses.all():
        InterviewResponse.objects.claim(response.pk, seconds=LEASE_SECONDS)
        die(of_task="interviews.assess", response_id=response.pk)
    interview = of("conclude-died")
    Interview.objects.claim(interview.pk, seconds=LEASE_SECONDS)
    die(of_task="interviews.conclude", interview_id=interview.pk)


def questions_pending() -> None:
    for title in ("Questions queued", "Questions lost", "Writer died"):
        job = JobDescription.objects.create(title=title, description="Help customers. Must know Linux and SQL.")
        job.request_questions(4)
        if title == "Questions lost":
            lose_jobs(job_id=job.pk)
        if title == "Writer died":
            JobDescription.objects.claim(job.pk, seconds=LEASE_SECONDS)
            die(of_task="jobs.write_questions", job_id=job.pk)


def spoken(maker: Maker) -> None:
    """Some of the job's sentences are spoken, one failed, one was lost with its worker, the rest is queued."""
    maker.jobs["Second job"].question_sets.update(approved_at=timezone.now())
    with openai_server(speaking, speaking, speaking, failing(503), speaking) as server:
        voice = {"VOICE_API_KEY": KEY, "VOICE_MODEL": "voice-1", "VOICE_NAME": "jane"}
        with override_settings(**voice, VOICE_BASE_URL=server.base_url, OPENAI_TIMEOUT=server.seconds):
            maker.minutes_before(1)
            webhook_tasks.speak_new(timestamp=0)
            drain(only="screener.speak", most=4)
            line = SpokenLine.objects.filter(file="", error="").first()
            assert line
            SpokenLine.objects.claim(line.pk, seconds=LEASE_SECONDS)
            die(of_task="screener.speak", line_id=line.pk)


def periodic() -> None:
    """Each periodic task was deferred for the last time shortly before."""
    manager = JobManager(DjangoConnector())
    for name, task in app.tasks.items():
        if name not in {one.task.name for one in app.periodic_registry.periodic_tasks.values()}:
            continue
        timestamp = int(timezone.now().timestamp())
        job = Job(
            id=None,
            queue=task.queue,
            lock=None,
            queueing_lock=None,
            task_name=name,
            task_kwargs={"timestamp": timestamp},
        )
        async_to_sync(manager.defer_periodic_job)(job=job, periodic_id="", defer_timestamp=timestamp)


# --- Writing it ------------------------------------------------------------------------------------------


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have answers scored by this function; None: by the offline rules again."""
    usual = language_model.interviewer

    def use(assess: Any) -> None:
        monkeypatch.setattr(language_model, "interviewer", usual if assess is None else lambda: Scripted(assess))

    return use


@contextmanager
def seeded() -> Iterator[None]:
    generator = random.Random(3362)
    random.seed(3362)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "urandom", generator.randbytes)
        yield


@pytest.mark.django_db(transaction=True)
def test_make(twilio: Carrier, client: Client, time_machine: Any, settings: Any, judge: Any) -> None:
    settings.SECRET_KEY = SECRET
    settings.WEBHOOK_BASE_URL = "http://127.0.0.1:8000"
    twilio.audio = WAV
    maker = Maker(twilio, client, time_machine, settings, judge)
    maker.at(FIRST_DAY)
    with seeded():
        hanna, key = staff(maker)
        jobs(maker, key)
        finished(maker, hanna, key)
        people(maker, key)
        models_and_costs()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [MOMENT - timedelta(seconds=5)]
            )
        ProcrastinateJob.objects.filter(status="succeeded")._raw_delete("default")
        waiting(maker)
        in_work(maker)
        maker.at(MOMENT - timedelta(seconds=5))
        drain(only="interviews.fill_line")
        live(maker)
        waiting_now(maker)
        campaign(maker)
        maker.plan("due-lost")
        lose_jobs_of(of("due-lost"))
        died_dialling = maker.plan("dial-died")
        die(of_task="interviews.dial", interview_id=died_dialling.pk)
        maker.plan("due")
        questions_pending()
        spoken(maker)
        maker.at(MOMENT - timedelta(seconds=1))
        slowed_down(maker)
        periodic()
    ProcrastinateJob.objects.filter(status="succeeded")._raw_delete("default")
    report()
    write()


def report() -> None:
    def counts(field: str, queryset: Any) -> None:
        values = list(queryset.values_list(field, flat=True))
        print(queryset.model.__name__, field, {value: values.count(value) for value in sorted(set(values), key=str)})

    counts("status", Interview.objects)
    counts("outcome", Interview.objects)
    counts("result_status", Interview.objects)
    counts("waiting_for", Interview.objects)
    counts("status", InterviewResponse.objects)
    counts("status", Recording.objects)
    counts("ended", Recording.objects)
    counts("outcome", Attempt.objects)
    counts("stage", Attempt.objects)
    counts("kind", InterviewEvent.objects)
    counts("kind", TwilioEvent.objects)
    counts("source", Consent.objects)
    counts("task_name", ProcrastinateJob.objects.filter(status="todo"))
    counts("task_name", ProcrastinateJob.objects.filter(status="doing"))
    counts("status", ProcrastinateJob.objects)
    counts("questions_status", JobDescription.objects)
    for handle in Interview.objects.order_by("created_at"):
        print(
            handle.candidate.external_id,
            handle.status,
            handle.outcome,
            handle.result_status,
            handle.waiting_for,
            handle.next_attempt_at,
            [one.outcome for one in handle.attempts.all()],
            [one.status for one in handle.responses.all()],
        )


def write() -> None:
    reached = connection.get_connection_params()
    dump = newest_installation() / "bin" / "pg_dump"
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100"]
    where = [
        "--host",
        reached["host"],
        "--port",
        str(reached["port"]),
        "--username",
        reached["user"],
        reached["dbname"],
    ]
    text = subprocess.run([dump, *options, *where], check=True, capture_output=True, text=True).stdout
    lines = (line for line in text.splitlines() if not re.match(r"\\|--|SET transaction_timeout|$", line))
    text = f"-- {MOMENT.isoformat()}\n" + "\n".join(lines) + "\n"
    (HERE / "snapshot.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print("written", len(text), (HERE / "snapshot.sql.gz").stat().st_size)
