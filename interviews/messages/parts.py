"""The parts of each kind of message: which texts stand before and after its link, by their names in the wording."""

from dataclasses import dataclass

from interviews.models import CandidateMessage, Interview, MessageKind
from screener.judge import JudgeKind, configured_judge


@dataclass(frozen=True)
class MessageParts:
    """Names of texts. `link`: the text of the button. Empty: there is none."""

    subject: str
    before: tuple[str, ...]
    link: str
    after: tuple[str, ...]


def parts_of(message: CandidateMessage) -> MessageParts:
    kind = message.kind
    if kind == MessageKind.OUTCOME and message.decision:
        verdict = f"{kind}.{message.decision.verdict}"
        return MessageParts(
            f"{verdict}.subject", (f"{verdict}.opening", f"{verdict}.next"), f"{kind}.link", (f"{kind}.by_people",)
        )
    if kind == MessageKind.CANCELLATION:
        return _parts_of_cancellation(message.interview)
    is_thanks = kind == MessageKind.THANK_YOU
    return MessageParts(
        subject=f"{kind}.subject",
        before=_before_link(kind),
        link=f"{kind}.link",
        after=(f"{kind}.rights",) if is_thanks else (f"{kind}.about_link", f"{kind}.no", f"{kind}.next"),
    )


def _parts_of_cancellation(interview: Interview) -> MessageParts:
    """The employer has cancelled the interview, or else only the call at this time does not take place."""
    kind = MessageKind.CANCELLATION
    if interview.outcome in (Interview.Outcome.BY_HR, Interview.Outcome.BY_CLIENT):
        return MessageParts(f"{kind}.subject", (f"{kind}.opening", f"{kind}.next"), "", ())
    before = (f"{kind}.call_opening", f"{kind}.call_next")
    if not interview.is_live:
        return MessageParts(f"{kind}.call_subject", before, "", ())
    return MessageParts(f"{kind}.call_subject", before, f"{kind}.link", (f"{kind}.about_link",))


def _before_link(kind: str) -> tuple[str, ...]:
    if kind == MessageKind.INVITATION:
        judge = "person" if configured_judge() is JudgeKind.PERSON else "model"
        return (f"{kind}.opening", f"{kind}.who_asks", f"{kind}.judged_by_{judge}")
    if kind == MessageKind.APPOINTMENT:
        return (f"{kind}.opening", "planned_for")
    return (f"{kind}.opening", f"{kind}.next") if kind == MessageKind.THANK_YOU else (f"{kind}.opening",)
