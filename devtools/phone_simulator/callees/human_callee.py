"""A human at the phone page, as a callee of the network."""

import asyncio
import math
from enum import Enum

from .callee import SILENCE, CalleePrompt, Pickup, Reaction

THINKING_SECONDS = 30  # silence allowed where speech is accepted: typing takes longer than speaking
PAGE_GONE_SECONDS = 10  # after this, a page that sent nothing no longer counts as still playing the prompt
NO_PICKUP = Pickup("no-answer", ring_seconds=math.inf)


class PageSignal(Enum):
    """A message of the page about a human who has not reacted yet."""

    PROMPT_FINISHED = "heard"
    USER_ACTIVE = "stay"  # typing, or recording
    TIMED_OUT = "nothing"  # no message in time


class HumanCallee:
    """A callee in real time: a reaction takes as long as the human takes. Does not answer before the page picks up."""

    name = "you"

    def __init__(self, pickup: Pickup = NO_PICKUP, page_id: str = "") -> None:
        self.pickup = pickup
        self.page_id = page_id  # the browser window that has the call
        self._actions: asyncio.Queue[Reaction | PageSignal] = asyncio.Queue()

    def submit(self, action: Reaction | PageSignal) -> None:
        """Pass on an action of the page. Call this only while `react` is running; earlier actions are dropped."""
        self._actions.put_nowait(action)

    async def react(self, prompt: CalleePrompt) -> Reaction:
        """Collect the reaction. Keys may arrive one by one, and while the prompt is still playing."""
        try:
            return await self._collect_reaction(prompt)
        finally:
            self._actions = asyncio.Queue()  # late actions must not reach the next prompt

    async def _collect_reaction(self, prompt: CalleePrompt) -> Reaction:
        keys, is_playing = "", prompt.prompt_seconds > 0
        while True:
            playing_limit = 2 * prompt.prompt_seconds + PAGE_GONE_SECONDS
            action = await self._next_action(playing_limit if is_playing else silence_limit(prompt))
            # After a reload the page reports the end of the prompt a second time.
            is_repeated = action is PageSignal.PROMPT_FINISHED and not is_playing
            if action is PageSignal.USER_ACTIVE or is_repeated:
                continue
            if isinstance(action, Reaction):
                if prompt.verb != "gather" or not action.keys:
                    return action
                keys += action.keys
                if _is_complete(keys, prompt):
                    return Reaction(keys=keys)
            elif not is_playing:
                return Reaction(keys=keys)
            elif not (prompt.accepts_keys or prompt.accepts_speech):
                return SILENCE
            is_playing = False

    async def _next_action(self, seconds: float) -> Reaction | PageSignal:
        try:
            return await asyncio.wait_for(self._actions.get(), seconds)
        except TimeoutError:
            return PageSignal.TIMED_OUT


def _is_complete(keys: str, prompt: CalleePrompt) -> bool:
    return len(keys) == prompt.max_digits or keys[-1] in prompt.finish_keys


def silence_limit(prompt: CalleePrompt) -> float:
    """Return how many seconds of silence end the turn: keys are as quick as on any phone, typed words are not."""
    return max(prompt.timeout_seconds, THINKING_SECONDS) if prompt.accepts_speech else prompt.timeout_seconds
