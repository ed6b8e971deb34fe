"""The simulated candidates. The last two digits of a number choose the persona that answers it: see PERSONAS."""

import re
from random import Random
from typing import ClassVar

from .callee import SILENCE, Callee, CalleePrompt, Pickup, Reaction
from .key_offers import find_key
from .stories import ANSWERS, extract_question, tell_story

CONSENT_WORDS = re.compile(r"\b(?:record\w*|consent|agree|permission)\b", re.I)


class Persona:
    """A candidate who agrees to everything and answers every question. Each subclass differs in one respect."""

    name = "talkative"
    description = "Agrees, and answers every question at length."
    speaker = "strong"  # in stories.toml
    pickup = Pickup()

    def __init__(self, number: str) -> None:
        self.number = number
        self.questions: list[str] = []  # without repetitions

    async def react(self, prompt: CalleePrompt) -> Reaction:
        if prompt.verb == "record":
            question = extract_question(prompt.heard_text)
            self._count_question(question)
            return self.answer_question(question)
        if prompt.verb == "gather":
            return self.choose_option(prompt)
        return SILENCE

    def _count_question(self, question: str) -> None:
        if not any(earlier in question for earlier in self.questions):
            self.questions.append(question)

    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        return self.reply_with(prompt, "yes", "Yes.")

    def reply_with(self, prompt: CalleePrompt, meaning: str, utterance: str) -> Reaction:
        """Press the key that is offered for the meaning; otherwise say it, if speech is accepted."""
        key = find_key(meaning, prompt.heard_text) if prompt.accepts_keys else ""
        if key:
            return Reaction(keys=key)
        return Reaction(utterance) if prompt.accepts_speech else SILENCE

    def answer_question(self, question: str) -> Reaction:
        return Reaction(tell_story(self.speaker, question, self.number))


class TerseAnswers(Persona):
    name = "terse"
    description = "Agrees, and answers every question in one short sentence."
    speaker = "terse"


class SilentOnSecondQuestion(Persona):
    name = "silent on the second question"
    description = "Says nothing when asked the second question, however often."
    speaker = "middling"

    def answer_question(self, question: str) -> Reaction:
        return SILENCE if len(self.questions) == 2 else super().answer_question(question)


class MumblesFirstAnswer(Persona):
    name = "mumbles at the first question"
    description = "Makes a sound without words instead of the first answer."
    speaker = "plain"

    def answer_question(self, question: str) -> Reaction:
        return Reaction(noise_seconds=7) if len(self.questions) == 1 else super().answer_question(question)


class RepeatsFirstQuestion(Persona):
    name = "has the first question repeated with *"
    description = "Presses * in the first answer, to hear the question again."
    speaker = "second_language"
    has_repeated = False

    def answer_question(self, question: str) -> Reaction:
        if self.has_repeated:
            return super().answer_question(question)
        self.has_repeated = True
        return Reaction("Sorry, could you say that again please?", keys="*")


class EndsAnswersWithPound(Persona):
    name = "ends answers with #"
    description = "Presses # after each answer instead of waiting for the silence to end it."
    speaker = "talker"

    def answer_question(self, question: str) -> Reaction:
        return Reaction(super().answer_question(question).utterance, keys="#")


