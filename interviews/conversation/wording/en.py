"""English texts of prompts."""

from math import ceil

from interviews.conversation.engine import Ending, LeadIn

LANGUAGE_NAME = "English"
LOCALE = "en-US"

GREETING = "Hello. I am calling for {name}. If that is you, press 1 or say yes. If not, press 2."
GREETING_AGAIN = "Sorry, I did not get that. Am I speaking with {name}? Press 1 for yes, or 2 for no."
DISCLOSURE = (
    "Thank you. I am an automated interviewer, an artificial intelligence, calling about your application for {job}. "
    "I would like to ask you {count}, which takes about {minutes}. The interview is recorded, and a person reads "
    "the result. To hear a question again, press star. To end an answer, press the pound key. You can hang up "
    "at any time. If you agree to be interviewed by an A.I. and recorded now, press 1 or say I agree. "
    "If you do not agree, press 2. If you do not want to be called again, press 9."
)
RESUMING = (
    "Thank you. This is the automated interviewer for {job} again. Our last call was cut off. I would like to go on "
    "where we stopped: {count} left, about {minutes}. As before, an artificial intelligence asks the questions and "
    "the interview is recorded. If you agree, press 1 or say I agree. If you do not agree, press 2. If you do not "
    "want to be called again, press 9."
)
CONSENT_AGAIN = (
    "Sorry, I did not get that. To be interviewed by an A.I. and recorded now, press 1 or say I agree. "
    "If you do not agree, press 2. If you do not want to be called again, press 9."
)
LEADS = {
    LeadIn.FIRST: "Thank you. Please answer after the tone. Here is question {number} of {total}.",
    LeadIn.NEXT: "Thank you. Question {number} of {total}.",
    LeadIn.REPEATED: "Here is the question again.",
    LeadIn.UNHEARD: "I did not hear an answer. Here is the question once more.",
    LeadIn.RESUMED: "Thank you. We go on with question {number} of {total}.",
}
GOODBYES = {
    Ending.FINISHED: "That was the last question. Thank you for your time. You will hear from us. Goodbye.",
    Ending.DECLINED: "That is fine. We will not interview you by phone. Thank you, and goodbye.",
    Ending.OPTED_OUT: "We will not call you again. Goodbye.",
    Ending.WRONG_PERSON: "Sorry to have bothered you. Goodbye.",
    Ending.NO_REPLY: "Sorry, I could not make out a reply. Goodbye.",
}
FALLBACK = "We are sorry. Something went wrong on our side. We will call you back. Goodbye."
UNKNOWN_CALL = "We are sorry. This call can't be continued. Goodbye."


def question_count(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    return f"{ceil(seconds / 60)} minutes" if seconds > 60 else "one minute"
