"""Documents: refused uploads, extracted texts, and hostile files, which do no harm."""

import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from pypdf import PdfWriter

from screener.documents import reader, upload
from screener.documents.extraction import Problem
from screener.documents.reader import read_file
from screener.documents.upload import (
    MAX_BYTES,
    InvalidDocument,
    UnreadableDocument,
    read_document,
    validate_upload,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def pdf(text: str = "Anna Berg, barista since 2015.", *, content: bytes | None = None, filters: str = "") -> bytes:
    """A PDF of one page, by hand."""
    stream = content if content is not None else f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} {filters}>>\nstream\n".encode() + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return body + f"xref\n0 6\n0000000000 65535 f \n{table}{trailer}".encode()


def locked_pdf(password: str, owner: str | None = None) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    writer.encrypt(password, owner, algorithm="AES-256")
    return saved(writer.write)


def saved(write: Callable[[BytesIO], object]) -> bytes:
    file = BytesIO()
    write(file)
    return file.getvalue()


def docx() -> bytes:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "anna@example.com"
    document.add_heading("Anna Berg", level=1)
    document.add_paragraph("Barista\nsince 2015.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Latte art", "ten years"
    document.add_paragraph("Vienna")
    return saved(document.save)


def docx_with(**parts: bytes) -> bytes:
    """The same with other content in some of its parts."""
    changed = {name.replace("__", "/") + ".xml": content for name, content in parts.items()}
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(docx())) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.pop(name) if name in changed else old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return file.getvalue()


def zip_of(name: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "hello")
    return file.getvalue()


class TestAtTheDoor:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("resume.pdf", pdf()),
            ("resume.docx", docx()),
            ("resume.txt", "Zoë, Kraków".encode()),
            ("resume.txt", "Zoë".encode("cp1252")),
            ("resume.txt", "Zoë".encode("utf-16")),
            ("resume", pdf()),
            ("page.html", b"<?xml version='1.0'?>\n<html><p>Zoe</p></html>"),
            ("resume.docx", pdf()),
        ],
    )
    def test_lets_in_what_can_be_read(self, name: str, data: bytes) -> None:
        file = SimpleUploadedFile(name, data)
        validate_upload(file)
        assert file.read() == data

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("empty.pdf", b"", "empty"),
            ("picture.pdf", PNG, "wrong_type"),
            ("picture.txt", PNG, "wrong_type"),
            ("program.txt", b"\x7fELF\x02\x01\x01\x00", "wrong_type"),
            ("sheet.docx", zip_of("xl/workbook.xml"), "wrong_type"),
            ("broken.docx", b"PK\x03\x04 and then nothing", "wrong_type"),
            ("rich.txt", b"{\\rtf1 Anna}", "wrong_type"),
            ("half.txt", b"\xff\xfeA", "wrong_type"),
            ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old_word"),
            ("long.txt", b"a" * (MAX_BYTES + 1), "too_large"),
        ],
    )
    def test_refuses_rest_by_content(self, name: str, data: bytes, code: str) -> None:
        with pytest.raises(InvalidDocument) as caught:
            validate_upload(SimpleUploadedFile(name, data))
        assert caught.value.code == code
        assert str(caught.value).endswith(".")


