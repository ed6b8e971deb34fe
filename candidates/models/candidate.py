"""Candidates and their consents."""

import re
import uuid
from datetime import datetime
from pathlib import PurePath
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import models, transaction
from django.db.models import Exists, Func, OuterRef, Q, Value
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.models.candidate_event import CandidateEvent
from screener.access.blind_mode import is_blind
from screener.access.viewer import VIEW_ALL_JOBS, VIEW_CONTACT_DATA, Viewer, with_visible_candidate
from screener.background.queue import RowTaskHandle
from screener.documents.file_type import detect_file_type
from screener.encryption.fields import EncryptedTextField
from screener.models import AppendOnly, BaseModel, InvalidTransition

READ_RESUME = RowTaskHandle("candidates.read_resume", queue="files", argument="candidate_id")
ADD_CANDIDATE = "candidates.add_candidate"
PUNCTUATION = "-._/@:'+"


def search_vector_of(column: str) -> SearchVector:
    """The words of a column, for the search. PostgreSQL would take some with punctuation for numbers or addresses."""
    spaces = " " * len(PUNCTUATION)
    return SearchVector(Func(column, Value(PUNCTUATION), Value(spaces), function="translate"), config="simple")


NAME_WORDS, EMAIL_WORDS = search_vector_of("full_name"), search_vector_of("email")


def private_storage() -> Any:
    return storages["private"]


def delete_on_commit(file_name: str | None) -> None:
    """Delete the file, if there is one, when the transaction is committed."""
    if file_name:
        transaction.on_commit(lambda: private_storage().delete(file_name), robust=True)


ALIAS_LENGTH = 6
CANDIDATES_FOLDER = "candidates"
RESUME_PREFIX = "resume-"


def private_folder(candidate_id: uuid.UUID) -> str:
    """The folder in private storage that holds every file about this candidate, and no other."""
    return f"{CANDIDATES_FOLDER}/{candidate_id}"


