"""Practice interviews are carried out like others. Neither HR nor API clients ever see them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from interviews.calling import capacity
from interviews.calling.person.confirmed_number import hash_confirmed_number
from interviews.decisions import record_decision
from interviews.models import Attempt, Campaign, Interview, InterviewResponse, Recording, WaitReason
from interviews.planning import plan_interview
from interviews.reports.monthly_costs import MonthlyCosts
from screener.background.leases import LEASE_SECONDS, claim_lease, renew_leases
from screener.costs.monthly_budget import month_start
from screener.models import ModelCall
from screener.tasks import sweep
from screener.urls import router
from tests.support.admin_client import admin_url, page_url
from tests.support.factories import make_interview, make_transcribed_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.sample_rows import complete_interview, make_all_rows
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db
INTERVIEWS = "/api/v1/interviews/"
API_LISTS = [f"/api/v1/{prefix}/" for prefix, _, _ in router.registry]
COSTS_AND_QUEUE = {"screener.ModelCall", "procrastinate.ProcrastinateJob"}
"""Their rows hold ids and amounts of money, and no transcript."""
LEFT_OUT = re.compile(r'value="\w{64}"|\?v=\w+|data-desk-part="spending".*?</section>', re.S)
SAID = "While practising I said that I moved four hundred mailboxes."


def make_practice(interview: Interview) -> Interview:
    number_hash = hash_confirmed_number(interview.pk, interview.candidate.phone)
    interview.update_fields(purpose=Interview.Purpose.PRACTICE, confirmed_number_hash=number_hash)
    return interview


def practice_like(screening: Interview, *, by: User) -> Interview:
    """A practice interview of the same candidate for the same job, with a row in every table that depends on it."""
    planned = plan_interview(
        candidate=screening.candidate,
        job=screening.job,
        campaign=Campaign.objects.get(),
        actor="a test",
        repeat_reason="to practise",
    )
    practice = complete_interview(make_practice(planned), transcript=SAID)
    seen = practice.results.get(is_current=True)
    record_decision(practice, by=by, verdict="hire", reason="", seen=seen)
    attempt = practice.attempts.get()
    TwilioEvent.objects.create(key="practice", kind="voice", attempt=attempt, call_sid="CA1", params={})
    ModelCall.objects.create(purpose="summary", model="m", cost=1, interview_id=practice.pk, job_id=practice.job_id)
    return practice


def dependent_rows(interview: Interview) -> list[Model]:
    responses = InterviewResponse.objects.filter(interview=interview)
    rows: list[Any] = [interview, *responses, *Recording.objects.filter(response__in=responses)]
    for attempt in interview.attempts.all():
        rows += [attempt, attempt.call, *attempt.twilio_events.all()]
    rows += [assessment for response in responses for assessment in response.assessments.all()]
    return [*rows, *interview.results.all(), *interview.decisions.all(), *interview.events.all()]


def label(model: type[Model]) -> str:
    return str(model._meta.label)


def read_page(admin_client: Client, address: str) -> str:
    """The page without its CSRF tokens, which differ every time, and without the sum that was spent."""
    response = admin_client.get(address, follow=True)
    assert response.status_code == 200, address
    return LEFT_OUT.sub("", response.content.decode())


def read_lists(admin_client: Client) -> dict[str, str]:
    return {label(model): read_page(admin_client, page_url(model, "changelist")) for model in admin.site._registry}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name, page in before.items() if page != after[name]}


class TestAdmin:
    @pytest.mark.slow
    def test_lists_hide_practice(self, admin_client: Client, reviewer: User) -> None:
        screening = make_all_rows(1, by=reviewer)
        before = read_lists(admin_client)
        practice = practice_like(screening, by=reviewer)
        after = read_lists(admin_client)
        assert changed(before, after) == COSTS_AND_QUEUE
        assert [name for name, page in after.items() if SAID in page] == []

        practice.update_fields(purpose=Interview.Purpose.SCREENING)
        shown = changed(before, read_lists(admin_client))
        ours = {label(model) for model in admin.site._registry if model._meta.app_label in ("interviews", "webhooks")}
        # Of users and of other systems, and not of every interview.
        ours -= {"interviews.ShareLink", "interviews.NoticeMail", "webhooks.Subscription", "webhooks.Delivery"}
        assert shown == ours | {"candidates.Candidate", "jobs.JobDescription"} | COSTS_AND_QUEUE

    def test_pages_of_practice_do_not_open(self, admin_client: Client, reviewer: User) -> None:
        practice = practice_like(make_all_rows(1, by=reviewer), by=reviewer)
        rows = dependent_rows(practice)
        assert len({type(row) for row in rows}) == 10
        assert [row for row in rows if admin_client.get(admin_url(row)).status_code != 302] == []

    def test_audio_of_practice_is_not_found(self, admin_client: Client, reviewer: User) -> None:
        practice = practice_like(make_all_rows(1, by=reviewer), by=reviewer)
        takes = Recording.objects.filter(response__interview=practice)
        assert takes
        for take in takes:
            assert admin_client.get(reverse("admin:interviews_recording_audio", args=[take.pk])).status_code == 404

    def test_other_pages_hide_practice(self, admin_client: Client, reviewer: User) -> None:
        screening = make_all_rows(1, by=reviewer)
        addresses = [reverse("admin:index"), admin_url(screening.candidate), admin_url(screening)]
        before = {address: read_page(admin_client, address) for address in addresses}
        practice_like(screening, by=reviewer)
        assert changed(before, {address: read_page(admin_client, address) for address in addresses}) == set()

    def test_spending_lists_no_practice(self, reviewer: User) -> None:
        practice = practice_like(make_all_rows(1, by=reviewer), by=reviewer)
        costs = MonthlyCosts.for_month(month_start(timezone.now()))
        assert practice.pk not in {row.pk for row in costs.interviews}
        assert costs.models.known_cost == 1


class TestApi:
    def test_lists_hide_practice(self, api: APIClient, reviewer: User) -> None:
        screening = make_all_rows(1, by=reviewer)
        before = {address: api.get(address).json() for address in API_LISTS}
        practice = practice_like(screening, by=reviewer)
        assert changed(before, {address: api.get(address).json() for address in API_LISTS}) == set()
        practice.update_fields(purpose=Interview.Purpose.SCREENING)
        shown = changed(before, {address: api.get(address).json() for address in API_LISTS})
        assert shown == {INTERVIEWS, "/api/v1/campaigns/"}

    def test_parts_of_practice_are_not_found(self, api: APIClient, reviewer: User) -> None:
        practice = practice_like(make_all_rows(1, by=reviewer), by=reviewer)
        for part in ("", "responses/", "events/", "attempts/", "cost/", "result/"):
            assert (part, api.get(f"{INTERVIEWS}{practice.pk}/{part}").status_code) == (part, 404)

    def test_practice_cannot_be_changed(self, api: APIClient) -> None:
        practice = make_practice(make_interview())
        for verb in ("cancel", "rescore"):
            assert (verb, api.post(f"{INTERVIEWS}{practice.pk}/{verb}/").status_code) == (verb, 404)


class TestWork:
    def test_sweep_places_due_call(self, twilio: FakeTwilio) -> None:
        practice = make_practice(make_interview())
        ProcrastinateJob.objects.all()._raw_delete("default")
        sweep(0)
        run_tasks(only="interviews.dial")
        assert len(twilio.calls) == 1
        assert practice.attempts.live().exists()

    def test_free_line_is_given_to_practice(self) -> None:
        practice, soon = make_practice(make_interview()), timezone.now() + timedelta(minutes=1)
        practice.update_fields(wait_reason=WaitReason.NO_CAPACITY, next_attempt_at=soon)
        capacity.assign_free_capacity()
        practice.refresh_from_db()
        assert practice.next_attempt_at
        assert practice.next_attempt_at < soon

    def test_result_is_concluded(self) -> None:
        practice = make_practice(make_transcribed_interview())
        run_tasks()
        practice.refresh_from_db()
        assert practice.result_status == Interview.ResultStatus.READY

    def test_lease_is_renewed(self, time_machine: Any) -> None:
        practice = make_practice(make_interview())
        rows = Interview.all_objects.filter(status=Interview.Status.PENDING)
        time_machine.move_to(timezone.now(), tick=False)
        with claim_lease(rows, practice.pk):
            time_machine.shift(LEASE_SECONDS - 1)
            renew_leases()
            time_machine.shift(LEASE_SECONDS - 1)
            assert not rows.claimable().exists()

    def test_foreign_keys_lead_to_practice(self) -> None:
        practice = make_practice(make_transcribed_interview())
        attempts, responses = Attempt.objects.all(), InterviewResponse.objects.select_related("interview")
        assert {row.interview for row in [*attempts, *responses]} == {practice}
        assert not practice.candidate.interviews.exists()

    def test_deletion_protects_practice(self) -> None:
        practice = make_practice(make_interview())
        with pytest.raises(ProtectedError):
            practice.candidate.delete()
