"""Fills a job from a version of a template: questions, eligibility, rubric and settings, all or nothing."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet, Value
from django.utils.translation import gettext

from jobs.bank.advert import Advert
from jobs.bank.editing import entry_of
from jobs.bank.entry import BankEntry
from jobs.bank.families import Family
from jobs.bank.search import approved_in
from jobs.eligibility.question import EligibilityQuestion
from jobs.models import BankQuestion, BankUsage, JobDescription, TemplateUse, TemplateVersion
from jobs.templates.parts import TemplatePart
from jobs.templates.picking import Shortage, Slot, SlotPicker
from screener.models import InvalidTransition
from screener.records import QuestionSpec

MOST_PER_SLOT = 500
"""The largest number of questions that are considered for a slot, in the order of their ids, which are random."""
SEED_BYTES = 8
USES = """
SELECT question->>'bank_question', count(*)
FROM jobs_questionset, jsonb_array_elements(questions) AS question
WHERE (approved_at IS NOT NULL OR status = 'draft') AND job_id <> %(job)s
    AND question->>'bank_question' = ANY(%(keys)s)
GROUP BY 1
"""


class UnfilledSlots(InvalidTransition):
    """The bank has too few questions for some slots. `members` names each by its position, counted from 0."""

    code = "unfilled_slots"

    def __init__(self, parts: Sequence[TemplatePart], shortages: Sequence[Shortage], language: str) -> None:
        self.shortages = shortages
        self.members = {
            "slots": [
                {"position": slot.position, "wanted": slot.wanted, "found": slot.found, "language": language}
                for slot in shortages
            ]
        }
        missing = "; ".join(describe_shortage(parts, slot) for slot in shortages)
        super().__init__(
            gettext(
                "The question bank has too few approved questions in %(language)s: %(missing)s. Add questions to the "
                "bank, or change these slots. Nothing was changed."
            )
            % {"language": language, "missing": missing}
        )


class MissingLanguage(InvalidTransition):
    """The fixed questions or the eligibility questions are not written in the language of the job."""

    code = "missing_language"

    def __init__(self, version: TemplateVersion, language: str) -> None:
        self.members = {"languages": version.languages}
        super().__init__(
            gettext(
                "The fixed questions and eligibility questions of this template are in %(languages)s, and the job is "
                "in %(language)s. Write them in this language too. Nothing was changed."
            )
            % {"languages": ", ".join(version.languages) or "-", "language": language}
        )


@dataclass(frozen=True)
class Choice:
    """The questions for a job, in order, its eligibility questions, and the seed that repeats the choice."""

    questions: list[QuestionSpec]
    eligibility: list[EligibilityQuestion]
    seed: str


def describe_shortage(parts: Sequence[TemplatePart], slot: Shortage) -> str:
    return gettext("part %(number)s (%(slot)s): %(found)s of %(wanted)s") % {
        "number": slot.position + 1,
        "slot": parts[slot.position],
        "found": slot.found,
        "wanted": slot.wanted,
    }


def fill_job(job: JobDescription, version: TemplateVersion, *, by: str, seed: str = "") -> TemplateUse:
    """Give the job the questions, as a draft, and the rubric and settings of the version.

    A job that has eligibility questions keeps them; otherwise it gets those of the version.
    Raises UnfilledSlots or MissingLanguage. The same seed gives the same questions as long as neither the bank with its
    usage nor the question sets of other jobs change.
    """
    with transaction.atomic():
        job.refresh_from_db(from_queryset=JobDescription.objects.select_for_update())
        choice = choose_questions(job, version, seed=seed)
        if version.job_fields:
            job.update_fields(**version.job_fields)
        draft = job.add_draft(choice.questions, source=_source(version), eligibility=choice.eligibility)
        return TemplateUse.objects.create(job=job, version=version, question_set=draft, seed=choice.seed, actor=by)


def _source(version: TemplateVersion) -> str:
    """Return the source of the draft. Stored texts are English, so the name is not translated."""
    return f"version {version.number} of template {version.template.name}"[:100]


def choose_questions(job: JobDescription, version: TemplateVersion, *, seed: str = "") -> Choice:
    """Choose the questions for a job, which need not be saved yet. Writes nothing. Raises like `fill_job`."""
    if not version.template.in_use:
        raise InvalidTransition(gettext("This template is out of use. Take it into use, or choose another one."))
    advert = Advert.read(job.title, job.description, job.language)
    if not version.is_written_in(advert.language):
        raise MissingLanguage(version, advert.language)
    seed = seed or secrets.token_hex(SEED_BYTES)
    options = _read_options(version.parts, [advert.language], advert)[advert.language]
    picker = _picker(version.parts, advert.language, options, job=job, seed=seed)
    picked = picker.pick()
    if picker.shortages:
        raise UnfilledSlots(version.parts, picker.shortages, advert.language)
    questions = [
        question
        for position, part in enumerate(version.parts)
        for question in _questions_of(part, picked.get(position, []), advert.language)
    ]
    return Choice(questions, job.current_eligibility() or version.eligibility_in(advert.language), seed)


def find_gaps(parts: Sequence[TemplatePart], languages: Sequence[str]) -> list[tuple[str, Shortage]]:
    """Return the slots that the bank cannot fill for any job, each with the language."""
    gaps: list[tuple[str, Shortage]] = []
    for language, options in _read_options(parts, languages, None).items():
        picker = _picker(parts, language, options, job=None, seed="")
        picker.pick()
        gaps += [(language, shortage) for shortage in picker.shortages]
    return gaps


def _picker(
    parts: Sequence[TemplatePart],
    language: str,
    options: Mapping[int, Sequence[BankEntry]],
    *,
    job: JobDescription | None,
    seed: str,
) -> SlotPicker:
    slots = [Slot(position, parts[position].count, entries) for position, entries in options.items()]
    keys = {entry.key for slot in slots for entry in slot.options}
    uses = _count_uses(keys, besides=job) if job else {}
    fixed = [part.text for part in parts if part.is_fixed and part.language == language]
    return SlotPicker(slots, language, uses, seed, fixed)


def _read_options(
    parts: Sequence[TemplatePart], languages: Sequence[str], advert: Advert | None
) -> dict[str, dict[int, list[BankEntry]]]:
    """Return the questions for each slot, by language and position. The number of queries is that of one slot."""
    options: dict[str, dict[int, list[BankEntry]]] = {
        language: {position: [] for position, part in enumerate(parts) if not part.is_fixed} for language in languages
    }
    keys = [
        _questions_for(parts[position], language, advert)
        .order_by("pk")
        .values_list(Value(language), Value(position), "pk")[:MOST_PER_SLOT]
        for language, slots in options.items()
        for position in slots
    ]
    if not keys:
        return options
    rows = list(keys[0].union(*keys[1:], all=True)) if len(keys) > 1 else list(keys[0])
    questions = BankQuestion.objects.with_texts().in_bulk({pk for _language, _position, pk in rows})
    entries = {pk: entry_of(question) for pk, question in questions.items()}
    for language, position, pk in sorted(rows):
        if pk in entries and _suits(entries[pk], parts[position], language, advert):
            options[language][position].append(entries[pk])
    return options


def _questions_for(part: TemplatePart, language: str, advert: Advert | None) -> QuerySet[BankQuestion]:
    questions = approved_in(language)
    if part.family:
        questions = questions.filter(family=part.family)
    elif advert:
        questions = questions.filter(family__in=(Family.GENERAL, *advert.families))
    if part.kind:
        questions = questions.filter(kind=part.kind)
    if part.difficulty:
        questions = questions.filter(difficulty=part.difficulty)
    if part.tags:
        questions = questions.filter(tags__overlap=list(part.tags))
    return questions


def _suits(entry: BankEntry, part: TemplatePart, language: str, advert: Advert | None) -> bool:
    """A question with keywords suits a job that mentions one of them, and a slot that names one of its tags."""
    keywords = entry.texts[language].keywords
    return not advert or not keywords or bool(set(part.tags) & set(entry.tags)) or advert.mentions(keywords)


def _count_uses(keys: Iterable[str], *, besides: JobDescription) -> dict[str, tuple[int, int]]:
    """Return in how many question sets of other jobs each question stands, and how often it was asked.

    Drafts that were replaced do not count.
    """
    wanted = list(keys)
    with connection.cursor() as cursor:
        cursor.execute(USES, {"keys": wanted, "job": besides.pk})
        sets = dict(cursor.fetchall())
    usages = BankUsage.objects.filter(question__in=[UUID(key) for key in wanted])
    asked = {str(pk): count for pk, count in usages.values_list("question_id", "asked")}
    return {key: (sets.get(key, 0), asked.get(key, 0)) for key in wanted}


def _questions_of(part: TemplatePart, picked: Sequence[BankEntry], language: str) -> list[QuestionSpec]:
    if part.is_fixed:
        return [part.asked(part.text, part.competency, part.good_answer)] if part.language == language else []
    texts = [(entry.key, entry.texts[language]) for entry in picked]
    return [part.asked(text.text, text.competency, text.good_answer, bank_question=key) for key, text in texts]
