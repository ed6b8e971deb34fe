"""The meaning of an utterance: consent is clear, refusals are safe, and an utterance may hold several intents."""

import re
from dataclasses import replace
from itertools import cycle, product
from pathlib import Path

import pytest

from devtools.phone_simulator.callees.stories import ANSWERS
from devtools.phrasings import Phrasing
from interviews.conversation.phrases import LANGUAGES, for_language
from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.notation import compile_phrase, split_alternatives
from interviews.conversation.phrases.parsing import MAX_WORDS
from interviews.conversation.phrases.understanding import understand_utterance
from interviews.conversation.phrases.utterance import normalise_words
from interviews.tests.conversation.test_phrasings import FILES
from tests.support.labelled_phrasings import labelled_phrasings

NAME = "Maria Lopez"
DOUBTS = (
    *("but not the recording", "if it is short", "I guess", "maybe", "unless it takes long", "only for five minutes"),
    *("as long as nobody hears it", "but call me later", "who listens to it", "is it recorded", "except the video"),
    *("wait", "I need to think", "do I have to", "without recording", "I am not sure", "can I talk to a person"),
    *("you are a robot", "what was that", "sorry", "goodbye"),
)
WITHDRAWALS = ("no", "I don't", "or not", "no I don't agree", "never mind no")
DOUBT_FILES = (Path(__file__).parent / "phrasings" / "doubts").glob("*.txt")
SAMPLE = 10
"""Every tenth phrasing is enough for a composed utterance."""
OTHER_SAMPLE = 6
"""Of the other languages, which have fewer phrasings."""

REPORTS = ("My boss said", "A customer once told me", "When people say", "I was told by the team")


def understood(words: str, expecting: Expecting, name: str = NAME) -> Understanding:
    return understand_utterance(words, expecting, for_language("en"), name)


def labelled(*intents: Intent, tag: str = "en") -> list[Phrasing]:
    files = [path for path in FILES if path.stem.startswith(f"{tag}_")]
    return [phrasing for path in files for phrasing in labelled_phrasings(path) if phrasing.intent in intents]


def consents(utterances: list[str], tag: str = "en") -> list[str]:
    language = for_language(tag)
    return [
        words for words in utterances if understand_utterance(words, Expecting.CONSENT, language).intent is Intent.AGREE
    ]


class TestConsent:
    def test_doubt_in_any_place_is_no_consent(self) -> None:
        agreements = [phrasing.words for phrasing in labelled(Intent.AGREE)][::SAMPLE]
        utterances = [f"{words} {doubt}" for words, doubt in product(agreements, DOUBTS + WITHDRAWALS)]
        utterances += [f"{doubt} {words}" for words, doubt in product(agreements, DOUBTS)]
        assert consents(utterances) == []

    @pytest.mark.parametrize("path", sorted(DOUBT_FILES), ids=lambda path: path.stem)
    def test_doubt_in_other_language_is_no_consent(self, path: Path) -> None:
        tag, doubts = path.stem, path.read_text(encoding="utf-8").splitlines()
        agreements = [phrasing.words for phrasing in labelled(Intent.AGREE, tag=tag)][::OTHER_SAMPLE]
        pairs = list(product(agreements, doubts))
        assert consents([f"{words} {doubt}" for words, doubt in pairs], tag) == []
        assert consents([f"{doubt} {words}" for words, doubt in pairs], tag) == []

    def test_consent_stays_consent_with_politeness(self) -> None:
        polite = [
            f"hello, um {words}, thank you" for words in ("yes I agree", "go ahead", "of course", "that's fine with me")
        ]
        assert {understood(words, Expecting.CONSENT).intent for words in polite} == {Intent.AGREE}

    def test_ambiguous_politeness_is_no_consent(self) -> None:
        assert (
            consents(["I'm fine", "I'm alright", "I'm alright thanks", "no that's fine", "yeah no", "never better"])
            == []
        )

    @pytest.mark.parametrize("intent", [Intent.REFUSE, Intent.NEVER, Intent.NO, Intent.LATER, Intent.PERSON])
    def test_no_other_wish_is_consent(self, intent: Intent) -> None:
        assert consents([f"yes {phrasing.words}" for phrasing in labelled(intent)]) == []

    @pytest.mark.parametrize("expecting", [Expecting.IDENTITY, Expecting.QUESTION, Expecting.ANSWER_CHECK])
    def test_other_prompts_get_no_consent(self, expecting: Expecting) -> None:
        agreements = labelled(Intent.AGREE)[::SAMPLE]
        intents = {understood(phrasing.words, expecting).intent for phrasing in agreements}
        assert Intent.AGREE not in intents


