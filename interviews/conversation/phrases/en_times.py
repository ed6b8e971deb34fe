# ruff: noqa: E501
"""English words of times."""

from datetime import time, timedelta

from interviews.conversation.phrases.requested_time import DayPart
from interviews.conversation.phrases.times import TimeWords

HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
TENS = "ten twenty thirty forty fifty".split()
NUMBERS = {word: number + 1 for number, word in enumerate(HOURS)} | {word: 10 * (n + 1) for n, word in enumerate(TENS)}
MINUTES_PAST = {"five": 5, "ten": 10, "quarter": 15, "a quarter": 15, "twenty": 20, "twenty five": 25}
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

TIMES = TimeWords(
    phrases="""
(in | within | give me | wait | about | for | another | after)? (about | around | another | maybe | like)? {count} (more)? {unit} (from now | later | time)
(in | within | another | after | call | try) (about | around | another | maybe | like)? {count} (more)? {unit}
give me (about | another)? {count} (more)? {unit} (and | then)
(at | around | about | after | past | till | til | until | from | between | since | <limit>) (about | around | like)? {shift}? {hour} {minute}? (o'clock)? (ish | sharp)? {half}? !(<unit> | of | more | people | times | to | kids | my | hundred | or)
(how about | say | maybe | at) (around | about)? {shift}? {hour} {minute}? (o'clock)? (ish)? {half}? !(<unit> | of | more | <minute>)
{shift} {hour} (o'clock)? {half}?
{hour} {minute}? (o'clock)? {half}
{hour} {minute}? o'clock
{hour} (thirty | fifteen | forty five | forty | twenty) !(<unit>)
{hour} {minute}? (in the | this)? {part}
{hour} {minute}? {day}
{hour} {minute}? (on)? {weekday}
{day} {hour} {minute}? {half}? !(<unit>)
{weekday} {hour} {minute}? {half}? !(<unit>)
(on | next | this | coming)? {weekday}
{week}
{day}
(in the | this | the)? {part}
(at | after | around | <limit>)? {clock}
""",
    joints="at | on | in | the | around | about | after | before | or | maybe | from | until | till | til | by | between | and then | sometime | some time | any time | anytime | next | this | early | late | later",
    numbers=NUMBERS
    | {
        "a": 1,
        "an": 1,
        "a couple of": 2,
        "a couple": 2,
        "couple": 2,
        "a few": 3,
        "half a": 0.5,
        "half an": 0.5,
        "half": 0.5,
    }
    | {"fifteen": 15, "forty five": 45, "twenty five": 25, "an hour and a half": 1.5},
    units={
        "minute": timedelta(minutes=1),
        "minutes": timedelta(minutes=1),
        "mins": timedelta(minutes=1),
        "min": timedelta(minutes=1),
        "hour": timedelta(hours=1),
        "hours": timedelta(hours=1),
        "hr": timedelta(hours=1),
        "day": timedelta(days=1),
        "days": timedelta(days=1),
        "week": timedelta(weeks=1),
        "weeks": timedelta(weeks=1),
    },
    shifts={f"{word} past": minutes for word, minutes in MINUTES_PAST.items()}
    | {f"{word} {to}": -minutes for word, minutes in MINUTES_PAST.items() for to in ("to", "till", "of")}
    | {"half past": 30, "half": 30},
    afternoon={"am": False, "pm": True},
    days={
        "tomorrow": 1,
        "tomorow": 1,
        "tonight": 0,
        "later today": 0,
        "later on today": 0,
        "day after tomorrow": 2,
        "the day after tomorrow": 2,
    },
    weekdays={name: number for number, name in enumerate(WEEKDAYS)} | {"the weekend": 5, "weekend": 5},
    weeks={"next week": 1, "the week after": 1},
    parts={
        "morning": DayPart.MORNING,
        "mornings": DayPart.MORNING,
        "first thing": DayPart.MORNING,
        "breakfast": DayPart.MORNING,
        "lunch": DayPart.MIDDAY,
        "lunchtime": DayPart.MIDDAY,
        "lunch time": DayPart.MIDDAY,
        "lunch break": DayPart.MIDDAY,
        "my lunch": DayPart.MIDDAY,
        "my lunch break": DayPart.MIDDAY,
        "afternoon": DayPart.AFTERNOON,
        "evening": DayPart.EVENING,
        "tonight": DayPart.EVENING,
        "dinner": DayPart.EVENING,
        "after work": DayPart.EVENING,
        "after my shift": DayPart.EVENING,
        "after hours": DayPart.EVENING,
        "end of the day": DayPart.EVENING,
    },
    clocks={"noon": time(12), "midday": time(12), "midnight": time(0)},
    negations=frozenset({"not"}),
    limits=frozenset({"before", "by"}),
)
