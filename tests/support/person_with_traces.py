"""A person with a token of their own in every column that can hold personal data, and the search for such tokens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, models
from django.utils import timezone

from candidates.models import (
    Candidate,
    CandidateEvent,
    Consent,
    DoNotCall,
    ImportRow,
    MergedRecord,
    ResumeArchive,
    ResumeFile,
)
from interviews.decisions import record_decision
from interviews.models import (
    AccessEvent,
    AnswerDraft,
    Assessment,
    Attempt,
    Call,
    CandidateMessage,
    Clip,
    Decision,
    EligibilityAnswer,
    Feedback,
    Interview,
    InterviewEvent,
    InterviewResponse,
    InterviewResult,
    Invitation,
    LiveTranscript,
    Note,
    NoteVersion,
    PersonalQuestions,
    Recording,
    ShareLink,
    Take,
    TurnReply,
    VideoChoice,
)
from interviews.models.personal.questions import PersonalQuestion, RefusedPersonalQuestion
from interviews.notes.writing import write_note
from interviews.records import CriterionRecord, Evidence, Fillers, SpeechMetrics
from screener.encryption.existing_texts import encrypted_fields
from screener.models import IdempotentRequest, ModelCall
from screener.records import Point
from tests.support.factories import add_eligibility_answer, add_import_row
from tests.support.sample_rows import make_completed_interview
from webhooks.models import TwilioEvent

TOKEN = "cnry"
PHONE = "+14155550177"
DIGITS = PHONE.removeprefix("+1")
STAFF = "staffer-hanna"

KEPT = {
    *("EligibilityAnswer.question", "EligibilityAnswer.corrected_by"),
    # Codes, languages, and the names of models and of staff
    *("Candidate.locale", "Candidate.hold_set_by", "CandidateEvent.actor", "MergedRecord.actor"),
    *(
        "Consent.language",
        "Consent.wording_version",
        "DoNotCall.number_hash",
        "DoNotCall.email_hash",
        "DoNotCall.lifted_by",
    ),
    *(
        "Interview.language",
        "Interview.recommended",
        "InterviewEvent.actor",
        "InterviewEvent.before",
        "InterviewEvent.after",
    ),
    *("Attempt.stage", "Call.answered_by", "Call.error_code", "Call.price_unit"),
    *("Recording.carrier_transcript_status", "InterviewResponse.transcript_source"),
    *("TurnReply.input_kind", "LiveTranscript.partial_key", "TwilioEvent.kind"),
    *("Assessment.flags", "Assessment.rubric_version", "Assessment.model", "Assessment.label"),
    *("Assessment.prompt_hash", "InterviewResult.flags", "InterviewResult.model", "InterviewResult.label"),
    *("InterviewResult.judges", "InterviewResult.prompt_hash", "ModelCall.model", "ModelCall.prompt_hash"),
    *("IdempotentRequest.owner", "IdempotentRequest.key", "IdempotentRequest.fingerprint"),
    *("Note.author_name", "NoteVersion.mentions"),
    # The question is the job's
    *("InterviewResponse.base_question", "InterviewResponse.competency"),
    *("PersonalQuestions.created_by", "PersonalQuestions.approved_by", "PersonalQuestions.withdrawn_by"),
    *(
        "PersonalQuestions.source",
        "PersonalQuestions.prompt_hash",
    ),
    *("ShareLink.token_hash", "ShareLink.revoked_by", "Invitation.created_by", "Invitation.revoked_by"),
    *("CandidateMessage.created_by", "CandidateMessage.address_hash", "CandidateMessage.error_code"),
    # Generated ids
    *("Call.twilio_sid", "Recording.sid", "TwilioEvent.key", "TwilioEvent.call_sid", "LogEntry.object_id"),
    *("CandidateMessage.provider_id", "ImportRow.notes"),
}
"""Columns with text that stay as they are."""

FILES = {"Candidate.resume", "Recording.file", "Clip.file"}
TEXT_FIELDS = (models.CharField, models.TextField, models.JSONField, models.EmailField, models.FileField)


@dataclass
class Person:
    candidate: Candidate
    interview: Interview
    tokens: dict[str, str] = field(default_factory=dict)
    """The token of each column and file, by its name."""


def make_person(staff: User) -> Person:
    """A person whose interview is over, with rows in every table and tokens in every column."""
    interview = make_completed_interview(full_name="Zebulon Quuxington", phone=PHONE, email="zq@quux.example")
    candidate = interview.candidate
    person = Person(candidate, interview)
    candidate.store_resume(ContentFile(b"resume cnry-resume", "cv.txt"))
    candidate.set_resume_text("a resume")
    _add_rows(person, staff)
    rows = dict(_rows_of(person))
    numbers = count(1)
    for model, queryset in rows.items():
        for column in text_columns(model):
            token = f"{TOKEN}{next(numbers):03d}"
            name = f"{model.__name__}.{column.name}"
            value = _value(person, name, token)
            queryset.update(**{column.name: value})
            if value != PHONE:
                person.tokens[name] = token
    person.tokens |= {"resume": "cnry-resume", "recording": "cnry-recording", "video": "cnry-video"}
    _write_files(person)
    candidate.refresh_from_db()
    interview.refresh_from_db()
    return person


def text_columns(model: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    """The columns that a person's data may be in. A new column is one of them until it is listed in KEPT."""
    for column in model._meta.concrete_fields:
        name = f"{model.__name__}.{column.name}"
        if isinstance(column, TEXT_FIELDS) and not column.choices and name not in KEPT | FILES:
            yield column