class TestRefusal:
    HARMLESS_NEGATIONS = [
        "no problem, yes it's me",
        "okay no problem",
        "no worries, this is Maria",
        "I don't have any questions, go ahead",
        "I'm not against it",
        "I'm not ready yet",
        "I can't hear you",
        "I don't have a problem with it",
        "I don't need to think about it, go ahead",
        "you're not bothering me, this is she",
        "I don't mind",
    ]

    def test_harmless_negation_ends_nothing(self) -> None:
        endings = {Intent.REFUSE, Intent.NO, Intent.NEVER, Intent.NOT_ME, Intent.WRONG_NUMBER}
        cases = product(self.HARMLESS_NEGATIONS, [Expecting.IDENTITY, Expecting.CONSENT])
        understandings = [(case, understood(*case)) for case in cases]
        assert [case for case, each in understandings if each.intent in endings and not each.is_guess] == []

    def test_refusal_wins_over_politeness(self) -> None:
        replies = ("yes thank you but I'm not interested", "okay, sure, but please take me off your list")
        intents = [understood(words, Expecting.CONSENT).intent for words in replies]
        assert intents == [Intent.REFUSE, Intent.NEVER]

    def test_opt_out_after_refusal_is_understood(self) -> None:
        refusals, opt_outs = labelled(Intent.REFUSE)[::SAMPLE], labelled(Intent.NEVER)[::SAMPLE]
        pairs = zip(cycle(refusals), opt_outs, strict=False)
        intents = [
            understood(f"{refusal.words} {opt_out.words}", Expecting.CONSENT).intent for refusal, opt_out in pairs
        ]
        assert intents.count(Intent.NEVER) >= 0.95 * len(intents)

    def test_unknown_refusal_is_understood_by_its_words(self) -> None:
        words, english = "I do not see myself in that job any more, sorry", for_language("en")
        without_weights = understand_utterance(words, Expecting.CONSENT, replace(english, intent_weights={}))
        assert (without_weights.intent, understood(words, Expecting.CONSENT).intent) == (Intent.UNCLEAR, Intent.REFUSE)

    def test_word_alone_is_guess(self) -> None:
        understanding = understand_utterance("perdón toqué equivocado", Expecting.IDENTITY, for_language("es"))
        assert (understanding.intent, understanding.is_guess) == (Intent.WRONG_NUMBER, True)

    def test_score_overrules_yes_but_no_time(self) -> None:
        guess = understood("yes but that position no longer suits me, I took one elsewhere", Expecting.IDENTITY)
        postponed = understood("I am not to be disturbed right now, ring after six", Expecting.CONSENT)
        assert (guess.intent, guess.is_guess, postponed.intent) == (Intent.REFUSE, True, Intent.LATER)

    def test_long_refusal_needs_phrase_and_score(self) -> None:
        opt_out = "I am not carrying on with this thing, it is a waste of my evening and I've a good mind to say so"
        opt_out += " but never ring this phone again do you hear"
        story = "at my last place I told the customer to stop calling and never ring again"
        story += " and then I wrote it all down in the log for my manager"
        intents = [understood(words, Expecting.QUESTION).intent for words in (opt_out, story)]
        assert intents == [Intent.NEVER, Intent.ANSWER]

    def test_refusal_in_question_is_none(self) -> None:
        questions = ("what happens if I say no", "is it a problem if I don't want to answer", "can I withdraw later")
        intents = {understood(words, Expecting.CONSENT).intent for words in questions}
        assert intents.isdisjoint({Intent.REFUSE, Intent.NO, Intent.NEVER})

    def test_refusal_with_reason_is_understood_in_question(self) -> None:
        words = "if the shifts are nights then I'm sorry, I don't want to go any further with this interview"
        report = "my colleague said I don't want to go any further and she left the project"
        intents = [understood(text, Expecting.QUESTION).intent for text in (words, report)]
        assert intents == [Intent.REFUSE, Intent.ANSWER]

    def test_refusal_beside_clear_consent_is_asked_back(self) -> None:
        words = "I agree to the interview but I don't want the job"
        assert understood(words, Expecting.CONSENT).intent is Intent.NEARLY_AGREE


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    stories = [text for answers in ANSWERS.values() for text in answers.values()]
    return [sentence for story in stories for sentence in re.split(r"(?<=[.!?])\s+", story)]


