"""The virus scanner: a server that speaks clamd's protocol, and what is refused where it refuses or is silent."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from candidates.importing.creation import upload_import
from candidates.models import Candidate, Import
from screener.documents.table_rows import TableProblem, UnreadableTable
from screener.documents.upload import NOT_SCANNED, InvalidDocument, validate_upload
from tests.support.api_problems import assert_problem

EICAR = "".join(("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE", "!$H+H*"))
TABLE = b"Name,Phone\nAda,+14155550100\n"


class Scanner(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        verdict = "Eicar-Test-Signature FOUND" if EICAR.encode() in content else "OK"
        if b"too long" in content:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            self.wfile.write(f"stream: {verdict}\0".encode())


@pytest.fixture
def scanner(settings: Any) -> Iterator[None]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_ADDRESS = f"127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


def refusal(content: bytes) -> str:
    try:
        validate_upload(ContentFile(content))
    except InvalidDocument as error:
        return error.code
    return ""


@pytest.mark.usefixtures("scanner")
class TestVerdicts:
    def test_documents_are_scanned(self) -> None:
        assert refusal(b"Five years of SQL. " * 10_000) == ""
        assert refusal(f"My resume. {EICAR}".encode()) == "infected"
        assert refusal(b"This is too long for the scanner.") == NOT_SCANNED

    @pytest.mark.django_db
    def test_refused_files_are_not_stored(self, api: APIClient) -> None:
        with pytest.raises(UnreadableTable) as caught:
            upload_import(ContentFile(TABLE + EICAR.encode(), name="a.csv"), author="hanna")
        assert caught.value.problem == TableProblem.INFECTED
        assert not Import.objects.exists()
        fields = {"full_name": "Ada", "phone": "+14155550100", "resume": ContentFile(EICAR.encode(), name="cv.txt")}
        assert "resume" in assert_problem(api.post("/api/v1/candidates/", fields, format="multipart"), 400)["errors"]
        assert not Candidate.objects.exists()


def test_silent_scanner_refuses(settings: Any) -> None:
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    assert refusal(b"Five years of SQL.") == NOT_SCANNED
    settings.CLAMD_ADDRESS = "/nowhere/clamd.ctl"
    assert refusal(b"Five years of SQL.") == NOT_SCANNED


def test_without_scanner_nothing_is_asked() -> None:
    assert refusal(EICAR.encode()) == ""
