"""The offline interviewer: no language model, but plain rules that anybody can read and change. English only.

A score is the sum of points for what is found in the sentences that count, each kind up to a limit. So a further good
sentence never lowers a score, and saying the same again adds nothing. Words and points are in `offline_words.txt`.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from screener.services import interviewer, offline_questions
from screener.services.errors import PermanentError
from screener.services.instructions import talks_to_the_scorer
from screener.services.interviewer import CriterionScore, Point, Reply, T
from screener.services.offline_words import BROKEN_PAIR, LINES, WORD, any_of, phrases, related, stem, telling

HIRE, GOOD, POOR = 7.0, 6.5, 5.0
LONGEST, UNBROKEN = 30, 30  # Words of a sentence left whole; words for each slip of the tongue overlooked.
CLAUSE = re.compile(rf"\S+(?:\s+\S+){{7,29}}?(?=\s+{any_of('joints').pattern})|\S+(?:\s+\S+){{0,29}}", re.I)
TO_THE_SCORER = "reads like an instruction to the scorer"


class EnglishOnly(PermanentError):
    """The rules know no other language."""


def sentences(transcript: str) -> Iterator[str]:
    """The transcript piece by piece, each as it stands there. Speech-to-text may give no full stops at all."""
    for stretch in filter(str.strip, re.split(r"(?<=[.!?])\s+|[\x00-\x1f\x7f-\x9f]+", transcript)):
        yield from CLAUSE.findall(stretch) if len(stretch.split()) > LONGEST else [stretch.strip()]


class Reading:
    """An answer as the rules see it: what it should be about, which of its sentences count, and what stands in them."""

    def __init__(self, answer: interviewer.AnswerText) -> None:
        self.asked = {*telling(f"{answer.question} {answer.competency}")}
        self.subject = related(self.asked)
        self.job = related({*telling(f"{answer.job.title} {answer.job.description}")}) - self.subject
        self.given = " ".join(telling(f"{answer.question} {answer.job.description}"))
        self.read = [(sentence, self._why_not(sentence)) for sentence in sentences(answer.transcript)]
        self.counted = [sentence for sentence, why_not in self.read if not why_not]

    def _why_not(self, sentence: str) -> str:
        """Why this sentence does not count; empty where it does."""
        said, told, grammar = WORD.findall(sentence.lower()), {*telling(sentence)}, phrases("grammar")
        if talks_to_the_scorer(sentence):
            return TO_THE_SCORER
        shape = "".join("-" if word in grammar else "x" for word in said)
        if len(said) < 4 or len(grammar & {*said}) < 2 or shape.count("-") * 5 < len(said):
            return "is no sentence"
        breaks = len(re.findall(r"[,;/]|\band\b", sentence))
        if "x" * 7 in shape or (breaks * 3 >= len(said) and len(_found("deeds", sentence)) < 2):
            return "is a list of keywords"
        new = told - self.asked
        asks = told & self.asked and (len(new) < 2 or len(new) * 3 <= len(told)) and not re.search(r"\d", sentence)
        if asks or (len(told) > 3 and " ".join(telling(sentence)) in self.given):
            return "repeats the question or the job text"
        tells = told & (self.subject | self.job) or (told and any_of("people").search(sentence))
        return "" if tells else "says nothing about the subject"

    def find(self, what: str, own: set[str]) -> list[tuple[str, str]]:
        """All that was said of one kind, each thing once, with the sentence in which it was said first."""
        stems = {"subject": self.subject, "job": self.job, "own": own}.get(what)
        found: dict[str, tuple[str, str]] = {}
        rude = [sentence for sentence, why_not in self.read if why_not != TO_THE_SCORER]
        for sentence in rude if what == "rude" else self.counted:
            for one in _found(what, sentence) if stems is None else WORD.finditer(sentence):
                key = one[0].lower() if " " in one[0] else stem(one[0])
                if stems is None or key in stems:
                    found.setdefault(key, (one[0], sentence))
        return list(found.values())

    def ceiling(self, own: set[str]) -> tuple[float, str]:
        """How high a score can be, and why. Who talks about something else shows nothing, however well."""
        said = " ".join(self.counted)
        if len(BROKEN_PAIR.findall(said)) > max(1, len(WORD.findall(said)) / UNBROKEN):
            return 2.0, "its words stand in an order in which nobody says them"
        subject, job = len(self.find("subject", own)) + len(self.find("own", own)), len(self.find("job", own))
        return min(10.0, 2.5 + 2.5 * subject + 1.25 * job), "hardly a word of it is on the subject"


def _found(what: str, sentence: str) -> list[re.Match[str]]:
    """What stands in the sentence of one kind. What the speakers did themselves follows an "I" or a "we"."""
    if what == "sentences":
        return list(re.finditer(r"^\S+(?:\s+\S+){5,}$", sentence))
    if what != "deeds":
        return list(any_of(what).finditer(sentence))
    speaker = any_of("speaker").search(sentence)
    deeds = any_of("deeds").finditer(sentence, speaker.end()) if speaker else ()
    return [deed for deed in deeds if deed[0].lower() not in phrases("not deeds")]


def _judge(criterion: interviewer.Criterion, reading: Reading) -> CriterionScore:
    table = [line.format(criterion=criterion.name).split(None, 5) for line in LINES["points"]]
    rules = [row for row in table if row[0] == criterion.key]
    better = [text for level, text in criterion.anchors.items() if level >= 5]
    own = set() if rules else {*telling(" ".join([criterion.name, *better]))}
    total, given, missing, quotes = 0.0, list[str](), list[str](), list[str]()
    for _, first, further, most, what, why in rules or [row for row in table if row[0] == "others"]:
        if found := reading.find(what, own)[: int(most)]:
            points = float(first) + float(further) * (len(found) - 1)
            said = ", ".join(one for one, sentence in found if one != sentence)
            given.append(f"{points:+g} for {why}" + (f" ({said})" if said else ""))
            new = [where for one, where in found if not re.search(rf"\b{re.escape(one)}\b", " ".join(quotes))]
            quotes += new if said else new[:1]
            total += points
        elif float(first) > 0:
            missing.append(why)
    ceiling, why_held = reading.ceiling(own)
    reason = ("; ".join(given) or "No points") + (f". Not found: {', '.join(missing)}" if missing else "")
    reason += f". Held at {ceiling:g}, because {why_held}" if total > ceiling else ""
    score, quotes = round(min(max(0.0, total), ceiling), 2), list(dict.fromkeys(quotes))
    return CriterionScore(criterion=criterion.key, score=score, reason=f"{reason}.", quotes=quotes)


def _point(answer: interviewer.JudgedAnswer, one: CriterionScore, why: str) -> Point:
    """What is to say of an answer, with the first of the words that this criterion rests on."""
    name, why = one.criterion.replace("_", " ").capitalize(), re.sub(r"[+-][\d.]+ for ", "", why)
    text = f"Question {answer.position + 1}, {answer.score:.1f} of 10. {name} {one.score:g}: {why}"
    return Point(text=text, position=answer.position, quote=[*one.quotes, *sentences(answer.transcript), ""][0])


class OfflineInterviewer:
    """Composes, scores and sums up by rule. Same input, same output; nothing leaves this machine."""

    label, paid_model = "offline rules, no language model", ""
    files = sorted(Path(__file__).parent.glob("offline_*"))
    rules_hash = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

    def compose_questions(self, job: interviewer.JobText, count: int = 5) -> Reply[interviewer.QuestionPlan]:
        return self._reply(job, interviewer.QuestionPlan(questions=offline_questions.questions_for(job, count)))

    def assess(self, answer: interviewer.AnswerText) -> Reply[interviewer.AnswerScores]:
        reading = Reading(answer)
        criteria = [_judge(criterion, reading) for criterion in answer.rubric]
        left_out = [f" Left out, as it {why}: “{part[:120]}”" for part, why in reading.read if why]
        feedback = f"Sentences that count: {len(reading.counted)} of {len(reading.read)}." + "".join(left_out[:3])
        return self._reply(answer.job, interviewer.AnswerScores(criteria=criteria, feedback=feedback))

    def summarise(self, interview: interviewer.InterviewText) -> Reply[interviewer.Summary]:
        """Strengths and improvements: the highest and the lowest score of each answer, where that is good or poor."""
        ranked = [(one, sorted(one.criteria, key=lambda found: found.score)) for one in interview.answers]
        low = [(one, found[0]) for one, found in sorted(ranked, key=lambda row: row[1][0].score)]
        high = [(one, found[-1]) for one, found in sorted(ranked, key=lambda row: -row[1][-1].score)]
        mean = sum(one.score for one in interview.answers) / max(1, len(interview.answers))
        summary = interviewer.Summary(
            reasoning=[_point(one, found[-1], f"the highest; {found[0].score:g} the lowest.") for one, found in ranked],
            strengths=[_point(one, found, found.reason) for one, found in high if found.score >= GOOD][:3],
            improvements=[_point(one, found, found.reason) for one, found in low if found.score < POOR][:3],
            opinion="hire" if mean >= HIRE else "consider" if mean >= POOR else "reject",
        )
        return self._reply(interview.job, summary)

    def _reply(self, job: interviewer.JobText, value: T) -> Reply[T]:
        if job.language.lower().replace("_", "-").split("-")[0] != "en":
            raise EnglishOnly(
                f"The offline rules know only English, and this job is in another language ({job.language}). "
                "Set OPENAI_API_KEY so that a language model does it, or set the job's language to English."
            )
        return Reply(value=value, model="offline-rules", prompt_hash=self.rules_hash)
