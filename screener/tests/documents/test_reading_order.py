"""Documents as real programs write them: columns, margins, text boxes, typed-in forms, and Arabic, in reading order."""

import unicodedata
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, StreamObject
from weasyprint import HTML

from screener.documents.reader import read_file

ARABIC = "السيرة الذاتية: مهندس برمجيات، عمل لدى شركة Contoso منذ 2015 في الرياض. لا يزال."
LEFT = [f"Skill {number}: espresso and latte art" for number in range(8)]
RIGHT = [f"Job {number}: barista at Contoso in Vienna" for number in range(8)]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf_of(body: str) -> bytes:
    written: bytes = HTML(string=f"<body style='font: 11pt DejaVu Sans'>{body}").write_pdf()
    return written


def text_of(file_bytes: bytes) -> str:
    return str(read_file(file_bytes)["text"])


def lines_of(file_bytes: bytes) -> list[str]:
    return [line for line in text_of(file_bytes).split("\n") if line]


def by_row(left: list[str], right: list[str], *, style: str = "") -> bytes:
    """A page whose file holds both columns line by line."""
    rows = "".join(f"<tr><td style='{style}'>{a}<td>{b}" for a, b in zip(left, right, strict=True))
    table = f"<table style='font-size: 9pt; border-spacing: 16pt 0' width=100%>{rows}</table>"
    return pdf_of(f"<h1>Anna Berg</h1>{table}<p>Last words")


def with_text_box(text: str) -> bytes:
    document = Document()
    run = document.add_paragraph("Before").add_run()
    run._r.append(
        parse_xml(
            f'<w:pict xmlns:w="{WORD}" xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox><w:txbxContent>'
            f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict>"
        )
    )
    run._r.addnext(parse_xml(f'<w:r xmlns:w="{WORD}"><w:t>After</w:t></w:r>'))
    return saved(document.save)


def saved(write: Callable[[BytesIO], object]) -> bytes:
    file = BytesIO()
    write(file)
    return file.getvalue()


def typed_onto_page(text: str) -> bytes:
    """A page without words, onto which a viewer has typed a text: an annotation with its appearance."""
    writer = PdfWriter()
    page = writer.add_blank_page(612, 792)
    appearance = StreamObject()
    appearance.set_data(f"BT /F1 12 Tf 2 4 Td ({text}) Tj ET".encode())
    font = {NameObject(f"/{key}"): NameObject(f"/{name}") for key, name in FONT.items()}
    fonts = DictionaryObject({NameObject("/F1"): DictionaryObject(font)})
    resources = DictionaryObject({NameObject("/Font"): fonts})
    annotation = FreeText(text=text, rect=(72, 700, 372, 720))
    written: Any = writer.add_annotation(page, annotation)
    box = written["/Rect"].clone(writer)
    box[:] = [type(edge)(number) for edge, number in zip(box, (0, 0, 300, 20), strict=True)]
    appearance.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): box,
            NameObject("/Resources"): resources,
        }
    )
    written[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(appearance)})
    return saved(writer.write)


FONT = {"Type": "Font", "Subtype": "Type1", "BaseFont": "Helvetica"}


class TestPdf:
    def test_columns_written_by_line_are_read_one_by_one(self) -> None:
        assert lines_of(by_row(LEFT, RIGHT)) == ["Anna Berg", *LEFT, *RIGHT, "Last words"]

    def test_columns_written_one_by_one_stay(self) -> None:
        sentences = [f"Sentence {number} is here." for number in range(60)]
        body = "".join(f"<div>{sentence}</div>" for sentence in sentences)
        assert lines_of(pdf_of(f"<div style='columns: 2'>{body}</div>")) == sentences

    def test_dates_stay_beside_what_they_date(self) -> None:
        dates = [f"0{number}/2015" for number in range(1, 9)]
        lines = lines_of(by_row(dates, RIGHT, style="width: 15%"))
        assert lines[1:-1] == [f"{date} {job}" for date, job in zip(dates, RIGHT, strict=True)]

    def test_arabic_is_in_logical_order_and_normal_form(self) -> None:
        assert text_of(pdf_of(f"<p dir=rtl>{ARABIC}")) == ARABIC

    def test_shapes_of_letters_become_letters(self) -> None:
        shapes = "\ufee3\ufeec\ufee8\ufeaa\ufeb1"
        letters = unicodedata.normalize("NFKC", shapes)
        for file_bytes in (pdf_of(shapes), f"{shapes} \ufb01nance".encode()):
            assert letters in text_of(file_bytes)
        assert "finance" in text_of(f"{shapes} \ufb01nance ½ m²".encode())
        assert text_of("½ m²".encode()) == "½ m²"

    def test_text_typed_onto_page_is_read(self) -> None:
        typed_text = "Anna Berg typed this"
        file_bytes = typed_onto_page(typed_text)
        assert not PdfReader(BytesIO(file_bytes)).pages[0].extract_text()
        assert text_of(file_bytes) == typed_text

    @pytest.mark.parametrize(("second_line", "text"), [("ministration", "administration"), ("Mail", "ad-Mail")])
    def test_divided_word_is_joined(self, second_line: str, text: str) -> None:
        assert text_of(pdf_of(f"<p>ad-<br>{second_line}")) == text


class TestDocx:
    def test_headers_and_footers_of_all_pages_are_read_once(self) -> None:
        document = Document()
        first = document.sections[0]
        first.different_first_page_header_footer = True
        first.first_page_header.paragraphs[0].text = "Anna Berg"
        first.header.paragraphs[0].text = "anna@example.com"
        first.footer.paragraphs[0].text = "Vienna"
        document.add_paragraph("Barista")
        second = document.add_section(WD_SECTION.NEW_PAGE)
        second.footer.is_linked_to_previous = False
        second.footer.paragraphs[0].text = "Vienna"
        assert lines_of(saved(document.save)) == ["Anna Berg", "anna@example.com", "Barista", "Vienna"]

    def test_text_box_stands_apart(self) -> None:
        assert lines_of(with_text_box("Boxed")) == ["Before", "Boxed", "After"]
