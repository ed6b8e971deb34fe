"""What the simulated candidates say: `stories.toml`. The same question and number always give the same answer."""

import re
import tomllib
from pathlib import Path
from random import Random

# Sentences around a question that belong to the interviewer, not to the question.
INTERVIEWER_ASIDE = re.compile(r"\b(?:press|beep|tone|hang up|question|answer|hear|thank you|thanks|sorry)\b", re.I)

_STORIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
QUESTIONS: dict[str, str] = _STORIES["questions"]
"""By topic. These are the questions of the demo's job."""
ANSWERS: dict[str, dict[str, str]] = {
    speaker: {topic: text.strip() for topic, text in answers.items()}
    for speaker, answers in _STORIES["answers"].items()
}
"""By speaker and topic."""


def extract_question(prompt_text: str) -> str:
    """Return the question in a prompt: the sentences after the last introduction."""
    sentences = [sentence.strip() for sentence in re.findall(r"[^.!?]+[.!?]?", prompt_text)]
    while len(sentences) > 1 and _is_aside(sentences[-1]):
        sentences.pop()
    aside_positions = [index for index, sentence in enumerate(sentences[:-1]) if _is_aside(sentence)]
    start = aside_positions[-1] + 1 if aside_positions else 0
    return " ".join(sentences[start:])


def _is_aside(sentence: str) -> bool:
    return not sentence.endswith("?") and bool(INTERVIEWER_ASIDE.search(sentence))


def tell_story(speaker: str, question: str, number: str) -> str:
    """Return the speaker's answer. To a question that is not the demo's, it is one of their other answers."""
    answers = ANSWERS[speaker]
    topic = next((topic for topic in answers if QUESTIONS[topic] in question), None)
    chosen = Random(f"{number} {question}").choice(sorted(answers))  # noqa: S311 - variety, not secrecy
    return answers[topic or chosen]
