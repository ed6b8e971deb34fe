"""Finds a replacement for a question of a job: of the same type and subject, and not asked yet."""

from collections.abc import Collection

from jobs.bank.advert import Advert
from jobs.bank.editing import entry_of
from jobs.bank.entry import BankEntry, EntryText
from jobs.bank.picking import fits_advert
from jobs.bank.similarity import similarity
from jobs.bank.words import content_stems
from jobs.bank.writing import entries_for
from jobs.models import BankQuestion, JobDescription, link_to_bank
from screener.records import QuestionContent


def find_alternative(job: JobDescription, question: QuestionContent, *, besides: Collection[str]) -> EntryText | None:
    """Return the question of the bank that is most like this one and fits the job, or None.

    Type and first subject count most, where the question is one of the bank, then shared words, then the difficulty.
    `besides`: texts that are not wanted, in any case.
    """
    advert = Advert.read(job.title, job.description, job.language)
    replaced = _bank_entry(question, job.language)
    stems = content_stems(f"{question.text} {question.competency}", advert.language)
    unwanted = {text.lower() for text in besides} | {question.text.lower()}

    def likeness(entry: BankEntry) -> tuple[bool, bool, float, int]:
        text = entry.texts[advert.language]
        shared = similarity(stems, content_stems(f"{text.text} {text.competency}", advert.language))
        if replaced is None:
            return False, False, shared, 0
        has_subject = bool(replaced.tags) and replaced.tags[:1] == entry.tags[:1]
        return replaced.kind == entry.kind, has_subject, shared, -abs(replaced.difficulty - entry.difficulty)

    fitting = [entry for entry in entries_for(advert) if fits_advert(entry, advert)]
    wanted = [entry for entry in fitting if entry.texts[advert.language].text.lower() not in unwanted]
    return max(wanted, key=likeness).texts[advert.language] if wanted else None


def _bank_entry(question: QuestionContent, language: str) -> BankEntry | None:
    link = link_to_bank([question], language)[0].bank_question
    return entry_of(BankQuestion.objects.with_texts().get(pk=link)) if link else None
