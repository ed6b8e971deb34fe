from candidates.models.candidate import (
    CANDIDATES_FOLDER,
    READ_RESUME,
    RESUME_PREFIX,
    Candidate,
    Consent,
    delete_on_commit,
    private_folder,
    private_storage,
    resume_path,
)
from candidates.models.candidate_event import CandidateEvent
from candidates.models.do_not_call import DoNotCall, DoNotCallKey, hashes_of_emails, hashes_of_numbers
from candidates.models.erasure import ErasedItem, Erasure
from candidates.models.imports import (
    PLAN_IMPORT,
    READ_ARCHIVE,
    READ_IMPORT,
    UNDO_IMPORT,
    Import,
    ImportRow,
    RowNote,
    RowResult,
    UndoResult,
)
from candidates.models.kept_upload import KeptUpload
from candidates.models.merged_record import MergedRecord, candidates_known_as
from candidates.models.resume_archive import FileResult, ResumeArchive, ResumeFile

__all__ = [
    "CANDIDATES_FOLDER",
    "PLAN_IMPORT",
    "READ_ARCHIVE",
    "READ_IMPORT",
    "READ_RESUME",
    "RESUME_PREFIX",
    "UNDO_IMPORT",
    "Candidate",
    "CandidateEvent",
    "Consent",
    "DoNotCall",
    "DoNotCallKey",
    "ErasedItem",
    "Erasure",
    "FileResult",
    "Import",
    "ImportRow",
    "KeptUpload",
    "MergedRecord",
    "ResumeArchive",
    "ResumeFile",
    "RowNote",
    "RowResult",
    "UndoResult",
    "candidates_known_as",
    "delete_on_commit",
    "hashes_of_emails",
    "hashes_of_numbers",
    "private_folder",
    "private_storage",
    "resume_path",
]
