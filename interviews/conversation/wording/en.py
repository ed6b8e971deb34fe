"""English texts of prompts."""

import re
from math import ceil

from interviews.conversation.engine import Ending, LeadIn

LANGUAGE_NAME = "English"
LOCALE = "en-US"

GREETING = (
    "Hello. This is the automated assistant of {employer}. I would like to speak with {name}. "
    "If that is you, press 1 or say yes. If not, press 2."
)
GREETING_AGAIN = (
    "Sorry, I did not get that. This is the automated assistant of {employer}. Am I speaking with {name}? "
    "Press 1 for yes, or 2 for no."
)
DISCLOSURE = (
    "Thank you. I am calling about your application for {job}. An artificial intelligence asks you {count}, in about "
    "{minutes}{judge} The call is recorded. Our privacy notice is at {notice}. To stop, hang up. "
    "For a person or another way, press 0 or say a person."
)
RESUMING = (
    "Thank you. We were cut off. I have {count} left for {job}, about {minutes}. As before, an artificial "
    "intelligence asks{judge} The call is recorded. Our privacy notice is at {notice}. To stop, hang up. "
    "For a person or another way, press 0 or say a person."
)
JUDGED_BY_MODEL = " and scores your answers. A person decides."
JUDGED_BY_PERSON = ". A person scores your answers and decides."
CONSENT_AGAIN = "Sorry, I did not get that. For a person or another way, press 0."
CHOICE = (
    "If you agree to be interviewed by an A.I. and recorded now, press 1 or say I agree. "
    "If you do not agree, press 2. If you do not want to be called again, press 9."
)
LEADS = {
    LeadIn.FIRST: (
        "Thank you. Please answer after the tone. To hear a question again, press star. To end an answer, press the "
        "pound key. Here is question {number} of {total}."
    ),
    LeadIn.NEXT: "Thank you. Question {number} of {total}.",
    LeadIn.REPEATED: "Here is the question again.",
    LeadIn.UNHEARD: "I did not hear an answer. Here is the question once more.",
    LeadIn.RESUMED: "Thank you. We go on with question {number} of {total}.",
}
GOODBYES = {
    Ending.FINISHED: "That was the last question. Thank you for your time. You will hear from us.",
    Ending.DECLINED: "That is fine. We will not interview you by phone. Thank you.",
    Ending.OPTED_OUT: "We will not call you again.",
    Ending.WRONG_PERSON: "Sorry to have bothered you.",
    Ending.NO_REPLY: "Sorry, I could not make out a reply.",
}
REACH = "You can reach us at {callback}."
FAREWELL = "Goodbye."
FALLBACK = "We are sorry. Something went wrong on our side. We will call you back. Goodbye."
UNKNOWN_CALL = "We are sorry. This call can't be continued. Goodbye."

SEPARATOR_NAMES = {".": "dot", "/": "slash", "-": "dash", "_": "underscore", "~": "tilde"}
SEPARATOR = re.compile("[./_~-]")


def question_count(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    return f"{ceil(seconds / 60)} minutes" if seconds > 60 else "one minute"


def spell_number(number: str) -> str:
    groups = re.findall("[0-9]+", number)
    return ", ".join(["plus " + " ".join(groups[0]), *(" ".join(group) for group in groups[1:])])


def spell_address(address: str) -> str:
    return SEPARATOR.sub(lambda separator: f" {SEPARATOR_NAMES[separator[0]]} ", address)
