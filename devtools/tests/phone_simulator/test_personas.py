"""The people who pick up: what they understand, what they say, and how an interview with each of them ends."""

import pytest

from devtools.phone_simulator.callees.canned_answers import question_in, subjects, talkative, terse
from devtools.phone_simulator.callees.personas import PERSONAS, Persona, callee_for, key_for
from devtools.tests.phone_simulator.test_stage import Stage, stage

QUESTIONS = (
    "Tell me about a time you handled a difficult customer.",
    "How do you keep a REST API backward compatible?",
    "What is your experience with Python, Django and PostgreSQL?",
    "How do you make sure that medication is given safely during a night shift?",
    "Why do you want to work for us?",
    "Wie gehen Sie mit Beschwerden um?",
)


# ── understanding ──


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
def test_spoken_instructions_are_understood(text, yes, no, never):
    assert (key_for("yes", text), key_for("no", text), key_for("never", text)) == (yes, no, never)


@pytest.mark.parametrize(
    ("heard", "question"),
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
def test_the_question_is_found_among_what_else_is_said(heard, question):
    assert question_in(heard) == question


def test_the_subjects_of_a_question_are_found():
    assert subjects(QUESTIONS[0]) == ["difficult customer"]
    assert subjects(QUESTIONS[2]) == ["python", "django", "postgresql"]


# ── answering ──


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_suit_the_question_and_stay_the_same(question):
    numbers = [f"+1415555{n:04}" for n in range(60)]
    for number in numbers:
        assert 60 <= len(talkative(question, number).split()) <= 120
        assert 8 <= len(terse(question, number).split()) <= 12
        assert any(character.isdigit() for character in talkative(question, number))
        assert talkative(question, number) == talkative(question, number)
        for topic in subjects(question)[:1]:
            assert topic in talkative(question, number)
            assert topic in terse(question, number)
    assert len({talkative(question, number) for number in numbers}) > 30


# ── picking up ──


def test_the_last_two_digits_choose_the_persona():
    assert [callee_for(f"+141555501{digits}").name for digits in ("00", "01", "57")] == [
        "talkative",
        "terse",
        "talkative",
    ]
    assert len({kind.name for kind in PERSONAS.values()}) == len(PERSONAS)


def test_the_crowd_is_mixed_and_always_the_same():
    numbers = [f"+1415{n:05}99" for n in range(300)]
    names = [callee_for(number).name for number in numbers]
    assert names == [callee_for(number).name for number in numbers]
    assert len(set(names)) > 8
    assert names.count("talkative") > 60
    assert isinstance(callee_for(numbers[0]), Persona)


# ── whole interviews ──

HELLO = """<Gather numDigits="1" action="/{here}"><Say>{text}</Say></Gather><Redirect>/{here}</Redirect>"""
QUESTION = """<Say>Question {n}. {text}</Say>
<Record action="/answer/{n}" finishOnKey="*#" maxLength="120" timeout="4" playBeep="false"/>
<Redirect>/silent/{n}</Redirect>"""
BYE = "<Say>Thank you. Goodbye.</Say>"
IDENTITY = "Am I speaking with Alex Doe? If yes, press 1. If not, press 2. To never be called again, press 9."
CONSENT = "An AI conducts this interview and it is recorded. Press 1 to agree, or press 2 to decline."


class Interview:
    """A small interviewer: who is there, consent, three questions, each repeated on * and once on silence."""

    def __init__(self):
        self.takes: list[tuple[int, str]] = []
        self.silences: list[int] = []
        self.outcome = "broken off"

    def scripts(self):
        answers = {f"/answer/{n}": lambda params, n=n: self.take(n, params) for n in range(3)}
        silences = {f"/silent/{n}": lambda params, n=n: self.silence(n) for n in range(3)}
        return {
            "/voice": HELLO.format(here="who", text=IDENTITY),
            "/who": self.who,
            "/may": self.may,
            **answers,
            **silences,
        }

    def who(self, params):
        if params.get("Digits") == "1":
            return HELLO.format(here="may", text=CONSENT)
        return self.finish({"2": "wrong person", "9": "never again"}.get(params.get("Digits"), "silent"))

    def may(self, params):
        return self.ask(0) if params.get("Digits") == "1" else self.finish("declined")

    def ask(self, n):
        return QUESTION.format(n=n, text=QUESTIONS[n]) if n < 3 else self.finish("complete")

    def take(self, n, params):
        self.takes.append((n, params["Digits"]))
        return self.ask(n if params["Digits"] == "*" else n + 1)

    def silence(self, n):
        self.silences.append(n)
        return self.ask(n if self.silences.count(n) == 1 else n + 1)

    def finish(self, outcome):
        self.outcome = outcome
        return BYE


def interview(digits: str) -> tuple[Interview, str, Stage]:
    conducted = Interview()
    with stage(conducted.scripts()) as s:
        call = s.call(to=f"+141555501{digits}")
        return conducted, call.status, s


@pytest.mark.parametrize(
    ("digits", "status", "outcome", "takes", "silences"),
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
def test_an_interview_with_each_persona(digits, status, outcome, takes, silences):
    conducted, final, _ = interview(digits)
    assert final == status
    # After a hang-up the answer to the action is not executed, whatever outcome it would have led to.
    assert conducted.takes == takes
    assert conducted.silences == silences
    assert conducted.outcome == outcome


def test_where_only_speech_is_listened_to_they_speak():
    document = "<Gather input='speech' action='/said'><Say>This call is recorded. Do you agree?</Say></Gather>"
    said = {}
    for digits in ("00", "09", "10"):
        with stage(document) as s:
            s.call(to=f"+141555501{digits}")
            said[digits] = s.asked("/said")[0]["SpeechResult"]
    assert said == {"00": "Yes.", "09": "No, I do not agree.", "10": "Do not call me again."}


def test_a_voicemail_greeting_is_heard_by_whatever_listens_first():
    with stage({"/voice": "<Say>Why you?</Say><Record action='/act'/>"}) as s:
        call = s.call(to="+14155550113", machine_detection="Enable")
        assert call.answered_by == "machine_start"
        assert "leave a message" in s.logged(call, "said")[0]["text"]
