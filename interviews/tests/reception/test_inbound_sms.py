"""SMS that come in: their meanings, effects, notices and replies."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate, Consent, DoNotCall
from interviews.calling.rules import may_call_now
from interviews.calling.verdicts import Never
from interviews.messages.texts import load_wording
from interviews.models import CandidateMessage, EventKind, Interview, Notice, NoticeKind, lock_interview
from interviews.notices.creation import add_event_notices
from interviews.notices.readers import set_watching
from interviews.reception.sms.receiving import MOST_REPLIES
from interviews.reception.sms.understanding import SmsIntent, understand_sms
from tests.support.candidate_messages import NOON, invite, send_messages
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.rollback import rolled_back
from tests.support.sms_sender import post_signed, text_us
from webhooks.models import TwilioEvent

NUMBER, STRANGER = "+14155550100", "+14155550177"
HERE = Path(__file__).parent
KNOWN_BY_TWILIO = "STOP"
READ_BY_PERSON = {SmsIntent.OTHER, SmsIntent.OTHER_TIME}


def labelled(name: str) -> list[tuple[str, str, str]]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [(intent, language, words) for intent, language, words in (line.split("\t") for line in lines)]


class TestUnderstanding:
    def test_labelled_sms_are_understood(self) -> None:
        """A wish for another time may pass for any other SMS, and the reverse: a person reads both."""
        understood = [(row, understand_sms(row[2], row[1], "Ada Lovelace")) for row in labelled("sms.tsv")]
        wrong = [(row, intent) for row, intent in understood if {row[0], intent} - READ_BY_PERSON and row[0] != intent]
        assert wrong == []
        times = [intent for row, intent in understood if row[0] == SmsIntent.OTHER_TIME]
        assert times.count(SmsIntent.OTHER_TIME) / len(times) > 0.8

    def test_unseen_sms_end_nothing_wrongly(self) -> None:
        """No pattern was built on these. An SMS that is not understood is read by a person."""
        rows = labelled("sms_held_out.tsv")
        understood = [(label, tag, understand_sms(words, tag, "Ada Lovelace")) for label, tag, words in rows]
        for language in ("en", "es", "de", "fr", "pt"):
            stops = [intent for label, tag, intent in understood if (label, tag) == (SmsIntent.STOP, language)]
            assert stops.count(SmsIntent.STOP) / len(stops) > 0.75, language
        others = {intent for label, _tag, intent in understood if label == SmsIntent.OTHER}
        assert not others & {SmsIntent.STOP, SmsIntent.DECLINE, SmsIntent.WRONG_PERSON, SmsIntent.PERSON}


@pytest.fixture
def texted(db: None, twilio: FakeTwilio, settings: Any, time_machine: Any) -> Interview:
    """An interview whose candidate was invited by SMS."""
    time_machine.move_to(NOON)
    settings.TWILIO_SMS_SENDER = settings.TWILIO_PHONE_NUMBER
    interview = make_interview(email="", phone=NUMBER)
    invite(interview)
    send_messages()
    assert len(twilio.messages) == 1
    return interview


def is_called(candidate: Candidate) -> bool:
    verdict = may_call_now(candidate, make_approved_job(), now=timezone.now())
    return not isinstance(verdict, Never)


class TestStop:
    def test_stop_ends_calls_and_messages(self, texted: Interview, twilio: FakeTwilio, client: Client) -> None:
        assert is_called(texted.candidate)
        assert text_us(client, NUMBER, KNOWN_BY_TWILIO) == ""  # Twilio confirms it itself
        texted.refresh_from_db()
        assert texted.outcome == Interview.Outcome.OPTED_OUT
        entry = DoNotCall.objects.active().get()
        assert (entry.kind, entry.candidate) == (DoNotCall.Kind.OPTED_OUT, texted.candidate)
        consent = texted.candidate.consents.filter(kind=Consent.Kind.CALL).latest("said_at")
        assert (consent.given, consent.given_by) == (False, Consent.GivenBy.SMS)
        assert not is_called(texted.candidate)
        other = make_interview(job=make_approved_job(), email="", phone=NUMBER)
        invite(other)
        send_messages()
        assert len(twilio.messages) == 1

    def test_other_words_are_confirmed_once(self, texted: Interview, client: Client) -> None:
        assert text_us(client, NUMBER, "please stop texting me") != ""
        before = (texted.candidate.consents.count(), texted.events.count(), DoNotCall.objects.count())
        text_us(client, NUMBER, "Abmelden")
        assert (texted.candidate.consents.count(), texted.events.count(), DoNotCall.objects.count()) == before

    def test_stop_after_end_is_kept(self, texted: Interview, client: Client) -> None:
        with lock_interview(texted) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hanna")
        text_us(client, NUMBER, "no more texts please")
        assert texted.events.filter(kind=EventKind.INTERVIEW_OPTED_OUT).count() == 1
        assert DoNotCall.objects.covers_number(NUMBER)

    def test_carrier_that_answered_is_not_repeated(self, texted: Interview, client: Client) -> None:
        assert text_us(client, NUMBER, "ALTO", OptOutType="STOP") == ""
        assert text_us(client, NUMBER, "AYUDA", OptOutType="HELP") == ""
        assert DoNotCall.objects.covers_number(NUMBER)

    def test_start_needs_a_person(self, texted: Interview, client: Client) -> None:
        text_us(client, NUMBER, "STOP")
        assert text_us(client, NUMBER, "START") != ""
        assert DoNotCall.objects.covers_number(NUMBER)
        event = texted.events.get(kind=EventKind.CANDIDATE_TEXTED)
        assert event.data["code"] == SmsIntent.START

    def test_stranger_is_heard(self, texted: Interview, client: Client) -> None:
        assert text_us(client, STRANGER, "never call me again") != ""
        assert DoNotCall.objects.covers_number(STRANGER)
        texted.refresh_from_db()
        assert texted.is_live


class TestReplies:
    def test_help_names_employer(self, texted: Interview, client: Client) -> None:
        token = texted.invitations.get().short_token
        own, foreign = text_us(client, NUMBER, "help"), text_us(client, STRANGER, "help")
        assert own.startswith("Northwind")
        assert foreign.startswith("Northwind")
        assert token in own
        assert "/i/" not in foreign

    def test_candidate_without_sms_is_a_stranger(self, texted: Interview, client: Client) -> None:
        make_interview(job=texted.job, phone=STRANGER)
        assert "/i/" not in text_us(client, STRANGER, "help")
        assert text_us(client, STRANGER, "who are you?") == ""

    def test_wrong_number_is_not_used_again(self, texted: Interview, client: Client) -> None:
        assert text_us(client, NUMBER, "wrong number") != ""
        texted.refresh_from_db()
        assert texted.outcome == Interview.Outcome.WRONG_PERSON
        assert not is_called(texted.candidate)

    def test_refusal_declines_interview(self, texted: Interview, client: Client) -> None:
        text_us(client, NUMBER, "not interested")
        texted.refresh_from_db()
        assert texted.outcome == Interview.Outcome.DECLINED
        assert texted.candidate.consents.latest("said_at").given_by == Consent.GivenBy.SMS

    def test_person_is_promised(self, texted: Interview, client: Client) -> None:
        text_us(client, NUMBER, "I want to speak to a person")
        texted.refresh_from_db()
        assert texted.person_requested_at is not None

    def test_unclear_interview_is_not_declined(self, texted: Interview, client: Client) -> None:
        other = make_interview(job=make_approved_job(), phone=NUMBER)
        text_us(client, NUMBER, "not interested")
        assert Interview.objects.filter(pk__in=[texted.pk, other.pk], status__in=Interview.LIVE).count() == 2
        assert texted.events.get(kind=EventKind.CANDIDATE_TEXTED).data["code"] == SmsIntent.DECLINE

    def test_other_time_points_to_page(self, texted: Interview, client: Client) -> None:
        texts = load_wording()["en"]
        time_reply = text_us(client, NUMBER, "call me tomorrow")
        delay_reply = text_us(client, NUMBER, "running late")
        token = texted.invitations.get().short_token
        assert token in time_reply
        assert token in delay_reply
        assert texts["sms.other_time"].split("{employer}")[1].split("{")[0] in time_reply

    def test_sms_is_in_language_of_interview(self, texted: Interview, client: Client) -> None:
        for language in load_wording():
            Interview.objects.update(language=language)
            reply = text_us(client, NUMBER, "help")
            assert load_wording()[language]["sms.help"].split("{link}")[0].split("}")[1] in reply


class TestReaders:
    def test_words_reach_watchers(self, texted: Interview, client: Client, reviewer: User) -> None:
        set_watching(reviewer, texted.job, is_watching=True)
        words = "The link does not work on my phone"
        text_us(client, NUMBER, words)
        add_event_notices()
        event = texted.events.get(kind=EventKind.CANDIDATE_TEXTED)
        assert (event.reason, event.actor) == (words, "candidate")
        assert Notice.objects.get(event=event).kind == NoticeKind.ATTENTION

    def test_machines_do_not_talk_for_ever(self, texted: Interview, client: Client) -> None:
        replies = [text_us(client, NUMBER, f"I am out of office {number}") for number in range(30)]
        assert [bool(reply) for reply in replies] == [True] * MOST_REPLIES + [False] * (30 - MOST_REPLIES)
        assert texted.events.filter(kind=EventKind.CANDIDATE_TEXTED).count() == 20


class TestWebhook:
    def test_repeated_webhook_has_one_effect(self, texted: Interview, client: Client) -> None:
        replies = {text_us(client, NUMBER, "running late", sid="SM1") for _ in range(2)}
        assert len(replies) == 1
        assert "" not in replies
        assert texted.events.filter(kind=EventKind.CANDIDATE_TEXTED).count() == 1
        assert TwilioEvent.objects.filter(kind="sms").count() == 1

    def test_sender_without_number_is_ignored(self, texted: Interview, client: Client) -> None:
        for number in ("", "+266696687", "NORTHWIND", "12345"):
            assert (number, text_us(client, number, "STOP")) == (number, "")
        assert not DoNotCall.objects.exists()

    def test_hostile_words_are_stored(self, texted: Interview, client: Client) -> None:
        for words in ("", "\x00", "x" * 20_000, "<Message>&", "سلام", "👍"):
            with rolled_back():
                assert text_us(client, NUMBER, words) != "", words[:20]

    def test_forged_sms_is_refused(self, texted: Interview, client: Client, settings: Any) -> None:
        params = {"MessageSid": "SM1", "From": NUMBER, "Body": "STOP", "AccountSid": settings.TWILIO_ACCOUNT_SID}
        assert post_signed(client, "/webhooks/twilio/messages/", params, token="other").status_code == 403
        assert post_signed(client, "/webhooks/twilio/messages/", params | {"MessageSid": ""}).status_code == 400
        assert not DoNotCall.objects.exists()

    def test_erasure_deletes_conversation(self, texted: Interview, twilio: FakeTwilio, client: Client) -> None:
        text_us(client, NUMBER, "my secret words", sid="SMin")
        params = {"MessageSid": "SMreply", "To": NUMBER, "AccountSid": "AC" + "0" * 31 + "1", "MessageStatus": "sent"}
        assert post_signed(client, "/webhooks/twilio/messages/reply", params).status_code == 204
        sent = CandidateMessage.objects.get(interview=texted, kind="invitation").provider_id
        erase_candidate(texted.candidate, actor="hanna", reason="asked")
        run_tasks()
        for sid in ("SMin", "SMreply", sent):
            assert any(request.startswith("DELETE") and f"/{sid}.json" in request for request in twilio.requests)
        assert not any("secret" in event.params.get("Body", "") for event in TwilioEvent.objects.all())
        assert not texted.events.filter(reason__contains="secret").exists()
