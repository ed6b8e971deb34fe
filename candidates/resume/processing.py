"""Reading the resumes that were filed, outside any request."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from candidates.models import Candidate
from candidates.resume.upload import ResumeUnreadable, read_text
from screener.background.queue import release_db_connection

LONGER_THAN_ANY_READING = timedelta(seconds=60)


def read_resume(candidate_id: UUID) -> None:
    """Read the words of this candidate's resume, or say why there are none. Running it twice changes nothing."""
    candidate = Candidate.objects.filter(pk=candidate_id, resume_status=Candidate.ResumeStatus.PENDING).first()
    if candidate is None:
        return
    text = why = ""
    try:
        with candidate.resume.open("rb") as file:
            data = file.read()
        release_db_connection()
        text = read_text(data)
    except FileNotFoundError:
        why = "The file is gone from the storage. Ask the candidate to send it again."
    except ResumeUnreadable as error:
        why = str(error)
    with transaction.atomic():
        current = Candidate.objects.select_for_update().get(pk=candidate_id)
        if current.resume.name != candidate.resume.name or current.resume_status != Candidate.ResumeStatus.PENDING:
            return  # another file came meanwhile, and has a job of its own
        if why:
            current.resume_is_unreadable(why)
        else:
            current.resume_was_read(text)


def left_unread() -> list[UUID]:
    """Candidates whose resume waits for longer than any takes to read: the job that was to do it has been lost."""
    waiting = Candidate.objects.filter(
        resume_status=Candidate.ResumeStatus.PENDING, updated_at__lt=timezone.now() - LONGER_THAN_ANY_READING
    )
    return list(waiting.values_list("pk", flat=True)[:100])