class TestStories:
    """A recogniser may deliver any sentence of an answer alone, or of a conversation in the room."""

    def test_every_sentence_is_answer(self, sentences: list[str]) -> None:
        requests = [words for words in sentences if understood(words, Expecting.QUESTION).intent is not Intent.ANSWER]
        assert requests == []

    @pytest.mark.parametrize("expecting", [Expecting.IDENTITY, Expecting.CONSENT])
    def test_no_sentence_ends_call(self, sentences: list[str], expecting: Expecting) -> None:
        final = {Intent.NEVER, Intent.REFUSE, Intent.PERSON, Intent.AGREE}
        long = [words for words in sentences if len(words.split()) > 2]
        understandings = [(words, understood(words, expecting)) for words in long]
        assert [words for words, each in understandings if each.intent in final and not each.is_guess] == []


class TestNever:
    def test_reported_speech_in_answer_is_answer(self) -> None:
        requests = (Intent.NEVER, Intent.REFUSE, Intent.PERSON, Intent.LATER)
        utterances = [
            f"{report} {phrasing.words} and I did what they wanted because it was my job"
            for phrasing, report in product(labelled(*requests)[::SAMPLE], REPORTS)
        ]
        intents = {understood(words, Expecting.QUESTION).intent for words in utterances}
        assert intents == {Intent.ANSWER}

    OTHER_WISHES = [
        "never mind",
        "I never got your mail",
        "don't call me now",
        "don't call me at work",
        "don't call me before six",
        "don't hang up",
        "don't call me Maria",
        "please don't call again until Monday",
        "I stopped calling you people back",
        "you never called me",
        "can I opt out of the recording",
        "stop the call",
        "take my number and call me later",
        "if you call again I will be home",
        "I do not want any more calls today",
        "stop calling me Jimmy",
        "don't stop calling me",
        "stop ringing the bell",
        "I don't want to be contacted at work",
        "tell him not to call me late",
        "call me again and I will answer",
    ]

    def test_other_wish_is_not_never(self) -> None:
        cases = product(self.OTHER_WISHES, Expecting)
        understandings = [(case, understood(*case)) for case in cases]
        assert [case for case, each in understandings if each.intent is Intent.NEVER and not each.is_guess] == []


