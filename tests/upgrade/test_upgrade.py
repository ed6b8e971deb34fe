"""After an upgrade in place no row is lost, and all waiting work goes on."""

from datetime import timedelta
from email.utils import format_datetime
from io import StringIO
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from rest_framework.test import APIClient

from candidates.models import Candidate, Consent, DoNotCall
from devtools.model_simulator.replies import speech_reply
from devtools.model_simulator.server import ModelSimulator
from interviews.calling.rules import EMPLOYER_RECHECK
from interviews.models import Attempt, Call, Interview, InterviewResponse, Recording, WaitReason
from jobs.models import JobDescription
from screener.access.viewer import SCOPE_PERMISSIONS
from screener.encryption.existing_texts import encrypt_existing_texts, encrypted_fields
from screener.models import Organisation, SpokenLine
from tests.support.copied_results import count_different_copies
from tests.support.factories import lose_tasks, make_organisation, run_tasks
from tests.support.fake_openai import KEY, run_fake_openai
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import Phone, snapshot_rows
from tests.upgrade.conftest import OldDatabase, count_rows, interview_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("upgraded")]

RENAMED_TABLES: dict[str, str] = {}
"""From a table of the old version to the one that holds its rows today."""

DO_NOT_CALL = "candidates_donotcall"
ACCESS_TABLES = ("auth_group", "auth_group_permissions", "auth_user_user_permissions")
"""The roles add rows to these."""

EMPTIED_TABLES = ("django_session",)
"""With the upgrade all users log in again."""

WORDS = "In my last project I moved twelve services to a new cluster, and outages fell by half within a year."
STEPS = ("fetch", "transcribe", "assess", "conclude")


def live_call(handle: str, client: Client) -> Phone:
    attempt = interview_of(handle).attempts.get(ended_at=None)
    return Phone(attempt, client, sid=attempt.call.twilio_sid)


def current_turn(phone: Phone, kind: str, **params: Any) -> Any:
    return phone.post_turn(Attempt.objects.get(pk=phone.attempt.pk).turn, kind, **params)


def new_calls(twilio: FakeTwilio, old: OldDatabase) -> set[str]:
    """External ids of the candidates who were called after the upgrade."""
    numbers = [call["to"] for call in twilio.calls[len(old.calls) :]]
    assert len(numbers) == len(set(numbers))
    return set(Candidate.objects.filter(phone__in=numbers).values_list("external_id", flat=True))


def sweep() -> None:
    for name in ("interviews.sweep", "jobs.sweep", "candidates.sweep", "screener.sweep"):
        app.tasks[name](timestamp=0)


def lose_jobs() -> None:
    lose_tasks()


def read_texts() -> dict[str, dict[Any, Any]]:
    fields = encrypted_fields()
    return {str(field): dict(field.model._base_manager.values_list("pk", field.name)) for field in fields}


def read_files() -> dict[str, bytes]:
    rows = (Recording.objects.exclude(file=""), SpokenLine.objects.exclude(file=""))
    names = [name for files in rows for name in files.values_list("file", flat=True)]
    names += Candidate.objects.exclude(resume="").values_list("resume", flat=True)
    return {name: storages["private"].open(name).read() for name in names}


