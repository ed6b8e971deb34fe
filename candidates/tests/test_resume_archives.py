"""Resumes in a ZIP: matched by id or name with the candidates of an import, and archives that are refused."""

import struct
import tracemalloc
import zipfile
from io import BytesIO
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from candidates.importing.resume_names import NameMatcher
from candidates.importing.resumes import upload_archive
from candidates.models import Candidate, FileResult, Import, ResumeArchive, ResumeFile
from screener.documents import archive as archives
from screener.documents.archive import ArchiveProblem, BrokenFile, UnreadableArchive, open_archive, read_member
from screener.models import InvalidTransition
from tests.support.candidate_files import ADA, GRACE, import_rows, upload, zip_of
from tests.support.factories import run_tasks

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 a resume"


def add_archive(imported: Import, content: bytes, **options: bool) -> ResumeArchive:
    archive = upload_archive(imported, ContentFile(content, "resumes.zip"), author="hr", **options)
    run_tasks(only="candidates.read_archive")
    archive.refresh_from_db()
    return archive


def results_of(archive: ResumeArchive) -> dict[str, str]:
    return dict(archive.files.values_list("name", "result"))


class TestMatching:
    @pytest.mark.parametrize(
        ("file_name", "matched"),
        [
            ("Lovelace_Ada_CV.pdf", {"ada"}),
            ("ada lovelace.docx", {"ada"}),
            ("cvs/AdaLovelace-2026.pdf", {"ada"}),
            ("ats-4711.pdf", {"ada"}),
            ("CV_ATS-4711_final.pdf", {"ada"}),
            ("Ada.pdf", set()),
            ("Lovelace.pdf", set()),
            ("Zoe Muller.pdf", {"zoe"}),
            ("MUELLER, Zoë.pdf", {"zoe"}),
            ("7.pdf", {"zoe"}),
            ("resume 7.pdf", set()),
            ("ATS-4711 Zoë Müller.pdf", {"ada", "zoe"}),
            ("Grace Hopper.pdf", {"grace", "other grace"}),
            ("CV Madonna.pdf", {"madonna"}),
            ("Madonna Smith.pdf", set()),
            (f"Ada Lovelace {'a ' * 200}.pdf", set()),
        ],
    )
    def test_file_is_matched_by_id_or_whole_name(self, file_name: str, matched: set[str]) -> None:
        people = {
            "ada": Candidate(full_name="Ada Lovelace", external_id="ats-4711"),
            "zoe": Candidate(full_name="Zoë Müller", external_id="7"),
            "grace": Candidate(full_name="Grace Hopper"),
            "other grace": Candidate(full_name="Hopper, Grace"),
            "madonna": Candidate(full_name="Madonna"),
        }
        candidate_ids = NameMatcher(people.values()).find(file_name)
        assert candidate_ids == {people[name].pk for name in matched}

    def test_resumes_are_stored_and_others_listed(self) -> None:
        imported = import_rows(ADA, GRACE)
        archive = add_archive(
            imported,
            zip_of({"__MACOSX/._x": b"x", "cv/": b"", "cv/Lovelace_Ada.pdf": PDF, "nobody.pdf": PDF}),
        )
        assert (archive.status, archive.files_total, archive.files_done, archive.file.name) == ("done", 2, 2, "")
        assert results_of(archive) == {"cv/Lovelace_Ada.pdf": FileResult.STORED, "nobody.pdf": FileResult.UNMATCHED}
        ada = Candidate.objects.get(full_name=ADA[0])
        with ada.resume.open() as stored:
            assert stored.read() == PDF
        assert ResumeFile.objects.get(result=FileResult.STORED).candidate == ada

    def test_other_candidates_are_not_matched(self) -> None:
        import_rows(ADA)
        assert results_of(add_archive(import_rows(GRACE), zip_of({"Ada Lovelace.pdf": PDF}))) == {
            "Ada Lovelace.pdf": FileResult.UNMATCHED
        }

    @pytest.mark.parametrize(
        ("content", "result"),
        [
            (zip_of({"cv.pdf": PDF}), FileResult.NESTED_ARCHIVE),
            (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), FileResult.WRONG_TYPE),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), FileResult.OLD_WORD),
            (b"x" * (5 * 1024 * 1024 + 1), FileResult.TOO_LARGE),
            (b"", FileResult.EMPTY),
        ],
    )
    def test_file_that_is_no_resume_stops_no_other(self, content: bytes, result: FileResult) -> None:
        archive = add_archive(import_rows(ADA, GRACE), zip_of({"Ada Lovelace.pdf": content, "Grace Hopper.pdf": PDF}))
        assert results_of(archive) == {"Ada Lovelace.pdf": result, "Grace Hopper.pdf": FileResult.STORED}
        assert not Candidate.objects.get(full_name=ADA[0]).resume

    def test_damaged_file_stops_no_other(self) -> None:
        content = zip_of({"Ada Lovelace.txt": b"A" * 100, "Grace Hopper.pdf": PDF}, compression=zipfile.ZIP_STORED)
        archive = add_archive(import_rows(ADA, GRACE), content.replace(b"A" * 100, b"B" * 100))
        assert set(results_of(archive).values()) == {FileResult.BROKEN, FileResult.STORED}

    def test_two_files_for_one_candidate_are_not_guessed(self) -> None:
        archive = add_archive(import_rows(ADA), zip_of({"Ada Lovelace.pdf": PDF, "ats-1.pdf": PDF}))
        assert set(results_of(archive).values()) == {FileResult.REPEATED}
        assert not Candidate.objects.get().resume

    @pytest.mark.parametrize("replace", [False, True])
    def test_resume_is_replaced_on_request_only(self, replace: bool) -> None:
        imported, contents = import_rows(ADA), (PDF, PDF + b" of today")
        for content in contents:
            archive = add_archive(imported, zip_of({"Ada Lovelace.pdf": content}), replace_resumes=replace)
        assert set(results_of(archive).values()) == {FileResult.REPLACED if replace else FileResult.HAS_RESUME}
        with Candidate.objects.get().resume.open() as stored:
            assert stored.read() == contents[replace]

    def test_archive_waits_for_rows(self) -> None:
        imported = upload("Name,Phone\nAda Lovelace,+14155550100\n")
        archive = add_archive(imported, zip_of({"Ada Lovelace.pdf": PDF}))
        assert archive.status == ResumeArchive.Status.READING
        imported.start(fields=imported.fields)
        run_tasks()
        archive.refresh_from_db()
        assert results_of(archive) == {"Ada Lovelace.pdf": FileResult.STORED}

    def test_worker_that_takes_over_goes_on(self) -> None:
        imported = import_rows(ADA, GRACE)
        content = zip_of({"Ada Lovelace.pdf": PDF, "Grace Hopper.pdf": PDF})
        archive = upload_archive(imported, ContentFile(content, "resumes.zip"), author="hr")
        ResumeFile.objects.create(archive=archive, number=1, name="x", result=FileResult.STORED)
        archive.update_fields(files_done=1)
        run_tasks(only="candidates.read_archive")
        assert list(archive.files.values_list("number", "name")) == [(1, "x"), (2, "Grace Hopper.pdf")]

    def test_undone_import_takes_no_resumes(self) -> None:
        imported = import_rows(ADA)
        imported.update_fields(status=Import.Status.UNDONE)
        with pytest.raises(InvalidTransition):
            add_archive(imported, zip_of({"Ada Lovelace.pdf": PDF}))


