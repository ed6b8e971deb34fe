"""The sequence of `make run`, once Django has its settings."""

import sys
import time
from io import TextIOWrapper
from typing import NoReturn
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from devtools.demo import data
from devtools.demo.credentials import Credentials
from devtools.demo.environment import MAIL_FOLDER
from devtools.demo.follow_interview import follow_interview, is_finished
from devtools.demo.processes import Processes
from devtools.demo.text_views import decision_card, wrap_lines, write_lines
from interviews.models import Interview, InterviewResult
from interviews.notices.readers import set_watching
from interviews.planning import NotPossible, plan_interview
from screener.checks import check_required_settings, raise_on_failed_checks
from screener.judge import JudgeKind, configured_judge
from screener.services.interviewer import selection
from screener.services.interviewer.protocol import SIMULATED_MODEL
from screener.services.speech_server.selection import LOCAL, speech_server
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.transcription.selection import CARRIER, configured_transcriber, general_transcriber

SPEED = 45
"""Simulated seconds per second: an interview of six minutes takes eight seconds."""

ADMIN_USER, ADMIN_EMAIL = "admin", "admin@screener.example"
WORKER_CLASS = "screener.listeners.buffering_worker.BufferingWorker"
WEB_OPTIONS = f"--no-control-socket --worker-class {WORKER_CLASS} --workers 1 --threads 16 --graceful-timeout 5".split()