class TestRows:
    def test_none_is_lost(self, upgraded: OldDatabase) -> None:
        counts = {table: count_rows(RENAMED_TABLES.get(table, table)) for table in upgraded.counts}
        refused = DoNotCall.objects.exclude(kind=DoNotCall.Kind.OPTED_OUT).count()
        grown = {table: counts.pop(table) - upgraded.counts[table] for table in ACCESS_TABLES}
        before = {table: count for table, count in upgraded.counts.items() if table not in ACCESS_TABLES}
        emptied = dict.fromkeys(EMPTIED_TABLES, 0)
        assert counts == before | emptied | {DO_NOT_CALL: before[DO_NOT_CALL] + refused}
        assert min(grown.values()) > 0

    def test_accounts_see_all_jobs(self) -> None:
        """Permissions of earlier versions were for all jobs, with contact data and scores."""
        accounts = [user for user in User.objects.all() if user.get_all_permissions()]
        assert accounts
        assert all(user.has_perms(SCOPE_PERMISSIONS) for user in accounts)

    def test_earlier_refusals_are_kept(self) -> None:
        """Each of them ended one interview and held for no other."""
        refused = Interview.objects.filter(outcome__in=[Interview.Outcome.DECLINED, Interview.Outcome.WRONG_PERSON])
        assert refused
        for interview in refused:
            assert interview.do_not_call_entries.get().kind == interview.outcome
        dead = Call.objects.filter(attempt__outcome=Attempt.Outcome.INVALID_NUMBER)
        assert dead
        assert all(DoNotCall.objects.covers_number(call.number) for call in dead)

    def test_texts_and_files_are_encrypted_in_place(self, old_files: None) -> None:
        texts, files = read_texts(), read_files()
        for command in ("encrypt_texts", "encrypt_files"):
            call_command(command, stdout=StringIO())
        assert (read_texts(), read_files()) == (texts, files)
        assert InterviewResponse.objects.exclude(transcript="").exists()
        assert files
        assert {str(field): sum(encrypt_existing_texts(field)) for field in encrypted_fields()} == dict.fromkeys(
            texts, 0
        )
        assert all(storages["private"].read_header(name) for name in files)  # type: ignore[attr-defined]

    def test_constraints_are_validated(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
            assert cursor.fetchall() == []

    @pytest.mark.parametrize("label", ["candidates", "jobs", "interviews", "webhooks", "screener"])
    def test_hold_known_codes(self, label: str) -> None:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                if field.choices:
                    values = set(model._default_manager.values_list(field.attname, flat=True))
                    assert values <= {*dict(field.flatchoices), "", None}, field

    def test_consents_in_calls_have_columns(self) -> None:
        consents = Consent.objects.filter(source__contains="in the call, attempt ")
        assert {consent.given_by for consent in consents} == {Consent.GivenBy.KEY, Consent.GivenBy.VOICE}
        assert all(consent.source.endswith(str(consent.attempt_id)) for consent in consents)

    def test_interviews_copy_their_results(self) -> None:
        assert Interview.objects.filter(overall_score__isnull=False, recommended__gt="").exists()
        assert count_different_copies() == 0

    def test_final_states_stay(self) -> None:
        interview = interview_of("ready-key")
        with pytest.raises(DatabaseError), transaction.atomic():
            Interview.objects.filter(pk=interview.pk).update(status="pending", outcome="")


class TestCall:
    def test_repeated_turn_gets_its_answer_again(self, upgraded: OldDatabase, client: Client) -> None:
        phone = live_call("live", client)
        before = snapshot_rows()
        assert len(upgraded.turns) > 100
        for turn in upgraded.turns:
            assert phone.post(turn.path, turn.params).content.decode() == turn.twiml
        assert snapshot_rows() == before

    def test_question_is_followed_by_next(self, twilio: FakeTwilio, client: Client) -> None:
        phone = live_call("live", client)
        questions = [response.question for response in interview_of("live").responses.all()]
        current_turn(phone, "take", RecordingSid="RE" + "d" * 32, RecordingDuration=20, Digits="#")
        assert questions[2] in phone.prompt_text()
        phone.record_answer(WORDS)
        phone.report_status("completed", 10)
        interview = interview_of("live")
        assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.COMPLETE)

    def test_last_question_completes_interview(self, twilio: FakeTwilio, client: Client) -> None:
        phone = live_call("live-last", client)
        current_turn(phone, "take", RecordingSid="RE" + "d" * 32, RecordingDuration=20, Digits="hangup")
        assert interview_of("live-last").outcome == Interview.Outcome.COMPLETE

    def test_consent_is_followed_by_first_question(self, client: Client) -> None:
        for handle in ("live-identity", "live-consent"):
            phone = live_call(handle, client)
            current_turn(phone, "reply", Digits="1")
            if handle == "live-identity":
                phone.press_key("1")
            interview = interview_of(handle)
            assert interview.status == Interview.Status.IN_PROGRESS
            assert interview.responses.all()[0].question in phone.prompt_text()

    def test_resumed_call_goes_on(self, client: Client) -> None:
        phone = live_call("between-due", client)
        assert phone.attempt.resumed
        current_turn(phone, "take", RecordingSid="RE" + "d" * 32, RecordingDuration=20, Digits="#")
        assert interview_of("between-due").responses.all()[2].question in phone.prompt_text()

    def test_machine_is_ignored_after_pressed_key(self, client: Client) -> None:
        phone = live_call("job-line-taken", client)
        phone.report_machine("machine_start")
        phone.attempt.refresh_from_db()
        interview = interview_of("job-line-taken")
        assert (phone.attempt.outcome, interview.status) == ("", Interview.Status.IN_PROGRESS)
        assert interview.candidate.consents_to(Consent.Kind.RECORD)

    def test_machine_voids_spoken_consent(self, client: Client) -> None:
        phone = live_call("live-voice", client)
        phone.report_machine("machine_start")
        phone.attempt.refresh_from_db()
        interview = interview_of("live-voice")
        assert (phone.attempt.outcome, interview.status) == (Attempt.Outcome.VOICEMAIL, Interview.Status.PENDING)
        assert not interview.candidate.consents_to(Consent.Kind.RECORD)

    def test_call_of_cancelled_interview_is_hung_up(self, twilio: FakeTwilio, client: Client) -> None:
        phone = live_call("cancelled-in-call", client)
        run_tasks(only="interviews.hang_up")
        assert [call["status"] for call in twilio.calls if call["sid"] == phone.sid] == ["completed"]

    def test_lost_call_is_found_at_carrier(self, twilio: FakeTwilio) -> None:
        call = Call.objects.get(attempt__interview=interview_of("unknown"))
        created = format_datetime(call.created_at)
        twilio.calls.append({"sid": "CA" + "f" * 32, "to": call.number, "status": "ringing", "date_created": created})
        sweep()
        run_tasks(only="interviews.ask_about")
        call.refresh_from_db()
        assert call.twilio_sid == "CA" + "f" * 32


