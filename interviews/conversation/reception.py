"""The conversation with callers who are not interviewed now."""

from dataclasses import replace
from enum import StrEnum

from interviews.conversation.engine import ConversationState, ConversationStep, Input, Stage, next_step
from interviews.conversation.introduction import MAX_TRIES
from interviews.conversation.prompts import AskIdentity, AskOptOut, Preface
from interviews.conversation.script import Script


class Reception(StrEnum):
    """Why the call of a number is no attempt."""

    NO_INTERVIEW = "no_interview"
    CALL_RUNNING = "call_running"
    NOT_NOW = "not_now"
    OPTED_OUT = "opted_out"
    PERSON_REQUESTED = "person_requested"


def reception_text(reception: Reception, script: Script) -> str:
    """Return the words for the caller. They do not reveal a candidate, because other people may call from a number."""
    texts = script.wording
    situation_text = {
        Reception.NO_INTERVIEW: texts.NO_INTERVIEW,
        Reception.CALL_RUNNING: texts.CALL_RUNNING,
        Reception.NOT_NOW: texts.NOT_NOW,
        Reception.OPTED_OUT: texts.NOT_CALLED,
        Reception.PERSON_REQUESTED: texts.PERSON_INFORMED,
    }
    return " ".join(
        [*map(script.fill_template, (texts.RECEPTION_GREETING, situation_text[reception])), *script.reach_texts]
    )


def ask_identity(script: Script, turn: int, input: Input) -> ConversationStep:
    """Apply one input of a caller who is only asked who they are. A prompt for consent means: they are the candidate.

    No later call can be agreed on. Each turn is one of the tries. A guessed "never again" is not confirmed, because a
    turn knows none before it: the identity is asked again.
    """
    state = ConversationState(
        stage=Stage.IDENTITY if turn else Stage.OPENING,
        turn=turn,
        silences=min(max(turn - 1, 0), MAX_TRIES - 1),
        language=script.language,
        can_postpone=False,
        candidate_name=script.candidate_name,
    )
    step = next_step(state, turn, input)
    if isinstance(step.prompt, AskOptOut):
        is_last_try = state.silences + 1 == MAX_TRIES
        step = replace(step, prompt=AskIdentity(Preface.NEARLY, again=True, keys_only=is_last_try))
    return step


def unreached_texts(script: Script) -> tuple[str, ...]:
    """Return the words for a candidate who called after the last attempt to reach them."""
    return script.fill_template(script.wording.UNREACHED_CALLER), *script.reach_texts, script.wording.FAREWELL
