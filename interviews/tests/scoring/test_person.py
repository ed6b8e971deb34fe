"""Scores of people: verified and computed like those of a model, in its place or as a second opinion beside it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from interviews.models import Assessment, EventKind, Interview, InterviewResponse, lock_interview
from interviews.presenters.interview import NOTES_TITLE, ResultCard
from interviews.scoring.assessment import rescore_interview
from interviews.scoring.person import (
    CRITERION_MISSING,
    CRITERION_REPEATED,
    EVIDENCE_MISSING,
    InvalidScores,
    Scorer,
    ScoringConflict,
    choose_assessment,
    save_person_scores,
    scoring_version,
)
from screener.models import InvalidTransition, ModelCall
from screener.services.interviewer.protocol import ResponseScores, ResponseText
from tests.support.factories import (
    ANSWER,
    make_assessed_interview,
    make_interview,
    make_transcribed_interview,
    run_tasks,
)
from tests.support.person_scores import QUOTE, make_scorer, make_waiting_interview, person_scores, score_as_person
from tests.support.scripted_interviewer import uniform_scores

pytestmark = pytest.mark.django_db
Status = InterviewResponse.Status
REASON = "Missed the point."


@pytest.fixture
def waiting() -> Interview:
    """An interview whose answers wait for a person."""
    return make_waiting_interview()


@pytest.fixture
def judged(judged_by: Callable[[Any], Any]) -> Interview:
    """An interview that a model has judged."""
    judged_by(uniform_scores(8, QUOTE))
    return make_assessed_interview()


def answer_of(interview: Interview, position: int = 0) -> InterviewResponse:
    return interview.responses.select_related("interview__job").get(position=position)


def conclude(interview: Interview) -> Interview:
    run_tasks(only="interviews.conclude")
    interview.refresh_from_db()
    return interview


class TestWaitingAnswer:
    def test_score_is_computed_and_named(self, waiting: Interview) -> None:
        assessment = score_as_person(answer_of(waiting), 8)
        assert (assessment.score, assessment.is_current, assessment.role) == (Decimal("8.00"), True, "score")
        assert (assessment.source, assessment.label, assessment.model) == ("person", "Hanna Berg", "")
        assert assessment.scored_by == make_scorer().user
        assert answer_of(waiting).status == Status.ASSESSED

    def test_evidence_is_located(self, waiting: Interview) -> None:
        assessment = score_as_person(answer_of(waiting))
        transcript = answer_of(waiting).transcript
        quotes = [quote for criterion in assessment.criteria for quote in criterion.verified_evidence]
        assert quotes
        assert all(transcript[quote.transcript_span] == quote.quote for quote in quotes)

    def test_event_names_person(self, waiting: Interview) -> None:
        score_as_person(answer_of(waiting))
        event = waiting.events.get(kind=EventKind.RESPONSE_ASSESSED)
        assert (event.actor, event.data["position"]) == ("hanna.berg", 0)

    def test_last_score_makes_result(self, waiting: Interview) -> None:
        for position, name in enumerate(["Hanna Berg", "Tom Reed", "Hanna Berg"]):
            score_as_person(answer_of(waiting, position), 8 if position else 5, name=name, note=f"Note {position}.")
        result = conclude(waiting).results.get(is_current=True)
        assert (waiting.result_status, result.overall_score, result.recommendation) == (
            "ready",
            Decimal("7.00"),
            "hire",
        )
        assert (result.label, result.model) == ("Hanna Berg, Tom Reed", "")
        assert [(judge.source, judge.name, judge.positions) for judge in result.judges] == [
            ("person", "Hanna Berg", [0, 2]),
            ("person", "Tom Reed", [1]),
        ]
        assert [(note.text, note.position) for note in result.grounds] == [(f"Note {at}.", at) for at in range(3)]
        assert ResultCard(result).grounds_title == NOTES_TITLE

    def test_no_model_summarises_scores_of_people(self, waiting: Interview) -> None:
        """Also where a model is configured by now."""
        for position in range(3):
            score_as_person(answer_of(waiting, position))
        assert conclude(waiting).result_status == "ready"
        assert not ModelCall.objects.exists()

    def test_no_number_before_last_score(self, waiting: Interview) -> None:
        score_as_person(answer_of(waiting))
        run_tasks()
        results = waiting.results.all()
        assert {(result.overall_score, result.recommendation, result.label) for result in results} == {(None, "", "")}

    def test_list_holds_unscored_answers(self, waiting: Interview) -> None:
        score_as_person(answer_of(waiting, 1))
        unscored = InterviewResponse.objects.waiting_for_person()
        assert {response.position for response in unscored} == {0, 2}

    def test_failed_scoring_can_be_replaced(self, waiting: Interview) -> None:
        waiting.responses.update(status=Status.MODEL_UNAVAILABLE)
        assert InterviewResponse.objects.waiting_for_person().count() == 3
        assert score_as_person(answer_of(waiting)).is_current

    def test_rejected_scores_can_be_replaced(self, waiting: Interview) -> None:
        rejected = waiting.responses.get(position=0)
        rejected.assessments.create(rubric_version="1", model="m", label="A model", reason="No quote.")
        waiting.responses.filter(position=0).update(status=Status.ASSESSED)
        assert InterviewResponse.objects.waiting_for_person().count() == 3
        assert score_as_person(answer_of(waiting)).is_current


class TestRefusedScores:
    def refused(self, response: InterviewResponse, **changes: Any) -> dict[str, str]:
        scores = replace(person_scores(response), **changes)
        with pytest.raises(InvalidScores) as error:
            save_person_scores(response, scores, make_scorer())
        assert not response.assessments.exists()
        return dict(error.value.errors)

    def test_unspoken_quote(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        criteria = person_scores(response, 8, "I founded the company").criteria
        assert set(self.refused(response, criteria=criteria)) == {criterion.criterion for criterion in criteria}

    def test_unspoken_quote_of_low_score(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        criteria = person_scores(response, 1, "I founded the company").criteria
        assert len(self.refused(response, criteria=criteria)) == len(criteria)

    def test_high_score_without_quote(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        criteria = [criterion.model_copy(update={"quotes": []}) for criterion in person_scores(response, 6).criteria]
        assert set(self.refused(response, criteria=criteria).values()) == {EVIDENCE_MISSING}

    def test_missing_criterion(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        first, *others = person_scores(response).criteria
        assert self.refused(response, criteria=others) == {first.criterion: CRITERION_MISSING}

    def test_repeated_criterion(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        criteria = person_scores(response).criteria
        assert self.refused(response, criteria=[*criteria, criteria[0]]) == {criteria[0].criterion: CRITERION_REPEATED}

    def test_unknown_criterion(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        criteria = person_scores(response).criteria
        extra = criteria[0].model_copy(update={"criterion": "charm"})
        assert set(self.refused(response, criteria=[*criteria, extra])) == {"charm"}

    def test_low_score_needs_no_quote(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        scores = person_scores(response, 2)
        criteria = [criterion.model_copy(update={"quotes": []}) for criterion in scores.criteria]
        assessment = save_person_scores(response, replace(scores, criteria=criteria), make_scorer())
        assert assessment.score == Decimal("2.00")

    def test_interview_not_completed(self) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.begin()
        interview.responses.update(status=Status.TRANSCRIBED, transcript=ANSWER)
        with pytest.raises(InvalidTransition):
            score_as_person(answer_of(interview))


class TestConcurrency:
    def test_second_person_is_told(self, waiting: Interview) -> None:
        """The scores are not saved. With the new version they become a second opinion."""
        response = answer_of(waiting)
        scores = person_scores(response, 3)
        score_as_person(response, name="Tom Reed")
        with pytest.raises(ScoringConflict, match="Tom Reed"):
            save_person_scores(response, scores, make_scorer())
        opinion = score_as_person(answer_of(waiting), 3)
        assert (opinion.role, opinion.is_current, opinion.is_blind) == ("second_opinion", False, True)

    def test_changed_rubric_is_told(self, waiting: Interview) -> None:
        response = answer_of(waiting)
        scores = person_scores(response)
        waiting.job.update_fields(rubric=[{**waiting.job.rubric[0], "weight": 9}, *waiting.job.rubric[1:]])
        with pytest.raises(ScoringConflict):
            save_person_scores(answer_of(waiting), scores, make_scorer())

    @pytest.mark.django_db(transaction=True)
    def test_one_of_two_at_once_counts(self) -> None:
        """Both had opened the unscored answer. The second one gets an error, and their scores are not saved."""
        waiting = make_waiting_interview()
        response = answer_of(waiting)
        scores = person_scores(response)
        scorers = [make_scorer(), make_scorer("Tom Reed")]
        barrier = threading.Barrier(2)

        def save(scorer: Scorer) -> str:
            mine = answer_of(waiting)
            barrier.wait()
            try:
                return save_person_scores(mine, scores, scorer).role
            except ScoringConflict:
                return "conflict"
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            outcomes = sorted(pool.map(save, scorers))
        assert outcomes == ["conflict", "score"]
        assert response.assessments.count() == 1

    def test_version_is_stable(self, waiting: Interview) -> None:
        assert scoring_version(answer_of(waiting)) == scoring_version(answer_of(waiting))


class TestSecondOpinion:
    def test_current_score_stays(self, judged: Interview) -> None:
        current = answer_of(judged).current_assessment
        opinion = score_as_person(answer_of(judged), 3)
        assert (opinion.role, opinion.is_current, opinion.is_blind) == ("second_opinion", False, True)
        assert answer_of(judged).current_assessment == current
        judged.refresh_from_db()
        assert judged.result_status == "ready"
        assert judged.events.filter(kind=EventKind.RESPONSE_SECOND_OPINION, actor="hanna.berg").count() == 1

    def test_opinion_after_reading_others_is_not_blind(self, judged: Interview) -> None:
        assert not score_as_person(answer_of(judged), 3, has_seen_others=True).is_blind

    def test_changed_opinion_is_not_blind(self, judged: Interview) -> None:
        score_as_person(answer_of(judged), 3)
        assert not score_as_person(answer_of(judged), 7).is_blind
        assert score_as_person(answer_of(judged), 7, name="Tom Reed").is_blind

    def test_chosen_opinion_counts(self, judged: Interview) -> None:
        before = judged.results.get(is_current=True)
        model_name = before.label
        opinion = score_as_person(answer_of(judged), 2)
        choose_assessment(opinion, actor="boss", reason=REASON)
        result = conclude(judged).results.get(is_current=True)
        assert answer_of(judged).current_assessment == opinion
        assert result.overall_score is not None
        assert before.overall_score is not None
        assert result.overall_score < before.overall_score
        assert [(judge.source, judge.name, judge.positions) for judge in result.judges] == [
            ("person", "Hanna Berg", [0]),
            ("model", model_name, [1, 2]),
        ]
        event = judged.events.get(kind=EventKind.RESPONSE_SCORE_CHOSEN)
        assert (event.actor, event.reason) == ("boss", REASON)

    def test_choice_needs_reason(self, judged: Interview) -> None:
        opinion = score_as_person(answer_of(judged), 2)
        with pytest.raises(InvalidTransition):
            choose_assessment(opinion, actor="boss", reason=" ")
        opinion.refresh_from_db()
        assert not opinion.is_current

    def test_replaced_score_can_be_chosen_again(self, judged: Interview) -> None:
        by_model = answer_of(judged).current_assessment
        assert by_model
        choose_assessment(score_as_person(answer_of(judged), 2), actor="boss", reason="Better.")
        by_model.refresh_from_db()
        choose_assessment(by_model, actor="boss", reason="Not better.")
        assert answer_of(judged).current_assessment == by_model

    def test_model_does_not_replace_person(self, judged: Interview) -> None:
        chosen = score_as_person(answer_of(judged), 2)
        choose_assessment(chosen, actor="boss", reason="Better.")
        rescore_interview(judged, actor="boss")
        run_tasks()
        assert answer_of(judged).current_assessment == chosen
        assert answer_of(judged, 1).assessments.count() == 2

    def test_person_wins_over_running_model(self, judged_by: Callable[[Any], Any]) -> None:
        """The reply of a model that was still working is discarded."""
        interview = make_transcribed_interview()

        def assess(answer: ResponseText) -> ResponseScores:
            if not answer_of(interview).assessments.exists():
                score_as_person(answer_of(interview), 3)
            return uniform_scores(8, QUOTE)(answer)

        judged_by(assess)
        run_tasks()
        current = answer_of(interview).assessments.get()
        assert (current.label, current.is_current) == ("Hanna Berg", True)
        assert [judge.source for judge in interview.results.get(is_current=True).judges] == ["person", "model"]

    def test_opinion_outlives_new_model_scores(self, judged: Interview) -> None:
        opinion = score_as_person(answer_of(judged), 2)
        rescore_interview(judged, actor="boss")
        run_tasks()
        current = answer_of(judged).current_assessment
        assert current
        assert current != opinion
        assert answer_of(judged).assessments.filter(pk=opinion.pk, role="second_opinion").exists()


UNNAMED_SCORES: list[dict[str, Any]] = [
    {"source": "person", "label": "", "score": 5},
    {"source": "person", "label": "Hanna", "score": None},
    {"source": "person", "label": "Hanna", "score": 5, "model": "gpt"},
    {"source": "model", "label": "A model", "role": "second_opinion"},
    {"source": "model", "label": "A model", "is_blind": True},
]


def test_database_refuses_unnamed_scores(waiting: Interview) -> None:
    response = answer_of(waiting)
    for fields in UNNAMED_SCORES:
        with pytest.raises(IntegrityError, match="assessment_fits_its_source"), transaction.atomic():
            Assessment.objects.create(response=response, rubric_version="1", **fields)
