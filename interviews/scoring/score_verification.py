"""Verifies the scores of a model or a person: each quote is looked up, and the score is computed here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from interviews.flags import Flag
from interviews.records import CriterionRecord, Evidence
from interviews.scoring.quote_verification import find_quote, quote_problem
from screener.services.interviewer.protocol import Criterion, CriterionScore, ResponseText

QUOTE_REQUIRED_ABOVE = 5
"""A higher score without a verified quote is rejected."""
QUOTE_EXPECTED_ABOVE = 2
"""A higher score without a verified quote is flagged."""
EVIDENCE_RULE = (
    f"A score above {QUOTE_REQUIRED_ABOVE} needs evidence. A score above {QUOTE_EXPECTED_ABOVE} without evidence "
    "counts, and the result flags it."
)
REJECTIONS = frozenset({Flag.CRITERIA_MISSING, Flag.UNSUPPORTED})
"""Flags of scores that are rejected."""
INCOMPLETE_SCORES = "The interviewer did not score each criterion of the rubric exactly once."


@dataclass(frozen=True)
class VerifiedScores:
    """The scores of one response. `reason` says why they were rejected, in which case there is no `score`."""

    criteria: list[CriterionRecord]
    flags: list[str]
    score: Decimal | None
    reason: str = ""


def verify_scores(scores: Sequence[CriterionScore], text: ResponseText, original: str) -> VerifiedScores:
    """Verify every quote and compute the weighted score. `original` is the transcript before redaction."""
    by_key = {criterion.criterion: criterion for criterion in scores}
    keys = [criterion.key for criterion in text.rubric]
    if set(by_key) != set(keys) or len(scores) != len(keys):
        return VerifiedScores([], [Flag.CRITERIA_MISSING], None, INCOMPLETE_SCORES)
    criteria = [
        _verify_criterion(criterion, by_key[criterion.key], text.transcript, original) for criterion in text.rubric
    ]
    flags = sorted({flag for criterion in criteria for flag in criterion.flags})
    unsupported = [criterion.name for criterion in criteria if Flag.UNSUPPORTED in criterion.flags]
    if unsupported:
        reason = f"No quote from the answer supports the score for: {', '.join(unsupported)}."
        return VerifiedScores(criteria, flags, None, reason)
    return VerifiedScores(criteria, flags, weighted_score(criteria))


def weighted_score(criteria: list[CriterionRecord]) -> Decimal:
    total = sum(criterion.weight for criterion in criteria)
    score = sum(criterion.score * criterion.weight for criterion in criteria) / total
    return Decimal(str(score)).quantize(Decimal("0.01"))


def _verify_criterion(criterion: Criterion, scored: CriterionScore, redacted: str, original: str) -> CriterionRecord:
    evidence = [entry for quote in scored.quotes for entry in _find_evidence(quote, redacted, original)]
    flags = {entry.why_not for entry in evidence} - {""}
    if scored.score > QUOTE_EXPECTED_ABOVE and not any(entry.verified for entry in evidence):
        flags.add(Flag.UNSUPPORTED if scored.score > QUOTE_REQUIRED_ABOVE else Flag.NO_WORDS)
    return CriterionRecord(
        criterion=criterion.key,
        name=criterion.name,
        weight=criterion.weight,
        score=scored.score,
        reason=scored.reason,
        evidence=evidence,
        flags=sorted(flags),
    )


def _find_evidence(quote: str, redacted: str, original: str) -> Iterator[Evidence]:
    """Yield the quote as evidence, or each part of a quote with an ellipsis, as spoken by the candidate."""
    spans = find_quote(quote, redacted, original)
    if not spans:
        yield Evidence(quote=quote, verified=False, why_not=Flag.QUOTE_NOT_FOUND, start=None, end=None)
    for span in spans:
        problem = quote_problem(span, redacted, original)
        yield Evidence(
            quote=original[span], verified=problem is None, why_not=problem or "", start=span.start, end=span.stop
        )