def bomb_with_small_size() -> bytes:
    """A file that declares a size of a kilobyte, and unpacks to 50 MB."""
    content = bytearray(zip_of({"Ada Lovelace.pdf": bytes(50 * 1024**2)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(signature) + offset, 1024)
    return bytes(content)


def file_at_no_place() -> bytes:
    """By ZIP64, the list of files says that the file begins at a byte that no archive has."""
    member, file = zipfile.ZipInfo("Ada Lovelace.pdf"), BytesIO()
    member.extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, PDF)
    content = bytearray(file.getvalue())
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 42, 0xFFFFFFFF)
    return bytes(content)


def test_file_at_no_place_is_broken() -> None:
    archive = zipfile.ZipFile(BytesIO(file_at_no_place()))
    with pytest.raises(BrokenFile):
        read_member(archive, archive.infolist()[0])


def test_no_more_is_unpacked_than_a_file_says() -> None:
    archive = zipfile.ZipFile(BytesIO(bomb_with_small_size()))
    tracemalloc.start()
    with pytest.raises(BrokenFile):
        read_member(archive, archive.infolist()[0])
    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most_bytes < 5 * 1024**2


def long_list_by_zip64() -> bytes:
    """An archive with two end records. That of ZIP64 counts; the other one declares a short list of files."""
    count = 900
    content = zip_of({f"{number}{'x' * 700}": b"" for number in range(count)})
    start = content.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", content, start + 12)
    end_64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start, 1)
    end = bytearray(content[start:])
    struct.pack_into("<I", end, 12, 100)
    return content[:start] + end_64 + locator + bytes(end)


def name_in_no_encoding() -> bytes:
    return zip_of({"Zoë.pdf": PDF}).replace("Zoë".encode(), b"Zo\xff\xff")


