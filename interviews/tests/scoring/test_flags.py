import re

import pytest

from interviews.flags import Flag, flag_labels
from interviews.scoring.person import EVIDENCE_MISSING
from interviews.scoring.score_verification import EVIDENCE_RULE, QUOTE_EXPECTED_ABOVE, QUOTE_REQUIRED_ABOVE


def test_every_flag_has_own_label() -> None:
    assert len(set(Flag.labels)) == len(Flag)
    assert [str(label) for label in Flag.labels] == flag_labels(Flag.values)


def test_unknown_code_is_spelled_out() -> None:
    assert flag_labels([Flag.NO_WORDS, "of_another_version"]) == [Flag.NO_WORDS.label, "of another version"]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        (Flag.UNSUPPORTED.label, {QUOTE_REQUIRED_ABOVE}),
        (Flag.NO_WORDS.label, {QUOTE_EXPECTED_ABOVE}),
        (EVIDENCE_RULE, {QUOTE_REQUIRED_ABOVE, QUOTE_EXPECTED_ABOVE}),
        (EVIDENCE_MISSING, {QUOTE_REQUIRED_ABOVE, QUOTE_EXPECTED_ABOVE}),
    ],
)
def test_texts_name_limits(text: str, limits: set[int]) -> None:
    assert {int(number) for number in re.findall(r"above (\d+)", str(text))} == limits
