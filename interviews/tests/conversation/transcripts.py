"""The conversations of the personas and of the people in `people.toml` as readable text. Writes `golden` anew when run:

python -m interviews.tests.conversation.transcripts
"""

import asyncio
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from devtools.phone_simulator.callees.callee import SILENCE, Callee, CalleePrompt, Pickup, Reaction
from devtools.phone_simulator.callees.personas import PERSONAS, Profile
from interviews.conversation import engine
from interviews.conversation.elements import USUAL_PAUSE_SECONDS
from interviews.conversation.phrases.requested_time import RequestedTime, resolve_time
from interviews.conversation.script import Employer, NextCall, Question, Script, prompt_texts
from interviews.tests.conversation.heard import heard_texts, sample_script

GOLDEN = Path(__file__).parent / "golden"
PEOPLE = tomllib.loads((Path(__file__).parent / "people.toml").read_text())
KEY = re.compile(r"\[key (.)\]")
NOW = datetime(2026, 11, 30, 14, tzinfo=ZoneInfo("America/Los_Angeles"))
LONGEST_QUOTE = 12
"""The number of words of an answer that are shown. The rest of a longer answer does not matter here."""

SCRIPT = Script(
    candidate_name="Alex Doe",
    job_title="Warehouse picker",
    language="en",
    questions=(
        Question("What work have you done in a warehouse?", 120),
        Question("When did you last notice a mistake, and what did you do?", 120),
    ),
    remaining=2,
    employer=Employer("North Wind Logistics", "+1 415 555 0199", "north-wind.example/privacy"),
    may_call_again=True,
)
RECORDING_ENDS = {"*": engine.RecordingEnd.REPEAT, "#": engine.RecordingEnd.KEY}


@dataclass
class Speaker:
    """Says one line to each prompt, and hangs up after the last. A # at the end of a line is that key."""

    name: str
    lines: list[str]
    pickup: Pickup = field(default_factory=Pickup)

    async def react(self, prompt: CalleePrompt) -> Reaction:
        if not self.lines:
            return Reaction(hangs_up=True)
        line = self.lines.pop(0)
        if key := KEY.fullmatch(line):
            return Reaction(keys=key[1])
        return Reaction(line.removesuffix("#"), keys="#" if line.endswith("#") else "") if line else SILENCE


@dataclass
class Dialogue:
    """A conversation of a callee with the engine, without a channel. `is_live`: answers are understood at once."""

    script: Script

    callee: Callee
    is_live: bool = False
    lines: list[str] = field(default_factory=list)
    prompts: list[engine.Prompt] = field(default_factory=list)
    state: engine.ConversationState = field(init=False)

    def __post_init__(self) -> None:
        self.state = engine.ConversationState(
            open_positions=(0, 1), candidate_name=self.script.candidate_name, language=self.script.language
        )

    def hold(self) -> None:
        input: engine.Input | None = engine.PickedUp()
        while input is not None and self.state.stage is not engine.Stage.OVER:
            step = engine.next_step(self.state, self.state.turn, input)
            self.state = step.state
            self.prompts.append(step.prompt)
            text = self._say(step)
            input = None if step.state.stage is engine.Stage.OVER else self._listen(step.prompt, text)
        if self.state.stage is not engine.Stage.OVER:
            self.lines.append("outcome: hung up")

    def _say(self, step: engine.ConversationStep) -> str:
        ended = [fact for fact in step.facts if isinstance(fact, engine.ConversationEnded)]
        script = replace(self.script, remaining=len(step.state.open_positions))
        if ended and ended[0].ending is engine.Ending.CALL_LATER:
            script = replace(
                script, next_call=NextCall(resolve_time(ended[0].when or RequestedTime(), NOW), NOW.date())
            )
        text = " ".join(prompt_texts(step.prompt, script))
        self.lines += [f"assistant: {text}"] if text else []
        self.lines += [f"outcome: {end.ending}{f' ({end.language})' if end.language else ''}" for end in ended]
        return text

    def _listen(self, prompt: engine.Prompt, text: str) -> engine.Input | None:
        is_question = isinstance(prompt, engine.AskQuestion | engine.RecordAnswer)
        keys_only = getattr(prompt, "keys_only", False)
        heard = CalleePrompt(
            "record" if is_question else "gather",
            text,
            accepts_keys=True,
            accepts_speech=not keys_only,
            finish_keys="*#" if is_question else "",
            max_seconds=120 if is_question else 0,
        )
        reaction = asyncio.run(self.callee.react(heard))
        self.lines += [f"candidate: {line}" for line in _reaction_lines(reaction, is_answer=is_question)]
        return self._recorded(reaction) if is_question else _replied(reaction)

    def _recorded(self, reaction: Reaction) -> engine.Input | None:
        if reaction.hangs_up:
            return None
        if reaction.keys and not reaction.sound_seconds:
            return engine.KeyPressed(reaction.keys)
        if not reaction.sound_seconds:
            return engine.NoReply()
        seconds = reaction.sound_seconds + (0 if reaction.keys else USUAL_PAUSE_SECONDS)
        end = RECORDING_ENDS.get(reaction.keys, engine.RecordingEnd.PAUSE)
        return engine.RecordedAnswer(min(seconds, 120), end, reaction.utterance if self.is_live else "")


