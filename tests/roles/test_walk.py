"""Walks the tables of docs/roles.md: each role requests every page and every action of the admin."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from candidates.models import Candidate, Consent, DoNotCall
from interviews.models import Call, Interview
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.roles.sample_job import RESUME_WORDS, TRANSCRIPT, SampleJob, make_sample_job, make_technical_rows
from tests.roles.table import read_table
from tests.roles.walker import BAD_REQUEST, MODELS, OK, Walker, action_codes
from tests.support.admin_client import page_url
from tests.support.role_accounts import login_client, make_role_user, take_permission
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db
PAGES, ACTIONS, OTHERS, FIELDS = (read_table(name) for name in ("Pages", "Actions", "Other pages", "Fields"))
SEARCHED: list[Any] = [Call, Candidate, Consent, Interview]
AUTOCOMPLETES = [
    ("interviews", "interview", "candidate"),
    ("interviews", "interview", "job"),
    ("interviews", "interview", "campaign"),
    ("interviews", "decision", "decided_by"),
]
HIDDEN_TEXTS = ("7.53", "Why7z")


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> None:
    """Formatting the trace of every denied request would take longer than the requests."""
    caplog.set_level(logging.ERROR, logger="django.request")


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root")


@pytest.fixture
def own(root: User) -> SampleJob:
    return make_sample_job(1, decider=root)


@pytest.fixture
def foreign(root: User) -> SampleJob:
    make_technical_rows(root)
    return make_sample_job(2, decider=root)


def make_walker(key: RoleKey, own: SampleJob, foreign: SampleJob, **membership: bool) -> Walker:
    return Walker(make_role_user(key, own.interview.job, **membership), own, foreign)


def walk_tables(walker: Walker) -> dict[str, Any]:
    """Request every page and every action. Returns the verbs and scopes of the user, by code."""
    verbs = {model._meta.label_lower: walker.allowed_verbs(model) for model in MODELS}
    scopes = {code: walker.action_scope(code) for code in ACTIONS}
    return verbs | scopes | {name: walker.may_get(reverse(name)) for name in OTHERS}


def walk_autocompletes(walker: Walker) -> None:
    for app, model_name, field in AUTOCOMPLETES:
        query = {"app_label": app, "model_name": model_name, "field_name": field}
        walker.get_status(reverse("admin:autocomplete"), **query)
    walker.get_status(reverse("may-call"), candidate=str(walker.own.interview.candidate_id))


def search_results(walker: Walker, text: str) -> int:
    lists = [model for model in SEARCHED if walker.may_get(page_url(model, "changelist"))]
    return sum(walker.count_results(model, q=text) for model in lists)


def interview_page(walker: Walker) -> Any:
    address = page_url(Interview, "change", walker.own.interview.pk)
    return walker.client.get(address).context["page"]


def is_shown_in_blind_review(walker: Walker) -> bool:
    JobDescription.objects.update(blind_review=True)
    page = interview_page(walker)
    assert page.shows_scores == bool(page.result) == bool(page.decisions)
    return bool(page.shows_scores)


FIELD_PROBES: dict[str, Callable[[Walker], bool]] = {
    "contact data": lambda walker: walker.sees_all(*walker.own.contact_data),
    "contact search": lambda walker: any(search_results(walker, text) for text in walker.own.contact_data),
    "resume": lambda walker: walker.sees_all(f"Reach me at +{walker.own.contact_data[0]}"),
    "redacted resume": lambda walker: walker.sees_all(RESUME_WORDS) and not walker.sees_all("Reach me at +1"),
    "transcript": lambda walker: walker.sees_all(TRANSCRIPT),
    "scores": lambda walker: bool(interview_page(walker).shows_scores),
    "blind scores": is_shown_in_blind_review,
    "costs": lambda walker: walker.sees_all("Model costs so far"),
}


def test_tables_name_all_pages_and_actions() -> None:
    assert set(PAGES) == {model._meta.label_lower for model in MODELS}
    assert action_codes() <= set(ACTIONS)
    assert set(FIELD_PROBES) == set(FIELDS)


@pytest.mark.slow
@pytest.mark.parametrize("key", RoleKey)
def test_role_does_and_sees_what_tables_say(key: RoleKey, own: SampleJob, foreign: SampleJob) -> None:
    walker = make_walker(key, own, foreign)
    expected: dict[str, Any] = {code: cells[key] for code, cells in (PAGES | ACTIONS).items()}
    assert walk_tables(walker) == expected | {name: bool(cells[key]) for name, cells in OTHERS.items()}
    walk_autocompletes(walker)
    seen = {code: probe(walker) for code, probe in FIELD_PROBES.items()}
    assert seen == {code: bool(cells[key]) for code, cells in FIELDS.items()}
    if not FIELDS["contact data"][key]:
        assert walker.pages_with(*own.contact_data, *foreign.contact_data) == set()
    if "own" in PAGES["interviews.interview"][key]:
        assert walker.pages_with(*foreign.texts) == set()
        assert search_results(walker, foreign.texts[1]) == 0
    assert search_results(walker, own.texts[1]) > 0


@pytest.mark.slow
def test_recruiter_without_all_jobs_sees_own_jobs(own: SampleJob, foreign: SampleJob) -> None:
    take_permission(RoleKey.RECRUITER, "view_all_jobs")
    walker = make_walker(RoleKey.RECRUITER, own, foreign)
    addresses = [page_url(model, "changelist") for model in MODELS] + [reverse(name) for name in OTHERS]
    assert OK in {walker.get_status(address) for address in addresses}
    assert walker.sees_all(*own.texts)
    assert walker.pages_with(*foreign.texts) == set()


def test_lookups_do_not_tell_contact_data() -> None:
    client = login_client(make_role_user(RoleKey.AUDITOR))
    lookups: list[tuple[Any, str]] = [
        (Candidate, "phone__startswith"),
        (Candidate, "email__contains"),
        (Candidate, "resume_text__contains"),
        (Call, "number__startswith"),
        (Interview, "candidate__phone__startswith"),
        (TwilioEvent, "params__contains"),
        (DoNotCall, "number_hash"),
    ]
    statuses = {
        lookup: client.get(page_url(model, "changelist"), {lookup: "1"}).status_code for model, lookup in lookups
    }
    assert set(statuses.values()) == {BAD_REQUEST}, statuses


def test_membership_shows_contact_data_of_its_job(own: SampleJob, foreign: SampleJob) -> None:
    walker = make_walker(RoleKey.HIRING_MANAGER, own, foreign, may_see_contact_data=True)
    for job in (own, foreign):
        for page in ("change", "resume"):
            walker.get_status(page_url(Candidate, page, job.interview.candidate_id))
        walker.get_status(page_url(Interview, "change", job.interview.pk))
    assert len(walker.pages_with(own.contact_data[0])) == 3
    assert walker.pages_with(*foreign.contact_data) == set()
    assert walker.count_results(Candidate, q=own.contact_data[1]) == 0


@pytest.fixture
def blind_reviewer(own: SampleJob) -> Walker:
    """A hiring manager who has neither scored nor decided in a blind review."""
    own.interview.job.update_fields(blind_review=True)
    own.rows.pop("interviews.decision").delete()
    own.interview.results.update(overall_score="7.53", reasoning="Why7z.")
    own.interview.responses.all()[0].assessments.update(score="7.53", feedback="Why7z.")
    return make_walker(RoleKey.HIRING_MANAGER, own, own)


def test_blind_review_hides_scores(blind_reviewer: Walker) -> None:
    """In lists, on pages, in the form that decides, and where assessments are compared."""
    for row in blind_reviewer.own.rows.values():
        blind_reviewer.get_status(page_url(row, "changelist"))
        blind_reviewer.get_status(page_url(row, "change", row.pk))
    blind_reviewer.action_scope("interviews.interview decide")
    blind_reviewer.action_scope("interviews.interviewresponse score")
    assert blind_reviewer.action_scope("interviews.interviewresponse opinions") == frozenset()
    assert not blind_reviewer.may_get(page_url(Interview, "history", blind_reviewer.own.interview.pk))
    blind_reviewer.get_status(reverse("admin:index"))
    assert blind_reviewer.pages_with(*HIDDEN_TEXTS) == set()


def test_own_decision_ends_blind_review(blind_reviewer: Walker) -> None:
    interview = blind_reviewer.own.interview
    decide, seen = page_url(Interview, "decide", interview.pk), interview.results.get()
    assert blind_reviewer.client.post(decide, {"verdict": "hire", "seen": seen.pk}).status_code == OK
    assert not interview.decisions.exists()
    blind_reviewer.client.post(decide, {"verdict": "hire", "seen": seen.pk, "reason": "Convincing."})
    blind_reviewer.get_status(page_url(Interview, "change", interview.pk))
    assert blind_reviewer.may_get(page_url(Interview, "history", interview.pk))
    assert blind_reviewer.sees_all(*HIDDEN_TEXTS)


def test_pages_need_staff() -> None:
    user = make_role_user(RoleKey.ADMINISTRATOR)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    answer = login_client(user).get(page_url(Interview, "changelist"))
    assert answer.headers["Location"].startswith(reverse("admin:login"))
