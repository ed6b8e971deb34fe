"""Made-up utterances for the learning of weights, from a grammar of each intent: `intent_practice/en.txt`.

The grammar has headings like `[refuse: identity consent]`, an intent and the prompts that are replied to. Below a
heading are lines. In a line `(a | b)` stands for one of these, `(a | )` for a or nothing, and `<slot>` for one of the
values of the slot under the heading `[slots]`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from interviews.conversation.phrases.intent import Expecting, Intent

FOLDER = Path(__file__).parent / "intent_practice"
CANDIDATE_NAME = "Maria Lopez"
SLOTS_HEADING = "slots"
SYMBOL_PATTERN = re.compile(r"[(|)]|<\w+>|[^(|)<]+")
SAMPLES_PER_LINE = 12


@dataclass(frozen=True)
class MadeUtterance:
    words: str
    expecting: Expecting
    intent: Intent


@dataclass
class Grammar:
    slots: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, Intent, tuple[Expecting, ...]]] = field(default_factory=list)


def make_utterances(tag: str) -> Iterator[MadeUtterance]:
    """Yield utterances of a language, the same each time. None without a grammar."""
    path = FOLDER / f"{tag}.txt"
    if not path.exists():
        return
    grammar, chance = _read_grammar(path), Random(1)  # noqa: S311 - variety, not secrecy
    for line, intent, prompts in grammar.lines:
        samples = (_expand(line, grammar, chance) for _ in range(SAMPLES_PER_LINE))
        for number, words in enumerate(dict.fromkeys(samples)):
            yield MadeUtterance(words, prompts[number % len(prompts)], intent)


def _read_grammar(path: Path) -> Grammar:
    grammar, heading = Grammar(), ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif heading == SLOTS_HEADING and line:
            slot, values = line.split(" = ", 1)
            grammar.slots[slot] = values
        elif line and not line.startswith("#"):
            intent, prompts = heading.split(": ")
            grammar.lines.append((line, Intent(intent), tuple(map(Expecting, prompts.split()))))
    return grammar


def _expand(line: str, grammar: Grammar, chance: Random) -> str:
    words = _choose(iter(SYMBOL_PATTERN.findall(line)), grammar, chance)
    first_name, surname = CANDIDATE_NAME.split()
    return " ".join(words.replace("@name", first_name).replace("@surname", surname).split())


def _choose(symbols: Iterator[str], grammar: Grammar, chance: Random) -> str:
    """Return one of the alternatives up to the closing bracket."""
    alternatives = [""]
    for symbol in symbols:
        match symbol:
            case ")":
                break
            case "|":
                alternatives.append("")
            case "(":
                alternatives[-1] += _choose(symbols, grammar, chance)
            case _ if symbol.startswith("<"):
                slot = grammar.slots[symbol.strip("<>")]
                alternatives[-1] += _choose(iter(SYMBOL_PATTERN.findall(slot)), grammar, chance)
            case _:
                alternatives[-1] += symbol
    return chance.choice(alternatives)