def _add_rows(person: Person, staff: User) -> None:
    candidate, interview = person.candidate, person.interview
    attempt = interview.attempts.get()
    Consent.objects.create(candidate=candidate, kind="call", given=True, source="x (recorded by staffer-hanna)")
    DoNotCall.objects.add_number(PHONE, source="x", candidate=candidate)
    MergedRecord.objects.create(candidate=candidate, merged_id=uuid4(), actor=STAFF)
    imported = add_import_row(candidate).imported
    archive = ResumeArchive.objects.create(imported=imported, name="cv.zip", status="done", files_total=1)
    ResumeFile.objects.create(archive=archive, number=1, name="x", result="stored", candidate=candidate)
    candidate.set_hold(actor=STAFF, reason="x")
    candidate.lift_hold(actor=STAFF, reason="x")
    seen = interview.results.get(is_current=True)
    record_decision(interview, by=staff, verdict="hire", reason="x", seen=seen)
    write_note(interview, "x", author=staff, author_name=STAFF)
    TurnReply.objects.create(attempt=attempt, turn=1, input_kind="pickup", prompt={}, body="x")
    LiveTranscript.objects.create(attempt=attempt, turn=1)
    AnswerDraft.objects.create(response=interview.responses.all()[0], text="x")
    add_eligibility_answer(interview)
    personal = PersonalQuestions.objects.create(
        candidate=candidate, question_set=interview.question_set, created_by=staff.username
    )
    Interview.objects.filter(pk=interview.pk).update(personal_questions=personal)
    interview.responses.update(base_question="The question of the job")
    _add_clip(interview.responses.all()[0], attempt)
    sid = attempt.call.twilio_sid
    TwilioEvent.objects.create(key="k1", kind="take", attempt=attempt, call_sid=sid, params={})
    TwilioEvent.objects.create(key="k2", kind="no_interview", call_sid="CAin", params={"From": PHONE})
    ModelCall.objects.create(purpose="summary", model="m", interview_id=interview.pk)
    link, _ = ShareLink.create_with_token(days=14, interview=interview, created_by=staff)
    Invitation.objects.create(interview=interview, expires_at=timezone.now(), created_by=staff.username)
    CandidateMessage.objects.create(
        interview=interview, kind="invitation", created_by=staff.username, channel="sms", provider_id="SM1"
    )
    Feedback.objects.create(interview=interview, job=interview.job, clear=4, fair=3)
    AccessEvent.objects.create(link=link, part=AccessEvent.Part.PAGE, visitor="x")
    for number, row in enumerate((candidate, interview)):
        body = {"id": str(row.pk)}
        IdempotentRequest.objects.create(owner="o", key=f"key{number}", fingerprint="f", status_code=201, body=body)
    subjects = [candidate, interview, interview.responses.all()[0]]
    for subject in subjects:
        LogEntry.objects.log_actions(staff.pk, [subject], CHANGE, change_message="x", single_object=True)


def _add_clip(response: InterviewResponse, attempt: Attempt) -> None:
    VideoChoice.objects.create(interview=attempt.interview, choice=VideoChoice.Choice.AGREED)
    take = Take.objects.create(response=response, attempt=attempt, turn=1, status=Take.Status.STORED)
    clip = Clip.objects.create(take=take, format=Clip.Format.WEBM)
    clip.mark_stored(clip.save_video(b"webm cnry-video"), 15)


