"""Candidates who hold interviews in the room and in writing while faults are injected."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event

from devtools.chaos.self_service.requests_until_reply import Browser
from devtools.chaos.self_service.room import RoomCandidate
from devtools.chaos.self_service.writing import WritingCandidate
from devtools.harness import candidates
from devtools.harness.deployment import API_KEY, Deployment
from devtools.harness.kept_answers import SelfServiceAnswers

IN_ROOM, IN_WRITING = 6, 4
AT_ONCE = 5
PAUSES = (0.3, 1.5)


@dataclass
class Crowd:
    """The candidates. Those in the room write an answer now and then. Once `hurry` is set, none makes pauses."""

    rooms: list[RoomCandidate] = field(default_factory=list)
    writers: list[WritingCandidate] = field(default_factory=list)
    hurry: Event = field(default_factory=Event)

    @property
    def answers(self) -> SelfServiceAnswers:
        return SelfServiceAnswers(
            takes=[take for room in self.rooms for take in room.takes.values()],
            uploads=[sound for writer in self.writers for sound in writer.spoken],
            texts=[text for writer in self.writers for text in writer.sent],
            refused_texts=[text for writer in self.writers for text in writer.refused],
        )

    @contextmanager
    def holding_interviews(self) -> Iterator[None]:
        """Hold the interviews beside the `with` block, and then without pauses to their end. Raises their errors."""
        writers = self.writers[len(self.rooms) :]
        interviews: list[Callable[[], None]] = [room.hold for room in self.rooms]
        interviews += [writer.hold for writer in writers]
        with ThreadPoolExecutor(AT_ONCE) as executor:
            running = [executor.submit(hold) for hold in interviews]
            try:
                yield
            finally:
                self.hurry.set()
            for interview in running:
                interview.result()


def invite_crowd(deployment: Deployment, random: Random) -> Crowd:
    """Plan the interviews, and open the links of their candidates. Needs a running worker."""
    job = candidates.create_job(deployment, title="Analyst", channels=["room", "text"], takes_allowed=2)
    crowd = Crowd()
    for number, (interview, url) in enumerate(candidates.invite_candidates(deployment, job, IN_ROOM + IN_WRITING)):
        own_random = Random(random.random())  # noqa: S311 - chance, not secrecy
        pause = _make_pause(crowd.hurry, own_random)
        api_url = f"{deployment.url}/api/v1/interviews/{interview}/"
        writer = WritingCandidate(interview, Browser(api_url, {"X-API-Key": API_KEY}, own_random), pause)
        crowd.writers.append(writer)
        if number < IN_ROOM:
            browser = Browser(url, {"X-Forwarded-For": f"192.0.2.{number}"}, own_random)
            crowd.rooms.append(RoomCandidate(interview, browser, writer, pause, has_poor_connection=number % 2 == 1))
    return crowd


def _make_pause(hurry: Event, random: Random) -> Callable[[], object]:
    return lambda: hurry.wait(random.uniform(*PAUSES))
