"""Each persona's conversation is as it was read and approved. See `transcripts` for how to write the files anew."""

from interviews.tests.conversation.transcripts import GOLDEN, transcripts


def test_conversations_are_as_approved() -> None:
    approved = {str(path.relative_to(GOLDEN)): path.read_text() for path in GOLDEN.rglob("*.txt")}
    assert transcripts() == approved
