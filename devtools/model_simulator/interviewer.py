"""The simulated model. It invents no score: it knows those that were written in advance, and refuses other answers."""

import json
import re
from typing import Any

from devtools.model_simulator import judgements, replies
from devtools.model_simulator.judgements import Judgement, Statement
from devtools.model_simulator.replies import Behaviour
from devtools.model_simulator.requests import ReceivedRequest
from devtools.model_simulator.resume_words import sharpen_questions
from jobs.bank.families import QuestionKind
from jobs.bank.picking import USUAL_MIX, pick_questions
from jobs.bank.starter_bank import LANGUAGES, starter_entries
from screener.services.interviewer.protocol import JobText

REFUSAL = "A simulated model knows only the answers of the demo's candidates. For others, set OPENAI_API_KEY."
UNIFORM_SCORE, UNIFORM_OPINION, UNIFORM_REASON = 7, "hire", "The same for every answer."
QUOTED_WORDS = 8
MIN_STRENGTH_SCORE = 6.5
MAX_REASONS, MAX_POINTS = 5, 4

COUNT = re.compile(r"^Number of questions: (\d+)$", re.M)
KINDS = re.compile(r"^Kinds of the questions: (.*)$", re.M)
KIND = re.compile(r"(\d+) (\w+)")
LANGUAGE = re.compile(r"^Language of the questions: (\S+)$", re.M)
CRITERION = re.compile(r"^criterion (\w+): (.*)$", re.M)
RESPONSE = re.compile(
    r"^position (\d+)\nquestion: (.*?)\nscore: ([\d.]+) of 10$.*?^answer: (.*?)(?=\n\nposition \d|\Z)", re.M | re.S
)


def compose_reply(request: ReceivedRequest, *, judges_all: bool = False) -> dict[str, Any] | None:
    """Return the content of the reply to a chat completion request, or None for a refusal.

    `judges_all` gives every unknown answer the same scores: for tests of other parts than judgement.
    """
    match request.purpose:
        case "compose_questions":
            return _compose_questions(request)
        case "sharpen_questions":
            return sharpen_questions(request)
        case "assess_answer":
            return _assess(request) or (_score_uniformly(request) if judges_all else None)
        case "summarise":
            return _summarise(request, judges_all=judges_all)
        case _:
            return None


def completion_of(request: ReceivedRequest, content: dict[str, Any] | None) -> Behaviour:
    """A completion with this content, or a refusal as the API gives it. Tokens are counted roughly."""
    text = None if content is None else json.dumps(content)
    sent = len(request.body) // replies.CHARACTERS_PER_TOKEN
    tokens = (sent, len(text or REFUSAL) // replies.CHARACTERS_PER_TOKEN)
    refusal = REFUSAL if text is None else None
    return replies.json_reply(200, replies.completion(text, refusal=refusal, tokens=tokens))


def _compose_questions(request: ReceivedRequest) -> dict[str, Any] | None:
    count, language = COUNT.search(request.user_turn), LANGUAGE.search(request.user_turn)
    if count is None or language is None or language[1].lower().split("-")[0] not in LANGUAGES:
        return None
    title, _, description = request.blocks["job"].partition("\n\n")
    job = JobText(title=title, description=description, language=language[1])
    kinds = KINDS.search(request.user_turn)
    mix = {QuestionKind(kind): float(number) for number, kind in KIND.findall(kinds[1])} if kinds else {}
    besides = request.blocks.get("besides", "").splitlines()
    picks = pick_questions(job, int(count[1]), starter_entries(), seed=title, mix=mix or USUAL_MIX, avoided=besides)
    return {"questions": [pick.question.model_dump() for pick in picks]}


def _assess(request: ReceivedRequest) -> dict[str, Any] | None:
    judgement = judgements.find(request.blocks["question"], request.blocks["answer"])
    criteria = CRITERION.findall(request.blocks["rubric"])
    if judgement is None or not {name.lower() for _, name in criteria} <= judgement.scores.keys():
        return None
    scores = [judgement.scores[name.lower()].as_json(number) for number, name in criteria]
    return {"criteria": scores, "feedback": judgement.feedback}


def _score_uniformly(request: ReceivedRequest) -> dict[str, Any]:
    quote = _first_words(request.blocks["answer"])
    score = {"score": UNIFORM_SCORE, "reason": UNIFORM_REASON, "quotes": [quote]}
    numbers = [number for number, _ in CRITERION.findall(request.blocks["rubric"])]
    return {"criteria": [{"criterion": number, **score} for number in numbers], "feedback": UNIFORM_REASON}


def _first_words(answer: str) -> str:
    return " ".join(answer.split()[:QUOTED_WORDS])


def _summarise(request: ReceivedRequest, *, judges_all: bool) -> dict[str, Any] | None:
    """Sum up by the statements that were written in advance about the known answers."""
    reasoning, strong, weak = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    opinions = list[str]()
    for position, question, score, answer in RESPONSE.findall(request.blocks["interview"]):
        judgement = judgements.find(question, answer) or (_uniform_judgement(answer) if judges_all else None)
        if judgement is None:
            continue
        points = strong if float(score) >= MIN_STRENGTH_SCORE else weak
        points.append(_point(judgement.summary, position))
        if judgement.reasoning:
            reasoning.append(_point(judgement.reasoning, position))
        opinions.append(judgement.opinion)
    if not opinions:
        return None
    return {
        "reasoning": reasoning[:MAX_REASONS],
        "strengths": strong[:MAX_POINTS],
        "improvements": weak[:MAX_POINTS],
        "opinion": opinions[0],
    }


def _uniform_judgement(answer: str) -> Judgement:
    statement = Statement(UNIFORM_REASON, _first_words(answer))
    return Judgement({}, UNIFORM_REASON, statement, statement, UNIFORM_OPINION)


def _point(statement: Statement, position: str) -> dict[str, Any]:
    return {"text": statement.text, "position": int(position), "quote": statement.quote}
