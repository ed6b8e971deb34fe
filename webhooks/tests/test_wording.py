"""The texts of prompts."""

from interviews.conversation import engine as talk
from webhooks.twilio import twiml


def test_every_ending_has_words() -> None:
    assert set(twiml.GOODBYES) == set(talk.Ending)


def test_every_lead_has_words() -> None:
    assert set(twiml.LEADS) == set(talk.Lead)