class HangsUpInAnswer(Persona):
    name = "hangs up in the middle of the second answer"
    description = "Hangs up halfway through the second answer."
    speaker = "newcomer"

    def answer_question(self, question: str) -> Reaction:
        words = super().answer_question(question).utterance.split()
        if len(self.questions) < 2:
            return Reaction(" ".join(words))
        return Reaction(" ".join(words[: len(words) // 2]), hangs_up=True)


class HangsUpEarly(Persona):
    name = "hangs up during the greeting"
    description = "Picks up, and hangs up before the greeting is over."

    async def react(self, prompt: CalleePrompt) -> Reaction:
        return Reaction(hangs_up=True)


class WrongPerson(Persona):
    name = "wrong person"
    description = "Is not the candidate, and says so."

    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        return self.reply_with(prompt, "no", "No, you have the wrong person.")


class DeclinesConsent(Persona):
    name = "declines to be recorded"
    description = "Says no when asked to agree to the interview."

    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        if CONSENT_WORDS.search(prompt.heard_text):
            return self.reply_with(prompt, "no", "No, I do not agree.")
        return super().choose_option(prompt)


class OptsOut(Persona):
    name = "asks not to be called again"
    description = "Asks for it as soon as the prompt offers it."

    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        is_not_offered_yet = prompt.accepts_keys and not find_key("never", prompt.heard_text)
        if is_not_offered_yet:
            return super().choose_option(prompt)
        return self.reply_with(prompt, "never", "Do not call me again.")


class NeverStopsTalking(Persona):
    name = "does not stop talking"
    description = "Talks until the longest time that an answer may take."

    def answer_question(self, question: str) -> Reaction:
        return Reaction(" ".join(text for speaker in sorted(ANSWERS) for text in ANSWERS[speaker].values()))


class Talker(Persona):
    """Replies to the prompts before the questions with these words, one after another, and with keys after the last."""

    words: ClassVar[tuple[str, ...]] = ()

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self._unsaid = list(self.words)

    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        if prompt.accepts_speech and self._unsaid:
            return Reaction(self._unsaid.pop(0))
        return super().choose_option(prompt)


class AsksWhoCalls(Talker):
    name = "asks who is calling"
    description = "Asks who is calling before she says who she is."
    words = ("hello who is this", "oh okay yes this is she", "yes i agree")


class AsksForLater(Talker):
    name = "asks for a call at five"
    description = "Is at work, and asks to be called at five."
    words = ("yes speaking", "uh i'm at work right now can you call me later today at five")


class IsDriving(Talker):
    name = "is driving"
    description = "Is driving, and names no time for another call."
    words = ("yeah this is he", "i'm driving right now", "uh some time in the evening")


class WantsPerson(Talker):
    name = "wants a person"
    description = "Asks for a person instead of the assistant."
    words = ("yes that's me", "can i talk to a real person please")


class SpouseAnswers(Talker):
    name = "spouse answers"
    description = "The husband answers, and says when to call again."
    words = ("no this is her husband she's not here right now", "try again tomorrow morning")


class SpouseFetches(Talker):
    name = "spouse fetches the candidate"
    description = "Another person answers and fetches the candidate."
    words = ("hold on i'll get her", "hello this is alex", "i agree")


class AsksToRepeat(Talker):
    name = "asks to repeat and to speak slower"
    description = "Hears badly: asks again and again, then agrees."
    words = (
        "hello",
        "sorry could you repeat that",
        "can you speak slower please",
        "yes that's me what is this about",
        "is this a robot",
        "yes i agree",
    )


class NearlyAgrees(Talker):
    name = "nearly agrees"
    description = "Is of two minds at first, and agrees when asked again."
    words = ("yes that is me", "well i guess so", "yes i agree")


class SpeaksSpanish(Talker):
    name = "speaks Spanish"
    description = "Asks whether the interview can be in Spanish."
    words = ("yes this is me", "can we do this in spanish")


class IsUnsure(Talker):
    name = "is not understood"
    description = "Says what cannot be understood, until only keys are left."
    words = ("was wollen sie denn", "ich verstehe kein wort", "ach so ein computer")


class QuestionTalker(Talker):
    """Says something else in place of the first answer."""

    words: ClassVar[tuple[str, ...]] = ("yes this is me", "i agree")
    in_place_of_answer: ClassVar[str]
    has_spoken = False

    def answer_question(self, question: str) -> Reaction:
        if self.has_spoken:
            return super().answer_question(question)
        self.has_spoken = True
        return Reaction(self.in_place_of_answer)


class AsksForQuestionAgain(QuestionTalker):
    name = "asks for the question again"
    description = "Did not hear the first question, and asks for it."
    words = (*QuestionTalker.words, "no repeat it please")
    in_place_of_answer = "sorry could you repeat that"


class NeedsMoment(QuestionTalker):
    name = "needs a moment"
    description = "Asks for time to think about the first question."
    words = (*QuestionTalker.words, "i need a moment to think")
    in_place_of_answer = "one moment please"


class DoesNotKnow(QuestionTalker):
    name = "does not know"
    description = "Has no answer to the first question."
    words = (*QuestionTalker.words, "i don't know")
    in_place_of_answer = "i don't know"


class ComesBack(QuestionTalker):
    name = "comes back to a question"
    description = "Wants to answer the first question at the end."
    words = (*QuestionTalker.words, "can we come back to that one later")
    in_place_of_answer = "can i come back to that"


class AnswersBriefly(QuestionTalker):
    name = "answers briefly"
    description = "Gives a short and honest first answer, and confirms it."
    words = (*QuestionTalker.words, "yes that was my answer")
    in_place_of_answer = "no never"


class GivesUpOnAssistant(QuestionTalker):
    name = "wants a person at the first question"
    description = "Asks for a person in place of the first answer, and again."
    words = (*QuestionTalker.words, "can i talk to a person", "yes please")
    in_place_of_answer = "i want a human"


class Voicemail(Persona):
    """An answering machine: plays its greeting at the first prompt that accepts speech, then stays silent."""

    name = "voicemail"
    description = "A machine picks up, and plays its greeting at the first prompt that accepts speech."
    pickup = Pickup(ring_seconds=18, answered_by="machine_start", detection_seconds=4.2)
    greeting = "Hello, I cannot take your call right now. Please leave a message after the tone."

    async def react(self, prompt: CalleePrompt) -> Reaction:
        if not prompt.accepts_speech or not self.greeting:
            return SILENCE
        utterance, self.greeting = self.greeting, ""
        return Reaction(utterance)


class BusyLine(Persona):
    name = "busy"
    description = "Is on another call."
    pickup = Pickup("busy", sip_code=486)


class NoAnswer(Persona):
    name = "no answer"
    description = "Lets it ring."
    pickup = Pickup("no-answer", sip_code=487)


class CarrierFailure(Persona):
    name = "carrier failure"
    description = "The carrier fails to connect the call."
    pickup = Pickup("failed", sip_code=503)


class NumberNotInService(Persona):
    name = "number not in service"
    description = "There is no such number."
    pickup = Pickup("failed", sip_code=404)


PERSONAS: dict[str, type[Persona]] = {
    "00": Persona,
    "01": TerseAnswers,
    "02": SilentOnSecondQuestion,
    "03": MumblesFirstAnswer,
    "04": RepeatsFirstQuestion,
    "05": EndsAnswersWithPound,
    "06": HangsUpInAnswer,
    "07": HangsUpEarly,
    "08": WrongPerson,
    "09": DeclinesConsent,
    "10": OptsOut,
    "11": BusyLine,
    "12": NoAnswer,
    "13": Voicemail,
    "14": CarrierFailure,
    "15": NumberNotInService,
    "16": NeverStopsTalking,
    "17": AsksWhoCalls,
    "18": AsksForLater,
    "19": IsDriving,
    "20": WantsPerson,
    "21": SpouseAnswers,
    "22": SpouseFetches,
    "23": AsksToRepeat,
    "24": NearlyAgrees,
    "25": SpeaksSpanish,
    "26": IsUnsure,
    "27": AsksForQuestionAgain,
    "28": NeedsMoment,
    "29": DoesNotKnow,
    "30": AnswersBriefly,
    "31": GivesUpOnAssistant,
    "32": ComesBack,
}
CROWD_DIGITS = "99"  # any persona, mostly cooperative ones; the whole number is the seed


def persona_for_number(number: str) -> Callee:
    """Return the persona for the last two digits of the number; the talkative one for digits without an entry."""
    if number.endswith(CROWD_DIGITS):
        kinds = list(PERSONAS.values())
        weights = [20 if kind in (Persona, TerseAnswers) else 2 for kind in kinds]
        return Random(number).choices(kinds, weights)[0](number)  # noqa: S311 - variety, not secrecy
    return PERSONAS.get(number[-2:], Persona)(number)
