"""Understands an utterance by the phrases of a language. Knows no language itself."""

from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.meaning import Meaning, Phrases, meaning_of

INTENTS = {
    Meaning.NO: Intent.NO,
    Meaning.NEVER: Intent.NEVER,
    Meaning.WRONG: Intent.WRONG_NUMBER,
    Meaning.REFUSED: Intent.REFUSE,
    Meaning.UNCLEAR: Intent.UNCLEAR,
}
YES = {Expecting.IDENTITY: Intent.THIS_IS_ME, Expecting.CONSENT: Intent.AGREE}


def understand(words: str, expecting: Expecting, phrases: Phrases, name: str = "") -> Understanding:
    """Return what an utterance means as a reply to a prompt. `name` is the candidate's, as written in the record."""
    meaning = meaning_of(words, phrases)
    if meaning is Meaning.YES:
        return Understanding(YES.get(expecting, Intent.YES))
    if meaning is Meaning.UNCLEAR and expecting is Expecting.QUESTION:
        return Understanding(Intent.ANSWER)
    return Understanding(INTENTS[meaning])
