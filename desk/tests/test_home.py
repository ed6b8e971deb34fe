"""The home page: its numbers against a constructed history, its links, and the parts that each role sees."""

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.html import escape

from desk.home.needs import Tally
from desk.home.numbers import describe_duration
from desk.home.page import Home
from interviews.decisions import record_decision
from interviews.models import Campaign, Decision, Interview, InterviewResult, lock_interview
from interviews.models.result import Recommendation
from interviews.reports.funnel import LOWEST_COMPLETION_RATE, Period, Stage
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.support.admin_client import admin_url
from tests.support.factories import (
    make_approved_job,
    make_interview,
    make_job,
    make_organisation,
    make_transcribed_interview,
)
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import add_result, make_all_rows, make_completed_interview

pytestmark = pytest.mark.django_db
HOME = "/admin/"
MOST_BYTES = 60_000
MOST_QUERIES = 30
Outcome = Interview.Outcome
ENDS = (Outcome.UNREACHED, Outcome.WRONG_PERSON, Outcome.DECLINED, Outcome.BY_HR)


def get_home(client: Client, **query: str) -> Home:
    home: Home = client.get(HOME, query).context["home"]
    return home


def phone(number: int) -> str:
    return f"+1415555{number:04}"


def end_interview(interview: Interview, outcome: Outcome) -> Interview:
    with lock_interview(interview) as locked:
        locked.finish(outcome)
    return interview


def decide(interview: Interview, by: User, *, verdict: str = "reject") -> None:
    seen = interview.results.filter(is_current=True).first()
    record_decision(interview, by=by, verdict=verdict, reason="A test.", seen=seen)


def at(interview: Interview, **moments: datetime) -> None:
    Interview.objects.filter(pk=interview.pk).update(**moments)


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job(title="Support engineer")


@pytest.fixture
def reviewer(db: None) -> User:
    return User.objects.create_superuser("hanna")


@pytest.fixture
def client(reviewer: User) -> Client:
    return login_client(reviewer)


@pytest.fixture
def history(job: JobDescription, reviewer: User) -> dict[str, Interview]:
    """One interview of each end, three completed ones of which one is decided, one that waits and one under way."""
    ended = {end.value: make_interview(job=job, phone=phone(number)) for number, end in enumerate(ENDS)}
    for end, interview in ended.items():
        end_interview(interview, Outcome(end))
    completed = [make_completed_interview(job=job, phone=phone(number)) for number in (10, 11)]
    unclear = make_completed_interview(job=job, phone=phone(12))
    InterviewResult.objects.filter(interview=unclear).delete()
    Interview.objects.filter(pk=unclear.pk).update(recommended_at=None)
    add_result(unclear, score=None)
    waiting, begun = make_interview(job=job, phone=phone(13)), make_interview(job=job, phone=phone(14))
    with lock_interview(begun) as locked:
        locked.begin()
    begun.attempts.create(number=1, send_before=timezone.now())
    decide(completed[0], reviewer)
    return ended | {
        "decided": completed[0],
        "ready": completed[1],
        "unclear": unclear,
        "waiting": waiting,
        "begun": begun,
    }


def all_links(home: Home) -> Iterator[tuple[str, int]]:
    """Each number of the page with the address that it links to."""
    assert home.numbers is not None
    tallies: list[Tally] = [*home.needs.tallies, *home.running.tallies]
    yield from ((tally.href, tally.count) for tally in tallies)
    yield from ((row.href, row.count) for row in home.numbers.rows)
    yield from ((wait.href, wait.count) for wait in home.numbers.waits)
    yield home.numbers.over_href, home.numbers.over
    yield home.numbers.not_completed_href, home.numbers.not_completed
    if home.running.campaigns_href:
        yield home.running.campaigns_href, home.running.campaign_count


def count_rows(client: Client, address: str) -> int:
    return int(client.get(address, follow=True).context["cl"].result_count)


