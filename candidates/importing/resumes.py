"""The step that gives the resumes of an archive to the candidates of its import. Files without a match are listed."""

import time
import zipfile
from collections import Counter
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile, File

from candidates.importing.files import storable_text
from candidates.importing.resume_names import NameMatcher
from candidates.importing.step import STEP_FAILED, FileNotReadable
from candidates.models import READ_ARCHIVE, Candidate, FileResult, Import, ResumeArchive, ResumeFile
from candidates.models.resume_archive import MAX_NAME_LENGTH
from screener.background.leases import Lease, row_lock
from screener.background.steps import Step
from screener.documents.archive import (
    ArchiveProblem,
    BrokenFile,
    UnreadableArchive,
    list_documents,
    open_archive,
    read_member,
)
from screener.documents.upload import MAX_BYTES, NOT_SCANNED, InvalidDocument, validate_upload
from screener.services.clamd.client import InfectedFile, ScannerUnavailable, scan_file
from screener.services.errors import PermanentError, ServiceError, TransientError

SLICE_SECONDS = 240.0
ZIP_START = b"PK\x03\x04"


class UnusableArchive(PermanentError):
    """The archive can't be read, now or later. `problem`: a code."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem, self.detail = problem, detail


def upload_archive(imported: Import, file: "File[Any]", *, author: str, replace_resumes: bool = False) -> ResumeArchive:
    """Store an archive of resumes, to be matched in the background.

    `replace_resumes`: also for candidates who have a resume. By default that is kept, and the file is listed.
    Raises UnreadableArchive, and InvalidTransition if the import was undone. The archive is not stored then.
    """
    with open_archive(file, file.size or 0) as archive:
        files_total = len(list_documents(archive))
    try:
        scan_file(file)
    except InfectedFile:
        raise UnreadableArchive(ArchiveProblem.INFECTED) from None
    except ScannerUnavailable:
        raise UnreadableArchive(ArchiveProblem.NOT_SCANNED) from None
    stored = ResumeArchive(
        imported=imported,
        author=author,
        name=storable_text(str(file.name))[-MAX_NAME_LENGTH:],
        files_total=files_total,
        replace_resumes=replace_resumes,
    )
    stored.store_file(file)
    return stored


def _match_files(lease: Lease[ResumeArchive]) -> bool:
    """Match the remaining files. False: the time is up or the lease is lost, and files may be left."""
    stored = ResumeArchive.objects.select_related("imported").get(pk=lease.pk)
    ends_at = time.monotonic() + SLICE_SECONDS
    try:
        file = stored.file.open("rb")
    except Exception as error:
        raise FileNotReadable(f"The storage of private files failed ({type(error).__name__}).") from error
    try:
        with file, open_archive(file, file.size) as archive:
            return _Matching(lease, stored, archive).run(ends_at)
    except UnreadableArchive as error:
        raise UnusableArchive(error.problem.value, error.detail) from None


class _Matching:
    """Matches all names first, so that two files for one candidate are found before one of them is stored."""

    def __init__(self, lease: Lease[ResumeArchive], stored: ResumeArchive, archive: zipfile.ZipFile) -> None:
        self._lease, self._archive = lease, archive
        self._files_done = stored.files_done
        self._documents = list_documents(archive)
        candidates = stored.imported.candidates.filter(erased_at__isnull=True)
        matcher = NameMatcher(candidates.only("full_name", "external_id").iterator(chunk_size=2_000))
        self._matches = [matcher.find(document.filename) for document in self._documents]
        self._files_of = Counter(next(iter(match)) for match in self._matches if len(match) == 1)

    def run(self, ends_at: float) -> bool:
        for number in range(self._files_done, len(self._documents)):
            if time.monotonic() > ends_at or not self._save_file(number):
                return False
        return True

    def _save_file(self, number: int) -> bool:
        """Store the resume, its result and the progress in one transaction. False: the lease is lost."""
        document, match = self._documents[number], self._matches[number]
        result, content = self._check(document, match)
        with self._lease.locked(row_lock(ResumeArchive.objects.all())) as stored:
            if stored is None:
                return False
            candidate = None
            if result == FileResult.STORED:
                result, candidate = _store(stored, next(iter(match)), content)
            has_stored = result in (FileResult.STORED, FileResult.REPLACED)
            ResumeFile.objects.create(
                archive=stored,
                number=number + 1,
                name=storable_text(document.filename)[-MAX_NAME_LENGTH:],
                result=result,
                candidate=candidate,
                resume=str(candidate.resume.name) if candidate and has_stored else "",
            )
            stored.update_fields(files_done=number + 1)
        return True

    def _check(self, document: zipfile.ZipInfo, match: set[UUID]) -> tuple[FileResult, bytes]:
        if not match:
            return FileResult.UNMATCHED, b""
        if len(match) > 1:
            return FileResult.AMBIGUOUS, b""
        if self._files_of[next(iter(match))] > 1:
            return FileResult.REPEATED, b""
        if document.file_size > MAX_BYTES:
            return FileResult.TOO_LARGE, b""
        try:
            content = read_member(self._archive, document)
            validate_upload(ContentFile(content))
        except BrokenFile:
            return FileResult.BROKEN, b""
        except InvalidDocument as error:
            if error.code == NOT_SCANNED:
                raise TransientError("The virus scanner gave no verdict.") from error
            return FileResult.NESTED_ARCHIVE if content.startswith(ZIP_START) else FileResult(error.code), b""
        return FileResult.STORED, content


def _store(archive: ResumeArchive, candidate_id: UUID, content: bytes) -> tuple[FileResult, Candidate | None]:
    """Without a match: the candidate was erased or merged meanwhile."""
    candidates = Candidate.objects.select_for_update(no_key=True).filter(erased_at__isnull=True)
    candidate = candidates.filter(pk=candidate_id).first()
    if candidate is None:
        return FileResult.UNMATCHED, None
    if candidate.resume and not archive.replace_resumes:
        return FileResult.HAS_RESUME, candidate
    result = FileResult.REPLACED if candidate.resume else FileResult.STORED
    candidate.store_resume(ContentFile(content))
    return result, candidate


def _finish(stored: ResumeArchive, is_complete: bool) -> None:
    if is_complete:
        stored.finish()
    else:
        stored.release()
        READ_ARCHIVE.defer(stored.pk)


def _give_up(stored: ResumeArchive, error: ServiceError) -> None:
    if isinstance(error, UnusableArchive):
        stored.fail(error.problem, error.detail)
    else:
        stored.fail(STEP_FAILED)


READ_ARCHIVE_STEP = Step(
    ready=ResumeArchive.objects.to_read,
    work=_match_files,
    lock=row_lock(ResumeArchive.objects.all()),
    save=_finish,
    give_up=_give_up,
)
