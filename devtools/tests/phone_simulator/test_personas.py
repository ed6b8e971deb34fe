"""The personas: how they understand prompts, how they answer, and how an interview with each of them ends."""

import asyncio
from typing import Any

import pytest

from devtools.phone_simulator.callees.callee import CalleePrompt, Reaction
from devtools.phone_simulator.callees.key_offers import find_key
from devtools.phone_simulator.callees.personas import PERSONAS, Persona, persona_for_number
from devtools.phone_simulator.callees.stories import ANSWERS, extract_question, tell_story
from devtools.phone_simulator.callees.stories import QUESTIONS as STORY_QUESTIONS
from devtools.tests.phone_simulator.rig import Script, open_rig

QUESTIONS = (
    "Tell me about a time you handled a difficult customer.",
    "How do you keep a REST API backward compatible?",
    "What is your experience with Python, Django and PostgreSQL?",
    "How do you make sure that medication is given safely during a night shift?",
    "Why do you want to work for us?",
    "Wie gehen Sie mit Beschwerden um?",
)


# ── understanding prompts ──


@pytest.mark.parametrize(
    ("text", "yes", "no", "never"),
    [
        ("Am I speaking with Alex Doe? If yes, press 1. If not, press 2.", "1", "2", ""),
        ("Press 1 to agree, press 2 to decline, or press 9 if you do not want us to call again.", "1", "2", "9"),
        ("To continue press one, to stop press two. To never be called again, press nine.", "1", "2", "9"),
        ("Press 1 for yes or 2 for no.", "1", "2", ""),
        ("Please press 5 if you are Alex, or 6 if this is the wrong number.", "5", "6", ""),
        ("Press 3 to hear this again or 4 to begin.", "4", "", ""),
        ("If you agree to talk to an A.I. now, press 1 or say yes. If you do not agree, press 2.", "1", "2", ""),
        (
            "If you don't want us to call you again, press 9. This takes 2 to 3 minutes. To start, press 1.",
            "1",
            "",
            "9",
        ),
        ("What did you do last year? Press star to hear the question again.", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_offered_keys_are_found(text: str, yes: str, no: str, never: str) -> None:
    assert (find_key("yes", text), find_key("no", text), find_key("never", text)) == (yes, no, never)


@pytest.mark.parametrize(
    ("prompt", "question"),
    [
        ("Thank you. Question 2 of 5. How do you test? Press star to hear it again.", "How do you test?"),
        ("Next question. Describe your last project. Speak after the beep.", "Describe your last project."),
        ("Question 3. Tell me about a mistake. What came of it?", "Tell me about a mistake. What came of it?"),
        ("Question 1. Why? I did not hear an answer. Why? Question 2. Who are you?", "Who are you?"),
        ("How would you answer a rude question?", "How would you answer a rude question?"),
        ("Describe yourself", "Describe yourself"),
        ("", ""),
    ],
)
def test_question_is_extracted(prompt: str, question: str) -> None:
    assert extract_question(prompt) == question


# ── answers ──


@pytest.mark.parametrize("speaker", ANSWERS)
def test_answer_belongs_to_question(speaker: str) -> None:
    for topic, answer in ANSWERS[speaker].items():
        assert tell_story(speaker, STORY_QUESTIONS[topic], "+14155550100") == answer


def test_other_questions_get_some_story() -> None:
    """The same question and number always get the same one."""
    requests = [(question, f"+1415555{n:04}") for question in QUESTIONS for n in range(9)]
    stories = [tell_story("strong", *request) for request in requests]
    assert stories == [tell_story("strong", *request) for request in requests]
    assert set(stories) == set(ANSWERS["strong"].values())


# ── choosing a persona ──


def test_last_digits_choose_persona() -> None:
    names = [persona_for_number(f"+141555501{digits}").name for digits in ("00", "01", "57")]
    assert names == ["talkative", "terse", "talkative"]
    assert len({profile.name for profile in PERSONAS.values()}) == len(PERSONAS)


def test_crowd_is_mixed_and_reproducible() -> None:
    numbers = [f"+1415{n:05}99" for n in range(300)]
    names = [persona_for_number(number).name for number in numbers]
    assert names == [persona_for_number(number).name for number in numbers]
    assert len(set(names)) > 8
    assert names.count("talkative") > 60


# ── whole interviews ──

MENU = """<Gather numDigits="1" action="/{action}"><Say>{text}</Say></Gather><Redirect>/{action}</Redirect>"""
QUESTION = """<Say>Question {n}. {text}</Say>
<Record action="/answer/{n}" finishOnKey="*#" maxLength="120" timeout="4" playBeep="false"/>
<Redirect>/silent/{n}</Redirect>"""
GOODBYE = "<Say>Thank you. Goodbye.</Say>"
IDENTITY = "Am I speaking with Alex Doe? If yes, press 1. If not, press 2. To never be called again, press 9."
CONSENT = "An AI conducts this interview and it is recorded. Press 1 to agree, or press 2 to decline."
IDENTITY_OUTCOMES = {"2": "wrong person", "9": "never again"}


class SmallInterview:
    """Identity, consent and three questions. Each question is repeated on * and once on silence."""

    def __init__(self) -> None:
        self.recordings: list[tuple[int, str]] = []  # question and digits
        self.silences: list[int] = []
        self.outcome = "broken off"

    def scripts(self) -> dict[str, Script]:
        scripts: dict[str, Script] = {
            "/voice": MENU.format(action="identity", text=IDENTITY),
            "/identity": self.check_identity,
            "/consent": self.check_consent,
        }
        for n in range(3):
            scripts[f"/answer/{n}"] = lambda params, n=n: self.accept_answer(n, params["Digits"])
            scripts[f"/silent/{n}"] = lambda params, n=n: self.accept_silence(n)
        return scripts

    def check_identity(self, params: dict[str, str]) -> str:
        digits = params.get("Digits", "")
        if digits == "1":
            return MENU.format(action="consent", text=CONSENT)
        return self.end(IDENTITY_OUTCOMES.get(digits, "silent"))

    def check_consent(self, params: dict[str, str]) -> str:
        return self.ask_question(0) if params.get("Digits") == "1" else self.end("declined")

    def ask_question(self, n: int) -> str:
        return QUESTION.format(n=n, text=QUESTIONS[n]) if n < 3 else self.end("complete")

    def accept_answer(self, n: int, digits: str) -> str:
        self.recordings.append((n, digits))
        return self.ask_question(n if digits == "*" else n + 1)

    def accept_silence(self, n: int) -> str:
        self.silences.append(n)
        return self.ask_question(n if self.silences.count(n) == 1 else n + 1)

    def end(self, outcome: str) -> str:
        self.outcome = outcome
        return GOODBYE


@pytest.mark.parametrize(
    ("digits", "status", "outcome", "recordings", "silences"),
    [
        ("00", "completed", "complete", [(0, ""), (1, ""), (2, "")], []),
        ("01", "completed", "complete", [(0, ""), (1, ""), (2, "")], []),
        ("02", "completed", "complete", [(0, ""), (2, "")], [1, 1]),
        ("03", "completed", "complete", [(0, ""), (1, ""), (2, "")], []),
        ("04", "completed", "complete", [(0, "*"), (0, ""), (1, ""), (2, "")], []),
        ("05", "completed", "complete", [(0, "#"), (1, "#"), (2, "#")], []),
        ("06", "completed", "broken off", [(0, ""), (1, "hangup")], []),
        ("07", "completed", "broken off", [], []),
        ("08", "completed", "wrong person", [], []),
        ("09", "completed", "declined", [], []),
        ("10", "completed", "never again", [], []),
        ("11", "busy", "broken off", [], []),
        ("12", "no-answer", "broken off", [], []),
        ("13", "completed", "silent", [], []),
        ("14", "failed", "broken off", [], []),
        ("15", "failed", "broken off", [], []),
        ("16", "completed", "complete", [(0, ""), (1, ""), (2, "")], []),
    ],
)
def test_persona_completes_interview(
    digits: str, status: str, outcome: str, recordings: list[Any], silences: list[int]
) -> None:
    interview = SmallInterview()
    with open_rig(interview.scripts()) as rig:
        call = rig.complete_call(to=f"+141555501{digits}")
    assert call.status == status
    assert interview.recordings == recordings
    assert interview.silences == silences
    assert interview.outcome == outcome


@pytest.mark.parametrize(
    ("digits", "utterance"),
    [("00", "Yes."), ("09", "No, I do not agree."), ("10", "Do not call me again.")],
)
def test_personas_speak_without_keys(digits: str, utterance: str) -> None:
    document = "<Gather input='speech' action='/act'><Say>This call is recorded. Do you agree?</Say></Gather>"
    with open_rig(document) as rig:
        rig.complete_call(to=f"+141555501{digits}")
        assert rig.requests_to("/act")[0]["SpeechResult"] == utterance


def test_voicemail_plays_greeting() -> None:
    with open_rig({"/voice": "<Say>Why you?</Say><Record action='/act'/>"}) as rig:
        call = rig.complete_call(to="+14155550113", machine_detection="Enable")
        assert call.answered_by == "machine_start"
        assert rig.logged_events(call, "callee_spoke")[0]["text"] == PERSONAS["13"].words[0]


def test_requirements_get_an_answer_of_their_kind() -> None:
    prompts = [
        "Thank you. How many weeks of notice do you have to give?",
        "Thank you. Which shift? You can choose: 1 for Early, 2 for Late.",
        "Thank you. Can you work night shifts? Press 1 for yes, or 2 for no.",
    ]
    callees = {number: persona_for_number(f"+141555501{number}") for number in ("00", "01")}
    reactions = {number: [ask(callee, prompt) for prompt in prompts] for number, callee in callees.items()}
    assert reactions["00"] == [Reaction("About three weeks."), Reaction("Early, please."), Reaction(keys="1")]
    assert reactions["01"][2] == Reaction("Not at the moment, sorry.")


def ask(persona: Persona, text: str) -> Reaction:
    return asyncio.run(persona.react(CalleePrompt("gather", text, accepts_keys=True, accepts_speech=True)))