def count_listed(user: User, address: str) -> int:
    """The rows of this list for a user who may open it, without rendering the page."""
    request = RequestFactory().get(address)
    request.user = user
    shown = resolve(urlsplit(address).path).func.model_admin  # type: ignore[attr-defined] # set by Django
    assert shown.has_view_permission(request)
    return int(shown.get_changelist_instance(request).result_count)


class TestNumbers:
    def test_funnel_counts_history(self, client: Client, history: dict[str, Interview]) -> None:
        numbers = get_home(client).numbers
        assert numbers is not None
        assert numbers.funnel.counts == {
            Stage.INVITED: 9,
            Stage.REACHED: 5,
            Stage.COMPLETED: 3,
            Stage.RECOMMENDED: 2,
            Stage.DECIDED: 1,
            Stage.REACHED_AND_OVER: 4,
            Stage.NOT_COMPLETED: 1,
            Stage.DECIDED_AFTER_RECOMMENDATION: 1,
        }
        assert numbers.funnel.completion_rate == 75
        assert not numbers.funnel.is_completion_low

    def test_requests_of_candidates_count_as_reached(self, client: Client, job: JobDescription) -> None:
        for number, moved in enumerate([{"postponements": 1}, {"person_requested_at": timezone.now()}]):
            at(make_interview(job=job, phone=phone(number)), **moved)  # type: ignore[arg-type]
        numbers = get_home(client).numbers
        assert numbers is not None
        assert numbers.funnel.counts[Stage.REACHED] == 2
        assert numbers.funnel.completion_rate is None

    def test_low_completion_raises_alarm(self, client: Client, history: dict[str, Interview]) -> None:
        end_interview(history["begun"], Outcome.TOO_LITTLE)
        numbers = get_home(client).numbers
        assert numbers is not None
        assert numbers.funnel.completion_rate == 60 < LOWEST_COMPLETION_RATE
        page = client.get(HOME).content.decode()
        assert numbers.funnel.is_completion_low
        assert escape(numbers.not_completed_href) in page

    def test_medians_are_those_of_history(self, client: Client, job: JobDescription, reviewer: User) -> None:
        now = timezone.now()
        for number, minutes in enumerate((1, 5, 60)):
            interview = make_completed_interview(job=job, phone=phone(number))
            decide(interview, reviewer)
            ended = now - timedelta(days=1)
            recommended = ended + timedelta(minutes=minutes)
            at(
                interview,
                completed_at=ended,
                recommended_at=recommended,
                decided_at=recommended + 2 * timedelta(minutes=minutes),
            )
        numbers = get_home(client).numbers
        assert numbers is not None
        assert (numbers.funnel.to_result, numbers.funnel.to_decision) == (timedelta(minutes=5), timedelta(minutes=10))

    def test_period_and_job_limit_numbers(self, client: Client, job: JobDescription) -> None:
        other = make_approved_job(title="Night nurse")
        old, new = make_interview(job=job, phone=phone(1)), make_interview(job=other, phone=phone(2))
        at(old, created_at=Period.MONTH.start(timezone.now()) - timedelta(seconds=1))
        at(new, created_at=Period.WEEK.start(timezone.now()))
        queries: list[dict[str, str]] = [
            {},
            {"period": "7"},
            {"period": "90"},
            {"period": "90", "job": str(job.pk)},
            {"period": "x", "job": "x"},
        ]
        counts = []
        for query in queries:
            numbers = get_home(client, **query).numbers
            assert numbers is not None
            counts.append(numbers.funnel.counts[Stage.INVITED])
        assert counts == [1, 1, 2, 1, 1]

    @pytest.mark.parametrize(
        ("duration", "units"),
        [
            (timedelta(seconds=29), 0),
            (timedelta(minutes=12), 1),
            (timedelta(hours=3, minutes=5), 2),
            (timedelta(days=3, hours=1), 1),
        ],
    )
    def test_durations_have_few_units(self, duration: timedelta, units: int) -> None:
        text = describe_duration(duration)
        assert sum(part.isdigit() for part in text.split()) == units