class TestReading:
    @pytest.mark.parametrize("data", [pdf(), locked_pdf("", "locked only against changes")], ids=["open", "locked"])
    def test_pdf(self, data: bytes) -> None:
        assert read_file(data)["text"] == "Anna Berg, barista since 2015."

    def test_docx_parts_keep_order(self) -> None:
        words = ["anna@example.com", "Anna Berg", "Barista", "since 2015.", "Latte art", "ten years", "Vienna"]
        assert [line for line in read_file(docx())["text"].split("\n") if line] == words

    def test_structure_of_docx_is_kept(self) -> None:
        document = Document()
        document.core_properties.title = "Draft 7"
        document.add_paragraph("Contoso")
        document.add_heading("Barista", level=0)
        document.add_paragraph("You make coffee.")
        document.add_heading("You bring", level=2)
        document.add_paragraph("Patience", style="List Bullet")
        text = "Contoso\n\nBarista\nYou make coffee.\n\nYou bring\n- Patience"
        parts = {"text": text, "title": "Draft 7", "heading": "Barista", "is_cut": False}
        assert read_file(saved(document.save)) == parts

    @pytest.mark.parametrize(
        ("sizes", "heading"), [((30, 10), "Contoso"), ((10, 30), "Barista wanted"), ((11, 11), ""), ((10, 11), "")]
    )
    def test_heading_of_pdf_is_largest(self, sizes: tuple[int, int], heading: str) -> None:
        first, second = sizes
        lines = [(first, "Contoso"), (second, "Barista"), (second, "wanted"), (10, "You make coffee in our shop. " * 4)]
        content = "".join(
            f"BT /F1 {size} Tf 72 {700 - 40 * n} Td ({text}) Tj ET " for n, (size, text) in enumerate(lines)
        )
        assert read_file(pdf(content=content.encode()))["heading"] == heading

    def test_html_is_read_as_shown(self) -> None:
        markup = (
            "<!DOCTYPE html><html><head><title>Jobs at Contoso</title><style>p { color: red }</style></head><body>"
            "<script>alert('no')</script><h1>Barista <b>wanted</b></h1><p>Milk &amp;\nsugar</p><ul><li>Patience"
            "<li>Speed</ul></body></html>"
        )
        assert read_file(markup.encode()) == {
            "text": "Barista wanted\n\nMilk & sugar\n\n- Patience\n- Speed",
            "title": "Jobs at Contoso",
            "heading": "Barista wanted",
            "is_cut": False,
        }

    def test_text_box_is_read_once(self) -> None:
        box = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            "<mc:Choice><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></mc:Choice>"
            "<mc:Fallback><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
        )
        data = docx_with(word__document=document_of(f"<w:p><w:r>{box}</w:r></w:p>"))
        assert read_file(data)["text"].count("Boxed") == 1

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_text_in_any_usual_encoding(self, encoding: str) -> None:
        assert read_file("Zoë\r\n\r\n\r\nVienna".encode(encoding))["text"] == "Zoë\n\nVienna"

    def test_what_database_cannot_hold_is_dropped(self) -> None:
        assert reader.clean_text("A\x00n\x1bn\x7fa\ud800 \t Berg\x85 \n ") == "Anna Berg"

    @pytest.mark.parametrize(("length", "is_cut"), [(reader.MAX_CHARACTERS, False), (reader.MAX_CHARACTERS + 1, True)])
    def test_text_over_limit_is_cut_and_says_so(self, length: int, is_cut: bool) -> None:
        document = read_file(b" " * 150_000 + b"x" * length)
        assert (document["text"], document["is_cut"]) == ("x" * reader.MAX_CHARACTERS, is_cut)

    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            (locked_pdf("secret"), Problem.ENCRYPTED),
            (pdf(content=b"q 10 0 0 10 0 0 cm Q"), Problem.NO_TEXT_IN_PDF),
            (pdf()[:200], Problem.BROKEN),
            (b"%PDF-1.4\n" + bytes(range(256)) * 10, Problem.BROKEN),
            (docx()[:2000] + docx()[2100:], Problem.BROKEN),
            (PNG, Problem.BROKEN),
            (b" \n ", Problem.EMPTY),
            (docx_with(word__media=bytes(60_000_000)), Problem.TOO_BIG),
        ],
    )
    def test_what_cannot_be_read_has_reason(self, data: bytes, problem: Problem) -> None:
        assert read_file(data) == {"error": problem}

    def test_running_out_of_memory_is_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def out_of_memory(data: bytes) -> str:
            raise MemoryError

        monkeypatch.setattr(reader, "_extract", out_of_memory)
        assert read_file(b"") == {"error": Problem.LIMITS}


def document_of(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<w:document xmlns:w="{space}"><w:body>{body}<w:sectPr/></w:body></w:document>'.encode()


BOMB = zlib.compress(zlib.compress(bytes(200_000_000), 1), 9)
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


class TestHostileFiles:
    def test_external_entities_are_not_resolved(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("do not tell")
        body = document_of("<w:p><w:r><w:t>Anna &x;</w:t></w:r></w:p>").decode()
        data = docx_with(word__document=f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>{body}'.encode())
        assert read_file(data)["text"] == "Anna"

    def test_entities_do_not_multiply(self) -> None:
        body = document_of("<w:p><w:r><w:t>Anna &a9;</w:t></w:r></w:p>").decode()
        data = docx_with(word__document=f'<!DOCTYPE d [<!ENTITY a0 "ha">{LAUGHS}]>{body}'.encode())
        assert read_file(data) == {"error": Problem.BROKEN}

    def test_pdf_that_unpacks_without_end_is_stopped(self) -> None:
        bomb = pdf(content=BOMB, filters="/Filter [/FlateDecode /FlateDecode] ")
        assert len(bomb) < MAX_BYTES
        with pytest.raises(UnreadableDocument):
            read_document(bomb)


class TestChildProcess:
    def test_words_come_back(self) -> None:
        assert read_document(pdf()).text == "Anna Berg, barista since 2015."

    def test_unreadable_document_has_reason(self) -> None:
        with pytest.raises(UnreadableDocument) as caught:
            read_document(pdf(content=b""))
        assert caught.value.problem == Problem.NO_TEXT_IN_PDF

    def test_slow_file_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upload, "READING_SECONDS", 0.01)
        with pytest.raises(UnreadableDocument) as caught:
            read_document(pdf())
        assert caught.value.problem == Problem.LIMITS

    def test_it_has_limits(self) -> None:
        greedy = "from screener.documents.reader import *; main(); bytearray(MEMORY_BYTES)"
        child = subprocess.run(
            [sys.executable, "-c", greedy], input=b"", capture_output=True, cwd=upload._ROOT, check=False
        )
        assert b"MemoryError" in child.stderr

    @pytest.mark.parametrize(
        ("script", "outcome"),
        [
            ('printf \'{"text": "key: %s", "title": "", "heading": ""}\' "$OPENAI_API_KEY"', "key: "),
            ("kill -SEGV $$", UnreadableDocument),
            ("exit 1", UnreadableDocument),
        ],
        ids=["knows no secrets", "crashes", "fails"],
    )
    def test_it_is_kept_at_distance(
        self, script: str, outcome: str | type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        stand_in = tmp_path / "python"
        stand_in.write_text(f"#!/bin/sh\n{script}\n")
        stand_in.chmod(0o700)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        monkeypatch.setattr(sys, "executable", str(stand_in))
        if isinstance(outcome, str):
            assert read_document(b"").text == outcome
        else:
            with pytest.raises(outcome):
                read_document(b"")