def _rows_of(person: Person) -> Iterator[tuple[type[models.Model], Any]]:
    interview, candidate = person.interview, person.candidate
    yield Consent, candidate.consents.all()
    yield DoNotCall, candidate.do_not_call_entries.all()
    yield CandidateEvent, candidate.events.all()
    yield ImportRow, candidate.import_rows.all()
    yield ResumeFile, candidate.resume_files.all()
    yield MergedRecord, candidate.merged_records.all()
    for model in (InterviewEvent, Attempt, InterviewResponse, InterviewResult, Decision, Note):
        yield model, model.objects.filter(interview=interview)
    yield PersonalQuestions, candidate.personal_questions.all()
    yield NoteVersion, NoteVersion.objects.filter(note__interview=interview)
    for held in (Call, TurnReply, LiveTranscript, Recording):
        yield held, held.objects.filter(attempt__interview=interview)
    yield EligibilityAnswer, EligibilityAnswer.objects.filter(interview=interview)
    yield AnswerDraft, AnswerDraft.objects.filter(response__interview=interview)
    yield Clip, Clip.objects.filter(take__response__interview=interview)
    yield ShareLink, ShareLink.objects.filter(interview=interview)
    yield Invitation, interview.invitations.all()
    yield CandidateMessage, interview.messages.all()
    yield Feedback, Feedback.objects.filter(interview=interview)
    yield AccessEvent, AccessEvent.objects.filter(link__interview=interview)
    yield Assessment, Assessment.objects.filter(response__interview=interview)
    yield TwilioEvent, TwilioEvent.objects.all()
    yield ModelCall, ModelCall.objects.filter(interview_id=interview.pk)
    yield IdempotentRequest, IdempotentRequest.objects.filter(body__id=str(candidate.pk))
    yield LogEntry, LogEntry.objects.all()
    yield Interview, Interview.objects.filter(pk=interview.pk)
    yield Candidate, Candidate.objects.filter(pk=candidate.pk)


def _value(person: Person, name: str, token: str) -> Any:
    """A value of the column that holds the token."""
    point = Point(text=token, position=0, quote=token)
    evidence = [Evidence(quote=token, verified=True, start=0, end=7)]
    criterion = CriterionRecord(
        criterion="c", name="Clarity", weight=1, score=7.5, reason=token, evidence=evidence, flags=[]
    )
    fillers = Fillers(count=1, share=0.1, which={token: 1})
    special: dict[str, Any] = {
        "Candidate.phone": PHONE,
        "Candidate.email": f"{token}@quux.example",
        "MergedRecord.phone": PHONE,
        "ImportRow.before": {"full_name": [token, "x"]},
        "ImportRow.extra": {"Source": token},
        "ImportRow.cells": [token],
        "ImportRow.errors": [{"field": "row", "problem": "missing", "detail": token}],
        "Candidate.hold_reason": "",
        "Call.number": PHONE,
        "InterviewResponse.measures": SpeechMetrics(words=1, sentiment=None, fillers=fillers, pace=None, pauses=None),
        "InterviewResponse.transcript_times": [[token, 0, 1]],
        "Assessment.criteria": [criterion],
        "InterviewResult.grounds": [point],
        "InterviewResult.strengths": [point],
        "InterviewResult.improvements": [point],
        "InterviewEvent.data": {"position": 0, "note": token},
        "IdempotentRequest.body": {"id": str(person.candidate.pk), "full_name": token},
        "PersonalQuestions.questions": [PersonalQuestion(position=0, text=token, good_answer=token)],
        "PersonalQuestions.refused": [RefusedPersonalQuestion(position=0, text=token, reason="language")],
        "Attempt.progress": {"request": token},
        "TurnReply.prompt": {"kind": "ask", "text": token},
        "LiveTranscript.finals": {"1": token},
        "TwilioEvent.params": {"From": PHONE, "SpeechResult": token, "TranscriptionSid": "TR1"},
    }
    return special.get(name, token)


def _write_files(person: Person) -> None:
    recordings = Recording.objects.filter(attempt__interview=person.interview)
    for recording in recordings:
        recording.file.storage.delete(str(recording.file.name))
        recording.file.storage.save(str(recording.file.name), ContentFile(b"RIFF cnry-recording"))


def rows_with(text: str) -> dict[str, int]:
    """How many rows of each table of the database contain this text, in any column and in any type.

    Encrypted columns are searched decrypted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        counts = {}
        for table in tables:
            query = f"""SELECT count(*) FROM "{table}" AS row WHERE row::text ILIKE ANY(%s)"""
            cursor.execute(query, [[f"%{text}%", f"%{text.encode().hex()}%"]])
            counts[table] = cursor.fetchone()[0]
    for column in encrypted_fields():
        contents = column.model._base_manager.values_list(column.name, flat=True)
        counts[column.model._meta.db_table] += sum(text.lower() in str(content).lower() for content in contents)
    return {table: number for table, number in counts.items() if number}


def files_with(folder: Path, text: str) -> list[str]:
    """The stored files whose name or content contains this text."""
    return [name for name, content in private_contents(folder).items() if text in name or text.encode() in content]


def private_contents(folder: Path) -> dict[str, bytes]:
    """The decrypted content of each file of private storage, which is in this folder."""
    names = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    return {name: storages["private"].open(name).read() for name in names}
