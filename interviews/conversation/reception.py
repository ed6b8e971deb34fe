"""The texts for callers who are not interviewed now."""

from enum import StrEnum

from interviews.conversation.script import Script


class Reception(StrEnum):
    """Why the call of a number is no attempt."""

    NO_INTERVIEW = "no_interview"
    CALL_RUNNING = "call_running"
    NOT_NOW = "not_now"


def reception_text(reception: Reception, script: Script) -> str:
    """Return the words for the caller. They reveal nothing of a candidate, because anybody may call from a number."""
    texts = script.wording
    situation = {
        Reception.NO_INTERVIEW: texts.NO_INTERVIEW,
        Reception.CALL_RUNNING: texts.CALL_RUNNING,
        Reception.NOT_NOW: texts.NOT_NOW,
    }
    return " ".join([*map(script.fill, (texts.RECEPTION, situation[reception])), *script.reach])
