"""A person at the phone page, as the network sees them."""

import asyncio
import math
from enum import Enum

from .callee import SILENCE, Moment, Pickup, Reaction

THINKING = 30  # seconds of silence that a person gets where they may speak: typing takes longer
UNHEARD = 10  # seconds after which the page, should it be gone, no longer counts as still speaking a text
NOBODY = Pickup("no-answer", rings=math.inf)


class Sign(Enum):
    """What the page tells of a person who has not reacted yet."""

    HEARD = "heard"  # what was being said is over, or skipped
    STAY = "stay"  # they are typing, or speaking into the microphone
    NOTHING = "nothing"  # and no sign in time


class Person:
    """Lives in real time: their reactions take as long as they take. Before they pick up, nobody does."""

    name = "you"

    def __init__(self, pickup: Pickup = NOBODY, page: str = "") -> None:
        self.pickup = pickup
        self.page = page  # which browser window has the call
        self._deeds: asyncio.Queue[Reaction | Sign] = asyncio.Queue()

    def do(self, deed: Reaction | Sign) -> None:
        """Only while they are asked to react: there is nobody to take it otherwise."""
        self._deeds.put_nowait(deed)

    async def react(self, moment: Moment) -> Reaction:
        """Keys may come one by one, and while a question is still being asked."""
        try:
            return await self._live_through(moment)
        finally:
            self._deeds = asyncio.Queue()  # what came too late for this moment is not meant for the next

    async def _live_through(self, moment: Moment) -> Reaction:
        keys, hearing = "", moment.prompt > 0
        while True:
            deed = await self._next(2 * moment.prompt + UNHEARD if hearing else patience(moment))
            if deed is Sign.STAY or (deed is Sign.HEARD and not hearing):  # a page that was loaded again says it twice
                continue
            if isinstance(deed, Reaction):
                if moment.verb != "gather" or not deed.keys:
                    return deed
                keys += deed.keys
                if len(keys) == moment.digits or deed.keys[-1] in moment.finish:
                    return Reaction(keys=keys)
            elif not hearing:
                return Reaction(keys=keys)
            elif not (moment.keys or moment.speech):
                return SILENCE
            hearing = False

    async def _next(self, seconds: float) -> Reaction | Sign:
        try:
            return await asyncio.wait_for(self._deeds.get(), seconds)
        except TimeoutError:
            return Sign.NOTHING


def patience(moment: Moment) -> float:
    """How long silence may last. Keys are pressed as fast as on any phone, words are not."""
    return max(moment.seconds, THINKING) if moment.speech else moment.seconds
