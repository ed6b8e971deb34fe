"""Flags of assessments and results: codes that tell the reviewer to look closer, each with its label."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Flag(models.TextChoices):
    NEEDS_REVIEW = "needs_review", _("needs a reviewer")
    WAITING_FOR_PERSON = "waiting_for_person", _("waits for a person's scores")
    CRITERIA_MISSING = "criteria_missing", _("not every criterion was scored")
    ASKED_AGAIN = "asked_again", _("these scores were rejected, and the answer was scored once more")
    COMPARED = "compared", _("scored without the words that address the interviewer, for comparison")
    UNSUPPORTED = "unsupported", _("a score above 5 has no quote to support it")
    NO_WORDS = "no_words", _("a score above 2 has no quote to support it")
    QUOTE_NOT_FOUND = "quote_not_found", _("quote not found in the answer")
    QUOTE_SAYS_NOTHING = "quote_says_nothing", _("quote says too little to support a score")
    QUOTE_TALKS_TO_THE_SCORER = (
        "quote_talks_to_the_scorer",
        _("quote addresses the interviewer, so it supports no score"),
    )
    TALKS_TO_THE_SCORER = "talks_to_the_scorer", _("the answer addresses the interviewer, which earned nothing")
    SCORE_DEPENDS_ON_INSTRUCTIONS = (
        "score_depends_on_instructions",
        _("words that address the interviewer changed the score"),
    )
    JOB_TALKS_TO_THE_SCORER = "job_talks_to_the_scorer", _("the job text contains instructions to the interviewer")
    LOW_CONFIDENCE = "low_confidence", _("the transcript is uncertain: listen to the recording")
    POINT_WITHOUT_QUOTE_LEFT_OUT = (
        "point_without_quote_left_out",
        _("a statement was left out, because its quote or the score of its answer does not support it"),
    )
    RESTS_ON_SCORES_WITHOUT_WORDS = (
        "rests_on_scores_without_words",
        _("the recommendation rests on scores without quotes"),
    )
    PERSON_REQUESTED = (
        "person_requested",
        _("the candidate asked for a person: questions not asked count neither for nor against"),
    )
    ANSWER_WITHOUT_WORDS = (
        "answer_without_words",
        _("a short answer could not be transcribed and earned nothing: listen to it and type the words"),
    )
    OTHER_LANGUAGE = (
        "other_language",
        _("the interview was not held in the candidate's language"),
    )
    CONTRADICTS_THRESHOLDS = (
        "contradicts_thresholds",
        _("the interviewer would recommend otherwise than the thresholds"),
    )
    HIRE_WITHOUT_STRENGTHS = "hire_without_strengths", _("the thresholds say hire, but no strength has a quote")
    UNANSWERED_EARNED_NOTHING = "unanswered_earned_nothing", _("questions without an answer earned nothing")
    REJECT_WITH_STRENGTHS_ONLY = (
        "reject_with_strengths_only",
        _("the thresholds say reject, but the summary names only strengths"),
    )


def flag_labels(codes: Iterable[str]) -> list[str]:
    """The label of each code. A code of another version, which has none, is spelled out."""
    return [str(Flag(code).label) if code in Flag.values else code.replace("_", " ") for code in codes]
