"""The question bank in the admin."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jobs.models import BankQuestion
from jobs.tests.bank.test_files import HEADER, ROW
from tests.support.admin_client import admin_url

LIST = reverse("admin:jobs_bankquestion_changelist")
TEXT = "Which signals does the operator of a crane need?"


def form_data(*texts: str, **fields: str) -> dict[str, str]:
    rows = {
        f"texts-{number}-{name}": value
        for number, text in enumerate(texts)
        for name, value in {"language": "en", "text": text, "competency": "Cranes", "keywords": "crane"}.items()
    }
    management = {"texts-TOTAL_FORMS": str(len(texts)), "texts-INITIAL_FORMS": "0"}
    events = {"events-TOTAL_FORMS": "0", "events-INITIAL_FORMS": "0"}
    return (
        {"family": "trades", "kind": "technical", "difficulty": "2", "tags": "crane"}
        | management
        | events
        | rows
        | fields
    )


def test_question_is_added_and_changed(admin_client: Client) -> None:
    answer = admin_client.post(reverse("admin:jobs_bankquestion_add"), form_data(TEXT))
    question = BankQuestion.objects.exclude(source="Screener").get()
    assert answer.status_code == 302
    text = question.texts.get()
    changed = form_data(TEXT, difficulty="3") | {
        "texts-INITIAL_FORMS": "1",
        "texts-0-id": str(text.pk),
        "texts-0-question": str(question.pk),
    }
    answer = admin_client.post(admin_url(question, "change"), changed)
    question.refresh_from_db()
    assert (answer.status_code, question.difficulty, question.texts.get().stems) == (302, 3, text.stems)


@pytest.mark.parametrize(
    "texts", [(), (TEXT, f"{TEXT} And why?"), ("How do you secure a mixed load of pallets and loose pieces?",)]
)
def test_invalid_texts_stay_on_form(admin_client: Client, texts: tuple[str, ...]) -> None:
    answer = admin_client.post(reverse("admin:jobs_bankquestion_add"), form_data(*texts))
    assert answer.status_code == 200
    assert not BankQuestion.objects.exclude(source="Screener").exists()


def test_list_needs_few_queries(admin_client: Client, django_assert_max_num_queries: Any) -> None:
    query = {"q": "patient", "family__exact": "care", "language": "de", "status__exact": "approved"}
    with django_assert_max_num_queries(12):
        answer = admin_client.get(LIST, query)
    assert 0 < len(answer.context["cl"].result_list) <= 25


def test_chosen_questions_change_status(admin_client: Client) -> None:
    chosen = [str(pk) for pk in BankQuestion.objects.filter(family="care").values_list("pk", flat=True)[:3]]
    for action, status in (("retire_chosen", "retired"), ("approve_chosen", "approved")):
        admin_client.post(LIST, {"action": action, "_selected_action": chosen})
        assert BankQuestion.objects.filter(pk__in=chosen, status=status).count() == 3


def test_file_is_imported_and_exported(admin_client: Client) -> None:
    address = reverse("admin:jobs_bankquestion_import_questions")
    file = SimpleUploadedFile("bank.csv", f"{HEADER}\n{ROW}\nmagic".encode())
    assert admin_client.post(address, {"file": file}).status_code == 302
    assert admin_client.post(address, {"file": SimpleUploadedFile("bank.csv", b"x")}).status_code == 200
    question = BankQuestion.objects.exclude(source="Screener").get()
    for extension in ("csv", "json"):
        answer: Any = admin_client.get(reverse(f"admin:jobs_bankquestion_bank_{extension}"))
        assert str(question.pk) in b"".join(answer.streaming_content).decode()
