"""The content of a candidate's page, in a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from candidates.contact_data import may_see_contact_data
from candidates.models import Candidate, CandidateEvent, Consent, DoNotCall, Erasure, ImportRow, MergedRecord
from candidates.resume.contacts import ContactOffer, find_contacts
from candidates.resume.facts import Fact, FactKind, find_facts
from desk.job.ranking import with_results_of_jobs
from desk.job.rows import CandidateRow, make_rows
from desk.job.states import FINISHED, UNDER_WAY, with_state
from desk.versions import version_of
from interviews.models import Interview, PersonalQuestions
from interviews.presenters.call_rules import CallRulesPage
from jobs.models import JobDescription
from screener.access.viewer import VIEW_CONTACT_DATA
from screener.labels import Label
from screener.services.privacy.redaction import redact

SECONDS_BETWEEN_UPDATES = 5
SECONDS_WHEN_IDLE = 30


CONTACT_LABELS: dict[str, Label] = {"full_name": _("Name"), "email": _("E-mail"), "phone": _("Phone number")}
FACT_LABELS: dict[FactKind, Label] = {
    FactKind.SKILL: _("Skills"),
    FactKind.PERIOD: _("Periods"),
    FactKind.PLACE: _("Places"),
}


@dataclass(frozen=True)
class CandidatePage:
    """`refusals`: do-not-call entries. `extra`: by column, the data of imported files that no field takes.

    Data that the user may not see is empty, and `rules` is None.
    """

    candidate: Candidate
    rows: list[CandidateRow]
    refusals: list[DoNotCall]
    consents: list[Consent]
    merged_records: list[MergedRecord]
    erasures: list[Erasure]
    events: list[CandidateEvent]
    rules: CallRulesPage | None
    shows_contact_data: bool
    extra: dict[str, str]
    personal_sets: list[PersonalQuestions] | None

    @classmethod
    def load(cls, candidate: Candidate, user: User) -> "CandidatePage":
        """`candidate`: with its consents prefetched."""
        shows_contact_data = may_see_contact_data(user, candidate)
        return cls(
            candidate,
            rows=_load_rows(candidate, user) if user.has_perm("interviews.view_interview") else [],
            refusals=_load_refusals(candidate, user) if user.has_perm("candidates.view_donotcall") else [],
            consents=_sorted_consents(candidate) if user.has_perm("candidates.view_consent") else [],
            merged_records=list(MergedRecord.objects.filter(candidate=candidate)),
            erasures=list(candidate.erasures.prefetch_related("items")),
            events=list(candidate.events.order_by("-created_at")),
            rules=_evaluate_rules(candidate, user),
            shows_contact_data=shows_contact_data,
            extra=_load_extra(candidate) if shows_contact_data else {},
            personal_sets=_load_personal_sets(candidate, user),
        )

    @property
    def may_be_called(self) -> bool:
        return self.rules is not None and self.rules.is_allowed

    @property
    def is_never_called(self) -> bool:
        return self.rules is not None and self.rules.is_forbidden

    @property
    def is_on_list(self) -> bool:
        """Whether a do-not-call entry that the user may see forbids calls to the present number."""
        return any(entry.covers(self.candidate) for entry in self.refusals)

    @property
    def consents_to_calls(self) -> bool:
        return self.candidate.consents_to(Consent.Kind.CALL)

    @property
    def personal_questions(self) -> list[tuple[JobDescription, PersonalQuestions | None]]:
        """The jobs of the candidate's interviews and personal sets, each with the newest set."""
        if self.personal_sets is None:
            return []
        newest = {entry.question_set.job: entry for entry in reversed(self.personal_sets)}
        jobs = [*newest, *(row.interview.job for row in self.rows)]
        return [(job, newest.get(job)) for job in dict.fromkeys(jobs)]

    @cached_property
    def resume_text(self) -> str:
        """The text as the user may see it."""
        candidate = self.candidate
        if self.shows_contact_data:
            return candidate.resume_text
        return redact(candidate.resume_text, [candidate.email, candidate.phone])

    @cached_property
    def facts(self) -> list[Fact]:
        return find_facts(self.resume_text)

    @property
    def facts_by_kind(self) -> list[tuple[str, list[tuple[int, Fact]]]]:
        """The facts by kind, each with its number on the page. Kinds without facts are left out."""
        numbered = list(enumerate(self.facts))
        groups = (
            (label, [(number, fact) for number, fact in numbered if fact.kind == kind])
            for kind, label in FACT_LABELS.items()
        )
        return [(str(label), facts) for label, facts in groups if facts]

    @property
    def resume_pieces(self) -> list[tuple[str, int | None]]:
        """The text of the resume in pieces, each with the number of its fact. None: no fact."""
        pieces: list[tuple[str, int | None]] = []
        end = 0
        for number, fact in enumerate(self.facts):
            pieces += [(self.resume_text[end : fact.start], None), (self.resume_text[fact.start : fact.end], number)]
            end = fact.end
        return [*pieces, (self.resume_text[end:], None)]

    @cached_property
    def contact_offers(self) -> list[tuple[str, ContactOffer]]:
        """Contact details of the resume that the record does not have, each with the label of its field."""
        if not self.shows_contact_data or self.candidate.erased_at:
            return []
        return [(str(CONTACT_LABELS[offer.field]), offer) for offer in find_contacts(self.candidate)]

    @property
    def update_interval(self) -> int:
        is_under_way = any(row.state in UNDER_WAY for row in self.rows)
        return SECONDS_BETWEEN_UPDATES if is_under_way or self.is_reading else SECONDS_WHEN_IDLE

    @property
    def is_reading(self) -> bool:
        return self.candidate.resume_status == Candidate.ResumeStatus.PENDING

    @property
    def version(self) -> str:
        """Equal for two pages that look the same."""
        candidate = self.candidate
        head = (str(candidate), candidate.updated_at, self.shows_contact_data)
        calls = self.rules and (self.rules.headline, str(self.rules.verdict_reason))
        entries = [(entry.pk, entry.candidate_id, entry.lifted_at) for entry in self.refusals]
        consents = [consent.pk for consent in candidate.consents.all()]
        erasures = [_content_of(erasure) for erasure in self.erasures]
        history = ([record.pk for record in self.merged_records], [event.pk for event in self.events], erasures)
        rows = [(row.content, row.interview.shows_scores, row.interview.job.title) for row in self.rows]
        personal = [(entry.pk, entry.status) for entry in self.personal_sets or []]
        return version_of((head, calls, entries, consents, history, rows, self.extra, personal))

    @property
    def update_address(self) -> str:
        """The address that sends no content while the page looks as it does now."""
        page = reverse("admin:candidates_candidate_change", args=[self.candidate.pk])
        return f"{page}?{urlencode({'v': self.version})}"

    @property
    def finished(self) -> int:
        """The number of interviews with a result. The title of the page counts those that are added."""
        return sum(row.state in FINISHED for row in self.rows)

    @property
    def summary(self) -> str:
        """For screen readers."""
        count = len(self.rows)
        if not count:
            return gettext("No interviews yet")
        return ngettext("%(count)s interview", "%(count)s interviews", count) % {"count": count}


