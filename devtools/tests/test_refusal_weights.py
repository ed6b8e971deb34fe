"""Weights of refusals: learned from labelled phrasings, written and read again."""

from pathlib import Path

from devtools.refusal_weights import Example, learn_weights, write_weights
from interviews.conversation.phrases.intent import Expecting
from interviews.conversation.phrases.refusal_score import list_features, read_weights, score_refusal

REFUSAL, STORY = " i want out of it ", " i want the first shift "


def _learn() -> dict[str, float]:
    texts = [(REFUSAL, True), (STORY, False)] * 5
    return learn_weights([Example(list_features(text, Expecting.CONSENT), refused) for text, refused in texts])


class TestWeights:
    def test_refusals_score_higher_than_stories(self) -> None:
        weights = _learn()
        refusal, story = (score_refusal(text, Expecting.CONSENT, weights) for text in (REFUSAL, STORY))
        assert refusal > 0.5 > story

    def test_same_examples_give_same_weights(self) -> None:
        assert _learn() == _learn()

    def test_written_weights_are_read(self, tmp_path: Path) -> None:
        weights = {f"word{number} _ two": round(number / 10 - 3, 1) for number in range(60)} | {"no $": 2.0}
        write_weights(weights, tmp_path / "en.weights")
        assert read_weights(tmp_path / "en.weights") == weights

    def test_language_without_weights_has_no_score(self, tmp_path: Path) -> None:
        weights = read_weights(tmp_path / "missing.weights")
        assert (weights, score_refusal(REFUSAL, Expecting.CONSENT, weights)) == ({}, 0.5)
