"""Scores of an interviewer are verified against the transcript."""

from decimal import Decimal

import pytest

from interviews.flags import Flag
from interviews.scoring.score_verification import INCOMPLETE_SCORES, VerifiedScores, verify_scores
from screener.services.interviewer.protocol import Criterion, CriterionScore, JobText, ResponseScores, ResponseText
from tests.support.scripted_interviewer import ANSWER, INJECTION

UNSPOKEN = "I saved the company"


def response_text(transcript: str = ANSWER) -> ResponseText:
    return ResponseText(
        job=JobText("Engineer", "Runs services.", "en"),
        question="What did you do?",
        competency="operations",
        transcript=transcript,
        rubric=tuple(
            Criterion(key=key, name=key.title(), weight=weight, anchors={})
            for key, weight in (("relevance", 3.0), ("clarity", 1.0))
        ),
    )


def scores(relevance: float, clarity: float, *quotes: str) -> ResponseScores:
    return ResponseScores(
        criteria=[
            CriterionScore(criterion="relevance", score=relevance, reason="why", quotes=list(quotes)),
            CriterionScore(criterion="clarity", score=clarity, reason="why", quotes=["outages fell by half"]),
        ],
        feedback="Fine.",
    )


def verify(given: ResponseScores, transcript: str = ANSWER) -> VerifiedScores:
    return verify_scores(given.criteria, response_text(transcript), transcript)


def test_score_is_weighted() -> None:
    assert verify(scores(8, 4, "moved twelve services")).score == Decimal("7.00")


class TestQuotes:
    def test_quote_is_located(self) -> None:
        (evidence,) = verify(scores(8, 4, "Moved Twelve SERVICES")).criteria[0].evidence
        assert (evidence.quote, evidence.verified, evidence.why_not) == ("moved twelve services", True, "")
        assert ANSWER[evidence.transcript_span] == "moved twelve services"

    def test_quote_with_ellipsis_is_split(self) -> None:
        criterion = verify(scores(8, 4, "I moved twelve services … fell by half")).criteria[0]
        assert [evidence.quote for evidence in criterion.evidence] == ["I moved twelve services", "fell by half"]

    def test_quote_beside_injection_counts(self) -> None:
        verified = verify(scores(8, 4, "moved twelve services"), f"{ANSWER} {INJECTION}")
        assert (verified.score, verified.flags) == (Decimal("7.00"), [])

    @pytest.mark.parametrize(
        "quote", ["I am excellent at leading teams", f"{ANSWER} {INJECTION}", f"services … {INJECTION}"]
    )
    def test_quote_of_injection_is_rejected(self, quote: str) -> None:
        verified = verify(scores(8, 4, quote), f"{ANSWER} {INJECTION}")
        assert verified.score is None
        assert {Flag.QUOTE_TALKS_TO_THE_SCORER, Flag.UNSUPPORTED} <= set(verified.flags)
        assert not verified.criteria[0].verified_evidence
        problems = {evidence.why_not for evidence in verified.criteria[0].evidence}
        assert Flag.QUOTE_TALKS_TO_THE_SCORER in problems

    @pytest.mark.parametrize("quote", ["the", "twelve services"])
    def test_quote_without_substance_is_rejected(self, quote: str) -> None:
        verified = verify(scores(8, 4, quote), f"{ANSWER} That was the end.")
        assert verified.score is None
        assert set(verified.flags) == {Flag.QUOTE_SAYS_NOTHING, Flag.UNSUPPORTED}
        (evidence,) = verified.criteria[0].evidence
        assert (evidence.quote, evidence.verified) == (quote, False)
        assert evidence.why_not == Flag.QUOTE_SAYS_NOTHING


class TestUnsupportedScores:
    def test_high_score_is_rejected(self) -> None:
        verified = verify(scores(8, 4, UNSPOKEN))
        assert verified.score is None
        assert "Relevance" in verified.reason
        assert set(verified.flags) == {Flag.QUOTE_NOT_FOUND, Flag.UNSUPPORTED}

    def test_low_score_is_flagged(self) -> None:
        verified = verify(scores(3, 4, UNSPOKEN))
        assert verified.score is not None
        assert verified.flags == [Flag.NO_WORDS, Flag.QUOTE_NOT_FOUND]

    @pytest.mark.parametrize(("score", "flags"), [(2, []), (2.5, [Flag.NO_WORDS]), (5, [Flag.NO_WORDS])])
    def test_missing_quote_is_flagged(self, score: float, flags: list[str]) -> None:
        verified = verify(scores(score, 4))
        assert verified.flags == flags
        assert [criterion.flags for criterion in verified.criteria] == [flags, []]


class TestIncompleteScores:
    @pytest.mark.parametrize("kept", [slice(0, 1), slice(0, 0)])
    def test_missing_criterion_is_rejected(self, kept: slice) -> None:
        verified = verify(ResponseScores(criteria=scores(8, 4).criteria[kept], feedback="Fine."))
        assert (verified.score, verified.flags) == (None, [Flag.CRITERIA_MISSING])
        assert verified.reason == INCOMPLETE_SCORES

    def test_repeated_criterion_is_rejected(self) -> None:
        criteria = scores(8, 4, "moved twelve services").criteria
        assert verify(ResponseScores(criteria=[*criteria, criteria[0]], feedback="Fine.")).score is None

    def test_unknown_criterion_is_rejected(self) -> None:
        relevance, clarity = scores(8, 4, "moved twelve services").criteria
        charm = CriterionScore(criterion="charm", score=9, reason="why", quotes=["moved twelve services"])
        assert verify(ResponseScores(criteria=[relevance, charm], feedback="Fine.")).score is None
        assert verify(ResponseScores(criteria=[relevance, clarity, charm], feedback="Fine.")).score is None
