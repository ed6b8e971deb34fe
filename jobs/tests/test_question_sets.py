"""The life of a question set: a draft may be edited, an approved set only retired."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from jobs.models import JobDescription, QuestionSet
from tests.support.factories import QUESTIONS, make_approved_job, make_job

pytestmark = pytest.mark.django_db

Status = QuestionSet.Status
OTHER_QUESTIONS = [QUESTIONS[0].model_copy(update={"text": "Why?"})]
FROZEN_FIELDS = sorted({field.name for field in QuestionSet._meta.concrete_fields} - {"status", "updated_at"})


def question_set(status: str) -> QuestionSet:
    job = make_job()
    questions = job.add_draft(QUESTIONS, source="a test")
    if status != Status.DRAFT:
        questions.approve(by="a test")
    if status == Status.RETIRED:
        job.add_draft(OTHER_QUESTIONS, source="a test").approve(by="a test")
    return QuestionSet.objects.get(pk=questions.pk)


def other_value(name: str) -> Any:
    """A valid value that no set of this module has in the field."""
    match QuestionSet._meta.get_field(name).get_internal_type():
        case "UUIDField":
            return uuid4()
        case "ForeignKey":
            return make_job().pk
        case "DateTimeField":
            return timezone.now()
        case "PositiveIntegerField":
            return 7
        case "JSONField":
            return OTHER_QUESTIONS
    return "other"


@contextmanager
def refused_by_database() -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == "question_set_is_frozen"


def save(questions: QuestionSet) -> None:
    questions.questions = OTHER_QUESTIONS
    questions.save()


def update_fields(questions: QuestionSet) -> None:
    questions.update_fields(questions=OTHER_QUESTIONS)


def update(questions: QuestionSet) -> None:
    QuestionSet.objects.filter(pk=questions.pk).update(questions=OTHER_QUESTIONS)


def bulk_update(questions: QuestionSet) -> None:
    questions.questions = OTHER_QUESTIONS
    QuestionSet.objects.bulk_update([questions], ["questions"])


def execute_sql(questions: QuestionSet) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_questionset SET questions = '[]' WHERE id = %s", [questions.pk])


WRITES = [save, update_fields, update, bulk_update, execute_sql]


class TestFrozenSet:
    @pytest.mark.parametrize("status", [Status.APPROVED, Status.RETIRED])
    @pytest.mark.parametrize("write", WRITES)
    def test_questions_never_change(self, write: Callable[[QuestionSet], None], status: str) -> None:
        questions = question_set(status)
        with refused_by_database():
            write(questions)
        questions.refresh_from_db()
        assert questions.questions == QUESTIONS

    @pytest.mark.parametrize("name", FROZEN_FIELDS)
    def test_fields_never_change(self, name: str) -> None:
        questions = question_set(Status.APPROVED)
        with refused_by_database():
            QuestionSet.objects.filter(pk=questions.pk).update(**{name: other_value(name)})

    @pytest.mark.parametrize(
        ("before", "after"),
        [(Status.APPROVED, Status.DRAFT), (Status.RETIRED, Status.DRAFT), (Status.RETIRED, Status.APPROVED)],
    )
    def test_status_never_goes_back(self, before: str, after: str) -> None:
        questions = question_set(before)
        with refused_by_database():
            questions.update_fields(status=after)

    def test_unchanged_save_is_allowed(self) -> None:
        questions = question_set(Status.APPROVED)
        questions.save()
        assert QuestionSet.objects.get(pk=questions.pk).updated_at == questions.updated_at

    def test_retired_draft_is_frozen(self) -> None:
        job = make_job()
        replaced = job.add_draft(QUESTIONS, source="a test")
        job.add_draft(OTHER_QUESTIONS, source="a test")
        with refused_by_database():
            update(replaced)


class TestTransitions:
    @pytest.mark.parametrize("write", WRITES)
    def test_draft_may_be_edited(self, write: Callable[[QuestionSet], None]) -> None:
        questions = question_set(Status.DRAFT)
        write(questions)
        questions.refresh_from_db()
        assert questions.questions != QUESTIONS

    def test_approval_retires_former_set(self) -> None:
        job = make_approved_job()
        draft = job.add_draft(OTHER_QUESTIONS, source="a test").approve(by="a test")
        states = dict(job.question_sets.values_list("version", "status"))
        assert states == {draft.version - 1: Status.RETIRED, draft.version: Status.APPROVED}

    def test_job_is_deleted_with_its_sets(self) -> None:
        job = JobDescription.objects.get(pk=question_set(Status.RETIRED).job_id)
        job.delete()
        assert not QuestionSet.objects.exists()