def run_demo(credentials: Credentials, remarks: list[str], *, simulated: bool) -> NoReturn:
    """Start all processes, show an interview, print the addresses, and serve until interrupted."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without curly quotes must not end the demo
    raise_on_failed_checks()
    write_lines("Screener", *configuration_lines(simulated=simulated), *(f"  {remark}" for remark in remarks), "")
    with Processes(settings.BASE_DIR, settings.VAR_DIR / "log") as processes:
        try:
            _start_processes(processes, simulated=simulated)
            password = _admin_password(credentials)
            if simulated:
                _show_interview(processes)
            else:
                write_lines(*_missing_settings())
            print_urls(password, credentials, simulated=simulated)
            _serve_until_interrupted(processes)
        except KeyboardInterrupt:
            write_lines("", "Stopping.")
            raise


def configuration_lines(*, simulated: bool) -> list[str]:
    """Describe the services that this run uses."""
    account = f"Twilio account {settings.TWILIO_ACCOUNT_SID}: calls are real and cost money"
    phone = "a simulated network, as TWILIO_ACCOUNT_SID is not set" if simulated else account
    transcripts = configured_transcriber().label
    if settings.SPEECH_ENGINE == LOCAL and settings.PHONE_SPEECH_ENGINE == CARRIER:
        transcripts += f"; what you say at the phone page: {general_transcriber().label}"
    voice = synthesizer.label if (synthesizer := configured_synthesizer()) else "the phone network's own"
    embedded = f"PostgreSQL of its own, in {settings.VAR_DIR}"
    return [
        f"  Phone        {phone}",
        f"  Interviewer  {selection.configured_interviewer().label}",
        f"  Transcripts  {transcripts}",
        f"  Voice        {voice}",
        f"  Database     {'PostgreSQL at DATABASE_URL' if settings.DATABASE_URL else embedded}",
    ]


def _start_processes(processes: Processes, *, simulated: bool) -> None:
    """Return once the web server responds, the data is in place and the worker is starting."""
    write_lines("  Starting the web server and preparing the database ...")
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
    address = _app_url().removeprefix("http://")
    processes.start("web", "-m", "gunicorn", "screener.wsgi", "--bind", address, *WEB_OPTIONS)
    if simulated:
        port = settings.TWILIO_API_URL.rpartition(":")[2]
        recognizer = ["--recognizer", str(speech_server().socket_path)] if settings.SPEECH_ENGINE == LOCAL else []
        mails = ("--mail-folder", str(MAIL_FOLDER))
        command = ("-m", "devtools.phone_simulator", "--port", port, "--speed", str(SPEED), *recognizer, *mails)
        processes.start("phone", *command)
    if settings.OPENAI_MODEL == SIMULATED_MODEL:
        model_port = str(urlsplit(settings.OPENAI_BASE_URL).port)
        processes.start("model", "-m", "devtools.model_simulator", "--port", model_port)
    call_command("migrate", interactive=False, verbosity=0)
    if simulated:
        data.load_demo_data()
        data.end_interrupted_calls()
    else:
        data.cancel_demo_interviews()
    processes.start("worker", "manage.py", "worker")
    processes.wait_for_url(f"{_app_url()}/healthz")
    if simulated:
        processes.wait_for_url(f"{settings.TWILIO_API_URL}/simulator/calls")
    if settings.OPENAI_MODEL == SIMULATED_MODEL:
        processes.wait_for_url(f"{settings.OPENAI_BASE_URL}/models")


def _serve_until_interrupted(processes: Processes) -> NoReturn:
    while True:
        processes.check_running()
        time.sleep(0.5)


def _app_url() -> str:
    return f"http://127.0.0.1:{settings.PORT}"


def _admin_password(credentials: Credentials) -> str:
    """Create the admin user on the first run. Returns the text about the password, without one that was changed."""
    user = User.objects.filter(username=ADMIN_USER).first()
    if user is None:
        User.objects.create_superuser(ADMIN_USER, ADMIN_EMAIL, credentials.admin_password)
    elif not user.check_password(credentials.admin_password):
        return "the password that you gave it"
    return f"password {credentials.admin_password}"


def _show_interview(processes: Processes) -> None:
    """Show the latest result. On the first start, hold an interview; later starts place no calls."""
    result = _latest_result()
    if result:
        write_lines("  The latest interview of this installation. Starting Screener again places no calls.")
    else:
        _hold_interview(processes)
        result = _latest_result()
    if result:
        page = reverse("admin:interviews_interview_change", args=[result.interview_id])
        write_lines("", *decision_card(result), f"  Listen and decide: {_app_url()}{page}", "")


def _latest_result() -> InterviewResult | None:
    current = InterviewResult.objects.filter(is_current=True, interview__in=Interview.objects.all())
    return current.select_related("interview__candidate", "interview__job").order_by("-created_at").first()


def _hold_interview(processes: Processes) -> None:
    pair = data.next_interview()
    if pair is None:
        write_lines("  No interview to show: the demo's job or its candidates were removed.")
        return
    candidate, job = pair
    for admin in User.objects.filter(username=ADMIN_USER):
        set_watching(admin, job, is_watching=True)
    try:
        interview = plan_interview(candidate=candidate, job=job, actor="make run")
    except NotPossible as error:
        write_lines(f"  No interview to show: {error}")
        return
    write_lines(f"Calling {candidate.full_name} at {candidate.phone} for “{job.title}”")
    write_lines(f"  Watch the call as a chat: {settings.TWILIO_API_URL}/")
    follow_interview(interview, processes.check_running)
    if not is_finished(interview):
        write_lines("  The interview is still running. The admin shows its result once it is ready.")
    elif interview.result_status == Interview.ResultStatus.NONE:
        write_lines(f"  No result: {interview.get_outcome_display()}. {interview.outcome_reason}")


def _missing_settings() -> list[str]:
    missing = [f"  - {message.msg} {message.hint}" for message in check_required_settings(None)]
    head = "  Real calls still need:" if missing else "  All settings for real calls are set."
    return [head, *missing, "  No demo interview: its candidates have fictional numbers.", ""]


def print_urls(password: str, credentials: Credentials, *, simulated: bool) -> None:
    api_key = credentials.api_key if credentials.api_key == settings.API_KEY else "the API_KEY that you set"
    phone_page = f"  Phone page  {settings.TWILIO_API_URL}/  (watch the calls, or take one yourself)"
    mail_page = f"  Mails       {settings.TWILIO_API_URL}/mail  (files in {MAIL_FOLDER})"
    sms_page = f"  SMS         {settings.TWILIO_API_URL}/sms  (read and answer them)"
    write_lines(
        "Screener is running. Ctrl-C stops it; the data stays.",
        "",
        f"  Admin       {_app_url()}{reverse('admin:index')}  (user {ADMIN_USER}, {password})",
        f"  API docs    {_app_url()}{reverse('docs')}  (header X-API-Key: {api_key})",
        *([] if settings.REQUIRE_MFA else ["              (a password is enough in this demo: REQUIRE_MFA=0)"]),
        *([phone_page, mail_page, sms_page] if simulated else []),
        *_judge_lines(),
        f"  Logs        {settings.VAR_DIR / 'log'}",
        "",
    )


def _judge_lines() -> list[str]:
    """Name the answers that no model judges, and the ways to have them scored."""
    by_person = "Score answers on the interview's page, or set OPENAI_API_KEY in .env."
    if configured_judge() is JudgeKind.PERSON:
        return wrap_lines(f"No language model is configured. {by_person}", "  Judge       ", " " * 14)
    if settings.OPENAI_MODEL != SIMULATED_MODEL:
        return []
    text = (
        "The model is simulated. It knows the answers of the demo's candidates, with scores that its makers wrote in "
        f"advance. Nothing judges the answers that you give yourself: {by_person[0].lower()}{by_person[1:]}"
    )
    return wrap_lines(text, "  Judge       ", " " * 14)
