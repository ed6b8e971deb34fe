"""Each persona's conversation is as it was read and approved. See `transcripts` for how to write the files anew."""

import pytest

from interviews.tests.conversation.transcripts import GOLDEN, transcripts

TRANSCRIPTS = transcripts()


@pytest.mark.parametrize("name", sorted(TRANSCRIPTS))
def test_conversation_is_as_approved(name: str) -> None:
    assert (GOLDEN / name).read_text() == TRANSCRIPTS[name]


def test_every_file_has_persona() -> None:
    assert {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*.txt")} == set(TRANSCRIPTS)
