"""Passages of a transcript that people pick as evidence."""

import pytest

from interviews.scoring.passages import MAX_PASSAGE_WORDS, quotes_at, split_passages


@pytest.mark.parametrize(
    ("transcript", "passages"),
    [
        ("I led it. It fell by half!", ["I led it.", "It fell by half!"]),
        ("About 2.5 tons... then none", ["About 2.5 tons...", "then none"]),
        ("  One line\nand another  ", ["One line", "and another"]),
        ("", []),
    ],
)
def test_sentences_are_passages(transcript: str, passages: list[str]) -> None:
    assert [transcript[passage].strip() for passage in split_passages(transcript)] == passages


def test_long_speech_without_punctuation_is_divided() -> None:
    """In parts of about equal length. No word is lost."""
    transcript = " ".join(f"word{number}" for number in range(2 * MAX_PASSAGE_WORDS + 1))
    passages = [transcript[passage] for passage in split_passages(transcript)]
    assert [len(passage.split()) for passage in passages] == [17, 17, 17]
    assert " ".join(passages) == transcript


def test_adjacent_passages_are_one_quote() -> None:
    transcript = "I led it. It fell. We stopped."
    first, second, third = split_passages(transcript)
    assert quotes_at(transcript, [second, first]) == ["I led it. It fell."]
    assert quotes_at(transcript, [third, first]) == ["I led it.", "We stopped."]
    assert quotes_at(transcript, [slice(2, 5), first]) == ["I led it."]