class TestWaitingInterview:
    DUE = frozenset(
        "due due-lost dial-died retry-due failed-call never-sent misconfigured slowed-down waits-for-turn "
        "campaign-0 campaign-1".split()
    )
    LINES = frozenset({"waits-for-line", "waits-for-line-too"})
    REASONS = (
        ("waits-for-line", WaitReason.NO_CAPACITY),
        ("waits-for-line-too", WaitReason.NO_CAPACITY),
        ("waits-for-job-line", WaitReason.NO_JOB_CAPACITY),
        ("waits-for-job-day", WaitReason.JOB_DAILY_LIMIT),
        ("day-spent", WaitReason.SPEND_LIMIT),
        ("waits-for-turn", WaitReason.DIAL_RATE),
        ("same-number", WaitReason.NUMBER_BUSY),
        ("not-heard", WaitReason.NO_TRANSCRIPTION),
        ("outside-hours", WaitReason.CALLING_HOURS),
        ("scheduled", WaitReason.SCHEDULED),
        ("budget-spent", WaitReason.MODEL_BUDGET),
        ("voicemail", WaitReason.ATTEMPT_SPACING),
        ("apologised", WaitReason.CALL_BACK),
        ("slowed-down", WaitReason.CARRIER_ERROR),
        ("due", ""),
    )

    def test_gets_code_of_its_sentence(self) -> None:
        reasons = [(handle, interview_of(handle).wait_reason) for handle, _ in self.REASONS]
        assert reasons == list(self.REASONS)

    def test_loses_its_code_with_its_sentence(self) -> None:
        """Workers of the previous release write the sentence alone while the upgrade is under way."""
        interview = interview_of("waits-for-line")
        Interview.objects.filter(pk=interview.pk).update(waiting_for="")
        interview.refresh_from_db()
        assert interview.wait_reason == ""

    def test_is_dialled_when_it_is_due(self, twilio: FakeTwilio, upgraded: OldDatabase) -> None:
        sweep()
        run_tasks(only="interviews.dial")
        assert new_calls(twilio, upgraded) == self.DUE | self.LINES

    def test_belongs_to_running_campaign(self) -> None:
        campaign = interview_of("campaign-0").campaign
        assert campaign
        assert campaign.status == campaign.Status.RUNNING

    def test_is_dialled_later_when_its_time_comes(
        self, twilio: FakeTwilio, upgraded: OldDatabase, time_machine: Any
    ) -> None:
        later = {"outside-hours", "scheduled", "retry-later", "between", "voicemail", "voided", "budget-spent"}
        later |= {"day-spent", "apologised"}
        time_machine.move_to(timezone.now() + timedelta(hours=25))
        sweep()
        run_tasks(only="interviews.dial")
        assert new_calls(twilio, upgraded) >= self.DUE | self.LINES | later

    def test_waits_until_employer_is_entered(
        self, twilio: FakeTwilio, upgraded: OldDatabase, organisation: Organisation, time_machine: Any
    ) -> None:
        organisation.delete()
        sweep()
        run_tasks(only="interviews.dial")
        assert new_calls(twilio, upgraded) == set()
        make_organisation()
        time_machine.move_to(timezone.now() + EMPLOYER_RECHECK)
        sweep()
        run_tasks(only="interviews.dial")
        assert new_calls(twilio, upgraded) >= self.DUE

    def test_is_given_line_that_becomes_free(
        self, twilio: FakeTwilio, upgraded: OldDatabase, client: Client, settings: Any
    ) -> None:
        settings.MAX_CONCURRENT_CALLS = Call.objects.filter(ended_at=None).count()
        lose_jobs()
        app.tasks["interviews.fill_line"]()
        run_tasks(only="interviews.dial")
        assert new_calls(twilio, upgraded) == set()
        live_call("ringing", client).report_status("no-answer", 10)
        run_tasks(only="interviews.fill_line")
        run_tasks(only="interviews.dial")
        assert new_calls(twilio, upgraded) == {"waits-for-line"}

    def test_free_capacity_of_job_is_assigned(self, twilio: FakeTwilio, upgraded: OldDatabase, client: Client) -> None:
        live_call("job-line-taken", client).report_status("completed", 10)
        run_tasks(only="interviews.fill_line")
        run_tasks(only="interviews.dial")
        assert "waits-for-job-line" in new_calls(twilio, upgraded)

    def test_is_called_again_after_broken_call(self, twilio: FakeTwilio) -> None:
        """Also where the only attempt was spoilt by an error of ours."""
        sweep()
        run_tasks(only="interviews.follow_up")
        for handle in ("hung-up", "follow-up-lost", "last-words-lost", "apologised-now"):
            interview = interview_of(handle)
            assert interview.status == Interview.Status.IN_PROGRESS
            assert interview.next_attempt_at

    def test_gets_last_words_of_broken_call(self, twilio: FakeTwilio) -> None:
        twilio.recordings = [{"sid": "RE" + "e" * 32, "duration": "7", "status": "completed"}]
        interview = interview_of("last-words-lost")
        app.tasks["interviews.follow_up"](attempt_id=str(interview.attempts.get().pk))
        assert Recording.objects.get(sid="RE" + "e" * 32).response.interview == interview

    def test_number_on_list_is_refused(self, api: APIClient) -> None:
        for handle in ("opted-out", "not-permitted"):
            interview = interview_of(handle)
            body = {"candidate": interview.candidate_id, "job": interview.job_id}
            assert api.post("/api/v1/interviews/", body, format="json").status_code == 409
        assert DoNotCall.objects.covers_number("+12125550191")


