"""The offline interviewer: no language model, but plain rules that anybody can read and check. English only.

A score is the sum of points for what is found in the sentences that count (`offline_reading`), each kind up to a limit.
So a further good sentence never lowers a score, and saying the same again adds nothing.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

from screener.services import offline_questions, offline_reading
from screener.services import offline_words as english
from screener.services.errors import PermanentError
from screener.services.interviewer import (
    AnswerScores,
    AnswerText,
    Criterion,
    CriterionScore,
    InterviewText,
    JobText,
    JudgedAnswer,
    Point,
    QuestionPlan,
    Reply,
    Summary,
    T,
)
from screener.services.offline_reading import Find, Reading

HIRE, GOOD, POOR = 7.0, 6.5, 5.0
MOST_POINTS = 3
MOST_QUOTES = 5


class EnglishOnly(PermanentError):
    """The rules know no other language."""


@dataclass(frozen=True)
class Rule:
    """So many points for the first thing that is found, so many for each further one, for so many things at most."""

    first: float
    further: float
    most: int
    why: str
    find: Callable[[Reading], Iterable[Find]]

    def apply(self, reading: Reading) -> tuple[float, list[Find]]:
        found: dict[str, Find] = {}
        for find in self.find(reading):
            found.setdefault(find.key, find)
        counted = list(found.values())[: self.most]
        return (self.first + self.further * (len(counted) - 1) if counted else 0.0), counted


def _matching(pattern: re.Pattern[str]) -> Callable[[Reading], Iterable[Find]]:
    return partial(Reading.matches, pattern=pattern)


_CONCRETE = [
    Rule(1.5, 0.75, 4, "what they did themselves", Reading.deeds),
    Rule(1.25, 0.5, 2, "when or where it was", _matching(english.SETTING)),
    Rule(1, 0.75, 2, "figures", _matching(english.FIGURE)),
]
RULES = {
    "relevance": [
        Rule(2, 1, 3, "words on the subject of the question", Reading.about_subject),
        Rule(0.5, 0.5, 2, "words on the job", Reading.about_job),
        Rule(1.5, 0.5, 2, "what they did themselves", Reading.deeds),
        Rule(1, 0.5, 1, "what they usually do", _matching(english.HABIT)),
        Rule(0.5, 0.5, 4, "how far it goes into the subject", Reading.substance),
    ],
    "specificity": [
        *_CONCRETE,
        Rule(1.5, 0.5, 2, "a result", _matching(english.RESULT)),
        Rule(1, 0, 1, "what they usually do", _matching(english.HABIT)),
        Rule(0.5, 0, 1, "names of things", _matching(english.NAME)),
    ],
    "clarity": [
        Rule(3.5, 0.75, 4, "whole sentences", Reading.sentences),
        Rule(0.75, 0.5, 4, "words that put things in order", _matching(english.ORDER)),
        Rule(0.5, 0.5, 3, "how much it says", Reading.substance),
    ],
    "professionalism": [
        Rule(3.5, 0.75, 3, "whole sentences", Reading.sentences),
        Rule(0.75, 0.5, 2, "credit given to others", _matching(english.CREDIT)),
        Rule(1, 0.5, 2, "responsibility taken", _matching(english.OWNS_IT)),
        Rule(0.75, 0.5, 2, "care for others", _matching(english.CARE)),
        Rule(-3, -2, 3, "rude words", Reading.rude),
    ],
}


def _own_words(criterion: Criterion) -> frozenset[str]:
    """What a criterion that the rules do not know is about, by its name and its better anchors."""
    better = [text for level, text in criterion.anchors.items() if level >= 5]
    return frozenset() if criterion.key in RULES else english.telling(" ".join([criterion.name, *better]))


def _rules_for(criterion: Criterion) -> list[Rule]:
    why = f"words on “{criterion.name}”, for which there is no rule of its own"
    by_words = Rule(2, 1, 4, why, partial(Reading.about, stems=_own_words(criterion)))
    return RULES.get(criterion.key) or [by_words, *_CONCRETE]


def _ceiling(criterion: Criterion, reading: Reading) -> float:
    """How high this score can be. Who talks about something else shows nothing, however well."""
    subject = {find.key for find in reading.about(reading.subject | _own_words(criterion))}
    job = {find.key for find in reading.about_job()}
    return min(10, 2.5 + 2.5 * len(subject) + 1.25 * len(job))


def _judge(criterion: Criterion, reading: Reading) -> CriterionScore:
    total, given, missing = 0.0, [], []
    quotes: dict[str, str] = {}
    for rule in _rules_for(criterion):
        points, found = rule.apply(reading)
        total += points
        if found:
            words = ", ".join(find.words for find in found if find.words)
            given.append(f"{points:+g} for {rule.why}" + (f" ({words})" if words else ""))
            quotes |= {find.sentence: find.quote for find in found if find.sentence not in quotes}
        elif rule.first > 0:
            missing.append(rule.why)
    score, ceiling = max(0.0, total), _ceiling(criterion, reading)
    reason = "; ".join(given) or "No points"
    if missing:
        reason += f". Not found: {', '.join(missing)}"
    if score > ceiling:
        reason += f". Held at {ceiling:g}, because hardly a word of it is on the subject"
    return CriterionScore(
        criterion=criterion.key,
        score=round(min(score, ceiling), 2),
        reason=f"{reason}.",
        quotes=list(quotes.values())[:MOST_QUOTES],
    )


def _feedback(criteria: list[CriterionScore], reading: Reading) -> str:
    ranked = sorted(criteria, key=lambda one: -one.score)
    text = "Nothing in this answer could be counted."
    if reading.counted and ranked:
        best, worst = ranked[0], ranked[-1]
        text = f"Highest on {_name(best)} ({best.score:g}), lowest on {_name(worst)} ({worst.score:g})."
    return text + "".join(f" Left out, as it {why}: “{part[:120]}”" for part, why in reading.left_out[:3])


def _name(found: CriterionScore) -> str:
    return found.criterion.replace("_", " ")


def _summary(interview: InterviewText) -> Summary:
    """Strengths and improvements are the highest and the lowest scores. Where nothing is good, no strength is named."""
    found = sorted(
        ((answer, one) for answer in interview.answers for one in answer.criteria), key=lambda pair: pair[1].score
    )
    good = [pair for pair in reversed(found) if pair[1].score >= GOOD and pair[1].quotes]
    poor = [pair for pair in found if pair[1].score < POOR]
    return Summary(
        reasoning=_reasoning(interview),
        strengths=_points(good),
        improvements=_points(poor),
        opinion=_opinion(interview),
    )


def _points(pairs: list[tuple[JudgedAnswer, CriterionScore]]) -> list[Point]:
    """The first for each answer, with words of that answer to show for it."""
    points: dict[int, Point] = {}
    for answer, one in pairs:
        text = f"{_name(one).capitalize()} in question {answer.position + 1} ({one.score:g} of 10): {one.reason}"
        points.setdefault(answer.position, _point(text, answer, one.quotes))
    return list(points.values())[:MOST_POINTS]


def _point(text: str, answer: JudgedAnswer, quotes: list[str]) -> Point:
    """What is said of an answer, with words of that answer to show for it."""
    quote = quotes[0] if quotes else re.split(r"(?<=[.!?])\s", answer.transcript.strip())[0]
    return Point(text=text, position=answer.position, quote=quote)


def _reasoning(interview: InterviewText) -> list[Point]:
    """The best answer and the weakest one, each with what it was given the most points for."""
    ranked = sorted(interview.answers, key=lambda one: -one.score)
    shown = list(zip(("Highest", "Lowest"), (ranked[:1] + ranked[1:][-1:]), strict=False))
    points = []
    for rank, answer in shown:
        best = max(answer.criteria, key=lambda one: one.score)
        text = (
            f"{rank} by plain rules, without a language model: question {answer.position + 1} "
            f"({answer.score:.1f} of 10), best on {_name(best)} ({best.score:.1f})."
        )
        points.append(_point(text, answer, best.quotes))
    return points


def _opinion(interview: InterviewText) -> Literal["hire", "consider", "reject"]:
    scores = [one.score for one in interview.answers]
    mean = sum(scores) / len(scores) if scores else 0.0
    return "hire" if mean >= HIRE else "consider" if mean >= POOR else "reject"


def _english_only(job: JobText) -> None:
    if job.language.lower().replace("_", "-").split("-")[0] != "en":
        raise EnglishOnly(
            f"The offline rules know only English, and this job is in another language ({job.language}). "
            "Set OPENAI_API_KEY so that a language model does it, or set the job's language to English."
        )


class OfflineInterviewer:
    """Composes, scores and sums up by rule. Same input, same output; nothing leaves this machine."""

    label = "offline rules, no language model"
    paid_model = ""
    rules_hash = sha256(
        b"".join(
            Path(file).read_bytes()
            for file in (__file__, english.__file__, offline_reading.__file__, offline_questions.__file__)
        )
    ).hexdigest()

    def compose_questions(self, job: JobText, count: int = 5) -> Reply[QuestionPlan]:
        _english_only(job)
        return self._reply(QuestionPlan(questions=offline_questions.questions_for(job, count)))

    def assess(self, answer: AnswerText) -> Reply[AnswerScores]:
        _english_only(answer.job)
        reading = Reading(answer)
        criteria = [_judge(criterion, reading) for criterion in answer.rubric]
        return self._reply(AnswerScores(criteria=criteria, feedback=_feedback(criteria, reading)))

    def summarise(self, interview: InterviewText) -> Reply[Summary]:
        _english_only(interview.job)
        return self._reply(_summary(interview))

    def _reply(self, value: T) -> Reply[T]:
        return Reply(value=value, model="offline-rules", prompt_hash=self.rules_hash)
