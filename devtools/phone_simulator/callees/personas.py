"""The simulated candidates: `personas.toml`. The last two digits of a number choose the persona that answers it."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from .callee import SILENCE, CalleePrompt, Pickup, Reaction
from .key_offers import find_key
from .stories import ANSWERS, extract_question, tell_story

CONSENT_WORDS = re.compile(r"\b(?:record\w*|consent|agree|permission)\b", re.I)
HUMAN_PICKUP = Pickup()


REQUIREMENT_REPLIES = (
    (re.compile(r"\bweeks?\b.*\bnotice\b|\bnotice period\b", re.I), "About three weeks."),
    (re.compile(r"\bhow many years\b", re.I), "Four years."),
    (re.compile(r"\bwhen can you (?:start|begin)\b|\bstarting date\b", re.I), "On the first of next month."),
    (re.compile(r"\bchoose: 1 for ([^,.]+)", re.I), r"\1, please."),
)
"""Replies to eligibility questions that a yes does not answer."""


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
        return self._answer_requirement(prompt.heard_text) or self.reply_with(prompt, "yes", "Yes.")

    def _answer_requirement(self, heard_text: str) -> Reaction | None:
        own_replies = ((re.compile(words, re.I), reply) for words, reply in self.profile.replies)
        for pattern, reply in (*own_replies, *REQUIREMENT_REPLIES):
            if match := pattern.search(heard_text):
                return Reaction(match.expand(reply))
        return None

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
    """A persona as data: a table of `personas.toml`.

    words: Replies to the first prompts that accept speech. After them the persona presses keys or says yes.
    first_reaction: The reaction to the first question, in place of an answer.
    replies: Words in prompts, and the persona's replies to them.
    """

    name: str
    description: str
    behaviour: type[Persona] = Persona
    speaker: str = "strong"  # in stories.toml
    pickup: Pickup = HUMAN_PICKUP
    words: tuple[str, ...] = ()
    first_reaction: Reaction | None = None
    replies: tuple[tuple[str, str], ...] = ()

    def create(self, number: str) -> Persona:
        return self.behaviour(number, self)


def _read_profiles() -> dict[str, Profile]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {digits: _read_profile(**table) for digits, table in tables.items()}


def _read_profile(
    *,
    behaviour: str = Persona.__name__,
    pickup: dict[str, Any] | None = None,
    words: Sequence[str] = (),
    first_reaction: dict[str, Any] | None = None,
    replies: dict[str, str] | None = None,
    **texts: str,
) -> Profile:
    return Profile(
        behaviour=BEHAVIOURS[behaviour],
        pickup=Pickup(**pickup or {}),
        words=tuple(words),
        first_reaction=Reaction(**first_reaction) if first_reaction else None,
        replies=tuple((replies or {}).items()),
        **texts,
    )


BEHAVIOURS = {Persona.__name__: Persona} | {behaviour.__name__: behaviour for behaviour in Persona.__subclasses__()}
PERSONAS = _read_profiles()
TALKATIVE, TERSE = PERSONAS["00"], PERSONAS["01"]
CROWD_DIGITS = "99"  # any persona, mostly cooperative ones; the whole number is the seed


def persona_for_number(number: str) -> Persona:
    """Return the persona for the last two digits of the number; the talkative one for digits without an entry."""
    if number.endswith(CROWD_DIGITS):
        profiles = list(PERSONAS.values())
        weights = [20 if profile in (TALKATIVE, TERSE) else 2 for profile in profiles]
        return Random(number).choices(profiles, weights)[0].create(number)  # noqa: S311 - variety, not secrecy
    return PERSONAS.get(number[-2:], TALKATIVE).create(number)
