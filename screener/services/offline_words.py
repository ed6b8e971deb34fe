"""What the offline rules know of English: which words say little, which belong together, and which tell something."""

import re

FLAGS = re.IGNORECASE


def any_of(phrases: str) -> re.Pattern[str]:
    """Finds any of the phrases, which commas separate, as whole words. "listen*": every word that begins like this."""
    listed = sorted((" ".join(phrase.split()) for phrase in phrases.split(",")), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(one).replace(r"\*", r"\w*") for one in listed) + r")(?!\w)", FLAGS)


def words(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"[^\W_][\w'\u2019+#-]*", text))


def stem(word: str) -> str:
    """Roughly what a word shares with its relatives: manage, manager, managing."""
    word = word.lower()
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[: -1 if len(word) > 3 and word[-1] == word[-2] else None][:5]


GRAMMAR = frozenset(
    """a about after all also always am an and another any are as at be because been before being both but by can could
    did do does during each every for from had has have he her him his how i if in into is it its just me more most
    my no not of on one or our out over she so some than that the their them then there these they this those
    through to under until up us was we were what when where which while who why will with would you your""".split()
)
_LITTLE = frozenset(
    stem(word)
    for word in [
        *GRAMMAR,
        *"""ability answer bit calls came candidate company concrete day describe different end example experience fine
        get give go good got great happen happy hello i'm job kind know last lot made make many matter much name
        need nice ok okay part past people person piece please position prepare question real really role show
        situation something sort sure take tell thank thing think time too try use very walk want way well what's
        work year yes""".split(),
    ]
)


def telling(text: str) -> frozenset[str]:
    """The stems of the words that say what a text is about."""
    return frozenset(stem(word[0]) for word in words(text)) - _LITTLE


# Words that mean that the same subject is being talked about.
FAMILIES = [
    telling(family)
    for family in (
        "customer client guest caller complaint service refund buyer help angry furious upset shout sorry apologise",
        "team colleague together coworker group collaborate teamwork partner differently",
        "lead manage supervise delegate mentor coach leadership",
        "conflict disagree argument dispute compromise differently settle persuade",
        "deadline urgent pressure late schedule priority prioritise prioritize plan organise organize calm stress rush",
        "problem issue bug error fix solve failure mistake difficult challenge wrong broken cause",
        "software code program developer engineer deploy test database API backend frontend server application release",
        "sell sales revenue quota deal prospect negotiate contract pipeline target",
        "data analysis report statistics dashboard spreadsheet excel SQL query metric",
        "teach train student pupil lesson class course explain",
        "warehouse stock inventory delivery shipment logistics order forklift pallet truck",
        "account invoice budget bookkeeping ledger tax audit finance payroll payment bill",
        "clean hygiene safety kitchen food cook restaurant waiter barista coffee",
        "care patient nurse hospital clinic treatment medication doctor ward",
        "write text article content document communicate listen talk present explain",
        "learn study course improve feedback mistake training",
        "quality check careful test verify right error mistake review inspect",
        "initiative improve idea suggest change simplify automate faster",
        "motivation interest career goal background reason apply attract",
    )
]

SPEAKER = any_of("I, we, I've, we've")
_NO_DEEDS = any_of(
    """need, indeed, speed, feed, interested, excited, motivated, dedicated, experienced, skilled, based, worked, used,
    tried, wanted, liked, loved, enjoyed, supposed, hundred, advanced, detailed, related, tired, bored, called,
    qualified, happened"""
).pattern
DEED = re.compile(
    rf"(?!{_NO_DEEDS})\b\w{{2,}}ed\b|"
    + any_of(
        """built, rebuilt, led, wrote, rewrote, ran, found, took, gave, taught, sold, met, won, brought, kept, cut,
        dealt, chose, drove, held, spoke, told, sent, spent, began, put, rang, drew, set up, made sure, made, went,
        learnt, caught, bought, threw, understood, swept, overcame"""
    ).pattern,
    FLAGS,
)
HABIT = any_of(
    """I always, I usually, I often, I never, I would, I'd, I try, I keep, I stay, I make sure, I check, I ask, I
    listen, I explain, I work*, I have worked, I've worked, I have done, I've done, I have used, I used, I have
    built"""
)
FIGURE = re.compile(
    r"\d[\d.,:]*\s?%?|"
    + any_of(
        """two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, fifteen, twenty, thirty, forty, fifty,
        sixty, dozen*, hundred*, thousand*, million*, half, twice"""
    ).pattern,
    FLAGS,
)
YEAR = r"in (?:19|20)\d\d\b"
SETTING = re.compile(
    rf"\b{YEAR}|"
    + any_of(
        """last year, last month, last week, last summer, last winter, last spring, last autumn, this year, at my last,
        at my previous, at my current, at my former, at my old, in my last, in my previous, in my current, in my
        first, when I was, year ago, years ago, months ago, weeks ago, for example, for instance, one day, one
        morning, one evening, one time, one of our, one of my, once, monday*, tuesday*, wednesday*, thursday*,
        friday*, saturday*, sunday*"""
    ).pattern,
    FLAGS,
)
RESULT = any_of(
    """as a result, in the end, which meant, led to, resulted, reduced, increased, improved, saved, grew, dropped,
    fell, rose, solved, fixed, won, doubled, halved, finished, delivered, on time, within budget, satisfied,
    thanked, came back, stayed with us, without errors, without complaints"""
)
ORDER = any_of(
    """first, second, then, next, after, afterwards, before, finally, because, since, so, therefore, while, when,
    until, as a result, for example, in the end, but, however"""
)
NAME = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z][\w+#]*")
CREDIT = any_of("my team, our team, the team, colleague*, together, my manager, thank*, with their help, we")
OWNS_IT = any_of(
    """I learned, I learnt, I realised, I realized, I admitted, I apologised, I apologized, I made sure, I checked, I
    took over, I took charge, I took responsibility, I took ownership, my mistake, my own mistake, my fault,
    responsib*, next time, since then"""
)
CARE = any_of(
    "listen*, calm*, polite*, respect*, apologi*, patien*, explain*, help*, careful*, honest*, welcom*, support*"
)
RUDE = any_of(
    "stupid, idiot*, moron*, crap, bullshit, shit*, fuck*, asshole*, shut up, don't care, do not care, not my problem"
)
