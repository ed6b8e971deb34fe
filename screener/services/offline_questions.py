"""Interview questions from a job text by plain rules: find what the job asks for, put it into spoken sentences."""

import re
from collections import Counter
from collections.abc import Iterator

from screener.services.interviewer import JobText, PlannedQuestion
from screener.services.offline_words import any_of, telling

MAX_SECONDS = 120
LONGEST_PHRASE = 9
"""More words than that are hard to follow on the phone."""
LONGEST_STATEMENT = 300
"""Longer lines are no list points, and not worth searching."""

OPENING = (
    "Motivation and background",
    "What interests you in the position of {title}, and what in your past work has prepared you for it?",
)
TEAMWORK = (
    "Working with others",
    "Tell me about a time when you and a colleague saw something differently. How did you settle it?",
)
ABOUT_A_TASK = (
    "Describe a situation in which you had to {phrase}. What did you do, and how did it end?",
    "This job asks you to {phrase}. Tell me about the last time that you had to, and how it went.",
    "How do you go about it when you have to {phrase}? Please walk me through a real example.",
)
ABOUT_A_SUBJECT = (
    "What experience do you have with {phrase}? Please give me a concrete example.",
    "Tell me about a piece of your own work in which {phrase} mattered. What did you do, and what came of it?",
    "What have you learned about {phrase} in your work so far, and how did you learn it?",
)
ABOUT_A_QUALITY = (
    "This job calls for {phrase}. What have you done that shows you are up to it?",
    "Where in your past work was {phrase} needed most? What did you do, and what came of it?",
)
ABOUT_SKILLS = ("Tell me about a time when your {phrase} made a difference. What happened?",)
FOR_ANY_JOB = (
    (
        "Relevant experience",
        "Which part of your past work comes closest to this job? Please describe what you did yourself.",
    ),
    ("Solving problems", "Tell me about a problem at work that was new to you. How did you find a way through it?"),
    (
        "Setting priorities",
        "Tell me about a day when several things had to be done at once. How did you decide what came first?",
    ),
    (
        "Quality of work",
        "How do you make sure that your work is right before you hand it over? Please give me an example.",
    ),
    (
        "Learning from mistakes",
        "Tell me about something that went wrong in your work, and what you changed afterwards.",
    ),
    ("Initiative", "Tell me about something at work that you improved without being asked to."),
    ("Learning new things", "What is the last thing you had to learn for your work, and how did you go about it?"),
)

