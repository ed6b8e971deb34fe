"""Reads uploaded resumes in the worker."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from candidates.models import Candidate
from screener.background.queue import release_db_connection
from screener.documents.extraction import Problem
from screener.documents.upload import DocumentText, UnreadableDocument, read_document

ABANDONED_AFTER = timedelta(seconds=60)

MISSING_FILE = gettext_noop("The file is missing from the storage. Ask the candidate to send it again.")
MESSAGES: dict[Problem, str] = {
    Problem.ENCRYPTED: gettext_noop(
        "This PDF is protected with a password. Ask the candidate for a version without one."
    ),
    Problem.NO_TEXT_IN_PDF: gettext_noop(
        "This PDF contains images of pages but no text, as scans do. "
        "Ask the candidate for the original, saved as PDF or DOCX."
    ),
    Problem.EMPTY: gettext_noop("This file contains no words. Ask the candidate for another version."),
    Problem.TOO_BIG: gettext_noop(
        "This file is too large when unpacked, so it was not opened. Ask the candidate for another file."
    ),
    Problem.BROKEN: gettext_noop(
        "This file is damaged and could not be opened. Ask the candidate to save and send it again."
    ),
    Problem.LIMITS: gettext_noop(
        "This file takes more than 10 seconds or too much memory to read. "
        "Ask the candidate for a simpler version, such as plain text."
    ),
}
"""What HR reads on the page of the candidate. Stored in English, shown in the language of the reader."""


def read_resume(candidate_id: UUID) -> None:
    """Store the text of the candidate's resume, or the reason why there is none. Idempotent."""
    candidate = Candidate.objects.filter(pk=candidate_id, resume_status=Candidate.ResumeStatus.PENDING).first()
    if candidate is None:
        return
    document, error_message = DocumentText(), ""
    try:
        with candidate.resume.open("rb") as resume_file:
            file_bytes = resume_file.read()
        release_db_connection()
        document = read_document(file_bytes)
    except FileNotFoundError:
        error_message = MISSING_FILE
    except UnreadableDocument as error:
        error_message = MESSAGES[error.problem]
    with transaction.atomic():
        locked_candidate = Candidate.objects.select_for_update().get(pk=candidate_id)
        if (
            locked_candidate.resume.name != candidate.resume.name
            or locked_candidate.resume_status != Candidate.ResumeStatus.PENDING
        ):
            return  # the resume was replaced meanwhile; a task for the new file is queued
        if error_message:
            locked_candidate.set_resume_error(error_message)
        else:
            locked_candidate.set_resume_text(document.text, is_cut=document.is_cut)


def unread_resumes() -> list[UUID]:
    """Candidates whose resume has waited longer than reading takes, so its task was lost."""
    pending_candidates = Candidate.objects.filter(
        resume_status=Candidate.ResumeStatus.PENDING, updated_at__lt=timezone.now() - ABANDONED_AFTER
    )
    return list(pending_candidates.values_list("pk", flat=True)[:100])
