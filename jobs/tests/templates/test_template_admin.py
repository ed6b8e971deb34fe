"""Interview templates in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import JobDescription, Template, TemplateUse
from jobs.templates.parts import TemplatePart
from tests.support.admin_client import admin_url, page_url
from tests.support.factories import make_job

SLOT = {"count": "1", "kind": "technical", "difficulty": "2", "family": "transport", "tags": "vehicle, load"}
FIXED = {"count": "1", "difficulty": "0", "text": "How old are you?", "language": "en", "competency": "Age"}
LIMITS = {"weight": "1", "max_seconds": "90", "follow_ups": "0"}
RUBRIC = [{"key": "care", "name": "Care", "weight": 1, "anchors": {"2": "No.", "5": "Some.", "9": "Much."}}]


def rows(*entries: dict[str, str]) -> dict[str, str]:
    fields = {
        f"form-{number}-{name}": text
        for number, entry in enumerate(entries)
        for name, text in ({"ORDER": str(number + 1)} | LIMITS | entry).items()
    }
    return {"form-TOTAL_FORMS": str(len(entries)), "form-INITIAL_FORMS": "0"} | fields


def requirement_rows(*entries: dict[str, str]) -> dict[str, str]:
    usual = {"language": "en", "kind": "yes_no", "accepted_answer": "yes", "effect": "flag", "unit": ""}
    empty_row = {"kind": "yes_no", "accepted_answer": "yes", "effect": "flag"}
    filled_rows = [usual | {"ORDER": str(number + 1)} | entry for number, entry in enumerate(entries)]
    fields = {
        f"form-{number}-{name}": text
        for number, entry in enumerate([*filled_rows, empty_row])
        for name, text in entry.items()
    }
    return {"form-TOTAL_FORMS": str(len(entries) + 1), "form-INITIAL_FORMS": "0"} | fields


@pytest.fixture
def template(db: None) -> Template:
    template = Template.objects.create(name="Ours")
    part = TemplatePart.from_json({"family": "transport", "tags": ["vehicle"]})
    template.add_version(by="a test", parts=[part])
    return template


@pytest.fixture
def driver_job(db: None) -> JobDescription:
    return make_job(title="Lorry driver", description="Drive our lorry.")


def test_template_is_added_with_usual_slots(admin_client: Client) -> None:
    fields = {"name": " Our  own ", "interview_type": "technical", "in_use": "on"}
    answer: Any = admin_client.post(page_url(Template, "add"), fields)
    template = Template.objects.get(name="Our own")
    assert answer.headers["Location"] == admin_url(template, "edit_parts")
    assert {part.kind for part in template.current_version.parts} == {"achievements", "technical", "problem_solving"}
    assert admin_client.post(page_url(Template, "add"), fields | {"name": "OUR OWN"}).status_code == 200
    assert Template.objects.filter(name__iexact="our own").count() == 1


def test_edits_make_versions(admin_client: Client, template: Template) -> None:
    anchors = {"form-0-anchor_2": "No.", "form-0-anchor_5": "Some.", "form-0-anchor_9": "Much."}
    edits = {
        "edit_parts": rows(FIXED, SLOT),
        "edit_eligibility": requirement_rows({"text": "Night shifts?"}, {"text": "Nachtschichten?", "language": "de"}),
        "edit_rubric": rows({"name": "Care"}) | anchors,
        "edit_settings": {"record_video": "no", "channels": ["room"], "takes_allowed": "3", "note": "Room only."},
    }
    for action, fields in edits.items():
        assert admin_client.post(admin_url(template, action), fields).status_code == 302
        assert admin_client.post(admin_url(template, action), fields).status_code == 302  # changes nothing
    numbers = list(template.versions.order_by("number").values_list("number", flat=True))
    version = Template.objects.get(pk=template.pk).current_version
    assert numbers == [1, 2, 3, 4, 5]
    assert [part.text for part in version.parts] == ["How old are you?", ""]
    assert version.parts[1].tags == ("vehicle", "load")
    assert version.job_fields == {"rubric": RUBRIC, "record_video": False, "channels": ["room"], "takes_allowed": 3}
    page: Any = admin_client.get(reverse("admin:jobs_template_diff", args=[template.pk]), {"before": "1"})
    comparison = page.context["comparison"]
    assert [entry.change for entry in comparison.parts] == ["removed", "added", "added"]
    assert [entry.question.language for entry in comparison.eligibility] == ["en", "de"]
    assert [entry.field for entry in comparison.settings] == ["channels", "takes_allowed", "record_video"]
    assert [warning.position for warning in version.warnings] == [0]


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (FIXED | {"language": ""},),
        (FIXED | {"kind": "technical"},),
        (SLOT | {"text": "", "language": "de"},),
        (FIXED, FIXED),
        (FIXED, FIXED | {"text": "Warum?", "language": "de"}, FIXED | {"text": "Warum nicht?", "language": "de"}),
        (SLOT | {"count": "20"}, SLOT),
        (SLOT | {"count": "0"},),
        (SLOT | {"max_seconds": "9999", "follow_ups": "0"},),
        (SLOT | {"family": "magic"},),
    ],
)
def test_invalid_parts_are_refused(admin_client: Client, template: Template, entries: Any) -> None:
    answer = admin_client.post(admin_url(template, "edit_parts"), rows(*entries))
    assert (answer.status_code, template.versions.count()) == (200, 1)


def test_invalid_requirement_is_marked(admin_client: Client, template: Template) -> None:
    number = {"kind": "number", "text": "How many weeks?"}
    answer: Any = admin_client.post(admin_url(template, "edit_eligibility"), requirement_rows(number))
    assert "maximum" in answer.context["form"].forms[0].errors
    assert (answer.status_code, template.versions.count()) == (200, 1)


def test_job_is_filled_from_both_pages(admin_client: Client, template: Template, driver_job: JobDescription) -> None:
    admin_client.post(admin_url(template, "use_for_job"), {"job": str(driver_job.pk), "seed": "s"})
    first = TemplateUse.objects.get()
    admin_client.post(admin_url(driver_job, "start_from_template"), {"template": str(template.pk), "seed": "s"})
    second = TemplateUse.objects.exclude(pk=first.pk).get()
    assert (first.actor, first.seed, second.question_set.version) == ("hanna", "s", 2)
    assert first.question_set.questions == second.question_set.questions


def test_unfilled_slot_is_shown_on_form(admin_client: Client, template: Template, driver_job: JobDescription) -> None:
    template.add_version(by="hr", parts=[TemplatePart.from_json({"tags": ["astronomy"]})])
    for row, action, fields in (
        (template, "use_for_job", {"job": str(driver_job.pk)}),
        (driver_job, "start_from_template", {"template": str(template.pk)}),
    ):
        assert admin_client.post(admin_url(row, action), fields).status_code == 200
    assert not TemplateUse.objects.exists()


def test_new_job_starts_from_template(admin_client: Client, template: Template) -> None:
    fields = {
        "title": "Lorry driver",
        "description": "Drive our lorry.",
        "language": "en",
        "channels": ["phone"],
        "hire_at": "7",
        "consider_at": "5",
        "minimum_coverage": "0.6",
        "interview_type": "mixed",
        "max_attempts": "3",
        "answer_pause_seconds": "8",
        "takes_allowed": "2",
        "preparation_seconds": "0",
        "template": str(template.pk),
    }
    empty = template.add_version(by="hr", parts=[TemplatePart.from_json({"tags": ["astronomy"]})])
    assert admin_client.post(page_url(JobDescription, "add"), fields).status_code == 200
    assert not JobDescription.objects.exists()
    template.add_version(by="hr", parts=template.versions.get(number=1).parts, takes_allowed=4)
    assert admin_client.post(page_url(JobDescription, "add"), fields).status_code == 302
    use = TemplateUse.objects.get()
    assert (use.version.number, use.job.takes_allowed, empty.number) == (3, 4, 2)
    assert use.job.questions_status == JobDescription.QuestionsStatus.READY


def test_rubric_is_copied(admin_client: Client, template: Template, driver_job: JobDescription) -> None:
    template.add_version(by="hr", rubric=RUBRIC)
    assert admin_client.post(admin_url(driver_job, "copy_rubric"), {}).status_code == 200
    admin_client.post(admin_url(driver_job, "copy_rubric"), {"template": str(template.pk)})
    driver_job.refresh_from_db()
    assert driver_job.rubric == RUBRIC
    other = Template.objects.exclude(pk=template.pk)[0]
    admin_client.post(admin_url(other, "copy_rubric"), {"job": str(driver_job.pk)})
    assert other.versions.get(number=2).rubric == RUBRIC
