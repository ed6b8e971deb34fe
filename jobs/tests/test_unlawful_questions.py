"""Questions on subjects that employers must not ask about are found, and approved with a reason only."""

import csv
import tomllib
import unicodedata
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.test import APIClient

from jobs.interview_languages import interview_languages
from jobs.models import JobDescription, QuestionSet
from jobs.unlawful_questions import LANGUAGES, UnlawfulTopic, find_topics, question_warnings
from screener.records import QuestionSpec
from screener.services.interviewer.protocol import JobText
from screener.services.interviewer.question_composer import compose_phrase_questions
from screener.tests import services
from tests.support.admin_client import admin_url, get_page, page_text
from tests.support.factories import QUESTIONS, make_job

FOLDER = Path(__file__).with_name("question_topics")
SAMPLES = sorted(FOLDER.glob("*.tsv"))
MIN_RECALL, MAX_FALSE_ALARMS = 0.95, 0.03
HELD_OUT_RATES = {"en": (0.88, 0.025), "de": (0.95, 0.05), "es": (0.95, 0.05), "fr": (0.95, 0.1), "pt": (0.95, 0.05)}
"""By language: least recall and most false alarms on samples that no rule was built on."""
OUTSIDE_RATES = {"en": (0.85, 0.05), "de": (0.8, 0.15), "es": (0.8, 0.2), "fr": (0.75, 0.1), "pt": (0.7, 0.25)}
"""The same on samples by a writer who saw neither rules nor samples."""
ADVERTISEMENTS = tomllib.loads((Path(services.__file__).parent / "advertisements.toml").read_text(encoding="utf-8"))
UNLAWFUL = QuestionSpec(text="How old are you?", competency="", weight=1.0, max_seconds=60)
REASON = "The law sets a minimum age for this work."


def read_samples(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def measure_rates(path: Path) -> tuple[float, list[str], float, list[str]]:
    """Return recall, missed questions, rate of false alarms, and the lawful questions that raise one."""
    language = path.stem.split("_")[0]
    samples = [(sample, bool(find_topics(sample["question"], language))) for sample in read_samples(path)]
    unlawful = [(sample["question"], is_found) for sample, is_found in samples if sample["topic"]]
    lawful = [(sample["question"], is_found) for sample, is_found in samples if not sample["topic"]]
    missed = [question for question, is_found in unlawful if not is_found]
    alarms = [question for question, is_found in lawful if is_found]
    return 1 - len(missed) / len(unlawful), missed, len(alarms) / len(lawful), alarms


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_unlawful_questions_are_found(path: Path) -> None:
    recall, missed, false_alarms, alarms = measure_rates(path)
    assert recall >= MIN_RECALL, missed
    assert false_alarms <= MAX_FALSE_ALARMS, alarms


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("suffix", "rates"), [("", HELD_OUT_RATES), ("_outside", OUTSIDE_RATES)])
def test_held_out_questions_are_found(language: str, suffix: str, rates: dict[str, tuple[float, float]]) -> None:
    recall, _, false_alarms, _ = measure_rates(FOLDER / "held_out" / f"{language}{suffix}.tsv")
    min_recall, max_false_alarms = rates[language]
    assert recall >= min_recall
    assert false_alarms <= max_false_alarms


@pytest.mark.parametrize("title", ADVERTISEMENTS)
def test_composed_questions_are_lawful(title: str) -> None:
    questions = compose_phrase_questions(JobText(title, ADVERTISEMENTS[title]["text"], "en"))
    assert question_warnings([question.text for question in questions], "en") == []


@pytest.mark.parametrize("topic", UnlawfulTopic)
def test_topics_have_samples(topic: UnlawfulTopic) -> None:
    samples = [sample for path in SAMPLES for sample in read_samples(path) if sample["topic"] == topic]
    assert samples
    assert any(topic in find_topics(sample["question"], "en-GB") for sample in samples)


def test_language_without_patterns_has_no_warnings() -> None:
    assert find_topics(UNLAWFUL.text, "nl") == ()


def test_every_interview_language_has_patterns() -> None:
    assert interview_languages.keys() <= LANGUAGES.keys()


def test_decomposed_accents_and_missing_ones_match() -> None:
    texts = [unicodedata.normalize("NFD", "¿Cuántos años tienes?"), "Cuantos anos tienes"]
    assert {find_topics(text, "es") for text in texts} == {(UnlawfulTopic.AGE,)}


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
    assert str(UnlawfulTopic.AGE.label) in get_page(admin_client, admin_url(job, "edit"))
    approval = admin_url(job, "approve_questions")
    page = get_page(admin_client, approval)
    assert all(text in page for text in ('name="reason"', UNLAWFUL.text, str(UnlawfulTopic.AGE.label)))
    admin_client.post(approval, {"reason": ""})
    assert QuestionSet.objects.get().status == QuestionSet.Status.DRAFT
    admin_client.post(approval, {"reason": REASON})
    assert QuestionSet.objects.get().approval_reason == REASON
    assert REASON in get_page(admin_client, admin_url(job, "edit"))


@pytest.mark.django_db
def test_replaced_questions_are_not_approved(admin_client: Client, job: JobDescription) -> None:
    shown_set = str(QuestionSet.objects.get().pk)
    replacement = job.add_draft(QUESTIONS, source="a test")
    approval = admin_url(job, "approve_questions")
    assert str(replacement.pk) in page_text(admin_client.post(approval, {"shown_set": shown_set, "reason": REASON}))
    assert JobDescription.objects.get().approved_questions is None
    admin_client.post(approval, {"shown_set": str(replacement.pk)})
    assert JobDescription.objects.get().approved_questions == replacement


@pytest.mark.django_db
def test_lawful_questions_need_no_reason(admin_client: Client) -> None:
    job = make_job()
    job.add_draft(QUESTIONS, source="a test")
    approval = admin_url(job, "approve_questions")
    assert 'name="reason"' not in get_page(admin_client, approval)
    admin_client.post(approval)
    assert QuestionSet.objects.get().status == QuestionSet.Status.APPROVED