class TestMilestones:
    def test_first_decision_and_recommendation_stay(self, job: JobDescription, reviewer: User) -> None:
        interview = make_completed_interview(job=job)
        decide(interview, reviewer)
        add_result(interview)
        decide(interview, reviewer, verdict="hire")
        interview.refresh_from_db()
        assert interview.decided_at == Decision.objects.earliest("created_at").created_at
        assert interview.recommended_at == InterviewResult.objects.earliest("created_at").created_at

    def test_deleted_decision_counts_no_more(self, job: JobDescription, reviewer: User) -> None:
        interview = make_completed_interview(job=job)
        decide(interview, reviewer)
        Decision.objects.all().delete()
        interview.refresh_from_db()
        assert interview.decided_at is None


class TestLinks:
    def test_each_number_links_to_its_rows(
        self, client: Client, history: dict[str, Interview], job: JobDescription
    ) -> None:
        make_transcribed_interview(job=job, phone=phone(20))
        unscored = make_transcribed_interview(job=job, phone=phone(21))
        add_result(unscored, score=None)
        campaign = Campaign.objects.create(name="Autumn", job=job)
        Interview.objects.filter(pk__in=[history["waiting"].pk, history["decided"].pk]).update(campaign=campaign)
        Campaign.objects.create(name="Over", job=job)
        make_job(questions_status=JobDescription.QuestionsStatus.READY)
        make_job().set_questions_error("Down.")
        history["ready"].candidate.set_resume_error("Encrypted.")
        home = get_home(client, period=Period.WEEK.value, job=str(job.pk))
        links = dict(all_links(home))
        assert {address: count_rows(client, address) for address in links} == links
        assert len(home.needs.tallies) == 6
        assert all(tally.count for tally in home.running.tallies)
        assert (home.running.campaigns[0].over, home.running.campaigns[0].planned) == (1, 2)

    def test_rows_lead_to_what_waits(self, client: Client, history: dict[str, Interview]) -> None:
        rows = get_home(client).needs.rows
        assert {row.href for row in rows} == {admin_url(history[name]) for name in ("ready", "unclear")}
        assert {client.get(row.href).status_code for row in rows} == {200}


class TestNeeds:
    def test_own_jobs_come_first(self, client: Client, reviewer: User, job: JobDescription) -> None:
        others = make_completed_interview(job=make_approved_job(title="Night nurse"), phone=phone(1))
        make_completed_interview(job=job, phone=phone(2))
        later = make_completed_interview(job=job, phone=phone(3))
        job.add_member(reviewer, by="a test")
        at(later, undecided_since=timezone.now() + timedelta(hours=1))
        rows = get_home(client).needs.rows
        assert [row.is_mine for row in rows] == [True, True, False]
        assert rows[-1].key == f"d-{others.pk}"
        assert rows[1].key == f"d-{later.pk}"

    def test_row_shows_recommendation(self, client: Client, job: JobDescription) -> None:
        make_completed_interview(job=job)
        (row,) = get_home(client).needs.rows
        assert (row.recommendation, str(row.score)) == (Recommendation.HIRE, "7.50")

    def test_decided_interview_leaves(self, client: Client, reviewer: User, job: JobDescription) -> None:
        interview = make_completed_interview(job=job)
        decide(interview, reviewer)
        home = get_home(client)
        assert (home.needs.rows, home.needs.total) == ([], 0)

    def test_new_deployment_shows_first_steps(self, client: Client) -> None:
        steps = get_home(client).steps
        assert [step.is_next for step in steps] == [True, False, False, False, False]
        make_organisation()
        make_job()
        steps = get_home(client).steps
        assert [step.is_done for step in steps] == [True, True, False, False, False]
        assert steps[2].is_next
        assert client.get(steps[2].href).status_code == 200
        make_interview(job=make_approved_job())
        assert get_home(client).steps == []


