"""The texts of prompts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from interviews.conversation import engine, wording
from interviews.conversation.script import (
    Employer,
    EmployerUnknown,
    Question,
    Script,
    prerenderable_texts,
    prompt_texts,
)
from interviews.conversation.wording import en
from interviews.conversation.wording.spelling import call_time, spell_address, spell_duration
from screener.models.organisation import MAX_SPOKEN_WORDS

MAX_WORDS = 70
TRIES = [
    (engine.Preface.NONE, False),
    (engine.Preface.UNCLEAR, False),
    (engine.Preface.UNCLEAR_AGAIN, True),
]
EMPLOYER = Employer("Northwind Logistics", "+1 415-555-0199", "northwind.example/privacy")
SCRIPT = Script(
    candidate_name="Ada",
    job_title="Pilot",
    language="en",
    questions=(Question("Why?", 60), Question("How?", 180)),
    remaining=2,
    employer=EMPLOYER,
)
RESUMED_SCRIPT = replace(SCRIPT, remaining=1)
LONGEST_SCRIPT = replace(
    SCRIPT,
    job_title=" ".join(["Assistant"] * MAX_SPOKEN_WORDS),
    employer=replace(EMPLOYER, privacy_notice="north-wind.co.example/privacy"),
    questions=(Question("Why?", 600),) * 20,
    remaining=20,
)


def full_text(prompt: engine.Prompt, script: Script = SCRIPT) -> str:
    return " ".join(prompt_texts(prompt, script))


@pytest.mark.parametrize("again", [False, True])
def test_greeting_names_employer_first(again: bool) -> None:
    greeting = full_text(engine.AskIdentity(again=again))
    assert greeting.index("automated assistant of Northwind Logistics") < greeting.index("Ada")


@pytest.mark.parametrize("again", [False, True])
def test_greeting_reveals_no_application(again: bool) -> None:
    greeting = full_text(engine.AskIdentity(again=again))
    assert "Pilot" not in greeting
    assert not {"application", "applied", "interview", "job"} & set(greeting.lower().split())


@pytest.mark.parametrize("tag", wording.LANGUAGES)
@pytest.mark.parametrize("judged_by_person", [False, True])
@pytest.mark.parametrize("resumed", [False, True])
def test_disclosure_is_short(tag: str, judged_by_person: bool, resumed: bool) -> None:
    script = replace(LONGEST_SCRIPT, language=tag, judged_by_person=judged_by_person)
    disclosure, choice = prompt_texts(engine.AskConsent(resumed=resumed), script)
    assert choice == wording.for_language(tag).CONSENT_CHOICE
    assert len(disclosure.split()) <= MAX_WORDS


@pytest.mark.parametrize("resumed", [False, True])
def test_disclosure_is_complete(resumed: bool) -> None:
    disclosure = full_text(engine.AskConsent(resumed=resumed))
    parts = ("Pilot", "artificial intelligence", "scores", "person decides", "recorded", "2 questions", "3 minutes")
    offers = ("northwind dot example slash privacy", "hang up", "press 0", "press 1", "press 2", "press 9")
    assert [part for part in parts + offers if part not in disclosure] == []


@pytest.mark.parametrize("resumed", [False, True])
def test_disclosure_names_judge(resumed: bool) -> None:
    disclosure = full_text(engine.AskConsent(resumed=resumed), replace(SCRIPT, judged_by_person=True))
    assert en.JUDGED_BY_PERSON in disclosure
    assert en.JUDGED_BY_MODEL not in disclosure


def test_resuming_counts_open_questions() -> None:
    resuming = full_text(engine.AskConsent(resumed=True), RESUMED_SCRIPT)
    assert all(value in resuming for value in ("Pilot", "1 question left", "2 minutes"))


@pytest.mark.parametrize("prompt", [engine.AskIdentity(), engine.AskConsent(), engine.AskConsent(resumed=True)])
def test_call_needs_employer(prompt: engine.Prompt) -> None:
    with pytest.raises(EmployerUnknown):
        prompt_texts(prompt, replace(SCRIPT, employer=Employer()))


@pytest.mark.parametrize("ending", engine.Ending)
def test_goodbye_spells_callback_number(ending: engine.Ending) -> None:
    *_, reach, farewell = prompt_texts(engine.Goodbye(ending), SCRIPT)
    assert "plus 1, 4 1 5, 5 5 5, 0 1 9 9" in reach
    assert farewell == en.FAREWELL


def test_goodbye_works_without_employer() -> None:
    goodbye = prompt_texts(engine.Goodbye(engine.Ending.FINISHED), replace(SCRIPT, employer=Employer()))
    assert goodbye == (en.GOODBYES[engine.Ending.FINISHED], en.FAREWELL)


@pytest.mark.parametrize("ending", engine.Ending)
def test_another_attempt_is_announced(ending: engine.Ending) -> None:
    may_follow = ending in (engine.Ending.NO_REPLY, engine.Ending.NOT_HERE)
    texts = prompt_texts(engine.Goodbye(ending), replace(SCRIPT, may_call_again=True))
    assert (en.MAY_CALL_AGAIN in texts) == may_follow
    last = prompt_texts(engine.Goodbye(ending), replace(SCRIPT, may_call_again=False))
    assert (en.LAST_CALL in last, en.MAY_CALL_AGAIN in last) == (may_follow, False)
    assert not {en.MAY_CALL_AGAIN, en.LAST_CALL} & {*prompt_texts(engine.Goodbye(ending), SCRIPT)}


@pytest.mark.parametrize("kind", [engine.AskIdentity, engine.AskReachable, engine.AskTime])
def test_subject_comes_with_employer_and_number(kind: type[engine.Introduction]) -> None:
    preface, reach, *_ = prompt_texts(kind(engine.Preface.MATTER, again=True), SCRIPT)
    assert EMPLOYER.name in preface
    assert (reach,) == SCRIPT.reach_texts
    assert len(prompt_texts(kind(engine.Preface.MATTER), replace(SCRIPT, employer=Employer(EMPLOYER.name)))) == 2


def test_application_comes_with_number() -> None:
    texts = prompt_texts(engine.AskConsent(engine.Preface.APPLICATION, again=True), SCRIPT)
    assert texts[1:] == (*SCRIPT.reach_texts, en.CONSENT_AGAIN)


@pytest.mark.parametrize(
    "prompt",
    [
        engine.AskIdentity(engine.Preface.GENUINE, again=True),
        engine.AskConsent(engine.Preface.GENUINE_APPLICATION, again=True),
    ],
)
def test_doubt_is_told_where_to_check(prompt: engine.Prompt) -> None:
    answer, reach, notice, _ = prompt_texts(prompt, SCRIPT)
    assert EMPLOYER.name in answer
    assert (reach,) == SCRIPT.reach_texts
    assert spell_address(en, EMPLOYER.privacy_notice) in notice


@pytest.mark.parametrize("lead", [engine.LeadIn.GENUINE, engine.LeadIn.OTHER_QUESTION])
def test_question_of_candidate_gets_number(lead: engine.LeadIn) -> None:
    texts = prompt_texts(engine.AskQuestion(1, lead), SCRIPT)
    assert texts[1:] == (*SCRIPT.reach_texts, en.LEAD_INS[engine.LeadIn.REPEATED], "How?")


def test_question_is_its_own_text() -> None:
    assert prompt_texts(engine.AskQuestion(1, engine.LeadIn.REPEATED), SCRIPT) == (
        en.LEAD_INS[engine.LeadIn.REPEATED],
        "How?",
    )


@pytest.mark.parametrize(
    ("lead", "position", "is_told"),
    [
        (engine.LeadIn.FIRST, 0, True),
        (engine.LeadIn.NEXT, 1, True),
        (engine.LeadIn.NEXT, 2, False),
        (engine.LeadIn.RESUMED, 2, True),
        (engine.LeadIn.REPEATED, 1, False),
    ],
)
def test_time_for_answer_is_told(lead: engine.LeadIn, position: int, is_told: bool) -> None:
    script = replace(SCRIPT, questions=(*SCRIPT.questions, Question("When?", 180)))
    limit = en.ANSWER_LIMIT.format(limit=spell_duration(en, script.questions[position].max_seconds))
    assert (limit in prompt_texts(engine.AskQuestion(position, lead), script)) == is_told


@pytest.mark.parametrize("tag", wording.LANGUAGES)
@pytest.mark.parametrize(
    "prompts",
    [
        [kind(preface, again=bool(preface), keys_only=keys_only) for preface, keys_only in TRIES]
        for kind in (engine.AskIdentity, engine.AskReachable, engine.AskTime, engine.AskConsent)
    ]
    + [[engine.ConfirmStop(0, request, again) for again in (False, True)] for request in en.CONFIRM_STOP]
    + [[engine.CheckAnswer(0, again) for again in (False, True)]],
)
def test_no_try_repeats_words(tag: str, prompts: list[engine.Prompt]) -> None:
    texts = [text for prompt in prompts for text in prompt_texts(prompt, replace(SCRIPT, language=tag))]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 30, 17, tzinfo=UTC), "today at 5 PM"),
        (datetime(2026, 12, 1, 9, 30, tzinfo=UTC), "tomorrow at 9:30 AM"),
        (datetime(2026, 12, 4, 12, tzinfo=UTC), "on Friday at 12 PM"),
        (datetime(2026, 12, 7, 10, tzinfo=UTC), "on Monday, December 7 at 10 AM"),
    ],
)
def test_time_of_next_call_is_spoken(at: datetime, text: str) -> None:
    assert call_time(en, at, today=date(2026, 11, 30)) == text


@pytest.mark.parametrize("prompt", [engine.RecordAnswer(0), engine.HangUp()])
def test_silent_prompts_have_no_text(prompt: engine.Prompt) -> None:
    assert prompt_texts(prompt, SCRIPT) == ()


def test_prerenderable_texts_cover_prompts() -> None:
    texts = prerenderable_texts(SCRIPT)
    prompts: list[engine.Prompt] = [
        engine.AskConsent(),
        engine.AskConsent(again=True),
        engine.AskConsent(engine.Preface.GENUINE_APPLICATION, again=True),
        engine.AskQuestion(1, engine.LeadIn.OTHER_QUESTION),
        engine.AskQuestion(0, engine.LeadIn.FIRST),
        engine.AskQuestion(1, engine.LeadIn.NEXT),
        engine.AskQuestion(1, engine.LeadIn.RESUMED),
        engine.AskQuestion(1, engine.LeadIn.UNHEARD),
        engine.AskTime(),
        engine.HoldOn(),
        *(engine.Goodbye(ending) for ending in engine.Ending if ending is not engine.Ending.CALL_LATER),
    ]
    for prompt in prompts:
        assert set(prompt_texts(prompt, SCRIPT)) <= texts
    assert set(prompt_texts(engine.AskConsent(resumed=True), RESUMED_SCRIPT)) <= texts


def test_prerenderable_texts_name_no_candidate() -> None:
    assert not any("Ada" in text for text in prerenderable_texts(SCRIPT))
