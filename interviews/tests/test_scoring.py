"""Scores that rest on words: quotes checked, numbers computed, failures shown as failures."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from interviews import results, scoring
from interviews.models import Interview, InterviewResponse, Recording
from interviews.scoring import check, rubric_of
from screener.queue import defer
from screener.services import language_model
from screener.services.errors import PermanentError, TransientError
from screener.services.interviewer import AnswerScores, AnswerText, Criterion, CriterionScore, JobText, Reply
from screener.services.offline_interviewer import OfflineInterviewer
from screener.testing import an_interview, drain

WORDS = "In my last job, I moved twelve services to Kubernetes; outages fell by half."


def answer(transcript: str = WORDS) -> AnswerText:
    return AnswerText(
        job=JobText("Engineer", "Runs services.", "en"),
        question="What did you do?",
        competency="operations",
        transcript=transcript,
        rubric=tuple(
            Criterion(key=key, name=key.title(), weight=weight, anchors={})
            for key, weight in (("relevance", 3.0), ("clarity", 1.0))
        ),
    )


def scored(relevance: float, clarity: float, *quotes: str) -> AnswerScores:
    return AnswerScores(
        criteria=[
            CriterionScore(criterion="relevance", score=relevance, reason="why", quotes=list(quotes)),
            CriterionScore(criterion="clarity", score=clarity, reason="why", quotes=["outages fell by half"]),
        ],
        feedback="Fine.",
    )


class TestChecking:
    def test_computes_the_score_by_the_weights(self) -> None:
        assert check(scored(8, 4, "moved twelve services"), answer(), WORDS).score == Decimal("7.00")

    def test_maps_each_quote_to_its_place(self) -> None:
        criterion = check(scored(8, 4, "Moved Twelve SERVICES"), answer(), WORDS).criteria[0]
        (evidence,) = criterion["evidence"]
        assert (evidence["quote"], evidence["verified"]) == ("moved twelve services", True)
        assert WORDS[evidence["start"] : evidence["end"]] == "moved twelve services"

    def test_refuses_a_high_score_that_rests_on_words_nobody_said(self) -> None:
        checked = check(scored(8, 4, "I saved the company"), answer(), WORDS)
        assert checked.score is None
        assert "Relevance" in checked.reason
        assert set(checked.flags) == {"quote_not_found", "unsupported"}

    def test_flags_but_counts_a_low_score_with_a_false_quote(self) -> None:
        checked = check(scored(3, 4, "I saved the company"), answer(), WORDS)
        assert checked.score is not None
        assert checked.flags == ["quote_not_found"]

    @pytest.mark.parametrize("quote", ["the", "twelve services"])
    def test_refuses_a_high_score_that_rests_on_words_that_say_nothing(self, quote: str) -> None:
        checked = check(scored(8, 4, quote), answer(f"{WORDS} That was the end."), f"{WORDS} That was the end.")
        assert checked.score is None
        assert set(checked.flags) == {"quote_says_nothing", "unsupported"}
        (evidence,) = checked.criteria[0]["evidence"]
        assert (evidence["quote"], evidence["verified"]) == (quote, False)

    def test_shows_a_quote_that_leaves_something_out_as_its_parts(self) -> None:
        criterion = check(scored(8, 4, "I moved twelve services … fell by half"), answer(), WORDS).criteria[0]
        assert [one["quote"] for one in criterion["evidence"]] == ["I moved twelve services", "fell by half"]

    def test_refuses_scores_that_miss_a_criterion(self) -> None:
        scores = AnswerScores(criteria=scored(8, 4).criteria[:1], feedback="Fine.")
        assert check(scores, answer(), WORDS).score is None


def transcribed(words: str = WORDS) -> Interview:
    """A completed interview whose answers are all transcribed."""
    interview = an_interview()
    attempt = interview.attempts.create(number=1, send_before=interview.created_at)
    interview.begin()
    for response in interview.responses.all():
        response.interview = interview
        take = Recording.objects.create(response=response, attempt=attempt, turn=response.position + 3)
        response.take(take)
        response.transcribed(words, source="twilio", confidence=None, times=None)
        defer("interviews.assess", response_id=response.pk)
    interview.finish(Interview.Outcome.COMPLETE)
    return interview


class Scripted:
    """An interviewer that says what the test wants."""

    label = "a test"

    def __init__(self, assess: Callable[[AnswerText], AnswerScores]) -> None:
        self._assess = assess
        self.asked = 0

    def assess(self, answer: AnswerText) -> Reply[AnswerScores]:
        self.asked += 1
        return Reply(self._assess(answer), model="test-1", prompt_hash="0" * 64)

    def __getattr__(self, name: str) -> Any:
        return getattr(OfflineInterviewer(), name)


@pytest.fixture
def judged_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[AnswerText], AnswerScores]], Scripted]:
    def use(assess: Callable[[AnswerText], AnswerScores]) -> Scripted:
        interviewer = Scripted(assess)
        monkeypatch.setattr(language_model, "interviewer", lambda: interviewer)
        return interviewer

    return use


def all_alike(score: float, quote: str) -> Callable[[AnswerText], AnswerScores]:
    def assess(answer: AnswerText) -> AnswerScores:
        return AnswerScores(
            criteria=[
                CriterionScore(criterion=one.key, score=score, reason="why", quotes=[quote]) for one in answer.rubric
            ],
            feedback="Fine.",
        )

    return assess


def failing(error: Exception) -> Callable[[AnswerText], AnswerScores]:
    def assess(answer: AnswerText) -> AnswerScores:
        raise error

    return assess


@pytest.mark.django_db
class TestAnInterview:
    @pytest.mark.parametrize(
        ("score", "recommendation"), [(8, "hire"), (7, "hire"), (5.5, "consider"), (4.9, "reject")]
    )
    def test_is_recommended_by_the_thresholds_of_its_job(
        self, judged_by: Any, score: float, recommendation: str
    ) -> None:
        judged_by(all_alike(score, "moved twelve services"))
        interview = transcribed()
        drain()
        interview.refresh_from_db()
        result = interview.results.get()
        assert interview.result_status == Interview.ResultStatus.READY
        assert (result.overall_score, result.recommendation) == (Decimal(str(score)), recommendation)
        assert result.coverage == 1

    def test_has_no_number_while_an_answer_needs_a_person(self, judged_by: Any) -> None:
        interviewer = judged_by(all_alike(9, "words that nobody said"))
        interview = transcribed()
        drain()
        interview.refresh_from_db()
        result = interview.results.get()
        assert interview.result_status == Interview.ResultStatus.INCOMPLETE
        assert (result.overall_score, result.recommendation) == (None, "")
        assert "needs a person" in result.reasoning
        assert interviewer.asked == 2 * interview.responses.count(), "asked once more before giving up"

    def test_shows_a_refusal_as_one(self, judged_by: Any) -> None:
        judged_by(failing(PermanentError("The model refused this answer.")))
        interview = transcribed()
        drain()
        interview.refresh_from_db()
        assert interview.result_status == Interview.ResultStatus.INCOMPLETE
        assert {one.status for one in interview.responses.all()} == {InterviewResponse.Status.MODEL_UNAVAILABLE}
        assert interview.results.get().overall_score is None

    def test_waits_for_a_model_that_is_down(self, judged_by: Any, time_machine: Any) -> None:
        judged_by(failing(TransientError("The model is overloaded.")))
        interview = transcribed()
        drain()
        response = interview.responses.all()[0]
        assert response.status == InterviewResponse.Status.TRANSCRIBED
        assert response.retry_at is not None
        assert not interview.results.exists()

        judged_by(all_alike(8, "moved twelve services"))
        for one in interview.responses.all():
            one.store(retry_at=None)
            scoring.assess(one.pk)
        drain()
        interview.refresh_from_db()
        assert interview.result_status == Interview.ResultStatus.READY

    def test_is_scored_again_without_forgetting_what_was_said_before(self, judged_by: Any) -> None:
        judged_by(all_alike(8, "moved twelve services"))
        interview = transcribed()
        drain()
        judged_by(all_alike(4, "moved twelve services"))
        scoring.rescore(interview, actor="hr")
        drain()
        assert [one.overall_score for one in interview.results.order_by("created_at")] == [Decimal(8), Decimal(4)]
        assert interview.results.get(is_current=True).recommendation == "reject"
        response = interview.responses.all()[0]
        assert [one.is_current for one in response.assessments.order_by("created_at")] == [False, True]

    @pytest.mark.parametrize("words", ["Um, yeah.", "I don't know", "No"])
    def test_settles_what_is_too_short_without_asking_a_model(self, judged_by: Any, words: str) -> None:
        interviewer = judged_by(all_alike(8, ""))
        interview = transcribed(words)
        drain()
        assert interviewer.asked == 0
        assert {one.status for one in interview.responses.all()} == {InterviewResponse.Status.TOO_SHORT}
        interview.refresh_from_db()
        assert interview.result_status == Interview.ResultStatus.INCOMPLETE

    def test_is_judged_without_the_candidates_name(self, judged_by: Any) -> None:
        sent: list[str] = []

        def assess(answer: AnswerText) -> AnswerScores:
            sent.append(answer.transcript)
            return all_alike(8, "moved twelve services")(answer)

        judged_by(assess)
        interview = transcribed("My name is Ada Lovelace and I moved twelve services.")
        drain()
        assert sent
        assert not any("Ada" in text or "Lovelace" in text for text in sent)
        quote = interview.responses.all()[0].current_assessment.criteria[0]["evidence"][0]  # type: ignore[union-attr]
        assert quote["quote"] == "moved twelve services"


@pytest.mark.django_db
def test_an_answer_that_two_workers_take_is_assessed_once(judged_by: Any) -> None:
    interview = transcribed()
    response = interview.responses.all()[0]

    def assess(answer: AnswerText) -> AnswerScores:
        # While this worker waits for the model, its lease runs out and another one takes the answer and finishes.
        InterviewResponse.objects.filter(pk=response.pk).update(lease_until=interview.created_at)
        judged_by(all_alike(8, "moved twelve services"))
        scoring.assess(response.pk)
        return all_alike(2, "moved twelve services")(answer)

    judged_by(assess)
    scoring.assess(response.pk)
    assert [one.score for one in response.assessments.all()] == [Decimal(8)]


@pytest.mark.django_db
def test_the_rubric_of_a_job_is_what_answers_are_judged_by() -> None:
    interview = an_interview()
    assert [one.key for one in rubric_of(interview.job)] == ["relevance", "specificity", "clarity", "professionalism"]
    assert results.recommend(Decimal("7.0"), interview.job) == "hire"
