"""The differences between two versions of a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from jobs.models import TemplateVersion
from jobs.models.template import JOB_SETTINGS
from jobs.templates.eligibility import TemplateEligibility
from jobs.templates.parts import TemplatePart

KEPT, ADDED, REMOVED = "kept", "added", "removed"


@dataclass(frozen=True)
class PartChange:
    change: str
    part: TemplatePart


@dataclass(frozen=True)
class EligibilityChange:
    change: str
    question: TemplateEligibility


@dataclass(frozen=True)
class CriterionChange:
    """A criterion that was changed is removed and added."""

    change: str
    criterion: dict[str, Any]


@dataclass(frozen=True)
class SettingChange:
    """`before` and `after` are None where the job keeps its own value."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Comparison:
    parts: list[PartChange]
    eligibility: list[EligibilityChange]
    rubric: list[CriterionChange]
    settings: list[SettingChange]

    @property
    def is_empty(self) -> bool:
        entries: list[PartChange | EligibilityChange | CriterionChange] = [*self.parts, *self.eligibility, *self.rubric]
        changes = {entry.change for entry in entries}
        return not self.settings and changes <= {KEPT}


def compare_versions(before: TemplateVersion, after: TemplateVersion) -> Comparison:
    """Return the changes from `before` to `after`. Entries that are kept are listed too."""
    return Comparison(
        parts=[PartChange(*entry) for entry in _compare_lists(before.parts, after.parts)],
        eligibility=[EligibilityChange(*entry) for entry in _compare_lists(before.eligibility, after.eligibility)],
        rubric=[CriterionChange(*entry) for entry in _compare_lists(before.rubric or [], after.rubric or [])],
        settings=[
            SettingChange(name, old, new)
            for name in JOB_SETTINGS
            if (old := getattr(before, name)) != (new := getattr(after, name))
        ],
    )


def _compare_lists(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[str, Any]]:
    old, new = ([repr(entry) for entry in entries] for entries in (before, after))
    changes: list[tuple[str, Any]] = []
    for _, low, high, new_low, new_high in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if old[low:high] == new[new_low:new_high]:
            changes += [(KEPT, entry) for entry in before[low:high]]
        else:
            changes += [(REMOVED, entry) for entry in before[low:high]]
            changes += [(ADDED, entry) for entry in after[new_low:new_high]]
    return changes
