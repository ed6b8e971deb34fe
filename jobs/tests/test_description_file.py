"""A job from a document: its texts are cleaned, shown before they are saved, and taken over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from jobs.admin.description_file import FILE_FIELD, FILL_BUTTON, REPLACED_TEXT
from jobs.description_file import describe
from jobs.field_limits import MAX_DESCRIPTION_LENGTH
from jobs.models import JobDescription
from jobs.tests.test_admin import JOB
from screener.documents.upload import DocumentText
from screener.tests.documents.test_documents import PNG, locked_pdf, pdf
from tests.support.admin_client import admin_url, make_staff_client
from tests.support.factories import make_job

ADD = reverse("admin:jobs_jobdescription_add")
JOBS = "/api/v1/jobs/"
ADVERT = """# Night nurse (m/f/d)
=====
**About us:**
We run a hospital\u200b in Berlin.

• Care for pa-
tients at night- and
weekend shifts
\uf0b7 Eﬃcient handovers
o Kindness
"""
TEXT = """About us:
We run a hospital in Berlin.

- Care for patients at night- and weekend shifts
- Efficient handovers
- Kindness"""


def a_file(content: str | bytes = ADVERT, name: str = "advert.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


class TestADocument:
    def test_texts_are_normalised(self) -> None:
        description = describe(DocumentText(ADVERT, "", ""))
        assert (description.title, description.text, description.is_cut) == ("Night nurse (m/f/d)", TEXT, False)

    def test_wrapped_lines_are_joined(self) -> None:
        wrapped = "Für unsere Station suchen wir eine erfahrene\nPflegekraft mit Herz.\nAufgaben\nPflege von Personen"
        lines = describe(DocumentText(f"Pflege\n{wrapped}", "", "")).text.split("\n")
        assert lines == [
            "Für unsere Station suchen wir eine erfahrene Pflegekraft mit Herz.",
            "Aufgaben",
            "Pflege von Personen",
        ]

    @pytest.mark.parametrize(
        ("text", "title", "heading", "guess"),
        [
            ("Contoso\nJob title: Baker\nBread.", "advert.docx", "Contoso", "Baker"),
            ("We bake bread.", "Bakery advert", "Head baker", "Head baker"),
            ("We bake bread.", "Head baker", "Job description", "Head baker"),
            ("Stellenbeschreibung\nBäcker:in\nWir backen.", "Microsoft Word - advert.doc", "", "Bäcker:in"),
            ("We bake bread every morning.", "Untitled 1", "", ""),
            ("- baker\n- bread", "", "2026", ""),
            ("Baker " * 20, "", "", ""),
        ],
    )
    def test_title_is_guessed(self, text: str, title: str, heading: str, guess: str) -> None:
        assert describe(DocumentText(text, title, heading)).title == guess

    def test_headings_are_not_repeated(self) -> None:
        assert describe(DocumentText("Job description\n\nJob title: Baker\nWe bake.", "", "")).text == "We bake."

    def test_long_text_is_cut_at_line(self) -> None:
        description = describe(DocumentText("We bake bread.\n" * 2000, "", ""))
        assert description.is_cut
        assert MAX_DESCRIPTION_LENGTH - 20 < len(description.text) <= MAX_DESCRIPTION_LENGTH
        assert description.text.endswith("bread.")


class TestTheForm:
    def send(self, client: Client, *address: str, **fields: Any) -> Any:
        """Return the form as the page shows it afterwards."""
        response = client.post(address[0] if address else ADD, JOB | fields)
        assert response.status_code == 200
        return response.context["adminform"].form

    def test_file_fills_empty_form(self, admin_client: Client) -> None:
        form = self.send(admin_client, title="", description="", **{FILE_FIELD: a_file(), FILL_BUTTON: "1"})
        assert (form["title"].value(), form["description"].value(), form.errors) == ("Night nurse (m/f/d)", TEXT, {})
        assert not JobDescription.objects.exists()

    def test_typed_texts_are_not_lost(self, admin_client: Client) -> None:
        job = make_job(title="Nurse", description="Typed before.")
        address = admin_url(job, "edit")
        typed = {"title": "Nurse", "description": "Typed before."}
        form = self.send(admin_client, address, **typed, **{FILE_FIELD: a_file(), "hire_at": "4"})
        shown = form.data
        assert (shown["title"], shown["description"], shown[REPLACED_TEXT]) == ("Nurse", TEXT, "Typed before.")
        assert set(form.errors) == {"hire_at"}
        hidden = {name: shown[name] for name in ("title", "description", "guessed_title", "filled_text", REPLACED_TEXT)}
        again = self.send(admin_client, address, **hidden | {FILE_FIELD: a_file("Chef\nWe cook.")}).data
        assert (again["description"], again[REPLACED_TEXT]) == ("We cook.", "Typed before.")
        job.refresh_from_db()
        assert job.description == "Typed before."

    def test_guessed_title_gives_way(self, admin_client: Client) -> None:
        shown = self.send(admin_client, title="", **{FILE_FIELD: a_file()}).data
        again = self.send(
            admin_client,
            title=shown["title"],
            guessed_title=shown["guessed_title"],
            **{FILE_FIELD: a_file("Chef\nWe cook.")},
        )
        assert again["title"].value() == "Chef"

    def test_filled_form_is_saved(self, admin_client: Client) -> None:
        shown = self.send(admin_client, title="", description="", **{FILE_FIELD: a_file()}).data
        sent = JOB | {name: shown[name] for name in ("title", "description", "guessed_title", "filled_text")}
        assert admin_client.post(ADD, sent).status_code == 302
        assert JobDescription.objects.values_list("title", "description").get() == ("Night nurse (m/f/d)", TEXT)

    @pytest.mark.parametrize("content", [b"", PNG, locked_pdf("secret"), pdf(content=b""), pdf()[:200]], ids=range(5))
    def test_bad_file_keeps_what_was_typed(self, admin_client: Client, content: bytes) -> None:
        form = self.send(admin_client, **{FILE_FIELD: a_file(content)})
        assert set(form.errors) == {FILE_FIELD}
        assert (form["title"].value(), form["description"].value()) == (JOB["title"], JOB["description"])
        assert not JobDescription.objects.exists()

    def test_button_without_file_saves_nothing(self, admin_client: Client) -> None:
        assert set(self.send(admin_client, **{FILL_BUTTON: "1"}).errors) == {FILE_FIELD}
        assert not JobDescription.objects.exists()

    def test_reader_without_permission_has_no_file(self, db: None) -> None:
        job = make_job()
        response = make_staff_client("view_jobdescription").get(admin_url(job, "edit"))
        assert f'name="{FILE_FIELD}"' not in response.content.decode()


class TestTheApi:
    def post(self, api: APIClient, **fields: Any) -> Any:
        return api.post(JOBS, fields, format="multipart")

    def test_job_is_made_from_file(self, api: APIClient) -> None:
        response = self.post(api, description_file=a_file(pdf("Barista wanted")), title="Barista", calls_per_day="5")
        body = response.json()
        assert (response.status_code, body["title"], body["calls_per_day"]) == (201, "Barista", 5)
        assert (body["description"], body["is_open"], body["blind_review"]) == ("Barista wanted", True, False)
        assert self.post(api, description_file=a_file()).json()["title"] == "Night nurse (m/f/d)"

    def test_description_is_replaced_by_file(self, api: APIClient) -> None:
        job = make_job(title="Nurse")
        response = api.patch(f"{JOBS}{job.pk}/", {"description_file": a_file()}, format="multipart")
        assert (response.json()["title"], response.json()["description"]) == ("Nurse", TEXT)

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"description_file": a_file(PNG)}, {"description_file"}),
            ({"description_file": a_file(pdf(content=b""))}, {"description_file"}),
            ({"description_file": a_file("We cook every day.")}, {"title"}),
            ({"description_file": a_file(), "description": "Typed."}, {"description_file"}),
            ({"description_file": "advert.txt"}, {"description_file"}),
            ({}, {"title", "description"}),
        ],
        ids=range(6),
    )
    def test_bad_request_adds_no_job(self, api: APIClient, fields: dict[str, Any], wrong: set[str]) -> None:
        response = self.post(api, **fields)
        assert (response.status_code, set(response.json()["errors"])) == (400, wrong)
        assert not JobDescription.objects.exists()
