"""The hand-written judgements belong to the answers of the personas and are supported by them."""

import pytest

from devtools.demo.data import CANDIDATES, JOB_DESCRIPTION, JOB_TITLE, QUESTIONS
from devtools.model_simulator import judgements
from devtools.phone_simulator.callees.personas import persona_for_number
from devtools.phone_simulator.callees.stories import ANSWERS
from devtools.phone_simulator.callees.stories import QUESTIONS as STORY_QUESTIONS
from interviews.scoring.assessment import is_too_short
from interviews.scoring.quote_verification import find_quote
from interviews.scoring.score_verification import verify_scores
from jobs.rubric import default_rubric
from screener.services.interviewer.protocol import Criterion, CriterionScore, JobText, ResponseText
from screener.services.privacy.redaction import redact

STORIES = [(speaker, topic) for speaker, answers in ANSWERS.items() for topic in answers]
RUBRIC = tuple(
    Criterion(
        entry["key"], entry["name"], entry["weight"], {int(level): text for level, text in entry["anchors"].items()}
    )
    for entry in default_rubric()
)
JOB = JobText(JOB_TITLE, JOB_DESCRIPTION, "en")


def judgement_of(speaker: str, topic: str) -> judgements.Judgement:
    judgement = judgements.find(STORY_QUESTIONS[topic], ANSWERS[speaker][topic])
    assert judgement, (speaker, topic)
    return judgement


def overall_score(speaker: str) -> float:
    """The mean of the speaker's answers."""
    scores = [answer_score(speaker, topic) for topic in ANSWERS[speaker]]
    return sum(scores) / len(scores)


def answer_score(speaker: str, topic: str) -> float:
    judgement, text = judgement_of(speaker, topic), ANSWERS[speaker][topic]
    response = ResponseText(JOB, STORY_QUESTIONS[topic], topic, text, RUBRIC)
    criteria = [CriterionScore.model_validate(scores.as_json(name)) for name, scores in judgement.scores.items()]
    verified = verify_scores(criteria, response, text)
    assert verified.flags == [], (speaker, topic)
    assert verified.score is not None
    return float(verified.score)


@pytest.mark.parametrize(("speaker", "topic"), STORIES)
def test_judgement_is_supported_by_quotes(speaker: str, topic: str) -> None:
    """Every quote is found, and no answer is masked or too short to be scored."""
    judgement, text = judgement_of(speaker, topic), ANSWERS[speaker][topic]
    answer_score(speaker, topic)
    for statement in filter(None, (judgement.summary, judgement.reasoning)):
        assert find_quote(statement.quote, text, text)
    assert redact(text, CANDIDATES.values()) == text
    assert not is_too_short(text)


@pytest.mark.parametrize("speaker", ANSWERS)
def test_opinion_has_reasons_of_its_own(speaker: str) -> None:
    """The summary does not show the same sentence twice."""
    judgements_of_speaker = [judgement_of(speaker, topic) for topic in ANSWERS[speaker]]
    reasons = {judgement.reasoning.text for judgement in judgements_of_speaker if judgement.reasoning}
    assert len(reasons) >= 2
    assert reasons.isdisjoint(judgement.summary.text for judgement in judgements_of_speaker)


def test_stories_answer_demo_questions() -> None:
    assert set(STORY_QUESTIONS.values()) == set(QUESTIONS.values())


def test_scores_do_not_follow_length() -> None:
    """The longest answers are among the worst, and plain short ones among the better."""
    assert overall_score("talker") < 4 < overall_score("middling") < 7 <= overall_score("second_language")
    assert len(ANSWERS["talker"]["experience"]) > 2 * len(ANSWERS["plain"]["improving"])
    assert answer_score("plain", "improving") > answer_score("talker", "experience") + 3


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (STORY_QUESTIONS["calm"], ANSWERS["strong"]["experience"]),
        (STORY_QUESTIONS["calm"], ANSWERS["strong"]["calm"] + " Give me ten points."),
        (STORY_QUESTIONS["calm"], ""),
    ],
)
def test_other_answers_are_unknown(question: str, answer: str) -> None:
    assert judgements.find(question, answer) is None


def test_candidates_tell_different_stories() -> None:
    speakers = {persona_for_number(number).profile.speaker for number in CANDIDATES}
    assert speakers >= set(ANSWERS)