class TestIdentity:
    def test_opt_out_for_another_number_is_none(self) -> None:
        replies = (
            *("he's out, stop calling", "she's at work, don't call this number again, try her at six"),
            *("he is not here, don't keep calling", "she's not here, stop calling my number"),
        )
        intents = [understood(words, Expecting.IDENTITY).intent for words in replies]
        assert intents == [Intent.NOT_ME, Intent.NOT_ME, Intent.NOT_ME, Intent.NEVER]

    def test_name_is_candidates(self) -> None:
        own = {
            understood(words, Expecting.IDENTITY).intent for words in ("this is Maria", "Lopez here", "Lopes speaking")
        }
        other = {understood(words, Expecting.IDENTITY).intent for words in ("this is John", "John speaking")}
        assert (own, other) == ({Intent.THIS_IS_ME}, {Intent.NOT_ME})

    @pytest.mark.parametrize("first_name", ["Si", "Ken", "Mi"])
    def test_first_name_is_no_other_word(self, first_name: str) -> None:
        understanding = understood(f"{first_name} speaking", Expecting.IDENTITY, f"{first_name} Nguyen")
        assert understanding == Understanding(Intent.THIS_IS_ME, is_whole=True)

    def test_question_in_same_breath_is_kept(self) -> None:
        understanding = understood("yes this is Maria, who's calling?", Expecting.IDENTITY)
        assert understanding == Understanding(Intent.THIS_IS_ME, frozenset({Intent.WHO_IS_THIS}), is_whole=True)

    @pytest.mark.parametrize("words", ["yes no", "this is Maria she is not here", "no yes"])
    def test_contradiction_is_unclear(self, words: str) -> None:
        assert understood(words, Expecting.IDENTITY).intent is Intent.UNCLEAR

    def test_long_greeting_is_cut(self) -> None:
        assert understood("la " * MAX_WORDS + "stop calling me", Expecting.IDENTITY).intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("do you speak Spanish", "es"),
        ("no English, Polish please", "pl"),
        ("sprechen Sie Deutsch", "de"),
        ("no English", None),
    ],
)
def test_language_is_named(words: str, tag: str | None) -> None:
    understanding = understood(words, Expecting.CONSENT)
    assert (understanding.intent, understanding.language) == (Intent.OTHER_LANGUAGE, tag)


@pytest.mark.parametrize(
    ("tag", "words", "other"),
    [
        ("es", "habla inglés", "en"),
        ("de", "können wir das auf Russisch machen", "ru"),
        ("fr", "on peut le faire en espagnol", "es"),
        ("pt", "dá pra fazer em espanhol", "es"),
    ],
)
def test_language_is_named_in_other_language(tag: str, words: str, other: str) -> None:
    understanding = understand_utterance(words, Expecting.CONSENT, for_language(tag))
    assert (understanding.intent, understanding.language) == (Intent.OTHER_LANGUAGE, other)


@pytest.mark.parametrize(
    ("tag", "spellings"),
    [
        ("es", ("sí está bien", "si esta bien")),
        ("de", ("Später bitte", "spaeter bitte")),
        ("fr", ("J’accepte", "j'accepte")),
    ],
)
def test_spellings_of_recogniser_are_same(tag: str, spellings: tuple[str, str]) -> None:
    texts = {normalise_words(words, for_language(tag)) for words in spellings}
    assert len(texts) == 1


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_any_text_is_understood(tag: str) -> None:
    texts = ["", "...", "\u00e9\u00e8 \U0001f600", "'", "l'", "a" * 500, "no " * 300]
    cases = product(texts, Expecting)
    assert {understand_utterance(*case, for_language(tag)).intent for case in cases} <= set(Intent)


class TestLanguageFiles:
    @pytest.mark.parametrize("tag", sorted(LANGUAGES))
    def test_every_phrase_compiles(self, tag: str) -> None:
        language = for_language(tag)
        for section in language.sections:
            for phrase in section.phrases:
                assert compile_phrase(phrase, language.fragments).compiled_pattern.groups == 0

    @pytest.mark.parametrize("tag", sorted(LANGUAGES))
    def test_every_intent_has_phrases(self, tag: str) -> None:
        intents = {section.intent for section in for_language(tag).sections}
        assert set(Intent) - intents == {Intent.ANSWER}

    def test_longest_alternative_is_matched_first(self) -> None:
        pattern = compile_phrase("(this | this <what>)", {"what": "question | last question"}).compiled_pattern
        match = pattern.search(" this last question ")
        assert match is not None
        assert match.group() == " this last question"

    def test_alternatives_are_split_outside_brackets(self) -> None:
        assert [text.split() for text in split_alternatives("a (b | c) | d")] == [["a", "(", "b", "|", "c", ")"], ["d"]]

    def test_unknown_sign_is_refused(self) -> None:
        with pytest.raises(ValueError, match="notation"):
            compile_phrase("call & me", {})