def resume_path(candidate: "Candidate", filename: str) -> str:
    """A generated name. Only the suffix comes from the caller: see `store_resume`."""
    return f"{private_folder(candidate.pk)}/{RESUME_PREFIX}{uuid.uuid4().hex}{PurePath(filename).suffix}"


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The candidates of the jobs that the viewer may see.

        A candidate without an interview belongs to no job: viewers who may add candidates see those too.
        """
        if viewer.has_perm(VIEW_ALL_JOBS):
            return self
        held = _interviews().filter(candidate=OuterRef("pk"))
        visible = Q(Exists(held.visible_to(viewer)))
        return self.filter(visible | ~Exists(held) if viewer.has_perm(ADD_CANDIDATE) else visible)

    def with_alias_like(self, text: str) -> Self:
        """The candidates whose alias begins with this code."""
        code = text.split()[-1].lower() if text.split() else ""
        if not re.fullmatch(rf"[0-9a-f]{{1,{ALIAS_LENGTH}}}", code):
            return self.none()
        first, last = (uuid.UUID(code.ljust(32, digit)) for digit in "0f")
        return self.filter(pk__range=(first, last))

    def contact_visible_to(self, viewer: Viewer) -> Self:
        """The candidates whose phone number, e-mail address and resume the viewer may see."""
        if viewer.has_perm(VIEW_CONTACT_DATA):
            return self.visible_to(viewer)
        allowed = {"job__memberships__user": viewer.pk, "job__memberships__may_see_contact_data": True}
        return self.filter(Exists(_interviews().filter(candidate=OuterRef("pk"), **allowed)))


def _interviews() -> Any:
    """Interviews but practice. Their model is above this app."""
    relation: Any = Candidate._meta.get_field("interviews")
    return relation.related_model.objects.all()


class Candidate(BaseModel):
    class ResumeStatus(models.TextChoices):
        NONE = "none", _("No resume")
        PENDING = "pending", _("Being read")
        READ = "read", _("Read")
        UNREADABLE = "unreadable", _("Could not be read")

    full_name = models.CharField(max_length=200)
    former_names = models.JSONField(default=list, db_default=[], editable=False)
    """Other names that the record had. Transcripts still hold them. A trigger adds each one (migration 0017)."""
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=16, db_index=True, help_text=_("E.164, as it is dialled: +14155550100"))
    locale = models.CharField(max_length=10, default="en")
    timezone = models.CharField(
        max_length=64, blank=True, help_text=_("IANA name, such as Europe/Berlin; empty: the number's")
    )
    external_id = models.CharField(max_length=100, blank=True, help_text=_("This person's id in your own system"))
    resume = models.FileField(storage=private_storage, upload_to=resume_path, blank=True, max_length=255)
    resume_text = EncryptedTextField(blank=True)
    resume_is_cut = models.BooleanField(
        default=False, db_default=False, help_text=_("The file has more text than is kept")
    )
    resume_status = models.CharField(max_length=12, choices=ResumeStatus.choices, default=ResumeStatus.NONE)
    resume_error = models.TextField(blank=True)
    legal_hold = models.BooleanField(default=False, help_text=_("Nothing of the record is erased while it is held"))
    hold_reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    hold_set_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    hold_set_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        permissions = [
            ("view_names", "Can view names of candidates; without it, blind mode is always on"),
            ("view_contact_data", "Can view phone numbers, e-mail addresses and resumes of candidates"),
            ("erase_candidate", "Can erase candidate"),
            ("export_candidate", "Can export the data of candidate"),
            ("hold_candidate", "Can set and lift the legal hold of candidate"),
            ("merge_candidate", "Can merge two records of one candidate"),
        ]
        indexes = [
            GinIndex(NAME_WORDS, name="candidates_by_name"),
            GinIndex(EMAIL_WORDS, name="candidates_by_email"),
            models.Index(Upper("email"), name="candidates_by_address"),
            models.Index(fields=["updated_at"], condition=Q(erased_at__isnull=True), name="kept_candidates_by_change"),
            models.Index(fields=["created_at"], condition=Q(resume_status="unreadable"), name="unreadable_resumes"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="one_candidate_per_external_id"
            ),
            models.CheckConstraint(
                condition=Q(phone__regex=r"^\+[1-9][0-9]{6,14}$") | Q(phone="", erased_at__isnull=False),
                name="candidate_phone_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(
                    full_name="",
                    email="",
                    phone="",
                    timezone="",
                    external_id="",
                    resume="",
                    resume_text="",
                    resume_error="",
                    legal_hold=False,
                ),
                name="erased_candidate_is_blank",
            ),
            models.CheckConstraint(
                condition=Q(legal_hold=False, hold_reason="") | (Q(legal_hold=True) & ~Q(hold_reason="")),
                name="legal_hold_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        """The name as the reader of the page may see it, which is the alias in blind mode."""
        if self.erased_at:
            return gettext("Erased candidate %(pk)s") % {"pk": str(self.pk)[:8]}
        return self.alias if is_blind() else self.full_name or gettext("No name")

    @property
    def alias(self) -> str:
        """A name for blind mode. It depends on the id alone, so that it stays and does not identify the person."""
        return gettext("Candidate %(code)s") % {"code": self.pk.hex[:ALIAS_LENGTH].upper()}

    @property
    def identifying_texts(self) -> tuple[str, ...]:
        """Texts that identify the candidate. They are redacted from every text that a model is sent."""
        return (self.full_name, *self.former_names, self.email, self.phone)

    def consents_to(self, consent_kind: "Consent.Kind") -> bool:
        """Whether the latest consent of this kind was given. No query if the consents are prefetched."""
        consents = [consent for consent in self.consents.all() if consent.kind == consent_kind]
        latest_consent = max(consents, key=lambda consent: (consent.said_at, consent.created_at), default=None)
        return latest_consent is not None and latest_consent.given

    def add_call_consent(
        self, given: bool, *, given_by: "Consent.GivenBy", source: str, said_at: datetime | None = None
    ) -> None:
        """Add a consent to be called, or a refusal, given now unless `said_at` is another time. Earlier ones stay."""
        self.consents.create(
            kind=Consent.Kind.CALL,
            given=given,
            given_by=given_by,
            source=source,
            language=self.locale,
            said_at=said_at or timezone.now(),
        )

    def add_event(self, kind: CandidateEvent.Kind, *, actor: str, reason: str = "") -> None:
        is_public = kind == CandidateEvent.Kind.ERASED
        CandidateEvent.objects.create(
            candidate=self, kind=kind, actor=actor, reason=reason, awaits_publication=is_public
        )

    def lock(self) -> None:
        """Lock the row to the end of the transaction, and read it afresh. Rows that refer to it can still be added."""
        self.refresh_from_db(from_queryset=Candidate.objects.select_for_update(no_key=True))

    def set_hold(self, *, actor: str, reason: str) -> None:
        """Keep all data about the candidate until the hold is lifted. Raises InvalidTransition if it is set."""
        with transaction.atomic():
            self.lock()
            if self.erased_at:
                raise InvalidTransition(gettext("This candidate was erased. There is nothing left to hold."))
            if self.legal_hold:
                raise InvalidTransition(
                    gettext("The candidate is on legal hold already, set by %(hold_set_by)s.")
                    % {"hold_set_by": self.hold_set_by}
                )
            self._write_hold(legal_hold=True, hold_reason=reason, hold_set_by=actor, hold_set_at=timezone.now())
            self.add_event(CandidateEvent.Kind.HOLD_SET, actor=actor, reason=reason)

    def lift_hold(self, *, actor: str, reason: str) -> None:
        """Let the candidate's data be erased again. Raises InvalidTransition if there is no hold."""
        with transaction.atomic():
            self.lock()
            if not self.legal_hold:
                raise InvalidTransition(gettext("The candidate is not on legal hold."))
            self._write_hold(legal_hold=False, hold_reason="", hold_set_by="", hold_set_at=None)
            self.add_event(CandidateEvent.Kind.HOLD_LIFTED, actor=actor, reason=reason)

    def _write_hold(self, **changes: Any) -> None:
        """Leave `updated_at` as it is: a hold does not prolong the retention of the record."""
        Candidate.objects.filter(pk=self.pk).update(**changes)
        for name, value in changes.items():
            setattr(self, name, value)

    def blank_resume(self) -> None:
        """Forget the resume. Its file is deleted by the erasure. `updated_at` stays, as in `_write_hold`."""
        Candidate.objects.filter(pk=self.pk).update(
            resume="", resume_text="", resume_is_cut=False, resume_error="", resume_status=self.ResumeStatus.NONE
        )

    def blank(self) -> None:
        """Blank all data that identifies the person. The row stays, for statistics and as proof."""
        self.blank_resume()
        Candidate.objects.filter(pk=self.pk).update(
            full_name="",
            former_names=[],
            email="",
            phone="",
            timezone="",
            external_id="",
            erased_at=self.erased_at or timezone.now(),
        )

    def store_resume(self, resume_file: "File[Any]") -> None:
        """Replace the resume. The worker reads the new file; `resume_status` shows the progress.

        The suffix follows from the content. The uploaded name is ignored, because HR opens the files that they
        download. On legal hold the earlier file stays in the candidate's folder, until the resume is erased.
        """
        earlier_name = self.resume.name
        resume_file.seek(0)
        file_type = detect_file_type(resume_file.read())
        resume_file.seek(0)
        suffix = "txt" if file_type == "html" else file_type or "bin"  # a browser would run the scripts of a page
        self.resume.save(f"resume.{suffix}", resume_file, save=False)
        status = self.ResumeStatus.PENDING
        self.update_fields(
            resume=self.resume, resume_text="", resume_is_cut=False, resume_status=status, resume_error=""
        )
        READ_RESUME.defer(self.pk)
        if not self.legal_hold:
            delete_on_commit(earlier_name)

    def adopt_resume(self, other: "Candidate") -> None:
        """Take the resume of another record in place of the own one. The file stays where it is."""
        self.update_fields(
            resume=str(other.resume.name or ""),
            resume_text=other.resume_text,
            resume_is_cut=other.resume_is_cut,
            resume_status=other.resume_status,
            resume_error=other.resume_error,
        )
        if other.resume_status == self.ResumeStatus.PENDING:
            READ_RESUME.defer(self.pk)

    @property
    def record_ids(self) -> list[uuid.UUID]:
        """The id of this record and those of the records that were merged into it. One query."""
        merged: Any = self._meta.get_field("merged_records")
        return [self.pk, *merged.related_model.objects.filter(candidate=self).values_list("merged_id", flat=True)]

    @property
    def private_folders(self) -> list[str]:
        """The folders that hold every file about this person. One query."""
        return [private_folder(record_id) for record_id in self.record_ids]

    def set_resume_text(self, resume_text: str, *, is_cut: bool = False) -> None:
        """`is_cut`: the file has more text."""
        self.update_fields(
            resume_text=resume_text, resume_is_cut=is_cut, resume_status=self.ResumeStatus.READ, resume_error=""
        )

    def set_resume_error(self, why: str) -> None:
        self.update_fields(
            resume_text="", resume_is_cut=False, resume_status=self.ResumeStatus.UNREADABLE, resume_error=why
        )


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The consents of the candidates that the viewer may see."""
        return with_visible_candidate(self, viewer)


class Consent(AppendOnly):
    class Kind(models.TextChoices):
        CALL = "call", _("To be called")
        RECORD = "record", _("To be interviewed by an AI and recorded")
        VIDEO = "video", _("To be recorded on video as well")

    class GivenBy(models.TextChoices):
        UNKNOWN = "", _("Not recorded")
        VOICE = "voice", _("Spoken words")
        KEY = "key", _("A pressed key")
        SMS = "sms", _("An SMS")
        FORM = "form", _("A form on a page")
        API = "api", _("An API client")
        IMPORT = "import", _("An imported file")
        STAFF = "staff", _("Staff")
        VOIDED = "voided", _("Voided: a machine had answered")

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    given = models.BooleanField(help_text=_("No: refused or withdrawn"))
    given_by = models.CharField(max_length=10, choices=GivenBy.choices, blank=True, default="", db_default="")
    attempt = models.ForeignKey(
        "interviews.Attempt", on_delete=models.SET_NULL, null=True, blank=True, related_name="consents", db_index=False
    )
    wording_version = models.CharField(
        max_length=64, blank=True, help_text=_("The hash of the disclosure before this reply; empty: there was none")
    )
    language = models.CharField(max_length=10, default="en")
    source = models.CharField(max_length=200, help_text=_("Where it was said: a form, a call, an e-mail"))
    said_at = models.DateTimeField(default=timezone.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at"]
        indexes = [
            models.Index(fields=["attempt"], condition=Q(attempt__isnull=False), name="consents_of_an_attempt"),
        ]

    def __str__(self) -> str:
        answer = gettext("yes") if self.given else gettext("no")
        return f"{self.get_kind_display()}: {answer}"