def version_of_the_future() -> bytes:
    """The list of files says that the file needs version 25.5 of ZIP."""
    content = bytearray(zip_of({"a.pdf": PDF}))
    content[content.index(b"PK\x01\x02") + 6] = 255
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(zip_of({"a.pdf": PDF}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def bomb() -> bytes:
    """A few bytes that declare an unpacked size of a gigabyte."""
    content = bytearray(zip_of({"a.pdf": bytes(1000)}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 1024**3)
    return bytes(content)


def repeated_name() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.pdf", PDF)
        archive.writestr("A.PDF", PDF)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", ArchiveProblem.EMPTY),
        (zip_of({"folder/": b""}), ArchiveProblem.EMPTY),
        (PDF, ArchiveProblem.WRONG_TYPE),
        (zip_of({"[Content_Types].xml": b"", "word/document.xml": b""}), ArchiveProblem.WRONG_TYPE),
        (zip_of({"a.pdf": PDF})[:40], ArchiveProblem.BROKEN),
        (zip_of({"a.pdf": PDF}, compression=zipfile.ZIP_LZMA), ArchiveProblem.BROKEN),
        (name_in_no_encoding(), ArchiveProblem.BROKEN),
        (version_of_the_future(), ArchiveProblem.BROKEN),
        (encrypted(), ArchiveProblem.ENCRYPTED),
        (bomb(), ArchiveProblem.LIMITS),
        (zip_of({f"{number}.txt": b"x" for number in range(archives.MAX_FILES + 1)}), ArchiveProblem.TOO_MANY_FILES),
        (zip_of({f"{number}{'x' * 200}": b"" for number in range(3_000)}), ArchiveProblem.TOO_MANY_FILES),
        (zip_of({"../../etc/cron.d/ada.pdf": PDF}), ArchiveProblem.UNSAFE_NAME),
        (zip_of({"C:\\ada.pdf": PDF}), ArchiveProblem.UNSAFE_NAME),
        (zip_of({"/etc/ada.pdf": PDF}), ArchiveProblem.UNSAFE_NAME),
        (zip_of({".": PDF}), ArchiveProblem.UNSAFE_NAME),
        (repeated_name(), ArchiveProblem.REPEATED_NAME),
        (long_list_by_zip64(), ArchiveProblem.TOO_MANY_FILES),
    ],
)
def test_archive_is_refused_as_a_whole(content: bytes, problem: ArchiveProblem) -> None:
    imported = import_rows(ADA)
    with pytest.raises(UnreadableArchive) as caught:
        upload_archive(imported, ContentFile(content, "resumes.zip"), author="hr")
    assert caught.value.problem == problem
    assert "%" not in str(caught.value)
    assert not ResumeArchive.objects.exists()


def test_disk_that_fails_is_no_fault_of_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zip_of({"a.pdf": PDF})
    monkeypatch.setattr(zipfile, "ZipFile", Mock(side_effect=PermissionError))
    with pytest.raises(PermissionError), open_archive(BytesIO(content), len(content)):
        pass


class TestApi:
    def test_archive_beside_file_and_later(self, api: APIClient) -> None:
        files = {
            "file": ContentFile(b"Name,Phone\nAda Lovelace,+14155550100\n", "list.csv"),
            "resumes": ContentFile(zip_of({"Ada Lovelace.pdf": PDF}), "first.zip"),
        }
        begun = api.post("/api/v1/imports/", files, format="multipart")
        assert begun.status_code == 202, begun.json()
        run_tasks()
        path = f"/api/v1/imports/{begun.json()['id']}/resumes/"
        again = zip_of({"nobody.pdf": PDF, "Ada Lovelace.pdf": PDF})
        later: Any = {"file": ContentFile(again, "second.zip"), "replace_resumes": "true"}
        assert api.post(path, later, format="multipart").status_code == 202
        run_tasks()
        assert [[file["result"] for file in archive["files"]] for archive in api.get(path).json()] == [
            [FileResult.STORED],
            [FileResult.UNMATCHED, FileResult.REPLACED],
        ]

    @pytest.mark.parametrize("field", ["file", "resumes"])
    def test_refused_archive_leaves_nothing(self, api: APIClient, field: str) -> None:
        files: Any = {"file": ContentFile(b"Name,Phone\nAda,+14155550100\n", "list.csv")}
        path = "/api/v1/imports/"
        if field == "file":
            path = f"{path}{import_rows(GRACE).pk}/resumes/"
        response = api.post(path, files | {field: ContentFile(PDF, "x.zip")}, format="multipart")
        assert (response.status_code, set(response.json()["errors"])) == (400, {field})
        assert not Import.objects.filter(name="list.csv", status=Import.Status.UPLOADED).exists()
        assert not ResumeArchive.objects.exists()
