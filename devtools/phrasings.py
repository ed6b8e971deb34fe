"""`python -m devtools.phrasings FILE ...`: measures how many phrasings are understood, by stage and intent.

A file holds tab-separated lines of stage, words and intent. A line `# name: Maria Lopez` names the candidate.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from interviews.conversation import phrases
from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.understanding import understand_utterance

NAME = "# name:"
HEADER = "stage\t"
SAME = {
    (Expecting.IDENTITY, Intent.YES): Intent.THIS_IS_ME,
    (Expecting.IDENTITY, Intent.NO): Intent.NOT_ME,
    (Expecting.CONSENT, Intent.YES): Intent.AGREE,
    (Expecting.CONSENT, Intent.BYE): Intent.REFUSE,
}
"""Intents that the conversation treats as another one."""


@dataclass(frozen=True)
class Phrasing:
    """A labelled utterance, and the intent that was understood."""

    expecting: Expecting
    words: str
    intent: Intent
    understood: Intent
    is_guess: bool = False
    """Whether the intent is asked back."""

    @property
    def correct(self) -> bool:
        return self.understood == self.intent


@dataclass(frozen=True)
class Rate:
    """How often an intent was said, understood, and both."""

    said: int
    understood: int
    correct: int

    @property
    def recall(self) -> float:
        return self.correct / self.said if self.said else 1.0

    @property
    def precision(self) -> float:
        return self.correct / self.understood if self.understood else 1.0


def read_phrasings(path: Path, name: str = "") -> Iterator[Phrasing]:
    """Read a file and understand each line. The language is the file name's part before the underscore."""
    language = phrases.for_language(path.name.split("_")[0])
    for line_name, expecting, words, label in read_lines(path, name):
        understanding = understand_utterance(words, expecting, language, line_name)
        yield make_phrasing(expecting, words, Intent(label), understanding)


def make_phrasing(expecting: Expecting, words: str, intent: Intent, understanding: Understanding) -> Phrasing:
    understood = _same(expecting, understanding.intent)
    return Phrasing(expecting, words, _same(expecting, intent), understood, understanding.is_guess)


def read_lines(path: Path, name: str = "") -> Iterator[tuple[str, Expecting, str, str]]:
    """Yield the candidate's name, the prompt, the words and the label, which is empty for a counterexample."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(NAME):
            name = line.removeprefix(NAME).strip()
        if line.startswith(("#", HEADER)) or not line.strip():
            continue
        stage, words, *labels = line.split("\t")
        yield name, Expecting(stage), words, labels[0] if labels else ""


def _same(expecting: Expecting, intent: Intent) -> Intent:
    return SAME.get((expecting, intent), intent)


def rate(phrasings: Iterable[Phrasing], intent: Intent) -> Rate:
    listed = list(phrasings)
    return Rate(
        said=sum(phrasing.intent == intent for phrasing in listed),
        understood=sum(phrasing.understood == intent for phrasing in listed),
        correct=sum(phrasing.intent == intent and phrasing.correct for phrasing in listed),
    )


def report(phrasings: list[Phrasing]) -> Iterator[str]:
    yield f"{sum(phrasing.correct for phrasing in phrasings)} of {len(phrasings)} understood"
    for expecting in Expecting:
        staged = [phrasing for phrasing in phrasings if phrasing.expecting == expecting]
        if staged:
            yield f"\n{expecting:15} {'recall':>14} {'precision':>14}"
        for intent in Intent:
            row = rate(staged, intent)
            if row.said or row.understood:
                yield f"{intent:15} {_share(row.correct, row.said)} {_share(row.correct, row.understood)}"


def _share(part: int, whole: int) -> str:
    percent = f"{part / whole:.0%}" if whole else "-"
    return f"{percent:>6} {part:3}/{whole:<3}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="devtools.phrasings", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--name", default="", help="the candidate's name, where a file does not say it")
    parser.add_argument("--intent", type=Intent, help="only phrasings with this intent, said or understood")
    parser.add_argument("--show", action="store_true", help="print the phrasings that were misunderstood")
    options = parser.parse_args()
    phrasings = [phrasing for path in options.files for phrasing in read_phrasings(path, options.name)]
    if options.intent:
        phrasings = [p for p in phrasings if options.intent in (p.intent, p.understood)]
    lines = list(report(phrasings))
    if options.show:
        wrong = (phrasing for phrasing in phrasings if not phrasing.correct)
        lines += [f"{each.expecting}: {each.words!r} is {each.intent}, not {each.understood}" for each in wrong]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
