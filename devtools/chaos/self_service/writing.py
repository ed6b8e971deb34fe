"""A candidate who answers in writing, and some questions aloud: a client of the API sends each step in their name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any

import requests

from devtools.chaos.self_service.requests_until_reply import Browser
from devtools.harness.kept_answers import AcknowledgedTake, AcknowledgedText, upload_id
from screener.services.wav import encode_wav

QUESTION, ANSWER = "question/", "answer/"
RATE = 8_000
SHARE_SPOKEN = 0.3
SPOKEN_SECONDS = 2
SHARE_OTHER_WINDOW = 0.3
"""The share of answers after which an old window sends another text for the same question."""


class UnexpectedReply(Exception):
    """An answer in its turn was refused, or one that came too late was taken."""


@dataclass
class WritingCandidate:
    """`sent`, `spoken`: the texts and sounds that were acknowledged. `refused`: the texts that were refused."""

    interview: str
    browser: Browser
    pause: Callable[[], object]
    sent: list[AcknowledgedText] = field(default_factory=list)
    spoken: list[AcknowledgedTake] = field(default_factory=list)
    refused: list[AcknowledgedText] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def hold(self) -> None:
        """Answer until no question is left."""
        while self.answer_next():
            self.pause()

    def answer_next(self) -> bool:
        """Agree if that is asked, and answer one question. Returns False where no question is left."""
        shown = self.browser.get(QUESTION).json()
        if shown["stage"] == "consent":
            version = shown["disclosure"]["version"]
            shown = self._post(turn=shown["turn"], choice="agree", disclosure_version=version).json()
        if shown["stage"] == "over":
            return False
        if self.browser.random.random() < SHARE_SPOKEN:
            self._speak(shown["turn"])
        else:
            self._write(shown["turn"])
        if self.browser.random.random() < SHARE_OTHER_WINDOW:
            self._answer_too_late(shown["turn"])
        return True

    def _write(self, turn: str) -> None:
        text = self._compose_text()
        self._post(turn=turn, text=text.text)
        self.sent.append(text)

    def _speak(self, turn: str) -> None:
        samples = self.browser.random.randbytes(2 * RATE * SPOKEN_SECONDS)
        upload = {"data": {"turn": turn}, "files": {"audio": ("answer.wav", encode_wav(samples, RATE))}}
        self._expect(self.browser.post(ANSWER, **upload), HTTPStatus.OK)
        self.spoken.append(AcknowledgedTake(self.interview, upload_id(samples), {0: samples}, count=1))

    def _answer_too_late(self, turn: str) -> None:
        """Another window still shows the question that was answered."""
        text = self._compose_text()
        self.refused.append(text)
        self._post(turn=turn, text=text.text, status=HTTPStatus.CONFLICT)

    def _compose_text(self) -> AcknowledgedText:
        words = f"Text {next(self._numbers)} of {self.interview}: I looked for the fault, and it took me a day to find."
        return AcknowledgedText(self.interview, words)

    def _post(self, *, status: int = HTTPStatus.OK, **body: Any) -> requests.Response:
        return self._expect(self.browser.post(ANSWER, json=body), status)

    @staticmethod
    def _expect(response: requests.Response, status: int) -> requests.Response:
        if response.status_code != status:
            raise UnexpectedReply(f"{response.status_code} {response.text[:500]}")
        return response
