"""Events as a page shows them. Text only: the templates escape it."""

from dataclasses import dataclass

from interviews.models import InterviewEvent


@dataclass(frozen=True)
class EventRow:
    event: InterviewEvent

    @property
    def event_title(self) -> str:
        """The label of its kind. The number of a question, counted from 1, follows the word "Question"."""
        kind_label: str = self.event.get_kind_display()
        if "position" not in self.event.data:
            return kind_label
        subject, _, past_verb = kind_label.partition(" ")
        return f"{subject} {self.event.data['position'] + 1} {past_verb}"

    @property
    def status_change(self) -> str:
        """From which state to which one; empty where the event changed none."""
        earlier_status, later_status = self.event.before, self.event.after
        return (
            f"{earlier_status or '-'} → {later_status or '-'}".replace("_", " ")
            if earlier_status or later_status
            else ""
        )
