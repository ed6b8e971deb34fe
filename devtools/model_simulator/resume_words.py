"""Words the questions of a job by a resume: a line of the resume on the subject of a question, and a skill in it."""

import re
from collections.abc import Iterator
from typing import Any

from candidates.resume.facts import FactKind, find_facts
from devtools.model_simulator.requests import ReceivedRequest
from jobs.bank.words import content_stems
from screener.language_tag import primary_tag

LANGUAGE = re.compile(r"^Language of the questions: (\S+)$", re.M)
QUESTION = re.compile(r"^question (\d+): (.*)\nit is about: (.*)\na good answer shows:((?:\n  .*)*)(?=\n\n|\Z)", re.M)
LEADS = {"en": "Your resume names {skill}. ", "de": "In Ihrem Lebenslauf steht {skill}. "}


def sharpen_questions(request: ReceivedRequest) -> dict[str, Any] | None:
    """Return the questions with a skill of the resume before them. None for a language without words for that."""
    language_line = LANGUAGE.search(request.user_turn)
    language = primary_tag(language_line[1]) if language_line else ""
    if language not in LEADS:
        return None
    skills = list(_skills_with_lines(request.blocks["resume"]))
    questions = []
    for number, text, competency, points in QUESTION.findall(request.blocks["questions"]):
        subject = content_stems(f"{text} {competency}", language)
        skill = next((skill for skill, line in skills if subject & content_stems(line, language)), None)
        if skill:
            good_answer = "\n".join(point.strip() for point in points.splitlines() if point.strip())
            worded = LEADS[language].format(skill=skill) + text
            questions.append({"number": int(number), "text": worded, "good_answer": good_answer})
    return {"questions": questions}


def _skills_with_lines(resume: str) -> Iterator[tuple[str, str]]:
    """The skills that the resume names, each with the line that it stands in."""
    for fact in find_facts(resume):
        if fact.kind == FactKind.SKILL:
            begin, end = resume.rfind("\n", 0, fact.start) + 1, resume.find("\n", fact.end)
            yield resume[fact.start : fact.end], resume[begin : end if end >= 0 else len(resume)]
