"""The offline interviewer: no language model, but plain rules that anybody can read and change. English only.

A score is the sum of points for what is found in the words that count, each kind up to a limit. Whether a word counts,
a dozen words around it decide. So a further good sentence, with full stops or without, never lowers a score, and saying
the same again adds nothing. Words and points are in `offline_words.txt`.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from pathlib import Path

from screener.services.errors import PermanentError
from screener.services.interviewer import offline_questions, protocol
from screener.services.interviewer.offline_lexicon import LINES, SLIP, WORD, any_of, phrases, related, stem, telling
from screener.services.interviewer.prompt_injection import injection_spans
from screener.services.interviewer.protocol import CriterionScore, Reply, SummaryPoint, T

HIRE, GOOD, POOR = 7.0, 6.5, 5.0
STRETCH = range(6, 13)  # Words looked at together, without "and" and "or": of these, lists are full, too.
SMALL, SPOKEN, SLIPS = 5 / 12, 17 / 20, 1 / 30  # Different small words in it; words in speech; pairs nobody says.
# Up to a full stop or, as speech-to-text may give none, to where a clause begins.
_STEP, _END, _NEXT = r"(?:[^\S\n]+\S+)", r"(?:(?<=[.!?])(?=\s)|(?=\s*\n|\s*\Z))", any_of("joints").pattern
SENTENCE = re.compile(rf"\S+(?:{_STEP}{{0,29}}?{_END}|{_STEP}{{7,29}}?(?=\s+{_NEXT})|{_STEP}{{0,29}})", re.I)
_MAY_BE_BETWEEN = rf"\s+(?:{any_of('between').pattern}\s+){{0,2}}(?!{any_of('not deeds').pattern})"
DEED = re.compile(rf"(?:{any_of('speaker').pattern}|\band|,){_MAY_BE_BETWEEN}({any_of('deeds').pattern})", re.I)


class Reading:
    """An answer as the rules see it: what it should be about, which of its words count, and what stands in them."""

    def __init__(self, answer: protocol.ResponseText) -> None:
        self.asked = {*telling(f"{answer.question} {answer.competency}")}
        self.subject = related(self.asked)
        self.job = related({*telling(f"{answer.job.title} {answer.job.description}")}) - self.subject
        self.given = " ".join(telling(f"{answer.question} {answer.job.description}"))
        self.transcript = re.sub(r"[\x00-\x1f\x7f-\x9f]", "\n", answer.transcript)
        orders = injection_spans(self.transcript)
        self.orders = [self.transcript[one] for one in orders]
        for begin, end in ((one.start, one.stop) for one in orders):
            self.transcript = f"{self.transcript[:begin]}\n{'|' * (end - begin - 2)}\n{self.transcript[end:]}"
        self.read = [one for one in SENTENCE.finditer(self.transcript) if WORD.search(one[0])]
        said = [one for one in re.finditer(r".+?(?:[.!?](?=\s)|$)", self.transcript, re.M) if one[0].count(" ") > 2]
        told = [s for s in said if any_of("people").search(s[0]) or {*telling(s[0])} & (self.subject | self.job)]
        self.words = [word for one in told for word in WORD.finditer(self.transcript, *one.span())]
        self.slips = {slip.start() for slip in SLIP.finditer(self.transcript)}
        speech = {*self._speech()}
        self.spoken, self.counted = {at for at, _, dense in speech if dense}, {at for at, new, _ in speech if new}

    def _speech(self) -> Iterator[tuple[int, bool, bool]]:
        """Where each word of a stretch begins, whether it says more than was given, and whether it is dense."""
        said = [word[0].lower().replace("\u2019", "'") for word in self.words]
        told = {at: stems[0] for at, word in enumerate(said) if (stems := telling(word))}
        taken = {at for at, one in told.items() if one in self.asked}
        for run in zip(told, [*told][1:], [*told][2:], strict=False):
            taken |= {*run} if " ".join(told[at] for at in run) in self.given else set()
        words, grammar = [at for at, word in enumerate(said) if word not in ("and", "or")], phrases("grammar")
        for first, length in product(range(len(words)), STRETCH):
            stretch = words[first : first + length]
            places = [word.start() for word in self.words[stretch[0] : stretch[-1] + 1]]
            small = grammar & {said[at] for at in stretch}
            if len(stretch) == length and len(small) >= SMALL * length and self.slips.isdisjoint(places[:-1]):
                every, old = {told[at] for at in stretch if at in told}, {told[at] for at in stretch if at in taken}
                is_new, is_dense = not old or len(every) > 2 * len(old), len(small) >= min(5, length / 2)
                yield from ((at, is_new, is_dense) for at in places)

    def left_out(self) -> Iterator[str]:
        """Each sentence of which no word counts, and why."""
        yield from (f" Left out, as it reads like an instruction to the scorer: “{one[:120]}”" for one in self.orders)
        for one in self.read:
            if not (places := {*range(*one.span())}) & self.counted:
                why = "repeats the question or job text" if places & self.spoken else "is no speech about the subject"
                yield f" Left out, as it {why}: “{one[0][:120]}”"

    def find(self, what: str, own: set[str]) -> list[tuple[str, str]]:
        """All that was said of one kind, each thing once, with the sentence in which it was said first."""
        stems = {"subject": self.subject, "job": self.job, "own": own}.get(what)
        found: dict[str, tuple[str, str]] = {}
        pattern = {"deeds": DEED, "sentences": WORD}.get(what) or (any_of(what) if stems is None else WORD)
        for match in pattern.finditer(self.transcript):
            (at, end), one = match.span(match.lastindex or 0), match[match.lastindex or 0]
            key = one.lower() if " " in one else stem(one)
            if (at in self.counted or what == "rude") and (stems is None or key in stems):
                begin, stop = next(said.span() for said in reversed(self.read) if said.start() <= at)
                found.setdefault(key, (one, self.transcript[begin : max(stop, end)]))
        return [(one[1],) * 2 for one in found.values()][::10] if what == "sentences" else [*found.values()]

    def ceiling(self, own: set[str]) -> tuple[float, str]:
        """How high a score can be, and why. Who talks about something else shows nothing, however well."""
        if len(self.slips) > SLIPS * len(self.words) or len(self.spoken) < SPOKEN * len(self.words):
            return 2.0, "too much of it is a list, or words in an order in which nobody says them"
        subject, job = len(self.find("subject", own)) + len(self.find("own", own)), len(self.find("job", own))
        return min(10.0, 2.5 + 2.5 * subject + 1.25 * job), "few words of it are on the subject"


def _judge(criterion: protocol.Criterion, reading: Reading) -> CriterionScore:
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
    reason += f". Held at {ceiling:g}, because {why_held}." if total > ceiling else "."
    score, quotes = round(min(max(0, total), ceiling), 2), quotes or sorted((s[0] for s in reading.read), key=len)[-1:]
    return CriterionScore(criterion=criterion.key, score=score, reason=reason, quotes=[*dict.fromkeys(quotes)])


def _point(answer: protocol.AssessedResponse, *of: CriterionScore, why: str = ".") -> SummaryPoint:
    """What is to say of an answer: these scores of it, with the first of the words that the first of them rests on."""
    scores = ", ".join(f"{one.criterion.replace('_', ' ')} {one.score:g}" for one in of)
    why, words = re.sub(r"[+-][\d.]+ for |\. Held at .*(?=\.$)", "", why), of[0].quotes
    text = f"Question {answer.position + 1}, {answer.score:.1f} of 10: {scores}{why}"
    quote = [*words, *SENTENCE.findall(answer.transcript), ""][0]
    return SummaryPoint(text=text, position=answer.position, quote=quote)


class OfflineInterviewer:
    """Composes, scores and sums up by rule. Same input, same output; nothing leaves this machine."""

    label, model, billed_model = "offline rules, no language model", "offline-rules", ""
    rules_hash = sha256(b"".join(map(Path.read_bytes, sorted(Path(__file__).parent.glob("offline_*"))))).hexdigest()

    def compose_questions(self, job: protocol.JobText, count: int = 5) -> Reply[protocol.QuestionPlan]:
        return self._reply(job, protocol.QuestionPlan(questions=offline_questions.questions_for(job, count)))

    def assess_response(self, answer: protocol.ResponseText) -> Reply[protocol.ResponseScores]:
        reading = Reading(answer)
        criteria = [_judge(criterion, reading) for criterion in answer.rubric]
        feedback = f"Words that count: {len(reading.counted)}.{''.join([*reading.left_out()][:3])}"
        return self._reply(answer.job, protocol.ResponseScores(criteria=criteria, feedback=feedback))

    def summarise_interview(self, interview: protocol.InterviewText) -> Reply[protocol.Summary]:
        """Strengths: the highest score of each good answer; improvements: the lowest of the others, where poor."""
        ranked = [(one, sorted(one.criteria, key=lambda found: found.score)) for one in interview.answers]
        low = [(one, found[0]) for one, found in sorted(ranked, key=lambda row: row[1][0].score) if one.score < GOOD]
        high = [(one, found[-1]) for one, found in sorted(ranked, key=lambda row: -row[1][-1].score)]
        mean = sum(one.score for one in interview.answers) / max(1, len(interview.answers))
        summary = protocol.Summary(
            reasoning=[_point(one, *found[::-1]) for one, found in ranked],
            strengths=[_point(one, found, why=f": {found.reason}") for one, found in high if one.score >= GOOD][:3],
            improvements=[_point(one, found, why=f": {found.reason}") for one, found in low if found.score < POOR][:3],
            opinion="hire" if mean >= HIRE else "consider" if mean >= POOR else "reject",
        )
        return self._reply(interview.job, summary)

    def _reply(self, job: protocol.JobText, value: T) -> Reply[T]:
        if job.language.lower().replace("_", "-").split("-")[0] != "en":
            raise PermanentError(
                f"The offline rules know only English, and this job is in another language ({job.language}). "
                "Set OPENAI_API_KEY so that a language model does it, or set the job's language to English."
            )
        return Reply(value=value, model=self.model, prompt_hash=self.rules_hash)