def _reaction_lines(reaction: Reaction, *, is_answer: bool) -> Iterator[str]:
    if reaction.utterance:
        is_long = is_answer and len(reaction.utterance.split()) > LONGEST_QUOTE
        yield "[answers at length]" if is_long else reaction.utterance
    elif reaction.noise_seconds:
        yield "[a sound without words]"
    elif not (reaction.keys or reaction.hangs_up):
        yield "[silence]"
    if reaction.keys:
        yield f"[key {reaction.keys}]"
    if reaction.hangs_up:
        yield "[hangs up]"


def _replied(reaction: Reaction) -> engine.Input | None:
    if reaction.hangs_up:
        return None
    if reaction.keys:
        return engine.KeyPressed(reaction.keys[0])
    return engine.WordsSpoken(reaction.utterance) if reaction.utterance else engine.NoReply()


REACHABLE = {digits: profile for digits, profile in PERSONAS.items() if profile.pickup.status == "in-progress"}


def transcripts() -> dict[str, str]:
    """Return the text of each conversation by the name of its file."""
    personas = {
        f"{_file_name(profile.name)}.txt": _transcript(profile, digits) for digits, profile in REACHABLE.items()
    }
    return personas | {f"people/{name}.txt": _scripted_transcript(name) for name in PEOPLE} | heard_texts()


def _file_name(name: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", name.lower()))


def hold_dialogue(profile: Profile, digits: str) -> Dialogue:
    dialogue = Dialogue(SCRIPT, profile.create(f"+141555501{digits}"))
    dialogue.hold()
    return dialogue


def hold_scripted(name: str) -> Dialogue:
    """Return the conversation of one of the people."""
    tag = PEOPLE[name].get("language")
    script = sample_script(tag) if tag else SCRIPT
    dialogue = Dialogue(script, Speaker(name, list(PEOPLE[name]["lines"])), is_live=True)
    dialogue.hold()
    return dialogue


def _transcript(profile: Profile, digits: str) -> str:
    return _text(profile.description, hold_dialogue(profile, digits))


def _scripted_transcript(name: str) -> str:
    return _text(PEOPLE[name]["description"], hold_scripted(name))


def _text(description: str, dialogue: Dialogue) -> str:
    return "\n".join([f"# {description}", "", *dialogue.lines, ""])


if __name__ == "__main__":
    for path in GOLDEN.rglob("*.txt"):
        path.unlink()
    for name, text in transcripts().items():
        (GOLDEN / name).parent.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text)
