"""Weights of intents: learned from labelled and made-up utterances, written and read again."""

from pathlib import Path

import pytest

from devtools.intent_weights import LEARNED_INTENTS, Example, learn_weights, write_weights
from devtools.practice import FOLDER, make_utterances
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.intent_score import list_features, read_weights, score_intents

TEXTS = {
    Intent.REFUSE: " i want out of it ",
    Intent.NEVER: " no more calls ever ",
    Intent.THIS_IS_ME: " it is herself ",
    Intent.NOT_ME: " my sister is upstairs ",
    Intent.WRONG_NUMBER: " a stranger has this number ",
    None: " i want the first shift ",
}


def _learn() -> dict[Intent, dict[str, float]]:
    examples = [Example(list_features(text, Expecting.IDENTITY), intent) for intent, text in TEXTS.items()]
    return learn_weights(examples * 20, min_weight=0.1)


class TestWeights:
    @pytest.mark.parametrize("intent", LEARNED_INTENTS)
    def test_own_words_score_highest(self, intent: Intent) -> None:
        """An opt-out is also a refusal."""
        weights = _learn()
        scores = {other: score_intents(text, Expecting.IDENTITY, weights)[intent] for other, text in TEXTS.items()}
        own_intents = {Intent.REFUSE, Intent.NEVER} if intent is Intent.REFUSE else {intent}
        assert max(scores, key=lambda other: scores[other]) in own_intents
        assert scores[intent] > 0.5 > scores[None]

    def test_same_examples_give_same_weights(self) -> None:
        assert _learn() == _learn()

    def test_written_weights_are_read(self, tmp_path: Path) -> None:
        weights = {
            intent: {f"word{number} _ {intent}": round(number / 10 - 3, 1) for number in range(60)} | {"no $": 2.0}
            for intent in LEARNED_INTENTS
        }
        write_weights(weights, tmp_path / "en.weights")
        assert read_weights(tmp_path / "en.weights") == weights

    def test_language_without_weights_has_no_scores(self, tmp_path: Path) -> None:
        assert score_intents(TEXTS[None], Expecting.CONSENT, read_weights(tmp_path / "missing.weights")) == {}


class TestPractice:
    def test_grammar_gives_same_utterances(self) -> None:
        utterances = list(make_utterances("en"))
        assert utterances == list(make_utterances("en"))
        assert {utterance.intent for utterance in utterances} >= {*LEARNED_INTENTS, Intent.NEVER, Intent.ANSWER}

    def test_symbols_of_grammar_are_replaced(self) -> None:
        utterances = (each for path in FOLDER.glob("*.txt") for each in make_utterances(path.stem))
        assert [each.words for each in utterances if set("<>|()@_") & set(each.words)] == []

    def test_language_without_grammar_has_none(self) -> None:
        assert list(make_utterances("xx")) == []
