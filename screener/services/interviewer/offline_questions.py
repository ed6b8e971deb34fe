"""Interview questions from a job text by plain rules: find what the job asks for, put it into spoken sentences."""

import re
from collections import Counter
from collections.abc import Iterator

from screener.services.interviewer.offline_lexicon import LINES, any_of, phrases
from screener.services.interviewer.protocol import JobText, PlannedQuestion

LONGEST_PHRASE = 9  # More words than that are hard to follow on the phone.
_SMALL, _TASKS = phrases("small words"), phrases("tasks")
_MARKER = re.compile(r"^\s*(?:[-*•\u2013—·▪◦]|\d+[.)])\s+")
_TASK = rf"(?!be able){any_of('tasks').pattern}\s+\w"
_SUBJECT = rf"(?:{any_of('before a subject').pattern}|\b(?:excellent|good|strong)(?= [\w ]{{3,30}} skills\b))"
_LEAD = rf"(?:{_SUBJECT}|{any_of('before a task').pattern})"
_YEARS = r"(?:\d+|two|three|five)\s?(?:\+|(?:-|\u2013|to)\s?\d+)?\s?years?'?(?: of)?"
_BREAK = re.compile(rf"(?<=[.!?;])\s+|,\s+(?:and\s+)?(?={_TASK})|(?={_LEAD})", re.I)
_BEFORE = re.compile(rf"^(?:(?:an?|the)\s+)?(?:(?:{_LEAD}|{any_of('praise').pattern}|{_YEARS})(?!\w):?\s*)+", re.I)
_AFTER = re.compile(rf"\W*{any_of('asides').pattern}.*$|\s*[(:].*$|(?:[\W_]|\b(?:and|or|the|an?|of)\b)+$", re.I)
_UNSPOKEN = re.compile(rf"{any_of('no requirement').pattern}|[@<>{{}}\[\]|#=_`\\$€£]|.{{300}}", re.I)


def questions_for(job: JobText, count: int) -> list[PlannedQuestion]:
    """An opening, one for each of the first requirements, some for any job, one about teamwork; `count` at most."""
    title = re.split(r"[(\[|,:/]|\s[-\u2013—]\s", job.title.strip())[0].strip(" .-") or job.title.strip()
    title = title.title() if title.isupper() and len(title) > 4 else title
    opening, closing, *others = LINES["for any job"]
    middle = [*_about_requirements(job), *(_planned(line, 1.5) for line in others)]
    ending = [_planned(closing, 1)] if count > 2 else []
    return [_planned(opening, 1, title=title), *middle[: max(0, count - 1 - len(ending))], *ending][:count]


def _planned(line: str, weight: float, **words: str) -> PlannedQuestion:
    competency, text = line.format(**words).split(" | ", 1)
    return PlannedQuestion(text=text, competency=competency[0].upper() + competency[1:], weight=weight, max_seconds=120)


def _about_requirements(job: JobText) -> Iterator[PlannedQuestion]:
    used: Counter[str] = Counter()
    for phrase in requirements(job):
        words = phrase.lower().split()
        # "Test automation" begins like a task, but a task has an object: "test our software", "work in a team".
        names_a_subject = len(words) == 2 and words[1].endswith(("tion", "ment", "ing", "ship", "work"))
        kind = "about a task" if words[0] in _TASKS and not names_a_subject else "about a subject"
        kind = "about a quality" if words[0] in ("a", "an", "the") else kind
        kind = "about skills" if words[-1] == "skills" else kind
        yield _planned("{phrase} | " + LINES[kind][used[kind] % len(LINES[kind])], 2, phrase=phrase)
        used[kind] += 1


def requirements(job: JobText) -> list[str]:
    """What the job asks for, in phrases of a few words, none said twice."""
    kept, said = list[str](), set[str]()
    for phrase in _wanted(job.description.replace("\u2019", "'")):
        words = {word[:6] for word in re.findall(r"\w+", phrase.lower())} - _SMALL
        if words and len(words & said) * 2 < len(words):
            kept.append(phrase)
            said |= words
    return kept


def _wanted(description: str) -> Iterator[str]:
    """The points of lists, and of sentences what follows words that announce a requirement, or a task."""
    written = [" ".join(line.split()) for line in description.splitlines() if line.strip()]
    has_list, is_offer = any(map(_MARKER.match, written)), False
    for line in written:
        text = _MARKER.sub("", line)
        is_listed = text != line or (not has_list and len(written) > 2 and text[-1:] not in ".!?")
        is_heading = text[-1:] == ":" or (len(text.split()) <= 5 and any_of("headings", "offers").match(text))
        if text == line and is_heading:
            is_offer = bool(any_of("offers").match(text))
        elif not is_offer:
            for at, piece in enumerate(_BREAK.split(text)):
                phrase = _phrase(re.sub(r"^who (\w+?)s\b", r"who \1", piece[:300]))
                is_announced = re.match(_SUBJECT, piece, re.I) or re.match(_TASK, phrase, re.I)
                if phrase and (is_announced or (is_listed and at == 0)):
                    yield phrase


def _phrase(statement: str) -> str:
    """The statement as it can stand inside a question, or nothing where that would not be speech."""
    text = re.sub(r"[*\"\u201c\u201d]", "", statement).strip()
    text = re.sub(r"\bexperience (in|as|at) (?!\w+ing\b)", r"experience with working \1 ", text, flags=re.I)
    text = _AFTER.sub("", _AFTER.sub("", _BEFORE.sub("", text)))
    text = re.sub(r"\s+(?:experience|knowledge|expertise)$", "", re.sub(r"\b[Oo]ur\b", "the", text))
    if len(text.split()) > LONGEST_PHRASE or text.endswith("skills"):
        text = text.split(",")[0]
    words = text.split()
    if _UNSPOKEN.search(statement) or not 1 <= len(words) <= LONGEST_PHRASE or text.lower() in _SMALL | _TASKS:
        return ""
    is_common = words[0].lower() in _TASKS | _SMALL or any_of("common endings").match(words[0])
    return text[0].lower() + text[1:] if words[0][1:].islower() and is_common else text
