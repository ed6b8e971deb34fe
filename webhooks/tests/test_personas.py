"""The simulated candidates over the phone: the webhooks hold the same conversations as the engine alone."""

import asyncio

import pytest
from django.test import Client

from devtools.phone_simulator.callees.callee import CalleePrompt, Reaction
from devtools.phone_simulator.callees.personas import Persona
from interviews.conversation.elements import USUAL_PAUSE_SECONDS
from interviews.conversation.engine import prompt_data
from interviews.models import TurnReply
from interviews.tests.conversation.transcripts import REACHABLE, SCRIPT, hold_dialogue
from screener.records import QuestionSpec
from tests.support.factories import make_approved_job, make_interview
from tests.support.twilio_driver import Phone, place_attempt

pytestmark = pytest.mark.django_db
QUESTIONS = [
    QuestionSpec(text=question.text, competency="", weight=1, max_seconds=question.max_seconds)
    for question in SCRIPT.questions
]


def answer_call(phone: Phone, persona: Persona) -> None:
    """React to each TwiML document as the persona does, until one hangs up."""
    phone.pick_up()
    while phone.twiml().find("Hangup") is None:
        is_question = phone.twiml().find("Record") is not None
        reaction = asyncio.run(persona.react(heard_prompt(phone, is_question=is_question)))
        if reaction.hangs_up:
            return
        if is_question:
            record(phone, reaction)
        else:
            reply(phone, reaction)


def heard_prompt(phone: Phone, *, is_question: bool) -> CalleePrompt:
    gather = phone.twiml().find("Gather")
    accepts_speech = is_question or (gather is not None and "speech" in gather.attrib["input"])
    verb = "record" if is_question else "gather"
    return CalleePrompt(verb, phone.prompt_text(), accepts_keys=True, accepts_speech=accepts_speech, finish_keys="*#")


def reply(phone: Phone, reaction: Reaction) -> None:
    if reaction.keys:
        phone.press_key(reaction.keys[0])
    elif reaction.utterance:
        phone.speak(reaction.utterance)
    else:
        phone.stay_silent()


def record(phone: Phone, reaction: Reaction) -> None:
    if not reaction.sound_seconds:
        phone.stay_silent()
        return
    seconds = reaction.sound_seconds + (0 if reaction.keys else USUAL_PAUSE_SECONDS)
    phone.record_answer(seconds=min(seconds, 120), digits=reaction.keys)


@pytest.mark.parametrize("digits", sorted(REACHABLE))
def test_call_follows_transcript(client: Client, digits: str) -> None:
    profile = REACHABLE[digits]
    interview = make_interview(job=make_approved_job(questions=QUESTIONS), full_name="Alex Doe")
    phone = Phone(place_attempt(interview), client)
    answer_call(phone, profile.create(f"+141555501{digits}"))
    replies = TurnReply.objects.filter(attempt=phone.attempt).order_by("turn")
    dialogue = hold_dialogue(profile, digits)
    assert [reply.prompt for reply in replies] == [prompt_data(prompt) for prompt in dialogue.prompts]
