"""Deleting candidates in the admin and over the API."""

from datetime import timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db.models import ProtectedError
from django.utils import timezone

from candidates.data_rights.orphaned_files import KEPT, delete_orphaned_files
from candidates.deletion import DELETE_FILES, delete_candidates
from candidates.models import Candidate, Consent, MergedRecord, private_folder
from screener.models import DataKey, InvalidTransition
from tests.support.factories import make_candidate, make_interview, run_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(reviewer: User) -> Candidate:
    """A candidate with a consent, a resume and an entry in the admin's log."""
    candidate = make_candidate(full_name="Zebediah Quux")
    candidate.store_resume(ContentFile(b"Ten years of Linux.", "cv.txt"))
    LogEntry.objects.log_actions(reviewer.pk, [candidate], CHANGE, change_message="Changed.", single_object=True)
    return candidate


def has_resume(candidate: Candidate) -> bool:
    return bool(candidate.resume.storage.exists(str(candidate.resume.name)))


def test_deletion_removes_rows_and_files(candidate: Candidate) -> None:
    """Also a file that no row names: of a replaced resume, say, when the process died."""
    other = make_candidate(phone="+14155550102")
    orphan = candidate.resume.storage.save(f"{private_folder(candidate.pk)}/resume-orphan.pdf", ContentFile(b"x"))
    delete_candidates(candidates=Candidate.objects.filter(pk=candidate.pk))
    assert has_resume(candidate)  # until the commit
    run_tasks(only=DELETE_FILES.name)
    assert list(Candidate.objects.all()) == [other]
    assert set(Consent.objects.values_list("candidate", flat=True)) == {other.pk}
    assert not has_resume(candidate)
    assert not candidate.resume.storage.exists(orphan)
    assert not DataKey.objects.exclude(owner=DataKey.SHARED).exists()


def test_files_of_no_candidate_are_deleted(candidate: Candidate, time_machine: Any) -> None:
    """A process died after it had stored the resume of a new candidate. Files of a merged record stay."""
    merged_id = uuid4()
    MergedRecord.objects.create(candidate=candidate, merged_id=merged_id, actor="hanna")
    storage = candidate.resume.storage
    orphan = storage.save(f"{private_folder(uuid4())}/resume-orphan.pdf", ContentFile(b"x"))
    of_merged_record = storage.save(f"{private_folder(merged_id)}/interview/answer.wav", ContentFile(b"x"))
    assert delete_orphaned_files() == 0  # the record may be saved at this moment
    time_machine.move_to(timezone.now() + KEPT + timedelta(minutes=1))
    assert delete_orphaned_files() == 1
    assert not storage.exists(orphan)
    assert has_resume(candidate)
    assert storage.exists(of_merged_record)


def test_deletion_removes_names_from_log(candidate: Candidate) -> None:
    delete_candidates(candidates=Candidate.objects.all())
    (entry,) = LogEntry.objects.filter(object_id=str(candidate.pk))
    assert candidate.full_name not in str(entry.__dict__)


@pytest.mark.parametrize(
    ("obstacle", "error"), [("legal hold", InvalidTransition), ("interview", ProtectedError)], ids=str
)
def test_refused_deletion_changes_nothing(candidate: Candidate, obstacle: str, error: type[Exception]) -> None:
    if obstacle == "interview":
        make_interview(phone="+14155550102")
    else:
        make_candidate(phone="+14155550102").set_hold(actor="hanna", reason="A lawsuit.")
    with pytest.raises(error):
        delete_candidates(candidates=Candidate.objects.all())
    assert DELETE_FILES.name not in run_tasks(only="candidates.")
    assert Candidate.objects.count() == 2
    assert has_resume(candidate)
    assert LogEntry.objects.get(object_id=str(candidate.pk)).object_repr == candidate.full_name


def test_files_are_deleted_when_storage_is_back(candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is left that a sweep could find them by."""
    delete_candidates(candidates=Candidate.objects.all())
    with monkeypatch.context() as patched:
        patched.setattr(type(candidate.resume.storage), "delete", Mock(side_effect=PermissionError))
        run_tasks(only=DELETE_FILES.name)
    assert has_resume(candidate)
    assert run_tasks(only=DELETE_FILES.name) == []
    assert run_tasks(only=DELETE_FILES.name, include_later=True) == [DELETE_FILES.name]
    assert not has_resume(candidate)