_TASKS = frozenset(
    """advise analyse analyze answer apply arrange assemble assist be bring build care carry check clean close coach
    collaborate collect communicate conduct contribute cook coordinate create cut deal debug define deliver deploy
    design develop document draft drive edit ensure establish evaluate execute explain facilitate fill fix follow
    forecast generate give greet guide handle help hire identify implement improve inspect install instruct
    integrate investigate keep lead learn listen load look maintain make manage measure mentor monitor motivate move
    negotiate onboard operate optimise optimize order organise organize oversee own pack perform pick plan prepare
    present prioritise prioritize process produce promote provide read recruit repair report represent research
    resolve respond review run schedule secure sell serve set solve speak stay stock streamline structure supervise
    supply support take talk teach test track train translate troubleshoot turn update use wait welcome work
    write""".split()
)
_SMALL_WORDS = frozenset("a an the and or of in on for with to at by as is are this that will you we".split())
_MARKER = re.compile(r"^\s*(?:[-*•\u2013—·▪◦]|\d+[.)])\s+")
_HEADING = any_of(
    """what you*, who you*, your*, you will, you have, you bring, the role, job desc*, key*, main*, respons*, require*,
    qualif*, skills, tasks, duties, must*, profile"""
)
_HEADING_OF_OFFER = any_of("about*, who we are, we offer, what we offer, our offer, benefits, perks, why*")
_NICE = any_of("nice to have, a plus, preferred, bonus, advantage, ideally, desirable")
# Words after which something is named that is wanted, and words after which something is to be done.
_SUBJECT_LEAD = (
    any_of(
        """experience* with, experience* in, experience* of, experience* as, experience* at, knowledge of, proficien*
        in, proficien* with, familiar* with, understanding of, background in, expertise in, skilled in, skill in,
        skills in, good at, comfortable with, passion* for, passion* about, track record of, track record in,
        responsible for, must have, you have"""
    ).pattern
    + r"|\b(?:strong|excellent|good|great|solid)(?= [\w ]{3,30} skills\b)"
)
_TASK_LEAD = any_of(
    """ability to, able to, must, need to, needs to, you, you'll, you will, you would, you can, who, who'll, who will,
    who would, who can"""
).pattern
_LEADS = re.compile(rf"(?={_SUBJECT_LEAD}|{_TASK_LEAD})", re.IGNORECASE)
# What is said before the requirement itself: "At least 3 years of hands-on experience with".
_PRAISE = any_of(
    """to, strong, solid, good, very, excellent, great, proven, demonstrated, deep, basic, sound, outstanding,
    professional, practical, relevant, previous, prior, hands-on, at least, minimum, required, requirement,
    requirements, preferred, years of, should, will, have, has, ideally, bonus, nice to have"""
).pattern
_YEARS = r"\b(?:\d+|two|three|five)\s?(?:\+|(?:-|\u2013|to)\s?\d+)?\s?years?'?(?: of)?"
_PREAMBLE = re.compile(
    rf"^(?:(?:an?|the)\s+)?(?:(?:{_SUBJECT_LEAD}|{_TASK_LEAD}|{_PRAISE}|{_YEARS})(?!\w):?\s*)+", re.IGNORECASE
)
# What may follow the requirement and is no part of it.
_ASIDE = re.compile(
    r"\W*"
    + any_of(
        """including, such as, like, e.g, for example, preferably, ideally, so that, in order to, is a, is an, are a,
        are an, is required, required, preferred, who, which, as well as, while, etc, and you, and must, and will,
        and have, and good, and strong, and excellent"""
    ).pattern
    + r".*$|\s*[(:].*$|(?:[\W_]|\b(?:and|or|the|an?|of)\b)+$",
    re.IGNORECASE,
)
# Facts to be checked on paper, what the job gives, and text that is not about work at all.
_NO_REQUIREMENT = re.compile(
    any_of(
        """degree*, diploma*, bachelor*, master's, certifi*, licence*, license*, licensing, permit, visa, citizen*,
        salary, compensation, benefit*, insurance*, pension*, vacation*, holiday*, discount*, remote*, hybrid, full
        time, full-time, part time, part-time, shift, shifts, weekend*, hours, age, years old, fluen*, native, equal
        opportunit*, background check*, team player*, relocat*, travel*, apply now, apply today, cv, resume, http*,
        ignore, instruction*"""
    ).pattern
    + r"|\d\s?(?:kg|lbs?|pounds)\b|[@<>{}\[\]|#=_`\\$€£]",
    re.IGNORECASE,
)


def questions_for(job: JobText, count: int) -> list[PlannedQuestion]:
    """An opening, a question for each of the first requirements, questions that fit any job, and one about teamwork.

    Fewer than `count` where there is nothing new left to ask.
    """
    title = _spoken_title(job.title)
    opening = _plan(OPENING[0], OPENING[1].format(title=title), 1)
    middle = [*_about_requirements(job), *(_plan(competency, text, 1.5) for competency, text in FOR_ANY_JOB)]
    ending = [_plan(*TEAMWORK, 1)] if count > 2 else []
    return [opening, *middle[: max(0, count - 1 - len(ending))], *ending][:count]


def _plan(competency: str, text: str, weight: float) -> PlannedQuestion:
    return PlannedQuestion(text=text, competency=competency, weight=weight, max_seconds=MAX_SECONDS)


def _spoken_title(title: str) -> str:
    """Without what is not said aloud: (m/f/d), a place, a reference number; and not in capitals."""
    short = re.split(r"[(\[|,:/]|\s[-\u2013—]\s", title.strip())[0].strip(" .-") or title.strip()
    return short.title() if short.isupper() and len(short) > 4 else short


def _about_requirements(job: JobText) -> Iterator[PlannedQuestion]:
    used: Counter[tuple[str, ...]] = Counter()
    for phrase in requirements(job):
        templates = _templates_for(phrase)
        text = templates[used[templates] % len(templates)].format(phrase=phrase)
        used[templates] += 1
        yield _plan(phrase[0].upper() + phrase[1:], text, 2)


def _templates_for(phrase: str) -> tuple[str, ...]:
    words = phrase.lower().split()
    # "Test automation" begins like a task, but a task has an object: "test our software", "work in a team".
    names_a_subject = len(words) == 2 and words[1].endswith(("tion", "ment", "ing", "ship", "work"))
    if words[-1] == "skills":
        return ABOUT_SKILLS
    if words[0] in ("a", "an", "the"):
        return ABOUT_A_QUALITY
    return ABOUT_A_TASK if words[0] in _TASKS and not names_a_subject else ABOUT_A_SUBJECT


