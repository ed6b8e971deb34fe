"""Reads uploaded resumes in the worker."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from candidates.models import Candidate
from candidates.resume.upload import UnreadableResume, read_text
from screener.background.queue import release_db_connection

ABANDONED_AFTER = timedelta(seconds=60)


def read_resume(candidate_id: UUID) -> None:
    """Store the text of the candidate's resume, or the reason why there is none. Idempotent."""
    candidate = Candidate.objects.filter(pk=candidate_id, resume_status=Candidate.ResumeStatus.PENDING).first()
    if candidate is None:
        return
    text = reason = ""
    try:
        with candidate.resume.open("rb") as file:
            data = file.read()
        release_db_connection()
        text = read_text(data)
    except FileNotFoundError:
        reason = "The file is missing from the storage. Ask the candidate to send it again."
    except UnreadableResume as error:
        reason = str(error)
    with transaction.atomic():
        current = Candidate.objects.select_for_update().get(pk=candidate_id)
        if current.resume.name != candidate.resume.name or current.resume_status != Candidate.ResumeStatus.PENDING:
            return  # the resume was replaced meanwhile; a task for the new file is queued
        if reason:
            current.set_resume_error(reason)
        else:
            current.set_resume_text(text)


def unread_resumes() -> list[UUID]:
    """Candidates whose resume has waited longer than reading takes, so its task was lost."""
    waiting = Candidate.objects.filter(
        resume_status=Candidate.ResumeStatus.PENDING, updated_at__lt=timezone.now() - ABANDONED_AFTER
    )
    return list(waiting.values_list("pk", flat=True)[:100])
