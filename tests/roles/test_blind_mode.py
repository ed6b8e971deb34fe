"""Walks the admin and the desk in blind mode: no page tells who the candidate is."""

import logging
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from desk.urls import urlpatterns
from interviews.decisions import record_decision
from interviews.models import Assessment, Interview, InterviewEvent, InterviewResult
from interviews.records import CriterionRecord, Evidence
from screener.access.blind_mode import turn_on
from screener.access.viewer import VIEW_NAMES
from screener.exports.files import RESPONSES
from screener.models import RoleKey
from screener.records import Point
from tests.roles.sample_job import SampleJob, make_sample_job
from tests.roles.table import read_table
from tests.roles.walker import DENIED, MODELS, OK, Walker
from tests.support.admin_client import admin_url, get_page, page_url
from tests.support.role_accounts import login_client, make_role_user, take_permission

pytestmark = pytest.mark.django_db
FIRST, LAST = "Xenobia", "Quandt-Ölmez"
NAME = f"{FIRST} {LAST}"
PHONE, EMAIL = "4155550171", "xeno.quandt@example.com"
WORDS = "I moved four hundred mailboxes."
TEXT = f"Hello, {NAME} here, just call me {FIRST.lower()}. Mail {EMAIL}. {WORDS}"
IDENTIFYING = (FIRST, FIRST.lower(), "Quandt", "quandt", "lmez", PHONE, EMAIL)
NAMED_FIELDS: dict[Any, tuple[str, ...]] = {
    Assessment: ("feedback", "note", "reason"),
    InterviewResult: ("reasoning",),
    InterviewEvent: ("reason",),
    Interview: ("outcome_reason", "waiting_for"),
}


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="django.request")


@pytest.fixture
def reader(db: None) -> User:
    user = User.objects.create_superuser("root")
    turn_on(user.pk, on=True)
    return user


@pytest.fixture
def sample(reader: User) -> SampleJob:
    """An interview with the name in each text that a page shows."""
    sample = make_sample_job(1, decider=reader)
    interview = sample.interview
    interview.candidate.update_fields(full_name=NAME, email=EMAIL, phone=f"+1{PHONE}", resume_text=TEXT)
    interview.responses.update(transcript=TEXT)
    quote = Evidence(quote=TEXT, verified=True, start=0, end=len(TEXT))
    criterion = CriterionRecord(criterion="c", name="c", weight=1, score=7.5, reason=TEXT, evidence=[quote], flags=[])
    point = Point(text=TEXT, position=0, quote=TEXT)
    Assessment.objects.update(criteria=[criterion])
    InterviewResult.objects.update(grounds=[point], strengths=[point], improvements=[point])
    for model, names in NAMED_FIELDS.items():
        model.objects.update(**dict.fromkeys(names, TEXT))
    seen = interview.results.get(is_current=True)
    record_decision(interview, by=reader, verdict="reject", reason=TEXT, seen=seen)
    return sample


def desk_addresses(sample: SampleJob) -> list[str]:
    """Every address of the desk."""
    ids = {
        "job_id": sample.interview.job_id,
        "candidate_id": sample.interview.candidate_id,
        "interview_id": sample.interview.pk,
        "link_id": sample.rows["interviews.sharelink"].pk,
        "recording_id": sample.rows["interviews.recording"].pk,
    }
    paths = [
        reverse(pattern.name, kwargs={name: ids.get(name, uuid4()) for name in pattern.pattern.converters})
        for pattern in urlpatterns
    ]
    return [f"{path}?i={sample.interview.pk}" for path in paths]


def admin_addresses(sample: SampleJob) -> list[str]:
    lists = [page_url(model, page) for model in MODELS for page in ("changelist", "add")]
    files = [page_url(model, f"export_{extension}") for model in MODELS for extension in RESPONSES]
    rows = [(model, sample.row(model)) for model in MODELS]
    pages = [page_url(model, page, row.pk) for model, row in rows if row for page in ("change", "history", "delete")]
    return [*lists, *files, *pages] + [reverse(name) for name in read_table("Other pages")]


def action_addresses(sample: SampleJob) -> list[str]:
    addresses = []
    for label, name in (code.split(" ") for code in read_table("Actions")):
        row: Any = sample.rows.get(label)
        if row is None or name.startswith("desk-"):
            continue
        subject = row.assessments.all()[0] if name == "choose" else row
        addresses.append(reverse(f"admin:{label.replace('.', '_')}_{name}", args=[subject.pk]))
    return addresses


