"""Questions on subjects that employers must not ask about are found, and approved with a reason only."""

import csv
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.test import APIClient

from jobs.models import JobDescription, QuestionSet
from jobs.unlawful_questions import UnlawfulTopic, find_topics
from screener.records import QuestionSpec
from tests.support.admin_client import admin_url, get_page
from tests.support.factories import QUESTIONS, make_job

SAMPLES = sorted(Path(__file__).with_name("question_topics").glob("*.tsv"))
MIN_RECALL, MAX_FALSE_ALARMS = 0.9, 0.05
UNLAWFUL = QuestionSpec(text="How old are you?", competency="", weight=1.0, max_seconds=60)
REASON = "The law sets a minimum age for this work."


def read_samples(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_unlawful_questions_are_found(path: Path) -> None:
    samples = read_samples(path)
    language = path.stem.split("_")[0]
    unlawful = [sample for sample in samples if sample["topic"]]
    missed = [sample["question"] for sample in unlawful if not find_topics(sample["question"], language)]
    assert 1 - len(missed) / len(unlawful) >= MIN_RECALL, missed
    lawful = [sample["question"] for sample in samples if not sample["topic"]]
    alarms = [question for question in lawful if find_topics(question, language)]
    assert len(alarms) / len(lawful) <= MAX_FALSE_ALARMS, alarms


@pytest.mark.parametrize("topic", UnlawfulTopic)
def test_topics_have_samples(topic: UnlawfulTopic) -> None:
    samples = [sample for path in SAMPLES for sample in read_samples(path) if sample["topic"] == topic]
    assert samples
    assert any(topic in find_topics(sample["question"], "en-GB") for sample in samples)


def test_language_without_patterns_has_no_warnings() -> None:
    assert find_topics(UNLAWFUL.text, "de") == ()


@pytest.fixture
def job() -> JobDescription:
    job = make_job()
    job.add_draft([*QUESTIONS, UNLAWFUL], source="a test")
    return job


@pytest.mark.django_db
def test_api_requires_reason(api: APIClient, job: JobDescription) -> None:
    address = f"/api/v1/jobs/{job.pk}/"
    warnings = [{"position": len(QUESTIONS), "topics": [UnlawfulTopic.AGE]}]
    assert api.get(address).json()["question_set"]["warnings"] == warnings
    for body in ({}, {"reason": " "}):
        assert api.post(f"{address}approve/", body).status_code in (400, 409)
    assert job.approved_questions is None
    assert api.post(f"{address}approve/", {"reason": REASON}).status_code == 200
    question_set = QuestionSet.objects.get()
    assert (question_set.status, question_set.approval_reason) == (QuestionSet.Status.APPROVED, REASON)


@pytest.mark.django_db
def test_reason_without_warnings_is_not_kept(api: APIClient) -> None:
    job = make_job()
    job.add_draft(QUESTIONS, source="a test")
    assert api.post(f"/api/v1/jobs/{job.pk}/approve/", {"reason": REASON}).status_code == 200
    assert QuestionSet.objects.get().approval_reason == ""


@pytest.mark.django_db
def test_admin_asks_for_reason(admin_client: Client, job: JobDescription) -> None:
    assert UnlawfulTopic.AGE.label in get_page(admin_client, admin_url(job, "edit"))
    approval = admin_url(job, "approve_questions")
    assert 'name="reason"' in get_page(admin_client, approval)
    admin_client.post(approval, {"reason": ""})
    assert QuestionSet.objects.get().status == QuestionSet.Status.DRAFT
    admin_client.post(approval, {"reason": REASON})
    assert QuestionSet.objects.get().approval_reason == REASON


@pytest.mark.django_db
def test_lawful_questions_need_no_reason(admin_client: Client) -> None:
    job = make_job()
    job.add_draft(QUESTIONS, source="a test")
    approval = admin_url(job, "approve_questions")
    assert 'name="reason"' not in get_page(admin_client, approval)
    admin_client.post(approval)
    assert QuestionSet.objects.get().status == QuestionSet.Status.APPROVED
