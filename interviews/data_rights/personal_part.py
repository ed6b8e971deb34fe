"""Personal questions: how they are exported, erased and merged. They come from the resume, and go with it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F

from candidates.data_rights.parts import DataPart, Document, ErasureScope
from candidates.data_rights.records import staff_label
from candidates.data_rights.traces import erase_stored_responses
from candidates.models import Candidate
from interviews.models import InterviewResponse, PersonalQuestions
from screener.models import ModelCall


class PersonalQuestionsPart(DataPart):
    def export(self, candidate: Candidate) -> Iterator[Document]:
        rows = candidate.personal_questions.select_related("question_set__job").order_by("created_at")
        description = "Questions that were worded by your resume, and those that were refused"
        yield Document("personal_questions.json", description, [_record(row) for row in rows])

    def merge(self, kept: Candidate, merged: Candidate, actor: str) -> None:
        """Keep one set in use for each version: an approved one, or else that of the kept record."""
        own = {row.question_set_id: row for row in kept.personal_questions.live().select_for_update()}
        for other in merged.personal_questions.live().select_for_update():
            rival = own.get(other.question_set_id)
            if rival:
                is_other_kept = other.status == other.Status.APPROVED and rival.status != rival.Status.APPROVED
                (rival if is_other_kept else other).withdraw(by=actor)

    def erase(self, scope: ErasureScope) -> dict[str, int]:
        """Blank the words, and put those of the job in their place. A set in use is withdrawn."""
        if not scope.covers_resume:
            return {}
        rows = list(scope.candidate.personal_questions.select_for_update())
        for row in rows:
            row.blank(by=scope.actor)
        jobs = {row.question_set.job_id for row in rows}
        failed_calls = ModelCall.objects.filter(purpose=ModelCall.Purpose.PERSONAL_QUESTIONS, job_id__in=jobs)
        return {
            "personal_questions": len(rows),
            "answers": restore_job_questions(interview__candidate=scope.candidate),
            # A call names its job and no candidate: the errors of all such calls for the job go.
            "model_calls": failed_calls.exclude(error="").update(error=""),
            "stored_responses": erase_stored_responses((row.pk for row in rows), erased_at=scope.candidate.erased_at),
        }


def restore_job_questions(**responses: Any) -> int:
    """Put the words of the job in the place of personal ones. The mark that the words differed stays."""
    worded = InterviewResponse.objects.filter(**responses).exclude(base_question="")
    return worded.exclude(question=F("base_question")).update(question=F("base_question"))


def _record(row: PersonalQuestions) -> dict[str, Any]:
    base = row.question_set.questions
    return {
        "id": row.pk,
        "job_title": row.question_set.job.title,
        "version": row.question_set.version,
        "status": row.status,
        "error": row.error,
        "questions": [
            {"position": entry.position, "of_the_job": base[entry.position].text, "personal": entry.text}
            | ({"good_answer": entry.good_answer} if entry.good_answer else {})
            for entry in row.questions
        ],
        "refused": [entry.to_json() for entry in row.refused],
        "written_by": row.source,
        "resume_hash": row.resume_hash,
        "requested_by": staff_label(row.created_by),
        "approved_by": staff_label(row.approved_by),
        "created_at": row.created_at,
        "written_at": row.written_at,
        "approved_at": row.approved_at,
        "withdrawn_at": row.withdrawn_at,
    }