@pytest.mark.slow
def test_no_page_names_candidate(reader: User, sample: SampleJob) -> None:
    walker = Walker(reader, sample, sample)
    addresses = [*desk_addresses(sample), *admin_addresses(sample), *action_addresses(sample)]
    statuses = [walker.get_status(address) for address in addresses]
    assert walker.pages_with(*IDENTIFYING) == set()
    assert statuses.count(OK) > 20  # the pages of reviewers stay open


@pytest.mark.parametrize("page", ["desk-report-pdf", "desk-report-json"])
def test_file_names_tell_nothing(reader: User, sample: SampleJob, page: str) -> None:
    response = login_client(reader).get(reverse(page, args=[sample.interview.pk]))
    code = sample.interview.candidate.alias.split()[-1].lower()
    assert f"report-candidate-{code}-" in response["Content-Disposition"]


def test_walk_finds_names(reader: User, sample: SampleJob) -> None:
    """Without blind mode the pages show names, so that the walk can fail."""
    turn_on(reader.pk, on=False)
    walker = Walker(reader, sample, sample)
    report = reverse("desk-report-json", args=[sample.interview.pk])
    for row in (sample.interview, sample.interview.job, sample.interview.candidate):
        walker.get_status(admin_url(row))
    walker.get_status(report)
    assert len(walker.pages_with(NAME)) == 4
    assert len(walker.pages_with(EMAIL)) > 1


def test_review_page_shows_alias_and_words(reader: User, sample: SampleJob) -> None:
    page = get_page(login_client(reader), admin_url(sample.interview))
    assert page.count(sample.interview.candidate.alias) > 3
    assert WORDS in page


@pytest.mark.parametrize("term", [FIRST, PHONE, EMAIL])
def test_search_finds_no_name(reader: User, sample: SampleJob, term: str) -> None:
    client, interviews = login_client(reader), reverse("admin:interviews_interview_changelist")
    assert list(client.get(interviews, {"q": term}).context["cl"].result_list) == []
    assert client.get(admin_url(sample.interview.job), {"q": term}).context["desk"].rows == []
    query = {"app_label": "interviews", "model_name": "interview", "field_name": "candidate", "term": term}
    assert client.get(reverse("admin:autocomplete"), query).json()["results"] == []


def test_address_filters_by_no_name(reader: User, sample: SampleJob) -> None:
    interviews = reverse("admin:interviews_interview_changelist")
    response = login_client(reader).get(interviews, {"candidate__full_name__startswith": "X"})
    assert response.status_code in (302, 400)


def test_desk_finds_alias(reader: User, sample: SampleJob) -> None:
    query = {"q": sample.interview.candidate.alias, "order": "name"}
    rows = login_client(reader).get(admin_url(sample.interview.job), query).context["desk"].rows
    assert [row.interview.pk for row in rows] == [sample.interview.pk]


def test_switch_is_remembered(reader: User, sample: SampleJob) -> None:
    client, page, switch = login_client(reader), admin_url(sample.interview), reverse("desk-blind-mode")
    assert client.get(switch).status_code == 405
    assert client.post(switch, {"on": "no", "next": page})["Location"] == page
    assert NAME in get_page(client, page)
    assert client.post(switch, {"on": "yes", "next": "//evil.example"})["Location"] == reverse("admin:index")
    assert NAME not in get_page(login_client(reader), page)


def test_reader_without_permission_stays_blind(sample: SampleJob) -> None:
    take_permission(RoleKey.HIRING_MANAGER, VIEW_NAMES.split(".")[1])
    client: Client = login_client(
        make_role_user(RoleKey.HIRING_MANAGER, sample.interview.job, may_see_contact_data=True)
    )
    assert client.post(reverse("desk-blind-mode"), {"on": "no"}).status_code == DENIED
    page = get_page(client, admin_url(sample.interview))
    assert not any(text in page for text in IDENTIFYING)
    assert reverse("desk-blind-mode") not in page
    assert client.get(admin_url(sample.interview.candidate)).status_code == DENIED


def test_roles_see_names_at_first(sample: SampleJob) -> None:
    for key in RoleKey:
        assert NAME in get_page(login_client(make_role_user(key, sample.interview.job)), admin_url(sample.interview))
