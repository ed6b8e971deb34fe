"""All that a candidate may hear, by language, in the order of a call. `transcripts` writes it to `golden/heard`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from interviews.conversation import engine, wording
from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion, EligibilityUnit
from interviews.conversation.reception import Reception, reception_text, unreached_texts
from interviews.conversation.script import Employer, NextCall, Question, Script, prompt_texts, voicemail_text

NOW = datetime(2026, 11, 30, 14, tzinfo=ZoneInfo("America/Los_Angeles"))
NEXT_CALLS = (timedelta(hours=3), timedelta(hours=19, minutes=30), timedelta(days=4, hours=-1), timedelta(days=8))
EMPLOYER = Employer("Amazonas Logistik", "+1 415 555 0199", "north-wind.example/privacy")
JOBS = {
    "en": ("Alex Doe", "Warehouse picker", ("What work have you done?", "When did you notice a mistake?"), "Care"),
    "es": ("Ramón García", "Auxiliar de almacén", ("¿Qué trabajos ha hecho?", "¿Cuándo notó un error?"), "Cuidado"),
    "de": (
        "Jana Weber",
        "Lagerhelfer",
        ("Was haben Sie bisher gemacht?", "Wann fiel Ihnen ein Fehler auf?"),
        "Sorgfalt",
    ),
    "fr": (
        "Anne Petit",
        "Agent de magasin",
        ("Quel travail avez-vous fait ?", "Quand avez-vous vu une erreur ?"),
        "Soin",
    ),
    "pt": ("Ana Souza", "Auxiliar de estoque", ("Que trabalhos você já fez?", "Quando notou um erro?"), "Cuidado"),
}
REQUIREMENTS = (
    EligibilityQuestion(0, "Nights?", EligibilityKind.YES_NO, accepted=("yes",)),
    EligibilityQuestion(1, "Notice?", EligibilityKind.NUMBER, unit=EligibilityUnit.WEEKS, maximum=8),
    EligibilityQuestion(2, "Start?", EligibilityKind.DATE),
    EligibilityQuestion(3, "Shift?", EligibilityKind.CHOICE, options=("A", "B"), accepted=("A",)),
)
LIMITS = (60, 180)
ASKS = (engine.AskIdentity, engine.AskReachable, engine.AskTime, engine.AskConsent, engine.AskOptOut)


def heard_texts() -> dict[str, str]:
    """Return the text of each file by its name."""
    return {
        f"heard/{tag}.txt": "\n".join([f"# {texts.LANGUAGE_NAME}", "", *_lines(sample_script(tag)), ""])
        for tag, texts in wording.LANGUAGES.items()
    }


def sample_script(tag: str) -> Script:
    """Return an interview in this language."""
    name, job, questions, competency = JOBS[tag]
    return Script(
        candidate_name=name,
        job_title=job,
        language=tag,
        questions=tuple(Question(text, limit, competency) for text, limit in zip(questions, LIMITS, strict=True)),
        remaining=2,
        employer=EMPLOYER,
        may_call_again=True,
        eligibility=REQUIREMENTS,
    )


def _lines(script: Script) -> Iterator[str]:
    for prompt in _prompts():
        yield _line(prompt, script)
    yield from (_preface_line(preface, script) for preface in engine.Preface if preface)
    yield _line(engine.AskIdentity(), replace(script, is_inbound=True))
    yield from _consent_lines(script)
    for wait in NEXT_CALLS:
        called_again = replace(script, next_call=NextCall(NOW + wait, NOW.date()))
        yield _line(engine.Goodbye(engine.Ending.CALL_LATER), called_again)
    yield _line(engine.Goodbye(engine.Ending.NO_REPLY), replace(script, may_call_again=False))
    yield from (f"reception {reception}: {reception_text(reception, script)}" for reception in Reception)
    yield f"reception unreached: {' '.join(unreached_texts(script))}"
    yield f"voicemail: {voicemail_text(script)}"
    texts = script.wording
    yield from (texts.OPT_OUT_OFFER, texts.FALLBACK_APOLOGY, texts.INBOUND_FALLBACK, texts.UNKNOWN_CALL)


def _consent_lines(script: Script) -> Iterator[str]:
    yield _line(engine.AskConsent(), replace(script, judged_by_person=True))
    for by_person in (False, True):
        yield _line(engine.AskConsent(resumed=True), replace(script, remaining=1, judged_by_person=by_person))


def _prompts() -> Iterator[engine.Prompt]:
    for kind in ASKS:
        yield from (kind(), kind(engine.Preface.UNCLEAR, again=True))
        yield kind(engine.Preface.SILENCE_AGAIN, again=True, keys_only=True)
    yield engine.HoldOn()
    for lead in engine.LeadIn:
        yield engine.AskQuestion(0 if lead is engine.LeadIn.FIRST else 1, lead)
    yield from (engine.RecordAnswer(0, patient=True), engine.RecordAnswer(1, goes_on=True))
    for again in (False, True):
        yield engine.CheckAnswer(0, again=again)
        yield from (engine.ConfirmStop(0, request, again) for request in wording.for_language("en").CONFIRM_STOP)
    yield from (engine.AskEligibility(0, lead) for lead in engine.EligibilityLead)
    yield from (engine.AskEligibility(number, engine.EligibilityLead.UNCLEAR) for number in range(1, 4))
    yield from (engine.ReadBack(0, "no"), engine.ReadBack(1, "12", again=True), engine.ReadBack(2, "2027-01-31"))
    yield from (engine.Goodbye(ending) for ending in engine.Ending if ending is not engine.Ending.CALL_LATER)


def _preface_line(preface: engine.Preface, script: Script) -> str:
    """Leave out the prompt that follows each preface."""
    *texts, _ = prompt_texts(engine.AskConsent(preface, again=True), script)
    return f"preface {preface}: {' '.join(texts)}"


def _line(prompt: engine.Prompt, script: Script) -> str:
    fields = [key if value is True else str(value) for key, value in engine.prompt_data(prompt).items() if value]
    return f"{' '.join(fields)}: {' '.join(prompt_texts(prompt, script))}"
