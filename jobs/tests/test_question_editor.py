"""The page on which a job's questions are edited: edits are stored when they are saved, and never overwrite others."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from jobs.admin.editors.questions import QuestionEditor
from jobs.bank.families import Family
from jobs.field_limits import MAX_QUESTIONS
from jobs.models import BankQuestion, BankText, JobDescription, QuestionSet
from screener.models import ModelCall
from screener.records import QuestionContent
from tests.support.admin_client import admin_url, make_staff_client
from tests.support.api_problems import assert_problem
from tests.support.factories import QUESTIONS, make_approved_job, make_job

pytestmark = pytest.mark.django_db
FIELDS = set(QuestionContent.model_fields)
MOST_QUERIES = 16


def address(job: JobDescription) -> str:
    return admin_url(job, "edit_questions")


def open_editor(client: Client, job: JobDescription, **search: Any) -> QuestionEditor:
    editor: QuestionEditor = client.get(address(job), search).context["editor"]
    return editor


def form_of(editor: QuestionEditor, **changed: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    rows = enumerate(editor.sheet.rows)
    cells = {f"question-{place}-{name}": row[name] for place, row in rows for name in FIELDS}
    return {"based_on": editor.based_on or "", "skipped": editor.skipped, **cells, **changed}


def press(client: Client, job: JobDescription, editor: QuestionEditor, button: str, **changed: Any) -> QuestionEditor:
    answer = client.post(address(job), form_of(editor, **changed) | {"do": button})
    pressed: QuestionEditor = answer.context["editor"]
    return pressed


def save(client: Client, job: JobDescription, editor: QuestionEditor, **changed: Any) -> Any:
    return client.post(address(job), form_of(editor, **changed) | {"do": "save"})


def texts(editor: QuestionEditor) -> list[str]:
    return editor.sheet.texts


def bank_text(family: str, *, language: str = "en") -> BankText:
    of_family = BankText.objects.filter(language=language, question__family=family)
    return of_family.select_related("question").order_by("pk")[0]


def test_buttons_store_nothing_and_save_stores_all(admin_client: Client) -> None:
    job, text = make_approved_job(), bank_text(Family.SERVICE)
    first, second, third = (question.text for question in QUESTIONS)
    editor = open_editor(admin_client, job)
    assert texts(editor) == [first, second, third]
    steps: Sequence[tuple[str, list[str], str]] = [
        ("down:0", [second, first, third], "down-1"),
        ("down:1", [second, third, first], "up-2"),
        ("up:1", [third, second, first], "down-0"),
        ("drop:0:2", [second, first, third], "up-2"),
        ("drop:2:0", [third, second, first], "down-0"),
        ("remove:1", [third, first], "remove-1"),
        (f"add:{text.question_id}", [third, first, text.text], f"add-{text.question_id}"),
        ("write", [third, first, text.text, ""], ""),
        ("drop:9:0", [third, first, text.text, ""], ""),
        ("drop:0", [third, first, text.text, ""], ""),
        ("remove:9", [third, first, text.text, ""], ""),
        ("no such button", [third, first, text.text, ""], ""),
    ]
    for button, expected, focus in steps:
        editor = press(admin_client, job, editor, button)
        assert (texts(editor), editor.focus, editor.problem) == (expected, focus, ""), button
    assert QuestionSet.objects.count() == 1
    written = {"question-3-text": "Why us?", "question-3-weight": "2.5"}
    assert save(admin_client, job, editor, **written).url == admin_url(job)
    draft = QuestionSet.objects.get(version=2)
    assert [question.text for question in draft.questions] == [third, first, text.text, "Why us?"]
    assert [question.bank_question for question in draft.questions] == [None, None, text.question_id, None]
    assert draft.questions[2].good_answer == text.good_answer != ""
    assert (draft.status, draft.source, draft.questions[3].weight) == ("draft", "edited by hanna", 2.5)


def test_second_editor_is_told(admin_client: Client) -> None:
    job = make_approved_job()
    other = make_staff_client("view_jobdescription", "change_questionset")
    mine, theirs = open_editor(admin_client, job), open_editor(other, job)
    save(other, job, theirs, **{"question-0-text": "Theirs?"})
    refused = save(admin_client, job, mine, **{"question-0-text": "Mine?"}).context["editor"]
    their_draft = QuestionSet.objects.get(version=2)
    assert (refused.newer, texts(refused)[0]) == (their_draft, "Mine?")
    assert (their_draft.status, QuestionSet.objects.count()) == ("draft", 2)
    save(admin_client, job, refused)
    assert QuestionSet.objects.get(version=3).questions[0].text == "Mine?"


INVALID_CELLS: list[dict[str, tuple[str, str]]] = [
    {
        "text": ("", "required"),
        "competency": ("x" * 201, "max_length"),
        "weight": ("0", "min_value"),
        "max_seconds": ("601", "max_value"),
        "follow_ups": ("3", "max_value"),
    },
    {"text": ("x" * 1001, "max_length"), "weight": ("nan", "invalid")},
    {"text": ("a\x00b", "null_characters_not_allowed")},
]
"""What is typed into the cells of a row, and the error of each."""


def test_invalid_cell_is_marked(admin_client: Client) -> None:
    job = make_approved_job()
    for cells in INVALID_CELLS:
        typed = {f"question-1-{field}": text for field, (text, _) in cells.items()}
        editor = save(admin_client, job, open_editor(admin_client, job), **typed).context["editor"]
        errors = editor.sheet.shown()[1].form.errors.as_data()
        codes = {field: [error.code for error in field_errors] for field, field_errors in errors.items()}
        assert codes == {field: [code] for field, (_, code) in cells.items()}
        assert editor.problem
    assert QuestionSet.objects.count() == 1


def test_number_of_questions_is_limited(admin_client: Client) -> None:
    job = make_job()
    editor = open_editor(admin_client, job)
    assert save(admin_client, job, editor).context["editor"].problem
    for place in range(MAX_QUESTIONS):
        editor.sheet.add({"text": f"Why {place}?"})
    too_many = press(admin_client, job, editor, "write")
    assert (len(too_many.sheet.rows), bool(too_many.problem)) == (MAX_QUESTIONS, True)
    one_more = {f"question-{MAX_QUESTIONS}-text": "Why?"}
    assert save(admin_client, job, editor, **one_more).context["editor"].problem
    assert not QuestionSet.objects.exists()
    save(admin_client, job, editor)
    assert len(QuestionSet.objects.get().questions) == MAX_QUESTIONS


def test_another_question_fits_and_does_not_return(admin_client: Client) -> None:
    text = bank_text(Family.CARE)
    job = make_job(title="Nurse", description="Care for patients on a ward.")
    job.add_draft([QuestionContent.from_json({"text": text.text, "weight": 3})], source="hanna")
    editor, seen = open_editor(admin_client, job), [text.text]
    for _ in range(3):
        editor = press(admin_client, job, editor, "another:0")
        chosen = BankText.objects.select_related("question").get(text=texts(editor)[0])
        assert chosen.question.kind == text.question.kind
        assert chosen.question.family in (Family.CARE, Family.GENERAL)
        assert editor.sheet.rows[0]["weight"] == "3.0"
        seen.append(chosen.text)
    assert len(set(seen)) == len(seen)
    BankQuestion.objects.exclude(texts__text=seen[-1]).update(status=BankQuestion.Status.RETIRED)
    assert press(admin_client, job, editor, "another:0").problem


def test_model_writes_another_question(admin_client: Client, settings: Any) -> None:
    job = make_job(title="Nurse", description="Care for patients on a ward, give medication, talk to relatives.")
    job.add_draft(QUESTIONS, source="hanna")
    editor = open_editor(admin_client, job)
    kept = texts(editor)[1:]
    written = press(admin_client, job, editor, "rewrite:0")
    assert (written.problem, texts(written)[1:], written.skipped) == ("", kept, [QUESTIONS[0].text])
    assert texts(written)[0] not in {question.text for question in QUESTIONS}
    assert ModelCall.objects.get().job_id == job.pk
    settings.JUDGE = "person"
    offline = press(admin_client, job, editor, "rewrite:0")
    assert (offline.has_model, texts(offline)) == (False, texts(editor))


def test_unreachable_model_keeps_question(admin_client: Client, settings: Any) -> None:
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"
    job = make_approved_job()
    editor = open_editor(admin_client, job)
    refused = press(admin_client, job, editor, "rewrite:0")
    assert (bool(refused.problem), texts(refused)) == (True, texts(editor))


def test_bank_is_searched_in_language_of_job(admin_client: Client) -> None:
    job = make_job(title="Koch", description="Kochen", language="de")
    text = bank_text(Family.HOSPITALITY, language="de")
    question = text.question
    search = {
        "words": text.text.split()[-1].strip("?"),
        "family": question.family,
        "kind": question.kind,
        "difficulty": question.difficulty,
    }
    matches = open_editor(admin_client, job, **search).found()
    assert text in [entry.text for entry in matches]
    assert {entry.text.language for entry in matches} == {"de"}
    question.retire(by="hanna")
    assert text not in [entry.text for entry in open_editor(admin_client, job, **search).found()]
    retired = press(admin_client, job, open_editor(admin_client, job), f"add:{question.pk}")
    assert (retired.sheet.rows, bool(retired.problem)) == ([], True)
    for hostile in ({"words": "\0"}, {"words": "' | &"}, {"difficulty": "x"}, {"family": "none"}):
        assert isinstance(open_editor(admin_client, job, **hostile).found(), list)


def test_known_question_is_not_added_twice(admin_client: Client) -> None:
    job, text = make_job(), bank_text(Family.SERVICE)
    editor = press(admin_client, job, open_editor(admin_client, job), f"add:{text.question_id}")
    again = press(admin_client, job, editor, f"add:{text.question_id}")
    assert (texts(again), bool(again.problem)) == ([text.text], True)


def test_queries_do_not_grow(admin_client: Client, django_assert_max_num_queries: Any) -> None:
    job = make_approved_job(questions=[question.model_copy() for question in QUESTIONS * 5])
    with django_assert_max_num_queries(MOST_QUERIES):
        assert admin_client.get(address(job)).status_code == 200


def test_reader_may_not_edit(db: None) -> None:
    job = make_approved_job()
    reader = make_staff_client("view_jobdescription", "view_questionset")
    assert User.objects.count() == 1
    assert [reader.get(address(job)).status_code, reader.post(address(job)).status_code] == [403, 403]


def test_api_refuses_version_that_was_replaced(api: APIClient) -> None:
    job = make_approved_job()
    approved = job.approved_questions
    assert approved
    body = {"job": str(job.pk), "questions": [{"text": "Why?"}], "based_on": str(approved.pk)}
    draft = api.post("/api/v1/question-sets/", body).json()
    assert draft["version"] == 2
    problem = api.post("/api/v1/question-sets/", body)
    assert_problem(problem, 409)
    assert (problem.json()["code"], problem.json()["question_set"]) == ("questions_replaced", draft["id"])
    assert QuestionSet.objects.count() == 2
