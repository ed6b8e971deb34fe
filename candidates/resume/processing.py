"""Reads uploaded resumes in the worker."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from candidates.models import Candidate
from candidates.resume.upload import UnreadableResume, read_text
from screener.background.queue import release_db_connection

ABANDONED_AFTER = timedelta(seconds=60)


def read_resume(candidate_id: UUID) -> None:
    """Store the text of the candidate's resume, or the reason why there is none. Idempotent."""
    candidate = Candidate.objects.filter(pk=candidate_id, resume_status=Candidate.ResumeStatus.PENDING).first()
    if candidate is None:
        return
    resume_text = error_message = ""
    try:
        with candidate.resume.open("rb") as resume_file:
            file_bytes = resume_file.read()
        release_db_connection()
        resume_text = read_text(file_bytes)
    except FileNotFoundError:
        error_message = gettext("The file is missing from the storage. Ask the candidate to send it again.")
    except UnreadableResume as error:
        error_message = str(error)
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
            locked_candidate.set_resume_text(resume_text)


def unread_resumes() -> list[UUID]:
    """Candidates whose resume has waited longer than reading takes, so its task was lost."""
    pending_candidates = Candidate.objects.filter(
        resume_status=Candidate.ResumeStatus.PENDING, updated_at__lt=timezone.now() - ABANDONED_AFTER
    )
    return list(pending_candidates.values_list("pk", flat=True)[:100])
