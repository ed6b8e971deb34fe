"""Finding a quote again in the text that it is said to come from, and judging whether it says anything."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby

from interviews.flags import Flag
from screener.services.interviewer.prompt_injection import injection_spans

FEWEST_QUOTED = 3
FILLERS = frozenset(
    "um umm uhm uh huh er erm ah eh hm hmm mm mhm like so well okay ok yeah yep yes no nope you know i mean".split()
)
_LITTLE = FILLERS | frozenset(
    """a about all also an and any are as at be because been but by can could couldn d did didn do does doesn don for
    from had hadn has hasn have haven he her him his how if in into is isn it its just ll m me more most my not of on
    or our out re really s she should shouldn some such t than that the their them then there these they this those to
    too up us ve very was wasn we were weren what when where which while who why will with would wouldn your""".split()
)
"""English words that support nothing by themselves, split at apostrophes. Of other languages all words count."""
_ELLIPSIS = re.compile(r"\[?(?:…|\.{3,})\]?")


@dataclass(frozen=True)
class Place:
    start: int
    end: int


def places_of(quote: str, sent: str, spoken: str) -> list[Place]:
    """Where the quote stands in what was sent, word for word, in any case, punctuation and spacing; none: nowhere.

    A quote that leaves something out ("I led … twelve services") stands there if each of its parts does, in their
    order. Its parts are places of their own, so that nobody is shown as one sentence what was said as two. Of words
    that were said more than once it is the first place that does not speak to whoever scores them, if there is one.
    `sent` and `spoken` as in `why_no_evidence`.
    """
    said = injection_spans(spoken)
    parts = [one for one in _ELLIPSIS.split(quote) if one.strip()]
    tries: list[tuple[list[str], tuple[slice, ...]]] = [([quote], said), (parts, said), (parts, ())]
    return next(filter(None, (_in_order(words, _read(sent), shunned) for words, shunned in tries)), [])


def _in_order(parts: list[str], read: "_Reading", shunned: tuple[slice, ...]) -> list[Place]:
    """Each part after the one before, in the first place that touches nothing shunned, else in the first."""
    places: list[Place] = []
    for part in parts:
        there = read.places(part, after=places[-1].end if places else 0)
        first = next(there, None)
        if first is None:
            return []
        places.append(next((one for one in chain([first], there) if not _touches(one, shunned)), first))
    return places


def _touches(place: Place, said: tuple[slice, ...]) -> bool:
    return any(one.start < place.end and place.start < one.stop for one in said)


def why_no_evidence(place: Place, sent: str, spoken: str) -> str:
    """The flag for what keeps a score from resting on these words; empty where nothing does.

    `sent` is what was judged, `spoken` place for place the same before anything was masked.
    """
    if _touches(place, injection_spans(spoken)):
        return Flag.QUOTE_TALKS_TO_THE_SCORER
    return "" if says_something(place, sent) else Flag.QUOTE_SAYS_NOTHING


def says_something(place: Place, text: str) -> bool:
    """Whether a score can rest on these words: three or more, or all of a shorter text, and not only little ones."""
    words = [word for word, _ in _words(text[place.start : place.end])]
    enough = len(words) >= FEWEST_QUOTED or words == _read(text).words
    return enough and any(word not in _LITTLE for word in words)


class _Reading:
    """A text as a line of its words, in which a run of words is found by one search and led back to its place."""

    def __init__(self, text: str) -> None:
        found = list(_words(text))
        self.words = [word for word, _ in found]
        self._places = [place for _, place in found]
        self._line = _line(self.words)
        self._begins = [0]
        for word in self.words:
            self._begins.append(self._begins[-1] + len(word) + 1)

    def places(self, quote: str, *, after: int) -> Iterator[Place]:
        """Each place, in order, where the words of the quote stand behind this one of the text."""
        wanted = [word for word, _ in _words(quote)]
        first = bisect_right(self._places, after, key=lambda place: place.start) if after else 0
        at = self._line.find(_line(wanted), self._begins[first]) if wanted else -1
        while at >= 0:
            first = bisect_right(self._begins, at) - 1
            yield Place(self._places[first].start, self._places[first + len(wanted) - 1].end)
            at = self._line.find(_line(wanted), at + 1)


@lru_cache(maxsize=8)
def _read(text: str) -> _Reading:
    """Kept for a moment, because all quotes of an answer are looked for in the same text."""
    return _Reading(text)


def _line(words: list[str]) -> str:
    """Each word between line ends, which no word contains: "elve" is not found in "twelve"."""
    return "".join(f"\n{word}" for word in words) + "\n"


def _words(text: str) -> Iterator[tuple[str, Place]]:
    """The words in small letters, written alike however they were composed, with their places in the text as it stands.

    What one sign stands for can be more than one word ("½"): then each has the place of the whole.
    """
    for is_word, signs in groupby(enumerate(text), key=lambda one: _belongs_to_a_word(one[1])):
        if is_word:
            run = list(signs)
            place = Place(run[0][0], run[-1][0] + 1)
            alike = unicodedata.normalize("NFKC", text[place.start : place.end]).casefold()
            for still_word, parts in groupby(unicodedata.normalize("NFKC", alike), key=_belongs_to_a_word):
                if still_word:
                    yield "".join(parts), place


def _belongs_to_a_word(sign: str) -> bool:
    """Letters and figures, and the accents and vowel signs that stand on them."""
    return sign.isalnum() or unicodedata.category(sign).startswith("M")
