"""Encrypted columns: what the database holds, what queries may ask, and texts of earlier versions."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from candidates.models import Candidate
from interviews.models import AnswerDraft, InterviewResponse, LiveTranscript, Recording
from interviews.models.turns.live_transcript import LiveWords, add_live_words, live_words
from screener.encryption import data_keys, existing_texts
from screener.encryption.data_keys import MasterKeyMissing
from screener.encryption.existing_texts import encrypted_fields
from screener.encryption.fields import EncryptedTextField
from screener.encryption.text_format import PREFIX, UnreadableText
from screener.models import DataKey
from screener.tests.encryption.test_storage import new_master_key
from tests.support.factories import make_candidate, make_interview
from webhooks.models import TwilioEvent

pytestmark = pytest.mark.django_db
SECRET = "I led the migration."
TIMES = [{"start": 0.5, "end": 0.9, "text": SECRET}]


def stored(model: Any, column: str) -> list[Any]:
    """The column as it is in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}::text FROM {model._meta.db_table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def store_plain(model: Any, column: str, text: str) -> None:
    """Store a text in all rows as an earlier version did."""
    with connection.cursor() as cursor:
        type_name = "text" if model._meta.get_field(column).get_internal_type() == "TextField" else "jsonb"
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s::{type_name}", [text])


@pytest.fixture
def candidate() -> Candidate:
    return make_candidate(resume_text=SECRET)


@pytest.fixture
def response() -> InterviewResponse:
    response: InterviewResponse = make_interview().responses.all()[0]
    response.update_fields(transcript=SECRET, transcript_times=TIMES)
    return response


class TestColumns:
    def test_database_holds_no_text(self, response: InterviewResponse) -> None:
        """Whatever wrote it: `save`, `update_fields`, `update`, `bulk_update`, INSERT or COPY."""
        draft = AnswerDraft(response=response, text=SECRET)
        AnswerDraft.insert([draft])
        others = [Candidate(full_name="A", phone=f"+1415555010{n}", resume_text=SECRET) for n in range(4)]
        Candidate.copy(others[:2])
        Candidate.objects.bulk_create(others[2:])
        Candidate.objects.filter(pk=others[0].pk).update(resume_text=SECRET)
        others[1].resume_text = SECRET
        Candidate.objects.bulk_update([others[1]], ["resume_text"])
        texts = stored(Candidate, "resume_text") + stored(AnswerDraft, "text")
        texts += stored(InterviewResponse, "transcript") + stored(InterviewResponse, "transcript_times")
        assert sum(PREFIX in (text or "") for text in texts) == 4 + 1 + 2
        assert not any(SECRET in (text or "") for text in texts)
        assert {row.resume_text for row in Candidate.objects.filter(full_name="A")} == {SECRET}
        assert AnswerDraft.objects.get().text == SECRET

    def test_text_is_read_back(self, response: InterviewResponse) -> None:
        for text in (SECRET, "Grüße 你好 \ud800".replace("\ud800", ""), PREFIX, PREFIX + "QUJD", " "):
            response.update_fields(transcript=text)
            assert InterviewResponse.objects.values_list("transcript", flat=True).get(pk=response.pk) == text
        response.refresh_from_db()
        assert response.transcript_times == TIMES

    def test_same_text_is_stored_differently(self, response: InterviewResponse) -> None:
        for row in InterviewResponse.objects.all():
            row.update_fields(transcript=SECRET)
        texts = stored(InterviewResponse, "transcript")
        assert len(set(texts)) == len(texts) > 1

    def test_emptiness_can_be_asked(self, response: InterviewResponse) -> None:
        assert InterviewResponse.objects.exclude(transcript="").get() == response
        assert InterviewResponse.objects.filter(transcript="").exclude(pk=response.pk).exists()

    def test_other_queries_are_refused(self, response: InterviewResponse) -> None:
        for lookup in ("transcript", "transcript__icontains", "transcript__startswith", "transcript__in"):
            with pytest.raises(FieldError):
                InterviewResponse.objects.filter(**{lookup: SECRET}).exists()

    def test_words_of_webhooks_are_encrypted(self) -> None:
        params = {"SpeechResult": SECRET, "CallSid": "CA1", "Digits": ""}
        TwilioEvent.insert([TwilioEvent(key="1", kind="reply", call_sid="CA1", params=params)])
        assert TwilioEvent.objects.get().params == params
        assert json.loads(stored(TwilioEvent, "params")[0])["CallSid"] == "CA1"
        assert SECRET not in stored(TwilioEvent, "params")[0]

    def test_live_words_are_encrypted(self, response: InterviewResponse) -> None:
        attempt = response.interview.attempts.create(number=1, turn=1, send_before=timezone.now())
        for key, text, is_final in (("1", SECRET, True), ("2", "Twice.", True), ("3", "And", False)):
            add_live_words(attempt.pk, 1, LiveWords(key, text, is_final))
        row = stored(LiveTranscript, "finals")[0] + stored(LiveTranscript, "partial")[0]
        assert row.count(PREFIX) == 3
        assert live_words(attempt.pk, 1) == LiveTranscript.objects.get().joined_words == f"{SECRET} Twice. And"

    def test_text_of_another_column_is_refused(self, response: InterviewResponse) -> None:
        store_plain(Candidate, "resume_text", next(filter(None, stored(InterviewResponse, "transcript"))))
        with pytest.raises(UnreadableText):
            Candidate.objects.get()


class TestKeys:
    def test_text_waits_for_lost_key(self, response: InterviewResponse, settings: Any) -> None:
        """It is neither read as its cipher nor overwritten, and is there once the key is."""
        key, settings.ENCRYPTION_KEY = settings.ENCRYPTION_KEY, new_master_key()
        data_keys._shared.forget()
        before = stored(InterviewResponse, "transcript")
        with pytest.raises(MasterKeyMissing):
            InterviewResponse.objects.get(pk=response.pk)
        with pytest.raises(MasterKeyMissing), transaction.atomic():
            InterviewResponse.objects.update(transcript="new")
        assert stored(InterviewResponse, "transcript") == before
        settings.ENCRYPTION_KEY = key
        assert InterviewResponse.objects.get(pk=response.pk).transcript == SECRET

    def test_text_is_plain_before_the_switch(self) -> None:
        DataKey.objects.all().delete()
        make_candidate(resume_text=SECRET)
        assert stored(Candidate, "resume_text") == [SECRET]
        assert Candidate.objects.get().resume_text == SECRET


class TestExistingTexts:
    @pytest.fixture
    def plain_texts(self, response: InterviewResponse, monkeypatch: pytest.MonkeyPatch) -> InterviewResponse:
        """Rows of an earlier version, in more than one batch."""
        monkeypatch.setattr(existing_texts, "BATCH", 2)
        attempt = response.interview.attempts.create(number=1, turn=1, send_before=timezone.now())
        Recording.objects.create(response=response, attempt=attempt, turn=1)
        LiveTranscript.objects.create(attempt=attempt, turn=1)
        AnswerDraft.objects.create(response=response)
        TwilioEvent.objects.create(key="1", kind="reply", call_sid="CA1", params={})
        for field in encrypted_fields():
            is_text = isinstance(field, EncryptedTextField)
            content: Any = TIMES if field.name == "transcript_times" else {"SpeechResult": SECRET, "Digits": "1"}
            store_plain(field.model, field.name, SECRET if is_text else json.dumps(content))
        return response

    def contents(self) -> dict[str, list[Any]]:
        fields = encrypted_fields()
        return {str(field): list(field.model._base_manager.values_list(field.name, flat=True)) for field in fields}

    def test_all_are_encrypted(self, plain_texts: InterviewResponse) -> None:
        before = self.contents()
        updated_at = InterviewResponse.objects.values_list("updated_at", flat=True).get(pk=plain_texts.pk)
        call_command("encrypt_texts", stdout=StringIO())
        assert self.contents() == before
        for field in encrypted_fields():
            texts = stored(field.model, str(field.column))
            assert texts, field
            assert all(PREFIX in text and SECRET not in text for text in texts), field
        assert InterviewResponse.objects.values_list("updated_at", flat=True).get(pk=plain_texts.pk) == updated_at

    def test_second_run_changes_nothing(self, plain_texts: InterviewResponse) -> None:
        for _ in range(2):
            call_command("encrypt_texts", stdout=StringIO())
            rows = [stored(field.model, str(field.column)) for field in encrypted_fields()]
        for field in encrypted_fields():
            assert sum(existing_texts.encrypt_existing_texts(field)) == 0, field
        assert [stored(field.model, str(field.column)) for field in encrypted_fields()] == rows

    def test_run_after_a_crash_ends_the_work(self, plain_texts: InterviewResponse) -> None:
        """It dies after the first batch of two."""
        transcripts: Any = InterviewResponse._meta.get_field("transcript")
        before = self.contents()
        next(existing_texts.encrypt_existing_texts(transcripts))
        texts = stored(InterviewResponse, "transcript")
        assert 0 < sum(text.startswith(PREFIX) for text in texts) < len(texts)
        assert self.contents() == before
        call_command("encrypt_texts", stdout=StringIO())
        assert self.contents() == before

    def test_row_changed_meanwhile_keeps_its_change(self, plain_texts: InterviewResponse) -> None:
        transcripts: Any = InterviewResponse._meta.get_field("transcript")
        assert existing_texts._encrypt_row(transcripts, plain_texts.pk, "an earlier text") == 0
        assert InterviewResponse.objects.get(pk=plain_texts.pk).transcript == SECRET


def test_page_shows_transcript(response: InterviewResponse, admin_client: Client) -> None:
    page = admin_client.get(f"/admin/interviews/interviewresponse/{response.pk}/change/")
    assert SECRET in page.content.decode()
