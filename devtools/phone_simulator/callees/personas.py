"""The simulated candidates. The last two digits of a number choose the persona that answers it: see PERSONAS."""

import re
from dataclasses import dataclass
from random import Random

from .callee import SILENCE, CalleePrompt, Pickup, Reaction
from .key_offers import find_key
from .stories import ANSWERS, extract_question, tell_story

CONSENT_WORDS = re.compile(r"\b(?:record\w*|consent|agree|permission)\b", re.I)
HUMAN_PICKUP = Pickup()


class Persona:
    """A candidate who follows a profile, agrees and answers every question. Each subclass differs in one respect."""

    def __init__(self, number: str, profile: "Profile") -> None:
        self.number, self.profile = number, profile
        self.name, self.pickup = profile.name, profile.pickup
        self.questions: list[str] = []  # without repetitions
        self._unsaid = list(profile.words)
        self._first_reaction = profile.first_reaction

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
        if prompt.accepts_speech and self._unsaid:
            return Reaction(self._unsaid.pop(0))
        return self.reply_with(prompt, "yes", "Yes.")

    def reply_with(self, prompt: CalleePrompt, meaning: str, utterance: str) -> Reaction:
        """Press the key that is offered for the meaning; otherwise say it, if speech is accepted."""
        key = find_key(meaning, prompt.heard_text) if prompt.accepts_keys else ""
        if key:
            return Reaction(keys=key)
        return Reaction(utterance) if prompt.accepts_speech else SILENCE

    def answer_question(self, question: str) -> Reaction:
        reaction, self._first_reaction = self._first_reaction, None
        return reaction or Reaction(tell_story(self.profile.speaker, question, self.number))


class SilentOnSecondQuestion(Persona):
    def answer_question(self, question: str) -> Reaction:
        return SILENCE if len(self.questions) == 2 else super().answer_question(question)


class EndsAnswersWithPound(Persona):
    def answer_question(self, question: str) -> Reaction:
        return Reaction(super().answer_question(question).utterance, keys="#")


