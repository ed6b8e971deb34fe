"""Why a question has no answer, where the candidate said or showed why. Stored, shown and served by code."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from interviews.conversation.phrases.intent import Intent


class NoAnswer(TextChoices):
    DONT_KNOW = "dont_know", _("Does not know an answer")
    SKIPPED = "skipped", _("Asked for the next question")
    COME_BACK = "come_back", _("Wanted to come back to the question")
    ASKED_REPEAT = "asked_repeat", _("Asked to hear the question again")
    ASKED_EXPLANATION = "asked_explanation", _("Asked to have the question explained")
    ASKED_WHO = "asked_who", _("Asked about the caller")
    ASKED_QUESTION = "asked_question", _("Asked a question about the job")
    ASKED_PAUSE = "asked_pause", _("Asked for a moment")
    ASKED_PERSON = "asked_person", _("Asked for a person")
    ASKED_LATER = "asked_later", _("Asked for a call at another time")
    REFUSED = "refused", _("Did not want to go on")
    NEVER_AGAIN = "never_again", _("Asked not to be called again")
    NO_WORDS = "no_words", _("Too short to be transcribed: listen to it and type the words")


OF_REQUEST = {
    Intent.DONT_KNOW: NoAnswer.DONT_KNOW,
    Intent.SKIP: NoAnswer.SKIPPED,
    Intent.COME_BACK: NoAnswer.COME_BACK,
    Intent.REPEAT: NoAnswer.ASKED_REPEAT,
    Intent.SLOWER: NoAnswer.ASKED_REPEAT,
    Intent.EXPLAIN: NoAnswer.ASKED_EXPLANATION,
    Intent.WHO_IS_THIS: NoAnswer.ASKED_WHO,
    Intent.WHAT_ABOUT: NoAnswer.ASKED_WHO,
    Intent.IS_ROBOT: NoAnswer.ASKED_WHO,
    Intent.RECORDING: NoAnswer.ASKED_WHO,
    Intent.DOUBT: NoAnswer.ASKED_WHO,
    Intent.LENGTH: NoAnswer.ASKED_QUESTION,
    Intent.OTHER_QUESTION: NoAnswer.ASKED_QUESTION,
    Intent.HOLD_ON: NoAnswer.ASKED_PAUSE,
    Intent.PERSON: NoAnswer.ASKED_PERSON,
    Intent.OTHER_LANGUAGE: NoAnswer.ASKED_PERSON,
    Intent.LATER: NoAnswer.ASKED_LATER,
    Intent.BUSY: NoAnswer.ASKED_LATER,
    Intent.REFUSE: NoAnswer.REFUSED,
    Intent.NEVER: NoAnswer.NEVER_AGAIN,
}
"""By the request that was understood. It has every request that the conversation knows."""

ASKED_AGAIN = frozenset(
    {
        NoAnswer.ASKED_REPEAT,
        NoAnswer.ASKED_EXPLANATION,
        NoAnswer.ASKED_WHO,
        NoAnswer.ASKED_QUESTION,
        NoAnswer.ASKED_PAUSE,
        NoAnswer.COME_BACK,
    }
)
"""Reasons that leave a question worth asking once more."""