class TestRoles:
    def test_hiring_manager_sees_own_jobs(self, history: dict[str, Interview], job: JobDescription) -> None:
        foreign = make_completed_interview(job=make_approved_job(title="Night nurse"), phone=phone(30))
        job.update_fields(blind_review=True)
        user = make_role_user(RoleKey.HIRING_MANAGER, job)
        client = login_client(user)
        home = get_home(client)
        assert home.numbers is not None
        assert home.numbers.funnel.counts[Stage.INVITED] == len(history)
        assert (home.spending, home.running.campaigns) == ([], [])
        assert {row.score for row in home.needs.rows} == {row.recommendation for row in home.needs.rows} == {None}
        page = client.get(HOME).content.decode()
        assert reverse("spending") not in page
        assert str(foreign.pk) not in page
        links = dict(all_links(home))
        assert {address: count_listed(user, address) for address in links} == links
        hidden = get_home(client, job=str(foreign.job_id)).numbers
        assert hidden is not None
        assert hidden.address.job_id is None

    def test_wide_roles_see_all_numbers(self, history: dict[str, Interview]) -> None:
        for key in (RoleKey.ADMINISTRATOR, RoleKey.RECRUITER, RoleKey.AUDITOR):
            user = make_role_user(key)
            home = get_home(login_client(user))
            assert home.numbers is not None
            assert home.numbers.funnel.counts[Stage.INVITED] == len(history)
            assert len(home.spending) == 2
            links = dict(all_links(home))
            assert (key, {address: count_listed(user, address) for address in links}) == (key, links)

    def test_manager_without_job_is_told(self, history: dict[str, Interview]) -> None:
        home = get_home(login_client(make_role_user(RoleKey.HIRING_MANAGER)))
        assert home.has_no_job
        assert home.steps == []

    def test_user_without_permissions_sees_nothing(self, history: dict[str, Interview]) -> None:
        user = User.objects.create_user("nobody", is_staff=True)
        home = get_home(login_client(user))
        assert (home.needs.tallies, home.running.tallies, home.numbers, home.spending) == ([], [], None, [])
        assert login_client(User.objects.create_user("guest")).get(HOME).status_code == 302

    @override_settings(MONTHLY_BUDGET=10, DAILY_SPEND_LIMIT=0.01)
    def test_spending_is_measured_against_limits(self, client: Client, history: dict[str, Interview]) -> None:
        models, calls = get_home(client).spending
        assert (models.percent, models.is_spent) == (0, False)
        assert (calls.percent, calls.is_spent) == (100, True)


class TestUpdates:
    def test_poll_sends_changes_alone(self, client: Client, history: dict[str, Interview], reviewer: User) -> None:
        home = get_home(client)
        htmx: Any = {"HTTP_HX_REQUEST": "true"}
        assert client.get(home.update_address, **htmx).status_code == HTTPStatus.NO_CONTENT
        decide(history["ready"], reviewer)
        changed = client.get(home.update_address, **htmx)
        assert changed.status_code == 200
        assert 'data-desk-part="poll"' in changed.content.decode()
        assert "<html" not in changed.content.decode()

    def test_choice_becomes_address(self, client: Client, job: JobDescription) -> None:
        answer = client.get(HOME, {"period": "7", "job": str(job.pk)}, HTTP_HX_REQUEST="true")
        assert answer["HX-Push-Url"] == f"{HOME}?period=7&job={job.pk}"

    def test_costs_same_however_much_there_is(self, client: Client, reviewer: User) -> None:
        counts = []
        for number in range(3):
            row = make_all_rows(number, by=reviewer)
            row.job.set_questions_error("Down.")
            row.candidate.set_resume_error("Encrypted.")
            make_completed_interview(job=row.job, phone=phone(number + 200))
            waiting = make_interview(job=row.job, phone=phone(number + 100))
            waiting.update_fields(campaign=Campaign.objects.create(name="Autumn", job=row.job))
            client.get(HOME)
            cache.clear()  # the spent budget is kept for some seconds
            with CaptureQueriesContext(connection) as queries:
                page = client.get(HOME).content
            counts.append(len(queries))
        assert counts == [counts[0]] * 3
        assert counts[0] <= MOST_QUERIES
        assert len(gzip.compress(page)) < MOST_BYTES
        assert b"<script>alert" not in page
