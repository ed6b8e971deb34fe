"""Texts for Twilio's voice: the voice of each language, names in their own language, slow speech."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from django.test import Client
from twilio.twiml.voice_response import VoiceResponse

from interviews.conversation import wording
from tests.support.factories import make_interview
from tests.support.twilio_driver import Phone, place_attempt
from webhooks.twilio.speech import SLOW_RATE, VOICES, Speaker, foreign_names, voiced_locale

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SPEAKER = Speaker("en", foreign_names={"Ramón García": "es-US", "Ramón": "es-MX"})
TEXT = "Hello. May I speak with Ramón García? Goodbye."


def say(speaker: Speaker, text: str = TEXT) -> ElementTree.Element:
    voice_response = VoiceResponse()
    speaker.say(voice_response, text)
    return ElementTree.fromstring(str(voice_response))


@pytest.mark.parametrize("tag", wording.LANGUAGES)
def test_each_language_has_voice(tag: str) -> None:
    verb = say(Speaker(tag)).find("Say")
    assert verb is not None
    assert verb.attrib["language"].startswith(tag)
    assert verb.attrib["voice"] == VOICES[verb.attrib["language"]]


@pytest.mark.parametrize(("tag", "locale"), [("de-AT", "de-AT"), ("de-CH", "de-DE"), ("it", "en-US"), ("en", "en-US")])
def test_region_without_voice_gets_usual_one(tag: str, locale: str) -> None:
    assert voiced_locale(tag) == locale


@pytest.mark.parametrize("slow", [False, True])
def test_name_is_tagged_with_its_language(slow: bool) -> None:
    response = say(replace(SPEAKER, slow=slow))
    assert [(name.text, name.attrib[LANG]) for name in response.iter("lang")] == [("Ramón García", "es-US")]
    assert " ".join("".join(response.itertext()).split()).replace(".May", ". May").replace("?Good", "? Good") == TEXT


def test_part_of_word_is_no_name() -> None:
    response = say(Speaker("en", foreign_names={"Li": "de-DE"}), "Listen, Li. Is Li's line alive? Li")
    assert [name.text for name in response.iter("lang")] == ["Li"] * 3


def test_slow_speech_pauses_after_sentences() -> None:
    response = say(replace(SPEAKER, slow=True))
    assert [verb.tag for verb in response] == ["Say", "Pause"] * 3
    assert {part.attrib["rate"] for part in response.iter("prosody")} == {SLOW_RATE}


def test_only_names_of_other_languages_are_foreign() -> None:
    names = {"Ramón": "es", "Jim": "en-GB", "Ole": "no", "": "de"}
    assert foreign_names(names, "en-US") == {"Ramón": "es-US"}


@pytest.mark.django_db
def test_call_names_candidate_in_their_language(client: Client) -> None:
    interview = make_interview()
    interview.candidate.update_fields(locale="de")
    phone = Phone(place_attempt(interview), client)
    phone.pick_up()
    assert [name.text for name in phone.twiml().iter("lang")] == [interview.candidate.full_name]
