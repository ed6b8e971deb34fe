"""The texts of prompts."""

from dataclasses import replace

import pytest

from interviews.conversation import engine
from interviews.conversation.script import Question, Script, prerenderable_texts, prompt_texts
from interviews.conversation.wording import en

SCRIPT = Script(
    candidate_name="Ada",
    job_title="Pilot",
    language="en",
    questions=(Question("Why?", 60), Question("How?", 180)),
    remaining=2,
)
RESUMED_SCRIPT = replace(SCRIPT, remaining=1)


def test_prompts_are_filled() -> None:
    (disclosure,) = prompt_texts(engine.AskConsent(), SCRIPT)
    assert all(value in disclosure for value in ("Pilot", "2 questions", "3 minutes"))
    (resuming,) = prompt_texts(engine.AskConsent(resumed=True), RESUMED_SCRIPT)
    assert all(value in resuming for value in ("Pilot", "1 question left", "2 minutes"))


def test_question_is_its_own_text() -> None:
    assert prompt_texts(engine.AskQuestion(1, engine.LeadIn.REPEATED), SCRIPT) == (
        en.LEADS[engine.LeadIn.REPEATED],
        "How?",
    )


@pytest.mark.parametrize("prompt", [engine.RecordAnswer(0), engine.HangUp()])
def test_silent_prompts_have_no_text(prompt: engine.Prompt) -> None:
    assert prompt_texts(prompt, SCRIPT) == ()


def test_prerenderable_texts_cover_prompts() -> None:
    texts = prerenderable_texts(SCRIPT)
    prompts: list[engine.Prompt] = [
        engine.AskConsent(),
        engine.AskConsent(again=True),
        engine.AskQuestion(0, engine.LeadIn.FIRST),
        engine.AskQuestion(1, engine.LeadIn.NEXT),
        engine.AskQuestion(1, engine.LeadIn.RESUMED),
        engine.AskQuestion(1, engine.LeadIn.UNHEARD),
        *map(engine.Goodbye, engine.Ending),
    ]
    for prompt in prompts:
        assert set(prompt_texts(prompt, SCRIPT)) <= texts
    assert set(prompt_texts(engine.AskConsent(resumed=True), RESUMED_SCRIPT)) <= texts


def test_prerenderable_texts_name_no_candidate() -> None:
    assert not any("Ada" in text for text in prerenderable_texts(SCRIPT))