def requirements(job: JobText) -> list[str]:
    """What the job asks for, in phrases of a few words, the indispensable first, none said twice."""
    found = [(nice, phrase) for nice, text in _statements(job.description) if (phrase := _phrase(text))]
    kept: list[str] = []
    said: set[str] = set()
    for phrase in [*(phrase for _, phrase in sorted(found, key=lambda one: one[0])), *_frequent_words(job)]:
        words = {word[:6] for word in re.findall(r"\w+", phrase.lower())} - _SMALL_WORDS
        if words and len(words & said) * 2 < len(words):
            kept.append(phrase)
            said |= words
    return kept


def _statements(description: str) -> Iterator[tuple[bool, str]]:
    """The pieces of the text that may say what is wanted, each with whether it is only nice to have."""
    lines = [line.strip() for line in description.replace("\u2019", "'").splitlines() if line.strip()]
    has_list = any(_MARKER.match(line) for line in lines)
    skip = nice = False
    for line in lines:
        text = _MARKER.sub("", line).strip(" *")
        is_marked = bool(_MARKER.match(line))
        if not is_marked and (text.endswith(":") or (len(text.split()) <= 5 and _is_heading(text))):
            skip, nice = bool(_HEADING_OF_OFFER.match(text)), bool(_NICE.match(text))
        elif not skip:
            is_listed = is_marked or (not has_list and len(lines) > 2 and text[-1:] not in ".!?")
            pieces = [text] if is_listed else [one for sentence in _sentences(text) for one in _announced(sentence)]
            yield from ((nice or bool(_NICE.search(text)), part) for piece in pieces for part in _tasks_apart(piece))


def _is_heading(text: str) -> bool:
    return any(pattern.match(text) for pattern in (_HEADING, _HEADING_OF_OFFER, _NICE))


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?;])\s+", text)


def _announced(sentence: str) -> list[str]:
    """The parts of a sentence that begin with words that announce a requirement, or with a task."""
    pieces = [re.sub(r"^who (\w+?)s\b", r"who \1", piece) for piece in _LEADS.split(sentence)]
    return [
        piece
        for piece in pieces
        if re.match(_SUBJECT_LEAD, piece, re.IGNORECASE)
        or (len(piece.split()) > 2 and _is_task(_PREAMBLE.sub("", piece)))
    ]


def _is_task(text: str) -> bool:
    words = text.lower().split()
    return len(words) > 1 and words[0] in _TASKS and words[:2] != ["be", "able"]


def _tasks_apart(piece: str) -> list[str]:
    """ "Pick orders, load trucks" are two tasks; "Python, Django and SQL" stays one thing to ask about."""
    parts = re.split(r",\s+(?:and\s+)?", piece)
    apart = [parts[0]]
    for part in parts[1:]:
        if _is_task(part):
            apart.append(part)
        else:
            apart[-1] += f", {part}"
    return apart


def _phrase(statement: str) -> str:
    """The statement as it can stand inside a question, or nothing where that would not be speech."""
    if len(statement) > LONGEST_STATEMENT or _NO_REQUIREMENT.search(statement):
        return ""
    text = re.sub(r"[*\"\u201c\u201d]", "", statement).strip()
    text = re.sub(r"\bexperience (in|as|at) (?!\w+ing\b)", r"experience with working \1 ", text, flags=re.IGNORECASE)
    text = _ASIDE.sub("", _ASIDE.sub("", _PREAMBLE.sub("", text)))
    text = re.sub(r"\s+(?:experience|knowledge|expertise)$", "", re.sub(r"\b[Oo]ur\b", "the", text))
    if len(text.split()) > LONGEST_PHRASE or text.endswith("skills"):
        text = text.split(",")[0]
    words = text.split()
    if not 1 <= len(words) <= LONGEST_PHRASE or (len(words) == 1 and words[0].lower() in _SMALL_WORDS | _TASKS):
        return ""
    return _as_inside_a_sentence(text)


def _as_inside_a_sentence(text: str) -> str:
    """Without the capital of a line's first word, unless that word may be a name: Python, SQL, Excel."""
    first = text.split()[0]
    is_common = first.lower() in _TASKS | _SMALL_WORDS or re.search(
        r"(?:ing|ion|ment|ness|ity|ship|ance|ence|work|ware|ude|ure|ail|mer|ales|ive|al|able|ful|ety)$", first
    )
    return text[0].lower() + text[1:] if first[1:].islower() and is_common else text


def _frequent_words(job: JobText) -> list[str]:
    """Things that the text names again and again, for texts that list no requirements."""
    in_title = {word[:5] for word in job.title.lower().split()}
    words = re.findall(r"\b[a-z]{3,}(?:ions?|ments?|ers|ors|ware)\b", job.description)
    often = [word for word, times in Counter(words).most_common() if times > 1 and word[:5] not in in_title]
    return [word for word in often if telling(word) and not _NO_REQUIREMENT.search(word)][:2]
