"""Answers to any interview question. The same question and number always give the same answer."""

import re
from random import Random

# Words that name no topic: function words, and the vocabulary of interviews.
STOP_WORDS = frozenset(
    """
a about after again ago all also always an and any anything approach are as ask at be because been before
being believe best between both bring but by can candidate consider could deal dealt dear describe detail
details did do does doing down during each ensure ever every example examples experience explain few
first following for from give given good great had handle handled has have having he hear hello help her
here hi him his how i if important in into is it its job just keep keeps kind know last let like lot made
make many may me might more most much must my name need never new next no not now of off often on once
one only or other our out over own part person please point position question really recent role same say
second see share she should show situation so some something specific start stay stays such sure take
talk tell than thank thanks that the their them then there these they thing things think this those
through time to too tools under understand until up us use used using very walk want was way we well were
what when where which while who why will with within without work worked working would year years yes yet
you your
""".split()
)
# Sentences around a question that belong to the interviewer, not to the question.
INTERVIEWER_ASIDE = re.compile(r"\b(?:press|beep|tone|hang up|question|answer|hear|thank you|thanks|sorry)\b", re.I)

OPENINGS = (
    "Sure, I can give you an example of {topic} from my last job at {place}.",
    "Yes, {topic} came up almost every day in my {years} years at {place}.",
    "At {place} I was responsible for {topic}, for about {years} years.",
)
SITUATIONS = (
    "We were a team of {people} with around {cases} cases a week, and the backlog kept growing.",
    "When I joined, about {percent} percent of the work came back with errors, and customers noticed.",
    "Two people had left at once, and {people} of us had to keep {cases} open cases moving.",
)
ACTIONS = (
    "First I sat down with everybody involved and listed what went wrong, with {first} on top of the list.",
    "I wrote a one page checklist for {second}, trained two colleagues, and checked the numbers every week.",
    "I took over the hardest {cases} cases myself for a while, so that I could see where the time was lost.",
    "I agreed on clear steps with my manager and followed up on each of them in writing.",
    "I built a small overview in a spreadsheet, so that anybody could see how {second} was going.",
)
RESULTS = (
    "After {weeks} weeks we had cut the waiting time by {percent} percent, and it stayed that way.",
    "In the end complaints fell from {cases} to {few} a month, and two other teams copied what we did.",
    "As a result we finished {weeks} days early and saved roughly {cases} hours that quarter.",
)
LESSONS = (
    "What I learned is that {first} only works if you keep people informed along the way.",
    "If I did it again I would start even earlier, because that saved the most time.",
    "Since then I always measure before I change anything, and that has served me well.",
)
SHORT = (
    "I did {first} for {years} years in my last job.",
    "I learned {first} in {years} years at {place}.",
    "We had {first} every week, and it went fine.",
)
PLACES = (
    "a regional hospital",
    "a software company",
    "a logistics firm",
    "a hotel group",
    "a city office",
)


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


def extract_topics(question: str) -> list[str]:
    """Return the phrases that name the topics of the question."""
    phrases: list[list[str]] = [[]]
    for word in re.findall(r"[\w'+#/-]+|[,.;:!?]", question.lower()):
        if word in STOP_WORDS or word.endswith("ly") or not word[0].isalnum():
            phrases.append([])
        else:
            phrases[-1].append(word)
    return list(dict.fromkeys(" ".join(phrase[:3]) for phrase in phrases if phrase))


def _template_values(random: Random, question: str) -> dict[str, object]:
    topics = extract_topics(question) or ["this work"]
    return {
        "topic": " and ".join(topics[:2]),
        "first": topics[0],
        "second": topics[1] if len(topics) > 1 else "the follow-up",
        "place": random.choice(PLACES),
        "years": random.randint(2, 7),
        "people": random.randint(4, 9),
        "cases": random.randint(30, 90),
        "percent": random.randint(15, 45),
        "weeks": random.randint(3, 9),
        "few": random.randint(5, 12),
    }


def talkative_answer(question: str, number: str) -> str:
    """Return an answer of 60 to 120 words: a situation, the actions and the result, with numbers."""
    random = _seeded_random(question, number)
    values = _template_values(random, question)
    actions = [ACTIONS[index] for index in sorted(random.sample(range(len(ACTIONS)), 2))]
    parts = [random.choice(OPENINGS), random.choice(SITUATIONS), *actions, random.choice(RESULTS)]
    return " ".join(part.format(**values) for part in [*parts, random.choice(LESSONS)])


def terse_answer(question: str, number: str) -> str:
    """Return an answer of one short sentence."""
    random = _seeded_random(question, number)
    values = _template_values(random, question)
    return random.choice(SHORT).format(**values)


def _seeded_random(question: str, number: str) -> Random:
    return Random(f"{number} {question}")  # noqa: S311 - variety, not secrecy
