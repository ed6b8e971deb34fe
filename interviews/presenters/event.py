"""Events as a page shows them. Text only: the templates escape it."""

from dataclasses import dataclass

from interviews.models import InterviewEvent


@dataclass(frozen=True)
class EventRow:
    event: InterviewEvent

    @property
    def title(self) -> str:
        """The label of its kind. The number of a question, counted from 1, follows the word "Question"."""
        label: str = self.event.get_kind_display()
        if "position" not in self.event.data:
            return label
        subject, _, happened = label.partition(" ")
        return f"{subject} {self.event.data['position'] + 1} {happened}"

    @property
    def transition(self) -> str:
        """From which state to which one; empty where the event changed none."""
        before, after = self.event.before, self.event.after
        return f"{before or '-'} → {after or '-'}".replace("_", " ") if before or after else ""
