"""Verifies the scores of a model or a person: each quote is looked up, and the score is computed here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop

from interviews.flags import Flag
from interviews.records import CriterionRecord, Evidence
from interviews.scoring.quote_verification import find_quote, quote_problem
from screener.services.interviewer.protocol import Criterion, CriterionScore, ResponseText

QUOTE_REQUIRED_ABOVE = 5
"""A higher score without a verified quote is rejected."""
QUOTE_EXPECTED_ABOVE = 2
"""A higher score without a verified quote is flagged."""
EVIDENCE_RULE = gettext_noop(
    "A score above 5 needs evidence. A score above 2 without evidence counts, and the result flags it."
)
REJECTION_FLAGS = frozenset({Flag.CRITERIA_MISSING, Flag.UNSUPPORTED})
"""Flags of scores that are rejected."""
INCOMPLETE_SCORES = gettext_noop("The interviewer did not score each criterion of the rubric exactly once.")


@dataclass(frozen=True)
class VerifiedScores:
    """The scores of one response. `reason` says why they were rejected, in which case there is no `score`."""

    criteria: list[CriterionRecord]
    flags: list[str]
    score: Decimal | None
    reason: str = ""


def verify_scores(
    scores: Sequence[CriterionScore], redacted_text: ResponseText, original_transcript: str
) -> VerifiedScores:
    """Verify every quote and compute the weighted score. `original_transcript`: before redaction."""
    by_key = {criterion.criterion: criterion for criterion in scores}
    criterion_keys = [criterion.key for criterion in redacted_text.rubric]
    if set(by_key) != set(criterion_keys) or len(scores) != len(criterion_keys):
        return VerifiedScores([], [Flag.CRITERIA_MISSING], None, INCOMPLETE_SCORES)
    criteria = [
        _verify_criterion(criterion, by_key[criterion.key], redacted_text.transcript, original_transcript)
        for criterion in redacted_text.rubric
    ]
    flags = sorted({flag for criterion in criteria for flag in criterion.flags})
    unsupported_names = [criterion.name for criterion in criteria if Flag.UNSUPPORTED in criterion.flags]
    if unsupported_names:
        rejection_reason = f"No quote from the answer supports the score for: {', '.join(unsupported_names)}."
        return VerifiedScores(criteria, flags, None, rejection_reason)
    return VerifiedScores(criteria, flags, weighted_score(criteria))


def weighted_score(criteria: list[CriterionRecord]) -> Decimal:
    total_weight = sum(criterion.weight for criterion in criteria)
    score = sum(criterion.score * criterion.weight for criterion in criteria) / total_weight
    return Decimal(str(score)).quantize(Decimal("0.01"))


def _verify_criterion(
    criterion: Criterion, criterion_score: CriterionScore, redacted_transcript: str, original_transcript: str
) -> CriterionRecord:
    evidence = [
        entry
        for quote in criterion_score.quotes
        for entry in _find_evidence(quote, redacted_transcript, original_transcript)
    ]
    flags = {entry.why_not for entry in evidence} - {""}
    if criterion_score.score > QUOTE_EXPECTED_ABOVE and not any(entry.verified for entry in evidence):
        flags.add(Flag.UNSUPPORTED if criterion_score.score > QUOTE_REQUIRED_ABOVE else Flag.NO_WORDS)
    return CriterionRecord(
        criterion=criterion.key,
        name=criterion.name,
        weight=criterion.weight,
        score=criterion_score.score,
        reason=criterion_score.reason,
        evidence=evidence,
        flags=sorted(flags),
    )


def _find_evidence(quote: str, redacted_transcript: str, original_transcript: str) -> Iterator[Evidence]:
    """Yield the quote as evidence, or each part of a quote with an ellipsis, as spoken by the candidate."""
    spans = find_quote(quote, redacted_transcript, original_transcript)
    if not spans:
        yield Evidence(quote=quote, verified=False, why_not=Flag.QUOTE_NOT_FOUND, start=None, end=None)
    for span in spans:
        problem = quote_problem(span, redacted_transcript, original_transcript)
        yield Evidence(
            quote=original_transcript[span],
            verified=problem is None,
            why_not=problem or "",
            start=span.start,
            end=span.stop,
        )
