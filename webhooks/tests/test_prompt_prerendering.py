"""Prompts that are synthesised ahead of calls, and calls that play them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from devtools.model_simulator.replies import error_reply, speech_reply
from devtools.model_simulator.server import ModelSimulator
from devtools.phone_simulator.server import RunningSimulator
from interviews.conversation.wording import en
from interviews.models import Interview
from jobs.models import JobDescription
from screener.models import ModelCall, Organisation, SpokenLine
from screener.tests.tts.test_prompt_cache import a_voice, lose_file, status
from tests.support.admin_client import get_page
from tests.support.factories import QUESTIONS, lose_tasks, make_approved_job, make_interview, run_tasks
from tests.support.sounds import make_tone
from tests.support.twilio_driver import Phone, give_consent, place_attempt
from webhooks import prompt_prerendering, tasks
from webhooks.tests.test_queries import TURN
from webhooks.tests.test_whole_interview import conduct, network

__all__ = ["network"]


@pytest.fixture
def voice() -> Iterator[ModelSimulator]:
    with a_voice(speech_reply) as server:
        yield server


def spoken_job(**fields: Any) -> JobDescription:
    job = make_approved_job(**fields)
    tasks.request_recent_prompts(timestamp=0)
    run_tasks()
    return job


def job_with_audio() -> JobDescription:
    """A job whose prompts have an audio file each, as after a worker has synthesised them."""
    job = make_approved_job()
    tasks.request_recent_prompts(timestamp=0)
    lose_tasks()
    name = storages["private"].save("speech/prompt.wav", ContentFile(make_tone(1)))
    SpokenLine.objects.update(file=name)
    return job


def said(voice: ModelSimulator) -> list[str]:
    return [str(request.json["input"]) for request in voice.requests]


@pytest.mark.django_db
class TestPrerendering:
    def test_prompts_without_name_are_synthesised(self, voice: ModelSimulator) -> None:
        spoken_job(title="Pilot")
        texts = said(voice)
        assert {question.text for question in QUESTIONS} < set(texts)
        timeless = {text for text in en.GOODBYES.values() if "{when}" not in text}
        assert {*timeless, en.CONSENT_CHOICE, en.FAREWELL} < set(texts)
        assert any("plus 1, 4 1 5" in text for text in texts)
        assert "Thank you. Question 2 of 3." in texts
        assert any("for Pilot" in text and "3 questions" in text for text in texts)
        assert any("1 question left for Pilot" in text for text in texts)
        assert not any("speak with" in text or "{" in text for text in texts)
        assert len(texts) == len(set(texts)) == ModelCall.objects.filter(purpose="speech").count()

    def test_second_job_adds_its_prompts(self, voice: ModelSimulator) -> None:
        spoken_job(title="Pilot")
        before = len(voice.requests)
        spoken_job(title="Cook")
        assert before < len(voice.requests) < 2 * before
        assert all("Cook" in text for text in said(voice)[before:])

    def test_draft_and_closed_job_are_skipped(self, voice: ModelSimulator) -> None:
        job = make_approved_job()
        job.update_fields(is_open=False)
        JobDescription.objects.create(title="Draft").add_draft(QUESTIONS, source="a test")
        tasks.request_all_prompts(timestamp=0)
        assert not SpokenLine.objects.exists()

    def test_unknown_employer_stops_it(self, voice: ModelSimulator) -> None:
        make_approved_job()
        Organisation.objects.all().delete()
        tasks.request_recent_prompts(timestamp=0)
        tasks.request_all_prompts(timestamp=0)
        assert not SpokenLine.objects.exists()

    def test_missing_voice_stops_it(self) -> None:
        make_approved_job()
        tasks.request_recent_prompts(timestamp=0)
        tasks.request_all_prompts(timestamp=0)
        assert not SpokenLine.objects.exists()

    def test_changed_title_is_found_hourly(self, voice: ModelSimulator, time_machine: Any) -> None:
        job = spoken_job(title="Pilot")
        time_machine.move_to(timezone.now() + prompt_prerendering.RECENT_APPROVAL + timedelta(minutes=1), tick=False)
        job.update_fields(title="Captain")
        tasks.request_recent_prompts(timestamp=0)
        assert not SpokenLine.objects.unsynthesised().exists()
        tasks.request_all_prompts(timestamp=0)
        run_tasks()
        assert any("for Captain" in text for text in said(voice))

    def test_lost_file_is_synthesised_again(self, voice: ModelSimulator, time_machine: Any) -> None:
        job = spoken_job(title="Pilot")
        closed = spoken_job(title="Cook")
        closed.update_fields(is_open=False)
        time_machine.move_to(timezone.now() + prompt_prerendering.RECENT_APPROVAL + timedelta(minutes=1), tick=False)
        voice.requests.clear()
        for text in ("Pilot", "Cook"):
            lose_file(SpokenLine.objects.filter(text__contains=f"left for {text}")[0].text)
        tasks.request_lost_prompts(timestamp=0)
        run_tasks()
        (text,) = said(voice)
        assert f"left for {job.title}" in text

    def test_complete_files_cost_two_queries(self, voice: ModelSimulator, django_assert_num_queries: Any) -> None:
        job_with_audio()
        with django_assert_num_queries(2):  # the organisation; the files
            tasks.request_lost_prompts(timestamp=0)

    def test_approval_is_not_delayed(self, voice: ModelSimulator) -> None:
        with a_voice(error_reply(503)) as server:
            make_approved_job()
            assert server.requests == []


@pytest.mark.django_db
class TestCall:
    def test_synthesised_prompts_are_played(self, voice: ModelSimulator, client: Client) -> None:
        phone = Phone(place_attempt(make_interview(job=spoken_job())), client)
        phone.pick_up()
        assert "Ada Lovelace" in phone.prompt_text()
        phone.press_key("1")
        assert phone.prompt_text() == ""
        phone.press_key("1")
        gather = phone.twiml().find("Gather")
        assert gather is not None
        assert [part.tag for part in gather] == ["Play", "Play", "Play"]  # a key during any of them is heard
        for part in gather:
            base, path = (part.text or "").split("/webhooks/")
            assert (base, status(client, f"/webhooks/{path}")) == (settings.WEBHOOK_BASE_URL, 200)
        assert [verb.tag for verb in phone.twiml()] == ["Gather", "Record", "Redirect"]

    def test_missing_prompt_is_said(self, voice: ModelSimulator, client: Client) -> None:
        job = job_with_audio()
        SpokenLine.objects.filter(text=QUESTIONS[0].text).update(file="")
        phone = Phone(place_attempt(make_interview(job=job)), client)
        give_consent(phone)
        assert phone.prompt_text() == QUESTIONS[0].text
        assert len(list(phone.twiml().iter("Play"))) == 2

    def test_unavailable_voice_changes_nothing(self, client: Client) -> None:
        with a_voice(error_reply(503)):
            phone = Phone(place_attempt(make_interview(job=spoken_job())), client)
            give_consent(phone)
            assert phone.prompt_text().endswith(QUESTIONS[0].text)
            assert not list(phone.twiml().iter("Play"))

    def test_prompts_cost_one_query(
        self, voice: ModelSimulator, client: Client, django_assert_num_queries: Any
    ) -> None:
        phone = Phone(place_attempt(make_interview(job=job_with_audio())), client)
        phone.attempt.call.update_fields(twilio_sid=phone.sid)
        phone.pick_up()
        before = len(voice.requests)
        with django_assert_num_queries(TURN + 2 + 1):  # as in test_queries; the synthesised texts
            phone.press_key("1")
        assert len(voice.requests) == before


@pytest.mark.django_db
def test_admin_pages_play_prompts(voice: ModelSimulator, admin_client: Client) -> None:
    job = job_with_audio()
    for page in (
        reverse("admin:jobs_jobdescription_edit", args=[job.pk]),
        reverse("admin:jobs_questionset_change", args=[job.approved_questions.pk]),  # type: ignore[union-attr]
        reverse("admin:screener_spokenline_change", args=[SpokenLine.objects.all()[0].pk]),
    ):
        assert "<audio controls" in get_page(admin_client, page)


def test_check_names_voice_without_key() -> None:
    with override_settings(VOICE_MODEL="voice-1", VOICE_API_KEY=""):
        problems = run_checks(tags=["screener"], include_deployment_checks=True)
    (warning,) = (problem for problem in problems if problem.id == "screener.W004")
    assert "VOICE_API_KEY" in warning.msg


@pytest.mark.django_db(transaction=True)
def test_interview_is_held_with_voice(network: RunningSimulator, voice: ModelSimulator) -> None:
    interview = conduct(make_interview(job=spoken_job(), phone="+14155550100"))
    assert interview.result_status == Interview.ResultStatus.READY
    (call,) = network.network.calls.values()
    played = [entry["text"] for entry in call.log if entry["event"] == "prompt_played"]
    assert [question.text for question in QUESTIONS] == [text for text in played if text.startswith("Tell me")]
    assert played[-1].endswith("Goodbye.")
    heard = [entry["text"] for entry in call.log if entry["event"] == "prompt_spoken"]
    assert len(heard) == 1
    assert "Ada Lovelace" in heard[0]
    assert not ProcrastinateJob.objects.filter(status="failed").exists()
