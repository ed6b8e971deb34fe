"""Answers to eligibility questions with their meaning: two rows of a file to build on, the next two held out."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from interviews.conversation.eligibility.asking import LEADS_BY_INTENT
from interviews.conversation.eligibility.understanding import understand_answer
from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion, EligibilityUnit
from interviews.conversation.prompts import EligibilityLead

FOLDER = Path(__file__).parents[2] / "interviews/tests/conversation/eligibility/phrasings"
LANGUAGES = ("en", "de", "es", "fr", "pt")
TODAY = date(2026, 12, 1)
SHIFTS = {
    "en": ("Early", "Late", "Night", "Any"),
    "de": ("Früh", "Spät", "Nacht", "Egal"),
    "es": ("Mañana", "Tarde", "Noche", "Cualquiera"),
    "fr": ("Matin", "Après-midi", "Nuit", "Peu importe"),
    "pt": ("Manhã", "Tarde", "Noite", "Tanto faz"),
}
GERMAN = ("None", "Basic", "Fluent", "Native speaker")
UNITS = {"notice": EligibilityUnit.WEEKS, "experience": EligibilityUnit.YEARS}
REQUESTS = ("declined", "repeat", "explain", "why")
LEADS = {
    EligibilityLead.REPEATED: "repeat",
    EligibilityLead.EXPLAINED: "explain",
    EligibilityLead.REASON: "why",
}


@dataclass(frozen=True)
class EligibilityPhrasing:
    language: str
    question: str
    meaning: str
    words: str

    @property
    def kind(self) -> EligibilityKind:
        return make_question(self.question, self.language).kind

    @property
    def understood(self) -> str:
        """The understood value or request, in the words of the file."""
        reply = understand_answer(self.words, make_question(self.question, self.language), self.language, today=TODAY)
        if reply.value or reply.request is None:
            return reply.value or "unclear"
        if reply.is_declined:
            return "declined"
        lead = LEADS_BY_INTENT.get(reply.request.intent)
        return LEADS[lead] if lead in LEADS else str(reply.request.intent)


def make_question(name: str, language: str) -> EligibilityQuestion:
    if name in UNITS:
        return EligibilityQuestion(0, name, EligibilityKind.NUMBER, unit=UNITS[name])
    if name == "start":
        return EligibilityQuestion(0, name, EligibilityKind.DATE)
    if name in ("shift", "german"):
        options = SHIFTS[language] if name == "shift" else GERMAN
        return EligibilityQuestion(0, name, EligibilityKind.CHOICE, options=options)
    return EligibilityQuestion(0, name, EligibilityKind.YES_NO, accepted=("yes",))


def read_phrasings(language: str, *, held_out: bool) -> list[EligibilityPhrasing]:
    lines = (FOLDER / f"{language}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [EligibilityPhrasing(language, *line.split("\t")) for line in lines]
    return [row for index, row in enumerate(rows) if index // 2 % 2 == held_out]
