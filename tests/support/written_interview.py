"""An interview in writing, from the candidate's side, without pages."""

import json

from interviews.conversation import engine
from interviews.conversation.phrases.intent import Intent
from interviews.models import Interview, LockedAttempt, TurnReply
from interviews.models.transitions.conversation import ReceivedInput
from interviews.self_service.attempts import open_attempt
from interviews.self_service.turns import take_input
from jobs.channels import Channel

WORDING = "a" * 64
ANSWER = "I led the migration of twelve services, because the old cluster failed every week."


class Writer:
    """Opens the interview when it is made."""

    def __init__(self, interview: Interview, channel: Channel = Channel.TEXT) -> None:
        self.attempt = open_attempt(interview, channel)

    def choose(self, choice: Intent, *, turn: int | None = None, wording_version: str = "") -> TurnReply:
        return self._send(ReceivedInput(choice, engine.ChoiceMade(choice, wording_version)), turn)

    def agree(self) -> TurnReply:
        return self.choose(Intent.AGREE, wording_version=WORDING)

    def write(self, text: str = ANSWER, *, turn: int | None = None) -> TurnReply:
        return self._send(ReceivedInput("written", engine.WrittenAnswer(text)), turn)

    def _send(self, received_input: ReceivedInput, turn: int | None) -> TurnReply:
        self.attempt.refresh_from_db()
        turn = self.attempt.turn if turn is None else turn
        reply = take_input(self.attempt.pk, turn, received_input, _render)
        self.attempt.refresh_from_db()
        return reply


def _render(attempt: LockedAttempt, prompt: engine.Prompt) -> str:
    return json.dumps(engine.prompt_data(prompt))