class TestWork:
    @pytest.fixture(autouse=True)
    def transcriptions(self, twilio: FakeTwilio, old_files: None) -> None:
        twilio.transcriptions = [{"sid": "TR" + "d" * 32, "status": "completed", "transcription_text": WORDS}]

    def assert_concluded(self, *handles: str) -> None:
        assert {handle: interview_of(handle).result_status for handle in handles} == dict.fromkeys(
            handles, Interview.ResultStatus.READY
        )

    def test_queued_jobs_run_under_their_names(self) -> None:
        names = set(ProcrastinateJob.objects.values_list("task_name", flat=True))
        assert names <= app.tasks.keys()
        run_tasks(include_later=True)
        self.assert_concluded(*(f"{step}-queued" for step in STEPS))

    def test_lost_jobs_are_found_by_sweep(self) -> None:
        lose_jobs()
        sweep()
        run_tasks()
        self.assert_concluded(*(f"{step}-{way}" for step in STEPS for way in ("lost", "died")))
        self.assert_concluded("news-lost", "transcribe-waits")

    def test_jobs_of_dead_workers_are_taken_up(self) -> None:
        lose_jobs()
        manager = JobManager(DjangoConnector())
        stalled = list(async_to_sync(manager.get_stalled_jobs)())
        for job in stalled:
            async_to_sync(manager.retry_job)(job)
        run_tasks(include_later=True)
        assert len(stalled) == 7
        self.assert_concluded(*(f"{step}-died" for step in STEPS))
        assert interview_of("dial-died").attempts.exists()

    def test_questions_are_written(self) -> None:
        sweep()
        run_tasks(only="jobs.write_questions")
        waited = JobDescription.objects.filter(title__in=["Questions queued", "Questions lost", "Writer died"])
        assert [job.questions_status for job in waited] == [JobDescription.QuestionsStatus.READY] * 3

    def test_resumes_are_read(self) -> None:
        sweep()
        run_tasks(only="candidates.read_resume")
        for handle in ("resume-pending", "resume-lost"):
            assert Candidate.objects.get(external_id=handle).resume_status == Candidate.ResumeStatus.READ

    def test_recordings_are_deleted_at_carrier(self, twilio: FakeTwilio) -> None:
        there = Recording.objects.filter(deleted_at_carrier=None).count()
        sweep()
        run_tasks(only="interviews.forget_at_carrier")
        assert Recording.objects.filter(deleted_at_carrier=None).count() < there


class TestPrompt:
    @pytest.fixture
    def voice(self, settings: Any) -> Any:
        settings.VOICE_API_KEY, settings.VOICE_MODEL, settings.VOICE_NAME = KEY, "voice-1", "jane"
        with run_fake_openai(speech_reply) as server:
            settings.VOICE_BASE_URL, settings.OPENAI_TIMEOUT = server.base_url, server.client_timeout
            yield server

    def test_is_synthesised_once(self, voice: ModelSimulator) -> None:
        waiting = SpokenLine.objects.filter(file="").count()
        assert waiting
        run_tasks(only="screener.speak")
        sweep()
        run_tasks(only="screener.speak")
        assert not SpokenLine.objects.filter(file="").exists()
        assert len(voice.requests) == waiting

    def test_is_played_in_call(self, voice: ModelSimulator, twilio: FakeTwilio, client: Client) -> None:
        app.tasks["webhooks.speak_all"](timestamp=0)
        run_tasks(only="screener.speak")
        run_tasks(only="interviews.dial")
        phone = live_call("campaign-0", client)
        phone.pick_up()
        phone.press_key("1")
        assert phone.twiml().find(".//Play") is not None
