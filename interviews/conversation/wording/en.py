"""English texts of prompts."""

from datetime import datetime

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityUnit
from interviews.conversation.engine import EligibilityLead, Ending, LeadIn, Preface
from interviews.conversation.phrases.intent import Intent

LANGUAGE_NAME = "English"
SPEECH_LOCALE = "en-US"

GREETING = (
    "Hello. This is the automated assistant of {employer}. I would like to speak with {name}. "
    "If that is you, press 1 or say yes. If not, press 2."
)
GREETING_AGAIN = (
    "This is the automated assistant of {employer}. Am I speaking with {name}? Press 1 for yes, or 2 for no."
)
IDENTITY_BY_KEYS = (
    "This is the automated assistant of {employer}. Please use the keys of your phone. If you are {name}, press 1. "
    "If not, press 2."
)
ASK_REACHABLE = (
    "Can I reach {name} at this number at another time? For yes, press 1, or tell me when to call. If this is the "
    "wrong number, press 2."
)
ASK_REACHABLE_AGAIN = (
    "May I call {name} at this number another time? Press 1 for yes, or say a time. Press 2 if the number is wrong."
)
REACHABLE_BY_KEYS = (
    "Please use the keys of your phone. If I can reach {name} at this number at another time, press 1. If this is the "
    "wrong number, press 2."
)
CALL_TIME = (
    "When may I call again? Tell me a time, for example today at five, or tomorrow morning. Press 1 if I may choose "
    "the time. If you do not want to be interviewed, press 2."
)
CALL_TIME_AGAIN = (
    "Which day and which time suit you? Press 1 to leave the time to me. Press 2 if you do not want to be interviewed."
)
CALL_TIME_BY_KEYS = (
    "Please use the keys of your phone. If I may choose the time of my next call, press 1. If you do not want to be "
    "interviewed, press 2."
)
ASK_OPT_OUT = (
    "Shall we never call this number again? For yes, press 1 or say yes. If we may still call, press 2 or say no."
)
ASK_OPT_OUT_AGAIN = "Do you want no call from us ever again? Press 1 for no more calls. Press 2 if we may call."
OPT_OUT_BY_KEYS = (
    "Please use the keys of your phone. If we shall never call this number again, press 1. If we may call, press 2."
)
OTHER_QUESTION = "I can not answer questions of that kind, but people at {employer} can."
HOLD_ON = "Of course, I will wait. Speak when you are ready."
PREFACES = {
    Preface.NONE: "",
    Preface.UNCLEAR: "Sorry, I did not get that.",
    Preface.UNCLEAR_AGAIN: "I still did not understand.",
    Preface.SILENCE: "Sorry, I can't hear you.",
    Preface.SILENCE_AGAIN: "I still hear nothing.",
    Preface.CALLER: "This is the automated assistant of {employer}.",
    Preface.MATTER: "I am calling for {employer}, on a personal matter for {name}.",
    Preface.APPLICATION: "It is about your application for {job} at {employer}.",
    Preface.ROBOT: "I am an automated assistant, not a person.",
    Preface.RECORDED: "I record only after you agree. People at {employer} can listen to it, and people decide.",
    Preface.GENUINE: "I am calling for {employer}, which has this number for {name}.",
    Preface.GENUINE_APPLICATION: (
        "I am calling for {employer}, about your application for {job}. Your number comes from it."
    ),
    Preface.LENGTH: "I have {count}, for about {minutes}.",
    Preface.OTHER_QUESTION: OTHER_QUESTION,
    Preface.SLOWER: "Of course. I will speak more slowly and clearly.",
    Preface.NEARLY: "Let me make sure.",
}
NOTICE = "Our privacy notice is at {notice}."
DISCLOSURE = (
    "Thank you. This is about your application for {job}. An artificial intelligence asks you {count}, in about "
    "{minutes}{judge} The call is recorded. Our privacy notice is at {notice}. To stop, hang up. "
    "For a person or another way, press 0 or say a person."
)
RESUMED_DISCLOSURE = (
    "Thank you. We were cut off. I have {count} left for {job}, about {minutes}. As before, an artificial "
    "intelligence asks{judge} The call is recorded. Our privacy notice is at {notice}. To stop, hang up. "
    "For a person or another way, press 0 or say a person."
)
JUDGED_BY_MODEL = ", and scores your answers. A person decides."
JUDGED_BY_PERSON = ". A person scores your answers and decides."
CONSENT_AGAIN = (
    "Do you agree to be interviewed by an A.I. and recorded now? For yes, press 1 or say I agree. For no, press 2. "
    "For a later call, say later. For a person, press 0."
)
CONSENT_CHOICE = (
    "If you agree to be interviewed by an A.I. and recorded now, press 1 or say I agree. "
    "If now is a bad time, say later. If you do not agree, press 2. If you do not want to be called again, press 9."
)
CONSENT_BY_KEYS = (
    "Please use the keys of your phone. To be interviewed by an A.I. and recorded now, press 1. If you do not agree, "
    "press 2. For a person or another way, press 0. If you do not want to be called again, press 9."
)
LEAD_INS = {
    LeadIn.FIRST: (
        "Thank you. Please answer after the tone. To hear a question again, press star. To end an answer, press the "
        "pound key. Here is question {number} of {total}."
    ),
    LeadIn.NEXT: "Thank you. Question {number} of {total}.",
    LeadIn.REPEATED: "Here is the question again.",
    LeadIn.REPEATED_AGAIN: "Once more, the question is:",
    LeadIn.ENCOURAGED: "I did not hear an answer. Take your time, there is no hurry. Here is the question once more.",
    LeadIn.UNHEARD: "I did not hear an answer. Here is the question once more.",
    LeadIn.UNHEARD_AGAIN: "I heard no answer to this question. I will say it one more time.",
    LeadIn.UNANSWERED: "Let us go on. Question {number} of {total}.",
    LeadIn.RESUMED: "Thank you. We go on with question {number} of {total}.",
    LeadIn.EXPLAINED: "The question is about {competency}. Answer it in your own words. Here it is again.",
    LeadIn.INTRODUCED: "I am the automated assistant of {employer}. Here is the question again.",
    LeadIn.RECORDED: (
        "Your answers are recorded. People at {employer} can listen to them, and people decide. Here is the question "
        "again."
    ),
    LeadIn.GENUINE: "I am calling for {employer}, about your application for {job}.",
    LeadIn.LENGTH: (
        "This is question {number} of {total}, and an answer may take up to {limit}. Here is the question again."
    ),
    LeadIn.OTHER_QUESTION: OTHER_QUESTION,
    LeadIn.SKIPPED: "No problem. Question {number} of {total}.",
    LeadIn.POSTPONED: "Of course. We come back to it at the end. Question {number} of {total}.",
    LeadIn.RETURNED: "Now back to question {number}, which is still open.",
}
ANSWER_LIMIT = "An answer may take up to {limit}."
NO_EXPLANATION = "I can only repeat the question. Answer it in your own words; an example from your work helps."
TAKE_YOUR_TIME = (
    "Of course, take your time. Answer after the tone whenever you are ready, and press the pound key at the end."
)
GO_ON = (
    "The time for this answer is over. If you want to add something, go on after the tone, for up to {limit}. Press "
    "the pound key when you are done."
)
CHECK_ANSWER = (
    "Was that your answer, or shall I repeat the question? If it was your answer, press 1 or say yes. To hear the "
    "question again, press star or say repeat."
)
CHECK_ANSWER_AGAIN = "Was that all? Press 1 or say yes to go on. Press star or say repeat to hear the question."
CONFIRM_STOP = {
    Intent.REFUSE: "Do you want to end the interview here? For yes, press 1. To go on, press 2.",
    Intent.PERSON: (
        "I can ask a person to get in touch with you, and end the interview here. For that, press 1 or say yes. To go "
        "on with the interview, press 2."
    ),
    Intent.OTHER_LANGUAGE: (
        "I can only hold this interview in English. Shall a person get in touch with you instead? For yes, press 1. To "
        "go on in English, press 2."
    ),
    Intent.NEVER: (
        "Shall we end here and never call you again? For yes, press 1. To go on with the interview, press 2."
    ),
}
CONFIRM_STOP_AGAIN = {
    Intent.REFUSE: "Shall I end the interview? Press 1 to end it, or 2 to go on.",
    Intent.PERSON: "Shall a person get in touch with you, and the interview end here? Press 1 for yes, or 2 to go on.",
    Intent.OTHER_LANGUAGE: "Press 1 if a person shall get in touch with you, or 2 to go on in English.",
    Intent.NEVER: ("Press 1 if we shall stop and never call again, or 2 to go on."),
}
ELIGIBILITY_LEADS = {
    EligibilityLead.FIRST: "Thank you. First, a short question about what the job requires.",
    EligibilityLead.NEXT: "Thank you.",
    EligibilityLead.REPEATED: "Of course. The question was:",
    EligibilityLead.UNCLEAR: "Sorry, I did not understand that.",
    EligibilityLead.SILENCE: "Sorry, I can't hear you.",
    EligibilityLead.EXPLAINED: "It is about what the job requires. Please answer as it is for you.",
    EligibilityLead.REASON: (
        "The employer asks because the job requires it. Your answer gets no score, and you need not answer."
    ),
    EligibilityLead.OTHER_QUESTION: "I can not answer that, but people at {employer} can. Once more:",
    EligibilityLead.WAITING: "Of course, take your time. Here is the question again.",
}
ELIGIBILITY_HINTS = {
    EligibilityKind.YES_NO: "Press 1 for yes, or 2 for no.",
    EligibilityKind.NUMBER: "Please say a number, or type it and press the pound key.",
    EligibilityKind.DATE: "Please say the day and the month.",
    EligibilityKind.CHOICE: "You can choose: {options}.",
}
ELIGIBILITY_OPTION = "{number} for {option}"
READ_BACK = "I understood: {value}. The question was: {question} Is that right? Press 1 for yes, or 2 for no."
READ_BACK_AGAIN = "Is it right that your answer is: {value}? Press 1 for yes, or 2 for no."
YES_NO_NAMES = {"yes": "yes", "no": "no"}
UNIT_NAMES = {
    EligibilityUnit.NONE: "",
    EligibilityUnit.DAYS: "days",
    EligibilityUnit.WEEKS: "weeks",
    EligibilityUnit.MONTHS: "months",
    EligibilityUnit.YEARS: "years",
    EligibilityUnit.HOURS: "hours",
    EligibilityUnit.KILOGRAMS: "kilograms",
}
GOODBYES = {
    Ending.NOT_ELIGIBLE: (
        "Thank you for telling me. The job requires this, so I end the interview here. A person will look at your "
        "answers and decide what happens next."
    ),
    Ending.FINISHED: "That was the last question. Thank you for your time. A person decides what happens next.",
    Ending.DECLINED: "That is fine. We will not call you about this again. Thank you.",
    Ending.OPTED_OUT: "We will not call you again.",
    Ending.WRONG_PERSON: "Sorry to have bothered you.",
    Ending.PERSON_REQUESTED: "Of course. I will pass this on, so that a person gets in touch with you.",
    Ending.CALL_LATER: "Thank you. I will call again {when}.",
    Ending.NOT_HERE: "Thank you.",
    Ending.NO_REPLY: "Sorry, I could not make out a reply.",
}
GREETING_CALLED_BACK = (
    "Thank you for calling. This is the automated assistant of {employer}. We would like to speak with {name}. "
    "If that is you, press 1 or say yes. If not, press 2."
)
RECEPTION_GREETING = "Thank you for calling. This is the automated assistant of {employer}."
NO_INTERVIEW = "No call to this number is planned."
CALL_RUNNING = "We are calling this number at the moment. Please take that call."
NOT_NOW = "We can not continue now. We will call again."
NOT_CALLED = "We were asked not to call this number, and we do not call it."
PERSON_INFORMED = "A person has been asked to get in touch with you."
UNREACHED_CALLER = (
    "Thank you. We tried to reach you about your application for {job}. I have passed on that you called, so that a "
    "person of {employer} gets in touch with you."
)
OPT_OUT_OFFER = "If you do not want to be called by us, press 9."
VOICEMAIL = (
    "Hello. This is the automated assistant of {employer}. Please call us back at {callback}. Once more, the number is "
    "{callback}. Thank you. Goodbye."
)
LAST_CALL = "This was our last try."
MAY_CALL_AGAIN = "We may try again at another time."
REACH_US = "You can reach us at {callback}."
FAREWELL = "Goodbye."
NEAR_DAYS = {0: "today", 1: "tomorrow"}
FALLBACK_APOLOGY = "We are sorry. Something went wrong on our side. We will call you back. Goodbye."
INBOUND_FALLBACK = "We are sorry. Something went wrong on our side. Please call again later. Goodbye."
UNKNOWN_CALL = "We are sorry. This call can't be continued. Goodbye."

SEPARATOR_NAMES = {".": "dot", "/": "slash", "-": "dash", "_": "underscore", "~": "tilde"}
PLUS = "plus"
ONE_MINUTE = "one minute"
MINUTES = "minutes"


def question_count(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"


def weekday(at: datetime) -> str:
    return f"on {at:%A}"


def calendar_day(at: datetime) -> str:
    return f"on {at:%A, %B} {at.day}"


def clock_time(at: datetime) -> str:
    clock_text = f"{at:%I:%M %p}".lstrip("0").replace(":00", "")
    return f"at {clock_text}"
