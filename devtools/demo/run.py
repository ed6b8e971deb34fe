"""The course of `make run`, once Django knows its settings."""

import sys
import time
from io import TextIOWrapper
from typing import NoReturn

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from devtools.demo import data, follow_interview
from devtools.demo.credentials import Logins
from devtools.demo.processes import Processes
from devtools.demo.text_views import decision_card, write_lines
from interviews.models import Interview, InterviewResult
from interviews.planning import NotPossible, plan_interview
from screener.checks import nothing_is_missing, refuse_to_start_unfit
from screener.services.interviewer import openai_interviewer
from screener.services.speech_synthesis import synthesizer
from screener.services.transcription import transcriber

SPEED = 45
"""Simulated seconds per second: an interview of six minutes takes eight seconds."""

ADMIN = "admin"
WEB_OPTIONS = "--no-control-socket --worker-class gthread --workers 1 --threads 16 --graceful-timeout 5".split()


def run(logins: Logins, remarks: list[str], *, simulated: bool) -> NoReturn:
    """Start everything, show an interview, say where the doors are, and serve until interrupted."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no curly quotes is no reason to fail
    refuse_to_start_unfit()
    write_lines("Screener", *what_is_used(simulated=simulated), *(f"  {remark}" for remark in remarks), "")
    with Processes(settings.BASE_DIR, settings.VAR_DIR / "log") as processes:
        try:
            _start(processes, simulated=simulated)
            password = _password_of_admin(logins)
            if simulated:
                _show_an_interview(processes)
            else:
                write_lines(*_what_is_missing())
            write_lines(*doors(password, logins, simulated=simulated))
            while True:
                processes.check()
                time.sleep(0.5)
        except KeyboardInterrupt:
            write_lines("", "Stopping.")
            raise


def what_is_used(*, simulated: bool) -> list[str]:
    account = f"Twilio account {settings.TWILIO_ACCOUNT_SID}: calls are real and cost money"
    transcripts = settings.SPEECH_MODEL if transcriber.source() == "openai" else "the phone network's own"
    speaks = settings.VOICE_MODEL if synthesizer.is_on() else "the phone network's own"
    own = "PostgreSQL at DATABASE_URL" if settings.DATABASE_URL else f"PostgreSQL of its own, in {settings.VAR_DIR}"
    return [
        f"  Phone        {'a simulated network, as TWILIO_ACCOUNT_SID is not set' if simulated else account}",
        f"  Interviewer  {openai_interviewer.interviewer().label}",
        f"  Transcripts  {transcripts}",
        f"  Voice        {speaks}",
        f"  Database     {own}",
    ]


def _start(processes: Processes, *, simulated: bool) -> None:
    """Return when pages are served, the rows are there and the worker is starting."""
    base = f"http://127.0.0.1:{settings.PORT}"
    write_lines("  Starting the web server and preparing the database ...")
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
    processes.start("web", "-m", "gunicorn", "screener.wsgi", "--bind", base.removeprefix("http://"), *WEB_OPTIONS)
    if simulated:
        port = settings.TWILIO_API_URL.rpartition(":")[2]
        processes.start("phone", "-m", "devtools.phone_simulator", "--port", port, "--speed", str(SPEED))
    call_command("migrate", interactive=False, verbosity=0)
    if simulated:
        data.load()
        data.end_calls()
    else:
        data.call_off()
    processes.start("worker", "manage.py", "worker")
    processes.wait_for(f"{base}/healthz")
    if simulated:
        processes.wait_for(f"{settings.TWILIO_API_URL}/simulator/calls")


def _password_of_admin(logins: Logins) -> str:
    """What to say of it: a password that was changed since is nobody's business."""
    user = User.objects.filter(username=ADMIN).first()
    if user is None:
        User.objects.create_superuser(ADMIN, password=logins.admin_password)
    elif not user.check_password(logins.admin_password):
        return "the password that you gave it"
    return f"password {logins.admin_password}"


def _show_an_interview(processes: Processes) -> None:
    """Hold one, or, on later starts, which dial nobody unasked, show the latest result."""
    result = _latest_result()
    if result:
        write_lines("  The latest interview that was held here. Nobody is called unasked when Screener starts again.")
    else:
        _conduct(processes)
        result = _latest_result()
    if result:
        page = reverse("admin:interviews_interview_change", args=[result.interview_id])
        write_lines("", *decision_card(result), f"  Listen and decide: http://127.0.0.1:{settings.PORT}{page}", "")


def _latest_result() -> InterviewResult | None:
    current = InterviewResult.objects.filter(is_current=True, interview__in=Interview.objects.all())
    return current.select_related("interview__candidate", "interview__job").order_by("-created_at").first()


def _conduct(processes: Processes) -> None:
    pair = data.next_pair()
    if pair is None:
        write_lines("  No interview to show: the demo's job or its candidates are gone.")
        return
    candidate, job = pair
    try:
        interview = plan_interview(candidate=candidate, job=job, actor="make run")
    except NotPossible as error:
        write_lines(f"  No interview to show: {error}")
        return
    write_lines(f"Calling {candidate.full_name} at {candidate.phone} for “{job.title}”")
    write_lines(f"  Watch the call as a chat: {settings.TWILIO_API_URL}/")
    follow_interview.follow(interview, processes.check)
    if not follow_interview.is_over(interview):
        write_lines("  This takes long; the admin shows the result when it is there.")
    elif interview.result_status == Interview.ResultStatus.NONE:
        write_lines(f"  No result: {interview.get_outcome_display()}. {interview.outcome_reason}")


def _what_is_missing() -> list[str]:
    missing = [f"  - {one.msg} {one.hint}" for one in nothing_is_missing(None)]
    head = "  Real calls still need:" if missing else "  Everything that real calls need is set."
    return [head, *missing, "  No demo interview: its candidates have made-up numbers, which nobody should dial.", ""]


def doors(password: str, logins: Logins, *, simulated: bool) -> list[str]:
    base = f"http://127.0.0.1:{settings.PORT}"
    key = logins.api_key if logins.api_key == settings.API_KEY else "the API_KEY that you set"
    phone = [f"  Phone page  {settings.TWILIO_API_URL}/  (watch the calls, or take one yourself)"] if simulated else []
    return [
        "Screener is running. Ctrl-C stops it; the data stays.",
        "",
        f"  Admin       {base}{reverse('admin:index')}  (user {ADMIN}, {password})",
        f"  API docs    {base}{reverse('docs')}  (header X-API-Key: {key})",
        *phone,
        f"  Logs        {settings.VAR_DIR / 'log'}",
        "",
    ]
