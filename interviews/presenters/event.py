"""Events as a page shows them. Text only: the templates escape it."""

import re
from dataclasses import dataclass

from interviews.models import Attempt, EventKind, Interview, InterviewEvent, InterviewResponse
from screener.labels import in_sentence

STATES = {
    "interview": Interview.Status,
    "attempt": Attempt.Status,
    "response": InterviewResponse.Status,
    "result": Interview.ResultStatus,
}
"""By the subject of an event: the states between which it moves."""

KIND_LABELS = {kind.value: kind.label for kind in EventKind}
"""Of the model's own `get_kind_display`, each call translates all labels."""


@dataclass(frozen=True)
class EventRow:
    event: InterviewEvent

    @property
    def event_title(self) -> str:
        """The label of its kind. The number of a question, counted from 1, follows the word "Question"."""
        kind_label = str(KIND_LABELS.get(self.event.kind, self.event.kind))
        if "position" not in self.event.data:
            return kind_label
        return re.sub(r"^\w+", lambda subject: f"{subject[0]} {self.event.data['position'] + 1}", kind_label)

    @property
    def status_change(self) -> str:
        """The states before and after; empty where the event did not change the state."""
        if not (self.event.before or self.event.after):
            return ""
        return f"{self._state_label(self.event.before)} → {self._state_label(self.event.after)}"

    def _state_label(self, state: str) -> str:
        states = STATES.get(self.event.kind.partition(".")[0])
        if states and state in states.values:
            return in_sentence(states(state).label)
        return state.replace("_", " ") or "-"
