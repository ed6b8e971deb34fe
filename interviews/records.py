"""Records that are stored as JSON with a response: the criteria of its assessment, and its speech metrics."""

from typing import Annotated

from interviews.flags import Flag, flag_labels
from screener.records import Attribute, Record


class Evidence(Record):
    """A quote, with its place where it is in the transcript."""

    quote: str
    verified: Annotated[
        bool,
        Attribute(help_text="Whether it is in the transcript, says enough to support a score and does not ask for one"),
    ]
    why_not: Annotated[
        str,
        Attribute(
            help_text="Why no score rests on it: quote_not_found, quote_says_nothing, quote_talks_to_the_scorer; "
            "empty where one may, and for older assessments"
        ),
    ] = ""
    start: Annotated[int | None, Attribute(help_text="Where in the transcript, in characters")]
    end: int | None

    @property
    def transcript_span(self) -> slice:
        """Its place in the transcript; empty where it has none."""
        return slice(self.start or 0, self.end or 0)

    @property
    def problem_text(self) -> str:
        """Why no score rests on the quote, for reviewers. Older assessments did not keep the flag."""
        if self.verified:
            return ""
        problem_code = self.why_not or (Flag.QUOTE_NOT_FOUND if self.start is None else "supports_no_score")
        return flag_labels([problem_code])[0]


class CriterionRecord(Record):
    """The score of one criterion of the rubric, with the evidence that it rests on."""

    criterion: str
    name: str
    weight: float
    score: Annotated[float, Attribute(help_text="0 to 10")]
    reason: str
    evidence: list[Evidence]
    flags: list[str]

    @property
    def verified_evidence(self) -> list[Evidence]:
        """The evidence that a score may rest on."""
        return [evidence for evidence in self.evidence if evidence.verified]


class Judge(Record):
    """A model or a person, with the answers whose scores count in a result."""

    source: Annotated[str, Attribute(help_text="model or person")]
    name: str
    positions: Annotated[list[int], Attribute(help_text="The questions whose answers it scored")]


class Sentiment(Record):
    """Words of two lists that are in the transcript. Words right after a negation are not counted."""

    positive: int
    negative: int
    positive_words: list[str]
    negative_words: list[str]


class Fillers(Record):
    """Filler words: how many, and how often each."""

    count: int
    share: Annotated[float, Attribute(help_text="Of all words, from 0 to 1")]
    which: dict[str, int]


class Pace(Record):
    """Words per minute of speech."""

    words_per_minute: Annotated[int, Attribute(help_text="Of speech: pauses are taken out")]
    speech_seconds: float
    by: Annotated[str, Attribute(help_text="`times` of the source's words, or how loud the `audio` is")]


class Pauses(Record):
    """Silences between words."""

    count: Annotated[int, Attribute(help_text="Silences of 0.7 seconds and longer")]
    seconds: float
    longest: float
    by: str


class SpeechMetrics(Record):
    """How it was spoken: information only, never part of a score. No emotion is inferred from a voice."""

    words: int
    sentiment: Annotated[Sentiment | None, Attribute(help_text="Words of a list of English words")]
    fillers: Fillers | None
    pace: Pace | None
    pauses: Pauses | None