class HangsUpInAnswer(Persona):
    def answer_question(self, question: str) -> Reaction:
        words = super().answer_question(question).utterance.split()
        if len(self.questions) < 2:
            return Reaction(" ".join(words))
        return Reaction(" ".join(words[: len(words) // 2]), hangs_up=True)


class HangsUpEarly(Persona):
    async def react(self, prompt: CalleePrompt) -> Reaction:
        return Reaction(hangs_up=True)


class WrongPerson(Persona):
    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        return self.reply_with(prompt, "no", "No, you have the wrong person.")


class DeclinesConsent(Persona):
    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        if CONSENT_WORDS.search(prompt.heard_text):
            return self.reply_with(prompt, "no", "No, I do not agree.")
        return super().choose_option(prompt)


class OptsOut(Persona):
    def choose_option(self, prompt: CalleePrompt) -> Reaction:
        is_not_offered_yet = prompt.accepts_keys and not find_key("never", prompt.heard_text)
        if is_not_offered_yet:
            return super().choose_option(prompt)
        return self.reply_with(prompt, "never", "Do not call me again.")


class NeverStopsTalking(Persona):
    def answer_question(self, question: str) -> Reaction:
        return Reaction(" ".join(text for speaker in sorted(ANSWERS) for text in ANSWERS[speaker].values()))


class Voicemail(Persona):
    """An answering machine: plays its greeting at the first prompt that accepts speech, then stays silent."""

    async def react(self, prompt: CalleePrompt) -> Reaction:
        return Reaction(self._unsaid.pop(0)) if prompt.accepts_speech and self._unsaid else SILENCE


@dataclass(frozen=True)
class Profile:
    """A persona as data.

    words: Replies to the first prompts that accept speech. After them the persona presses keys or says yes.
    first_reaction: What comes in place of the first answer.
    """

    name: str
    description: str
    behaviour: type[Persona] = Persona
    speaker: str = "strong"  # in stories.toml
    pickup: Pickup = HUMAN_PICKUP
    words: tuple[str, ...] = ()
    first_reaction: Reaction | None = None

    def create(self, number: str) -> Persona:
        return self.behaviour(number, self)


AGREEMENT = ("yes this is me", "i agree")
TALKATIVE = Profile("talkative", "Agrees, and answers every question at length.")
TERSE = Profile("terse", "Agrees, and answers every question in one short sentence.", speaker="terse")
PERSONAS: dict[str, Profile] = {
    "00": TALKATIVE,
    "01": TERSE,
    "02": Profile(
        "silent on the second question",
        "Says nothing when asked the second question, however often.",
        SilentOnSecondQuestion,
        speaker="middling",
    ),
    "03": Profile(
        "mumbles at the first question",
        "Makes a sound without words instead of the first answer.",
        speaker="plain",
        first_reaction=Reaction(noise_seconds=7),
    ),
    "04": Profile(
        "has the first question repeated with *",
        "Presses * in the first answer, to hear the question again.",
        speaker="second_language",
        first_reaction=Reaction("Sorry, could you say that again please?", keys="*"),
    ),
    "05": Profile(
        "ends answers with #",
        "Presses # after each answer instead of waiting for the silence to end it.",
        EndsAnswersWithPound,
        speaker="talker",
    ),
    "06": Profile(
        "hangs up in the middle of the second answer",
        "Hangs up halfway through the second answer.",
        HangsUpInAnswer,
        speaker="newcomer",
    ),
    "07": Profile("hangs up during the greeting", "Picks up, and hangs up before the greeting is over.", HangsUpEarly),
    "08": Profile("wrong person", "Is not the candidate, and says so.", WrongPerson),
    "09": Profile("declines to be recorded", "Says no when asked to agree to the interview.", DeclinesConsent),
    "10": Profile("asks not to be called again", "Asks for it as soon as the prompt offers it.", OptsOut),
    "11": Profile("busy", "Is on another call.", pickup=Pickup("busy", sip_code=486)),
    "12": Profile("no answer", "Lets it ring.", pickup=Pickup("no-answer", sip_code=487)),
    "13": Profile(
        "voicemail",
        "A machine picks up, and plays its greeting at the first prompt that accepts speech.",
        Voicemail,
        pickup=Pickup(ring_seconds=18, answered_by="machine_start", detection_seconds=4.2),
        words=("Hello, I cannot take your call right now. Please leave a message after the tone.",),
    ),
    "14": Profile("carrier failure", "The carrier fails to connect the call.", pickup=Pickup("failed", sip_code=503)),
    "15": Profile("number not in service", "There is no such number.", pickup=Pickup("failed", sip_code=404)),
    "16": Profile("does not stop talking", "Talks until the longest time that an answer may take.", NeverStopsTalking),
    "17": Profile(
        "asks who is calling",
        "Asks who is calling before she says who she is.",
        words=("hello who is this", "oh okay yes this is she", "yes i agree"),
    ),
    "18": Profile(
        "asks for a call at five",
        "Is at work, and asks to be called at five.",
        words=("yes speaking", "uh i'm at work right now can you call me later today at five"),
    ),
    "19": Profile(
        "is driving",
        "Is driving, and names no time for another call.",
        words=("yeah this is he", "i'm driving right now", "uh some time in the evening"),
    ),
    "20": Profile(
        "wants a person",
        "Asks for a person instead of the assistant.",
        words=("yes that's me", "can i talk to a real person please"),
    ),
    "21": Profile(
        "spouse answers",
        "The husband answers, and says when to call again.",
        words=("no this is her husband she's not here right now", "try again tomorrow morning"),
    ),
    "22": Profile(
        "spouse fetches the candidate",
        "Another person answers and fetches the candidate.",
        words=("hold on i'll get her", "hello this is alex", "i agree"),
    ),
    "23": Profile(
        "asks to repeat and to speak slower",
        "Hears badly: asks again and again, then agrees.",
        words=(
            "hello",
            "sorry could you repeat that",
            "can you speak slower please",
            "yes that's me what is this about",
            "is this a robot",
            "yes i agree",
        ),
    ),
    "24": Profile(
        "nearly agrees",
        "Is of two minds at first, and agrees when asked again.",
        words=("yes that is me", "well i guess so", "yes i agree"),
    ),
    "25": Profile(
        "speaks Spanish",
        "Asks whether the interview can be in Spanish.",
        words=("yes this is me", "can we do this in spanish"),
    ),
    "26": Profile(
        "is not understood",
        "Says what cannot be understood, until only keys are left.",
        words=("was wollen sie denn", "ich verstehe kein wort", "ach so ein computer"),
    ),
    "27": Profile(
        "asks for the question again",
        "Did not hear the first question, and asks for it.",
        words=(*AGREEMENT, "no repeat it please"),
        first_reaction=Reaction("sorry could you repeat that"),
    ),
    "28": Profile(
        "needs a moment",
        "Asks for time to think about the first question.",
        words=(*AGREEMENT, "i need a moment to think"),
        first_reaction=Reaction("one moment please"),
    ),
    "29": Profile(
        "does not know",
        "Has no answer to the first question.",
        words=(*AGREEMENT, "i don't know"),
        first_reaction=Reaction("i don't know"),
    ),
    "30": Profile(
        "answers briefly",
        "Gives a short and honest first answer, and confirms it.",
        words=(*AGREEMENT, "yes that was my answer"),
        first_reaction=Reaction("no never"),
    ),
    "31": Profile(
        "wants a person at the first question",
        "Asks for a person in place of the first answer, and again.",
        words=(*AGREEMENT, "can i talk to a person", "yes please"),
        first_reaction=Reaction("i want a human"),
    ),
    "32": Profile(
        "comes back to a question",
        "Wants to answer the first question at the end.",
        words=(*AGREEMENT, "can we come back to that one later"),
        first_reaction=Reaction("can i come back to that"),
    ),
}
CROWD_DIGITS = "99"  # any persona, mostly cooperative ones; the whole number is the seed


def persona_for_number(number: str) -> Persona:
    """Return the persona for the last two digits of the number; the talkative one for digits without an entry."""
    if number.endswith(CROWD_DIGITS):
        profiles = list(PERSONAS.values())
        weights = [20 if profile in (TALKATIVE, TERSE) else 2 for profile in profiles]
        return Random(number).choices(profiles, weights)[0].create(number)  # noqa: S311 - variety, not secrecy
    return PERSONAS.get(number[-2:], TALKATIVE).create(number)
