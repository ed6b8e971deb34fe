"""Calls of candidates whose interview ended before they were reached. A reviewer sees them."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from candidates.models import DoNotCall
from interviews.conversation.engine import Ending
from interviews.conversation.wording import en
from interviews.conversation.wording.spelling import spell_number
from interviews.decisions import record_decision
from interviews.models import EventKind, Interview, lock_interview
from interviews.models.result import Recommendation
from interviews.planning import plan_interview
from interviews.reception.inbound_calls import CallerSaid
from tests.support.factories import make_interview
from tests.support.inbound_caller import INBOUND, NUMBER, Caller

pytestmark = pytest.mark.django_db


def finish(interview: Interview, outcome: Interview.Outcome) -> Interview:
    with lock_interview(interview) as locked:
        locked.finish(outcome)
    return interview


def decide(interview: Interview) -> None:
    reviewer = User.objects.create(username="reviewer")
    record_decision(interview, by=reviewer, verdict=Recommendation.REJECT, reason="Hired another.", seen=None)


def calls_of(interview: Interview) -> list[str]:
    events = interview.events.filter(kind=EventKind.CANDIDATE_CALLED)
    return list(events.values_list("data__code", flat=True))


class TestUnreached:
    """The interview is over because no attempt reached the candidate, who now calls."""

    @pytest.fixture
    def interview(self) -> Interview:
        return finish(make_interview(), Interview.Outcome.UNREACHED)

    def test_identity_is_asked_first(self, caller: Caller, interview: Interview) -> None:
        greeting = caller.call()
        assert greeting.index("Northwind Logistics") < greeting.index(interview.candidate.full_name)
        assert interview.job.title not in greeting
        assert not calls_of(interview)
        assert interview not in Interview.objects.needing_attention()

    @pytest.mark.parametrize("parameters", [{"Digits": "1"}, {"SpeechResult": "yes, this is me"}])
    def test_reviewer_sees_call(self, caller: Caller, interview: Interview, parameters: dict[str, str]) -> None:
        caller.call()
        caller.reply(**parameters)
        text = caller.prompt_text()
        assert interview.job.title in text
        assert spell_number(en, "+1 415-555-0123") in text
        assert caller.twiml().find("Hangup") is not None
        assert calls_of(interview) == [CallerSaid.IDENTITY]
        assert list(Interview.objects.needing_attention()) == [interview]
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.UNREACHED)
        assert not interview.attempts.exists()

    def test_repeated_webhooks_add_one_event(self, caller: Caller, interview: Interview) -> None:
        assert caller.call() == caller.call()
        greeting = caller.last_response
        for _ in range(2):
            caller.last_response = greeting
            caller.reply(Digits="1")
        assert calls_of(interview) == [CallerSaid.IDENTITY]

    @pytest.mark.parametrize("words", ["no", "he's not here", "wrong number", "not interested"])
    def test_other_replies_reveal_nothing(self, caller: Caller, interview: Interview, words: str) -> None:
        caller.call()
        caller.speak(words)
        assert caller.twiml().find("Hangup") is not None
        assert interview.job.title not in caller.prompt_text()
        assert not calls_of(interview)

    @pytest.mark.parametrize("words", ["can I talk to a person?", "call me later"])
    def test_wish_for_person_is_passed_on(self, caller: Caller, interview: Interview, words: str) -> None:
        caller.call()
        caller.speak(words)
        assert en.GOODBYES[Ending.PERSON_REQUESTED] in caller.prompt_text()
        assert interview.job.title not in caller.prompt_text()
        assert calls_of(interview) == [CallerSaid.PERSON]
        assert list(Interview.objects.needing_attention()) == [interview]

    def test_question_is_answered_before_identity(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        caller.speak("what is this about?")
        assert interview.candidate.full_name in caller.prompt_text()
        assert interview.job.title not in caller.prompt_text()
        caller.press_key("1")
        assert calls_of(interview) == [CallerSaid.IDENTITY]

    def test_three_silences_end_call(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        for _ in range(3):
            assert caller.twiml().find("Gather") is not None
            caller.stay_silent()
        assert en.GOODBYES[Ending.NO_REPLY] in caller.prompt_text()
        assert not calls_of(interview)

    @pytest.mark.parametrize(
        ("words", "kind"),
        [("never call me again", DoNotCall.Kind.OPTED_OUT), ("I'm not interested", DoNotCall.Kind.DECLINED)],
    )
    def test_refusal_is_kept(self, caller: Caller, interview: Interview, words: str, kind: DoNotCall.Kind) -> None:
        caller.call()
        caller.speak(words)
        assert en.GOODBYES[Ending(kind)] in caller.prompt_text()
        assert list(DoNotCall.objects.active().of_numbers([NUMBER]).values_list("kind", flat=True)) == [kind]

    @pytest.mark.parametrize("change", ["decided", "planned_again", "closed_job", "another_number"])
    def test_others_hear_of_no_interview(self, caller: Caller, interview: Interview, change: str) -> None:
        match change:
            case "decided":
                decide(interview)
            case "planned_again":
                later = plan_interview(candidate=interview.candidate, job=interview.job, actor="a test")
                finish(later, Interview.Outcome.EXPIRED)
            case "closed_job":
                interview.job.update_fields(is_open=False)
            case _:
                caller.number = "+14155550177"
        assert en.NO_INTERVIEW in caller.call()

    @pytest.mark.parametrize(
        "outcome", [Interview.Outcome.DECLINED, Interview.Outcome.EXPIRED, Interview.Outcome.TOO_LITTLE]
    )
    def test_other_outcomes_are_no_interview(self, caller: Caller, outcome: Interview.Outcome) -> None:
        finish(make_interview(), outcome)
        assert en.NO_INTERVIEW in caller.call()

    def test_decision_ends_attention(self, caller: Caller, interview: Interview) -> None:
        caller.call()
        caller.press_key("1")
        decide(interview)
        assert not Interview.objects.needing_attention().exists()

    def test_pages_name_call(self, caller: Caller, interview: Interview, admin_client: Client) -> None:
        caller.call()
        caller.press_key("1")
        home = admin_client.get(reverse("admin:index")).context["home"]
        assert [row.key for row in home.needs.rows] == [f"a-{interview.pk}"]
        list_page = admin_client.get(reverse("admin:interviews_interview_changelist"), {"attention": "yes"})
        assert CallerSaid.IDENTITY.label in unescape(list_page.content.decode())

    def test_unknown_input_is_refused(self, caller: Caller, interview: Interview) -> None:
        assert caller.post(f"{INBOUND}turns/1/other", caller.params()).status_code == 400

    def test_turn_of_stranger_is_refused(self, caller: Caller) -> None:
        caller.number = "+14155550177"
        caller.post(f"{INBOUND}turns/1/reply", caller.params(Digits="1"))
        assert caller.prompt_text() == en.UNKNOWN_CALL


@pytest.mark.parametrize(
    ("outcome", "text"),
    [(Interview.Outcome.OPTED_OUT, en.NOT_CALLED), (Interview.Outcome.PERSON_REQUESTED, en.PERSON_INFORMED)],
)
def test_earlier_request_stands(caller: Caller, outcome: Interview.Outcome, text: str) -> None:
    interview = finish(make_interview(), outcome)
    prompt = caller.call()
    assert text in prompt
    assert interview.candidate.full_name not in prompt
    assert interview.job.title not in prompt
    assert not calls_of(interview)