def _load_rows(candidate: Candidate, user: User) -> list[CandidateRow]:
    """The interviews of the jobs that the user may see, the newest first."""
    visible = Interview.objects.filter(candidate=candidate).visible_to(user).select_related("job")
    interviews: list[Any] = list(with_results_of_jobs(with_state(visible), user).order_by("-created_at", "pk"))
    for interview in interviews:
        interview.candidate = candidate
    return make_rows(interviews, [], note_reader=user)


def _load_personal_sets(candidate: Candidate, user: User) -> list[PersonalQuestions] | None:
    """The personal sets for the jobs that the user may see, the newest first. None: the user may see none."""
    if candidate.erased_at or not user.has_perm("interviews.view_personalquestions"):
        return None
    visible = PersonalQuestions.objects.visible_to(user).filter(candidate=candidate)
    return list(visible.select_related("question_set__job").order_by("-created_at"))


def _load_extra(candidate: Candidate) -> dict[str, str]:
    """Data of imported files in columns that no field takes. A later file wins."""
    rows = ImportRow.objects.filter(candidate=candidate).not_taken_back().exclude(extra={})
    rows = rows.order_by("created_at", "number")
    return {column: text for extra in rows.values_list("extra", flat=True) for column, text in extra.items()}


def _load_refusals(candidate: Candidate, user: User) -> list[DoNotCall]:
    return list(DoNotCall.objects.of_candidate(candidate).visible_to(user).select_related("candidate"))


def _sorted_consents(candidate: Candidate) -> list[Consent]:
    return sorted(candidate.consents.all(), key=lambda consent: (consent.said_at, consent.created_at), reverse=True)


def _content_of(erasure: Erasure) -> tuple[Any, ...]:
    """The values of the proof of an erasure that change."""
    deleted = [item.pk for item in erasure.items.all() if item.deleted_at]
    return (erasure.pk, erasure.status, erasure.error, erasure.removed, erasure.completed_at, deleted)


def _evaluate_rules(candidate: Candidate, user: User) -> CallRulesPage | None:
    """The verdict of the page "May we call?", for users who may open it."""
    if candidate.erased_at or not user.has_perm(VIEW_CONTACT_DATA):
        return None
    return CallRulesPage.for_number("", candidate, viewer=user)
