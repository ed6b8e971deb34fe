"""Scores that a person gives by the rubric: verified and computed by the functions that verify those of a model."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext, gettext_noop

from interviews.flags import Flag
from interviews.models import Assessment, Interview, InterviewResponse, LockedResponse, lock_interview
from interviews.scoring.assessment import response_text, verified_fields
from interviews.scoring.rubric import job_rubric, rubric_version
from interviews.scoring.score_verification import VerifiedScores, verify_scores
from screener.models import InvalidTransition
from screener.services.interviewer.protocol import CriterionScore, PrintableText

NOT_OVER = gettext_noop("This interview is not completed. Its answers can be scored when it is.")
CHANGED_MEANWHILE = gettext_noop(
    "{cause} since this answer was opened, so nothing was saved. Check your scores and save them again; where another "
    "score counts by now, yours becomes a second opinion."
)
SCORED_MEANWHILE = gettext_noop("{label} has scored this answer")
TEXT_CHANGED = gettext_noop("The transcript, its score or the rubric has changed")
REASON_REQUIRED = gettext_noop("Give a reason why this score is to count.")
QUOTE_MISSING = gettext_noop("“{quote}” is not in the transcript. Quote the candidate's words exactly.")
EVIDENCE_MISSING = gettext_noop(
    "Quote at least 3 words that are about the question. A score above 5 needs evidence. A score above 2 without "
    "evidence counts, and the result flags it."
)
CRITERION_MISSING = gettext_noop("Give a score from 0 to 10.")
CRITERION_UNKNOWN = gettext_noop("The rubric has no such criterion. It has: {keys}.")
CRITERION_REPEATED = gettext_noop("Score each criterion once.")


class PersonCriterionScore(CriterionScore):
    """A person's score of a criterion. The reason may be empty."""

    reason: PrintableText = ""


@dataclass(frozen=True)
class Scorer:
    """The person who scores. `actor` is their name in the history; without a `user` they use the API."""

    name: str
    actor: str
    user: User | None = None


@dataclass(frozen=True)
class PersonScores:
    """Scores and a note by a person. `version`: the `scoring_version` of the answer as the person read it."""

    criteria: Sequence[PersonCriterionScore]
    version: str
    note: str = ""
    has_seen_others: bool = False


class InvalidScores(ValueError):
    """Scores that are not saved. `errors`: the messages about this field, by the keys of the criteria."""

    def __init__(self, field: str, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.field, self.errors = field, errors


class ScoringConflict(InvalidTransition):
    """The answer has changed since it was opened."""


def scoring_version(response: InterviewResponse) -> str:
    """Return a code that changes with the transcript, the rubric and the assessment that counts."""
    current_assessment = response.current_assessment
    version_parts = (
        response.transcript,
        rubric_version(job_rubric(response.interview.job)),
        current_assessment.pk if current_assessment else "",
    )
    return hashlib.sha256(repr(tuple(map(str, version_parts))).encode()).hexdigest()[:16]


def save_person_scores(response: InterviewResponse, scores: PersonScores, scorer: Scorer) -> Assessment:
    """Add a person's assessment of a response. It counts where there is no score, and is a second opinion elsewhere.

    Raises InvalidScores where a criterion has no score, or a quote or its evidence is missing; ScoringConflict where
    the answer has changed since the person opened it.
    """
    with lock_interview(response.interview) as interview:
        row = interview.row.responses.select_for_update(of=("self",)).get(pk=response.pk)
        if interview.row.status != Interview.Status.COMPLETED:
            raise InvalidTransition(gettext(NOT_OVER))
        if scoring_version(row) != scores.version:
            raise ScoringConflict(_conflict_text(row))
        assessment_fields = _assessment_fields(row, scores, scorer)
        return LockedResponse(row, interview).add_person_assessment(actor=scorer.actor, **assessment_fields)


def choose_assessment(assessment: Assessment, *, actor: str, reason: str) -> None:
    """Let this assessment count in place of the current one, for a reason that the history keeps."""
    if not reason.strip():
        raise InvalidTransition(gettext(REASON_REQUIRED))
    with lock_interview(assessment.response.interview) as interview:
        response = LockedResponse(interview.row.responses.get(pk=assessment.response_id), interview)
        response.choose_assessment(assessment, actor=actor, reason=reason.strip())


def _conflict_text(response: InterviewResponse) -> str:
    current_assessment = response.current_assessment
    by_person = current_assessment is not None and current_assessment.is_by_person
    conflict_cause = (
        gettext(SCORED_MEANWHILE).format(label=current_assessment.label)
        if current_assessment and by_person
        else gettext(TEXT_CHANGED)
    )
    return gettext(CHANGED_MEANWHILE).format(cause=conflict_cause)


def _assessment_fields(response: InterviewResponse, scores: PersonScores, scorer: Scorer) -> dict[str, Any]:
    """A person reads the transcript itself, so their quotes are looked up in it and not in the redacted one."""
    original_text = replace(response_text(response), transcript=response.transcript)
    _check_criteria(scores.criteria, [criterion.key for criterion in original_text.rubric])
    verified_scores = verify_scores(scores.criteria, original_text, response.transcript)
    _check_evidence(verified_scores)
    return {
        "source": Assessment.Source.PERSON,
        "scored_by": scorer.user,
        "is_blind": not scores.has_seen_others and not _has_scored_before(response, scorer),
        "note": scores.note.strip(),
        "label": scorer.name,
    } | verified_fields(response, original_text, verified_scores)


def _has_scored_before(response: InterviewResponse, scorer: Scorer) -> bool:
    earlier_assessments = response.assessments.filter(
        source=Assessment.Source.PERSON, scored_by=scorer.user, label=scorer.name
    )
    return earlier_assessments.exists()


def _check_criteria(criteria: Sequence[CriterionScore], criterion_keys: list[str]) -> None:
    """Reject scores that are not one for each criterion of the rubric."""
    scored_keys = [criterion.criterion for criterion in criteria]
    unknown_errors = {
        key: gettext(CRITERION_UNKNOWN).format(keys=", ".join(criterion_keys))
        for key in scored_keys
        if key not in criterion_keys
    }
    repeated_errors = {key: gettext(CRITERION_REPEATED) for key in criterion_keys if scored_keys.count(key) > 1}
    missing_errors = {key: gettext(CRITERION_MISSING) for key in criterion_keys if key not in scored_keys}
    if errors := unknown_errors | repeated_errors | missing_errors:
        raise InvalidScores("criterion", errors)


def _check_evidence(verified_scores: VerifiedScores) -> None:
    """Reject quotes that are not in the transcript, and high scores without one. For a model these are flagged."""
    unsupported_errors = {
        criterion.criterion: gettext(EVIDENCE_MISSING)
        for criterion in verified_scores.criteria
        if Flag.UNSUPPORTED in criterion.flags
    }
    missing_errors = {
        criterion.criterion: gettext(QUOTE_MISSING).format(quote=evidence.quote)
        for criterion in verified_scores.criteria
        for evidence in criterion.evidence
        if evidence.why_not == Flag.QUOTE_NOT_FOUND
    }
    if errors := unsupported_errors | missing_errors:
        raise InvalidScores("quotes", errors)
