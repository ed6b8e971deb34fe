"""The checks of answers in the room and in writing find each loss, and none where there is none."""

import pytest

from devtools.harness.kept_answers import (
    AcknowledgedTake,
    AcknowledgedText,
    KeptSound,
    SelfServiceAnswers,
    find_answered_twice,
    find_lost_takes,
    find_lost_texts,
)

TAKE = AcknowledgedTake("i1", "t1", chunks={1: b"cd", 0: b"ab"}, count=2)
TEXT = AcknowledgedText("i1", "written")


def test_kept_answers_are_not_lost() -> None:
    open_take = AcknowledgedTake("i1", "t2", chunks={0: b"ab"})
    assert find_lost_takes([TAKE, open_take], {"t1": KeptSound(chosen=True, sound=b"abcd")}) == []
    assert find_lost_texts([TEXT], [("i1", "written"), ("i2", "written"), ("i1", "")]) == []


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"t1": KeptSound(chosen=False, sound=b"abcd")},
        {"t1": KeptSound(chosen=True, sound=None)},
        {"t1": KeptSound(chosen=True, sound=b"ab")},
        {"t1": KeptSound(chosen=True, sound=b"cdab")},
    ],
)
def test_incomplete_take_is_lost(kept: dict[str, KeptSound]) -> None:
    assert len(find_lost_takes([TAKE], kept)) == 1


@pytest.mark.parametrize("transcripts", [[], [("i2", "written")], [("i1", "written"), ("i1", "written")]])
def test_text_is_kept_once(transcripts: list[tuple[str, str]]) -> None:
    assert len(find_lost_texts([TEXT], transcripts)) == 1


def test_second_answers_are_found() -> None:
    answers = SelfServiceAnswers(takes=[TAKE], texts=[TEXT], refused_texts=[AcknowledgedText("i1", "late")])
    assert answers.interviews == {"i1"}
    assert find_answered_twice(answers, [("i1", "written")], [("i1", 0, 1)]) == []
    assert len(find_answered_twice(answers, [("i1", "late")], [("i1", 0, 2)])) == 2
