"""The people behind the numbers: the last two digits of a number say who picks up. See PERSONAS."""

import re
from random import Random

from .callee import SILENCE, Callee, Moment, Pickup, Reaction
from .canned_answers import question_in, talkative, terse

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
KEY = rf"(\d|{'|'.join(NUMBERS)})\b"
OFFER = re.compile(rf"\b(?:press|push|hit|dial)\s+(?:the\s+)?{KEY}|\bor\s+{KEY}(?=\s+(?:for|to|if)\b)", re.I)
NEVER = re.compile(r"\b(?:not|never|stop|remove|no longer|no more)\b.*\bcall|n[o']t\b.*\bcall", re.I)
NO = re.compile(r"\b(?:no|not|decline|refuse|disagree|wrong|reject|stop|end|rather)\b|n't\b", re.I)
REPEAT = re.compile(r"\b(?:repeat|again|hear)\b", re.I)
CONSENT = re.compile(r"\b(?:record\w*|consent|agree|permission)\b", re.I)


def offers(text: str) -> list[tuple[str, str]]:
    """The keys that a text offers, each with the words around it that say what it is for."""
    found = []
    for sentence in re.split(r"[.;!?]\s*", text):
        presses = list(OFFER.finditer(sentence))
        if not presses:
            continue
        # "To agree, press 1" names the purpose first, "press 1 to agree" names it afterwards.
        purpose_first = re.search(r"\b(?:to|if|for)\b", sentence[: presses[0].start()], re.I)
        if purpose_first:
            edges = [0, *(press.end() for press in presses)]
        else:
            edges = [*(press.start() for press in presses), len(sentence)]
        for press, start, stop in zip(presses, edges, edges[1:], strict=False):
            word = (press[1] or press[2]).lower()
            key = word if word.isdecimal() else str(NUMBERS.index(word))
            found.append((key, sentence[start:stop]))
    return found


def key_for(answer: str, text: str) -> str:
    """The key for `yes`, `no` or `never` (call me again); empty if the text offers none."""
    for key, purpose in offers(text):
        if NEVER.search(purpose):
            meaning = "never"
        elif NO.search(purpose):
            meaning = "no"
        else:
            meaning = "repeat" if REPEAT.search(purpose) else "yes"
        if meaning == answer:
            return key
    return ""


class Persona:
    """A candidate who agrees to everything and answers every question; the others differ in one respect."""

    name = "talkative"
    does = "Agrees, and answers every question at length."
    pickup = Pickup()

    def __init__(self, number: str) -> None:
        self.number = number
        self.questions: list[str] = []  # as they were asked, each once however often it was repeated

    async def react(self, moment: Moment) -> Reaction:
        if moment.verb == "record":
            return self.answer(self.note(question_in(moment.heard)))
        if moment.verb == "gather":
            return self.choose(moment)
        return self.listen(moment)

    def note(self, question: str) -> str:
        if not any(known in question for known in self.questions):
            self.questions.append(question)
        return question

    def listen(self, moment: Moment) -> Reaction:
        return SILENCE

    def choose(self, moment: Moment) -> Reaction:
        return self.reply(moment, "yes", "Yes.")

    def reply(self, moment: Moment, answer: str, words: str) -> Reaction:
        """By key where one is offered, else by voice where that is listened to."""
        key = key_for(answer, moment.heard) if moment.keys else ""
        if key:
            return Reaction(keys=key)
        return Reaction(words=words) if moment.speech else SILENCE

    def answer(self, question: str) -> Reaction:
        return Reaction(words=talkative(question, self.number))


class Terse(Persona):
    name = "terse"
    does = "Agrees, and answers every question in one short sentence."

    def answer(self, question: str) -> Reaction:
        return Reaction(words=terse(question, self.number))


class Silent(Persona):
    name = "silent on the second question"
    does = "Says nothing when asked the second question, however often."

    def answer(self, question: str) -> Reaction:
        return SILENCE if len(self.questions) == 2 else super().answer(question)


class Mumbler(Persona):
    name = "mumbles at the first question"
    does = "Makes a sound without words instead of the first answer."

    def answer(self, question: str) -> Reaction:
        return Reaction(noise=7) if len(self.questions) == 1 else super().answer(question)


