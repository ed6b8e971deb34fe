"""A request as it arrived, and the texts in its prompt."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

TRANSCRIPTION, SPEECH, MODELS = "transcription", "speech", "models"
PURPOSE_OF_PATH = {"transcriptions": TRANSCRIPTION, "speech": SPEECH, "models": MODELS}
BLOCK = re.compile(r"^BEGIN (\w+) (\w+)\n(.*?)\nEND \1 \2$", re.M | re.S)


@dataclass(frozen=True)
class ReceivedRequest:
    path: str
    key: str
    body: bytes

    @cached_property
    def json(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.body)
        return fields

    @property
    def purpose(self) -> str:
        """The name of the requested schema; without one, the purpose of the path."""
        purpose = PURPOSE_OF_PATH.get(self.path.rpartition("/")[2])
        return purpose or str(self.json["response_format"]["json_schema"]["name"])

    @property
    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = self.json["response_format"]["json_schema"]["schema"]
        return schema

    @property
    def user_turn(self) -> str:
        return str(self.json["messages"][1]["content"])

    @property
    def blocks(self) -> dict[str, str]:
        """The fenced texts of the prompt by name."""
        return {match[1]: match[3] for match in BLOCK.finditer(self.user_turn)}

    @property
    def subject(self) -> str:
        """The answer to be scored; of other requests, the whole prompt."""
        return self.blocks.get("answer", self.user_turn)

    @property
    def form_fields(self) -> dict[str, bytes]:
        """The parts of a multipart body by name."""
        parts = re.finditer(rb'name="([^"]+)".*?\r\n\r\n(.*?)\r\n--', self.body, re.DOTALL)
        return {part[1].decode(): part[2] for part in parts}
