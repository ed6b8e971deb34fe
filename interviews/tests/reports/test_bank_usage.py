"""The usage of bank questions is counted from interviews, and their difficulty follows from it."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from interviews.models import Assessment, Attempt, Interview, InterviewResponse, Recording
from interviews.models.no_answer import NoAnswer
from interviews.reports.bank_usage import COUNTED_EVERY, count_bank_usage, count_question
from jobs.bank.editing import change_question, entry_of
from jobs.bank.entry import entry_from, fields_of
from jobs.bank.statistics.calibration import MIN_ANSWERS, measured_difficulty
from jobs.bank.statistics.weaknesses import MIN_ASKED, find_weaknesses
from jobs.models import BankEvent, BankQuestion, BankUsage, JobDescription, Weakness
from jobs.models.bank_usage import MIN_SHOWN
from screener.records import QuestionContent
from tests.support.admin_client import page_url
from tests.support.factories import QUESTIONS, make_interview, make_job

pytestmark = pytest.mark.django_db
Status = InterviewResponse.Status


@pytest.fixture
def question(db: None) -> BankQuestion:
    return BankQuestion.objects.with_texts().order_by("pk")[0]


@pytest.fixture
def job(question: BankQuestion) -> JobDescription:
    """A job that asks the bank question first, and one of its own."""
    text = question.texts.get(language="en")
    job = make_job()
    bank_question = QuestionContent.from_json({"text": text.text})
    job.add_draft([bank_question, QUESTIONS[0]], source="hanna").approve(by="hanna")
    return JobDescription.objects.get(pk=job.pk)


def plan(job: JobDescription, number: int) -> list[InterviewResponse]:
    interview = make_interview(job=job, phone=f"+1415555{number:04}", email=f"{number}@example.com")
    return list(interview.responses.order_by("position"))


def settle(response: InterviewResponse, status: str, no_answer: str = "", *, score: float | None = None) -> None:
    response.update_fields(status=status, no_answer=no_answer)
    if score is not None:
        Assessment.objects.create(response=response, score=Decimal(str(score)), rubric_version="1", label="a model")


def record(response: InterviewResponse, seconds: int) -> None:
    attempt = Attempt.objects.create(interview=response.interview, number=1, send_before=timezone.now())
    Recording.objects.create(response=response, attempt=attempt, turn=1, seconds=seconds, chosen=True)


def test_counts_follow_from_states(job: JobDescription, question: BankQuestion) -> None:
    states: Sequence[tuple[str, str, tuple[int, int, int]]] = [
        (Status.PLANNED, "", (0, 0, 0)),
        (Status.SKIPPED, "", (0, 0, 0)),  # the interview was over before
        (Status.ASKED, "", (1, 0, 0)),
        (Status.SKIPPED, NoAnswer.SKIPPED, (1, 0, 1)),
        (Status.SKIPPED, NoAnswer.DONT_KNOW, (1, 0, 1)),
        (Status.SKIPPED, NoAnswer.ASKED_PERSON, (1, 0, 0)),
        (Status.SILENT, "", (1, 0, 1)),
        (Status.TRANSCRIBED, "", (1, 1, 0)),
        (Status.ASSESSED, "", (1, 1, 0)),
        (Status.AUDIO_LOST, "", (1, 1, 0)),
    ]
    for number, (status, no_answer, _) in enumerate(states):
        settle(plan(job, number)[0], status, no_answer)
    practice = plan(job, 99)[0]
    settle(practice, Status.ASSESSED, score=9)
    Interview.all_objects.filter(pk=practice.interview_id).update(purpose=Interview.Purpose.PRACTICE)
    assert count_bank_usage() == 1
    usage = BankUsage.objects.get()
    expected = tuple(sum(counts[at] for _, _, counts in states) for at in range(3))
    assert (usage.question, usage.asked, usage.answered, usage.skipped) == (question, *expected)
    assert (usage.scored, usage.mean_score) == (0, None)


def test_figures_say_on_how_many_answers_they_rest(job: JobDescription, question: BankQuestion) -> None:
    for number in range(MIN_SHOWN - 1):
        own, other = plan(job, number)
        settle(own, Status.ASSESSED, score=4 + number)
        settle(other, Status.ASSESSED, score=5)
        record(own, seconds=10 * number)
    usage = count_question(question)
    assert (usage.scored, usage.mean_score, usage.median_seconds, usage.mean_difference) == (4, None, None, None)
    own, other = plan(job, 50)
    settle(own, Status.ASSESSED, score=8)
    settle(other, Status.ASSESSED, score=6)
    usage = count_question(question)
    assert (usage.scored, usage.compared, usage.timed) == (5, 5, 4)
    assert usage.mean_score == pytest.approx(6)
    assert usage.score_spread == pytest.approx(2.5**0.5)
    assert usage.mean_difference == pytest.approx(0.8)
    assert usage.separation == pytest.approx(0.7071, abs=1e-3)
    assert usage.median_seconds is None


def test_question_is_counted_again_after_an_hour(job: JobDescription) -> None:
    plan(job, 1)
    assert [count_bank_usage(), count_bank_usage()] == [1, 0]
    BankUsage.objects.update(counted_at=timezone.now() - COUNTED_EVERY - timedelta(seconds=1))
    assert count_bank_usage() == 1


def test_new_words_begin_new_counts(job: JobDescription, question: BankQuestion) -> None:
    settle(plan(job, 1)[0], Status.ASSESSED)
    fields = fields_of(entry_of(question))
    easier = entry_from(fields | {"difficulty": 4 - question.difficulty})
    change_question(question, easier, by="hanna")
    question.refresh_from_db()
    assert count_question(question).asked == 1
    texts = [text | {"text": f"{text['text']} Why?"} for text in fields["texts"]]
    change_question(question, entry_from(fields | {"texts": texts}), by="hanna")
    question.refresh_from_db()
    assert count_question(question).asked == 0
    assert plan(job, 2)[0].bank_question is None


def usage_of(question: BankQuestion, **figures: Any) -> BankUsage:
    return BankUsage(question=question, **figures)


@pytest.mark.parametrize(
    ("compared", "mean", "spread", "difficulty"),
    [
        (MIN_ANSWERS - 1, 3.0, 0.5, None),
        (MIN_ANSWERS, 3.0, 0.5, BankQuestion.Difficulty.EASY),
        (MIN_ANSWERS, -3.0, 0.5, BankQuestion.Difficulty.HARD),
        (MIN_ANSWERS, 0.0, 0.5, BankQuestion.Difficulty.MEDIUM),
        (MIN_ANSWERS, 0.7, 2.0, None),
        (1000, 0.7, 0.5, BankQuestion.Difficulty.MEDIUM),
    ],
)
def test_difficulty_needs_enough_certain_answers(
    question: BankQuestion, compared: int, mean: float, spread: float, difficulty: int | None
) -> None:
    usage = usage_of(question, compared=compared, mean_difference=mean, difference_spread=spread)
    assert measured_difficulty(usage) == difficulty


def test_recalibration_is_recorded_and_overruled(job: JobDescription, question: BankQuestion) -> None:
    before = question.difficulty
    assert before != BankQuestion.Difficulty.EASY
    for number in range(MIN_ANSWERS):
        own, other = plan(job, number)
        settle(own, Status.ASSESSED, score=9 - number % 2)
        settle(other, Status.ASSESSED, score=4)
    count_bank_usage()
    question.refresh_from_db()
    assert (question.difficulty, question.difficulty_source) == (1, BankQuestion.DifficultySource.ANSWERS)
    event = question.events.get(kind=BankEvent.Kind.RECALIBRATED)
    assert (event.difficulty_before, event.difficulty_after, event.answers) == (before, 1, MIN_ANSWERS)
    question.set_difficulty(3, by="hanna")
    BankUsage.objects.update(counted_at=timezone.now() - 2 * COUNTED_EVERY)
    count_bank_usage()
    question.refresh_from_db()
    assert (question.difficulty, question.status) == (3, BankQuestion.Status.APPROVED)
    question.set_difficulty(None, by="hanna")
    assert question.recalibrate(1, answers=MIN_ANSWERS)
    assert question.events.filter(kind=BankEvent.Kind.OVERRULED, actor="hanna").count() == 2


@pytest.mark.parametrize(
    ("figures", "weaknesses"),
    [
        ({"asked": MIN_ASKED - 1, "skipped": MIN_ASKED - 1}, []),
        ({"asked": MIN_ASKED, "skipped": MIN_ASKED // 2}, [Weakness.SKIPPED_OFTEN]),
        ({"asked": MIN_ASKED, "skipped": 1, "scored": 30, "score_spread": 0.2}, [Weakness.NO_SPREAD]),
        ({"scored": 50, "score_spread": 2.0, "compared": 50, "separation": 0.0}, [Weakness.NO_SEPARATION]),
        ({"scored": 50, "score_spread": 2.0, "compared": 50, "separation": 0.5}, []),
    ],
)
def test_weak_questions_have_reasons(
    question: BankQuestion, figures: dict[str, Any], weaknesses: list[Weakness]
) -> None:
    assert find_weaknesses(usage_of(question, **figures)) == weaknesses


def test_weak_questions_are_listed_and_retired_together(
    admin_client: Client, question: BankQuestion, django_assert_max_num_queries: Any
) -> None:
    usage_of(question, asked=40, skipped=30, weaknesses=[Weakness.SKIPPED_OFTEN]).save()
    address = page_url(BankQuestion, "changelist")
    for wanted, expected in (("any", [question]), ("skipped_often", [question]), ("no_spread", [])):
        shown = admin_client.get(address, {"weakness": wanted}).context["cl"].result_list
        assert list(shown) == expected
    with django_assert_max_num_queries(12):
        admin_client.get(address)
    assert admin_client.get(page_url(question, "change", question.pk)).status_code == 200
    admin_client.post(f"{address}?weakness=any", {"action": "retire_chosen", "_selected_action": [question.pk]})
    question.refresh_from_db()
    assert question.status == BankQuestion.Status.RETIRED
    assert question.events.get(kind=BankEvent.Kind.RETIRED).reason == str(Weakness.SKIPPED_OFTEN.label)


def test_person_sets_difficulty(admin_client: Client, api: APIClient, question: BankQuestion) -> None:
    admin_client.post(page_url(question, "set_difficulty", question.pk), {"difficulty": "3"})
    address = f"/api/v1/bank-questions/{question.pk}/"
    shown = api.get(address).json()
    assert (shown["difficulty"], shown["difficulty_source"], shown["usage"]) == (3, "person", None)
    changed = api.post(f"{address}difficulty/", {"difficulty": None}).json()
    assert (changed["difficulty"], changed["difficulty_source"], changed["status"]) == (3, "author", "approved")
    usage_of(question, asked=40, skipped=30, weaknesses=[Weakness.SKIPPED_OFTEN]).save()
    found = api.get("/api/v1/bank-questions/", {"weakness": "skipped_often"}).json()["results"]
    assert [(entry["id"], entry["usage"]["asked"]) for entry in found] == [(str(question.pk), 40)]
    assert api.get("/api/v1/bank-questions/", {"weakness": "none"}).status_code == 400