class Repeater(Persona):
    name = "has the first question repeated with *"
    does = "Presses * in the first answer, to hear the question again."
    repeated = False

    def answer(self, question: str) -> Reaction:
        if self.repeated:
            return super().answer(question)
        self.repeated = True
        return Reaction(words="Sorry, could you say that again please?", keys="*")


class Finisher(Persona):
    name = "ends answers with #"
    does = "Does not wait for the silence after an answer."

    def answer(self, question: str) -> Reaction:
        return Reaction(words=super().answer(question).words, keys="#")


class Deserter(Persona):
    name = "hangs up in the middle of the second answer"
    does = "Is gone with the second answer half said."

    def answer(self, question: str) -> Reaction:
        words = super().answer(question).words.split()
        if len(self.questions) < 2:
            return Reaction(words=" ".join(words))
        return Reaction(words=" ".join(words[: len(words) // 2]), hangs_up=True)


class Impatient(Persona):
    name = "hangs up during the greeting"
    does = "Picks up, and is gone before the greeting is over."

    async def react(self, moment: Moment) -> Reaction:
        return Reaction(hangs_up=True)


class Stranger(Persona):
    name = "wrong person"
    does = "Says not to be who is asked for."

    def choose(self, moment: Moment) -> Reaction:
        return self.reply(moment, "no", "No, you have the wrong person.")


class Decliner(Persona):
    name = "declines to be recorded"
    does = "Says no when asked to agree to the interview."

    def choose(self, moment: Moment) -> Reaction:
        if CONSENT.search(moment.heard):
            return self.reply(moment, "no", "No, I do not agree.")
        return super().choose(moment)


class NeverAgain(Persona):
    name = "asks not to be called again"
    does = "Chooses that as soon as it is offered."

    def choose(self, moment: Moment) -> Reaction:
        if moment.keys and not key_for("never", moment.heard):
            return super().choose(moment)  # it has not been offered yet
        return self.reply(moment, "never", "Do not call me again.")


class Rambler(Persona):
    name = "does not stop talking"
    does = "Talks until the longest time that an answer may take."

    def answer(self, question: str) -> Reaction:
        return Reaction(words=" ".join(talkative(f"{question} {n}", self.number) for n in range(8)))


class Voicemail(Persona):
    """A machine: says its greeting to whatever listens first, then nothing."""

    name = "voicemail"
    does = "A machine picks up, and plays its greeting to whatever listens first."
    pickup = Pickup(rings=18, answered_by="machine_start", detection=4.2)
    greeting = "Hello, I cannot take your call right now. Please leave a message after the tone."

    async def react(self, moment: Moment) -> Reaction:
        if not moment.speech or not self.greeting:
            return SILENCE
        words, self.greeting = self.greeting, ""
        return Reaction(words=words)


class Busy(Persona):
    name = "busy"
    does = "Is on another call."
    pickup = Pickup("busy", sip=486)


class Absent(Persona):
    name = "no answer"
    does = "Lets it ring."
    pickup = Pickup("no-answer", sip=487)


class CarrierFailure(Persona):
    name = "carrier failure"
    does = "The carrier fails to connect the call."
    pickup = Pickup("failed", sip=503)


class Unreachable(Persona):
    name = "number not in service"
    does = "There is no such number."
    pickup = Pickup("failed", sip=404)


PERSONAS: dict[str, type[Persona]] = {
    "00": Persona,
    "01": Terse,
    "02": Silent,
    "03": Mumbler,
    "04": Repeater,
    "05": Finisher,
    "06": Deserter,
    "07": Impatient,
    "08": Stranger,
    "09": Decliner,
    "10": NeverAgain,
    "11": Busy,
    "12": Absent,
    "13": Voicemail,
    "14": CarrierFailure,
    "15": Unreachable,
    "16": Rambler,
}
CROWD = "99"  # any of the above, mostly cooperative; the whole number is the seed


def callee_for(number: str) -> Callee:
    """Who picks up at this number: by its last two digits, talkative for those not in the table."""
    if number.endswith(CROWD):
        kinds = list(PERSONAS.values())
        weights = [20 if kind in (Persona, Terse) else 2 for kind in kinds]
        return Random(number).choices(kinds, weights)[0](number)  # noqa: S311 - variety, not secrecy
    return PERSONAS.get(number[-2:], Persona)(number)
