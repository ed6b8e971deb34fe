"""The page that shows two records side by side before they are merged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from candidates.merging.merge import CHOICES, RESUME, Merge, why_not_merged
from candidates.merging.uniting import latest_consent, personal_refusals, refused_consents
from candidates.models import Candidate, Consent, DoNotCall
from interviews.data_rights.merging import interviews_of_records, interviews_to_cancel
from interviews.models import Interview

LABELS = {
    "full_name": _("Name"),
    "email": _("E-mail"),
    "phone": _("Phone number"),
    "locale": _("Language"),
    "timezone": _("Time zone"),
    "external_id": _("Your own id"),
    RESUME: _("Resume"),
}
KEPT, MERGED = "kept", "merged"


@dataclass(frozen=True)
class Choice:
    """A value of both records. `chosen`: KEPT or MERGED."""

    name: str
    kept: str
    merged: str
    chosen: str

    @property
    def label(self) -> Any:
        return LABELS[self.name]

    @property
    def differs(self) -> bool:
        return self.kept != self.merged


@dataclass(frozen=True)
class MovedInterview:
    interview: Interview
    is_cancelled: bool


@dataclass(frozen=True)
class MergePage:
    """`problem`: why the records can't be merged now."""

    merge: Merge
    problem: str
    interviews: list[MovedInterview]
    refusals: list[str]
    refused: list[str]

    @classmethod
    def load(cls, kept: Candidate, merged: Candidate, taken: frozenset[str] | None = None) -> "MergePage":
        """`taken`: the user's choice so far. At first each value is that of the kept record, unless it has none."""
        names = _missing_values(kept, merged) if taken is None else taken
        merge = Merge(kept, merged, names)
        interviews = list(interviews_of_records(merge.records).exclude(purpose=Interview.Purpose.PRACTICE))
        cancelled = {row.pk for row in interviews_to_cancel(interviews)}
        return cls(
            merge,
            why_not_merged(merge),
            [MovedInterview(row, row.pk in cancelled) for row in interviews],
            [str(DoNotCall.Kind(kind).label) for kind in sorted(personal_refusals(merge.records))],
            [str(Consent.Kind(kind).label) for kind in sorted(refused_consents(merge.records))],
        )

    @property
    def choices(self) -> Iterator[Choice]:
        for name in CHOICES:
            chosen = MERGED if name in self.merge.taken else KEPT
            yield Choice(name, _shown(self.merge.kept, name), _shown(self.merge.merged, name), chosen)

    @property
    def consents(self) -> list[tuple[str, bool | None, bool | None]]:
        """(kind, whether the kept record gave it last, whether the merged record did)."""
        kept, merged = self.merge.records
        return [(str(kind.label), latest_consent(kept, kind), latest_consent(merged, kind)) for kind in Consent.Kind]

    @property
    def seen(self) -> str:
        """The versions that the page shows, for a hidden field."""
        return " ".join(version.isoformat() for version in self.merge.versions)


def parse_seen(text: str) -> tuple[datetime, datetime] | None:
    """The versions that a page has shown; None for any other text."""
    try:
        kept, merged = map(datetime.fromisoformat, text.split())
    except ValueError:
        return None
    return kept, merged


def _missing_values(kept: Candidate, merged: Candidate) -> frozenset[str]:
    return frozenset(name for name in CHOICES if not getattr(kept, name) and getattr(merged, name))


def _shown(record: Candidate, name: str) -> str:
    if name != RESUME:
        return str(getattr(record, name))
    return f"{record.get_resume_status_display()} {record.updated_at:%Y-%m-%d}" if record.resume else ""
