"""A job at the desk: described, given questions, approved."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from interviews.models import lock_interview
from jobs.models import JobDescription, QuestionSet
from jobs.rubric import DEFAULT_RUBRIC, InvalidRubric, validate_rubric
from tests.support.admin_client import admin_url, error_codes, get_page, submit_form
from tests.support.factories import QUESTIONS, make_approved_job, make_interview, make_job

JOB = {
    "title": "Support engineer",
    "description": "Help customers.",
    "language": "en",
    "is_open": "on",
    "hire_at": "7",
    "consider_at": "5",
    "minimum_coverage": "0.6",
    "interview_type": "mixed",
    "consent_required": "on",
    "max_attempts": "3",
    "answer_pause_seconds": "8",
    "takes_allowed": "2",
    "preparation_seconds": "0",
    "channels": ["phone"],
}


def sheet(rows: list[dict[str, Any]], *, known: int = 0) -> dict[str, Any]:
    """A sheet's rows as a browser sends them; the first `known` were there before."""
    sent = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": known}
    return sent | {f"form-{at}-{key}": value for at, row in enumerate(rows) for key, value in row.items()}


WRONG_FIELDS: list[dict[str, tuple[str, str | None]]] = [
    {
        "description": (" ", "required"),
        "language": ("English", "invalid"),
        "max_attempts": ("0", "min_value"),
        "attempt_spacing": ("30, soon", "item_invalid"),
        "calls_per_day": ("many", "invalid"),
        "callback_number": ("555 0100", None),
        "employer_name": ("24/7", None),
        "spoken_title": ("one two three four five six seven eight nine", None),
    },
    {
        "description": ("x" * 20_001, "max_length"),
        "attempt_spacing": (",".join(["30"] * 10), "max_length"),
        "max_concurrent_calls": ("0", "min_value"),
    },
    {"hire_at": ("4", None)},
]
"""What is typed into each field of a form, and the code of its error: errors of validators of this project lack one."""


class TestAJob:
    def test_is_added_with_usual_rubric(self, admin_client: Client) -> None:
        submit_form(admin_client, reverse("admin:jobs_jobdescription_add"), **JOB)
        job = JobDescription.objects.get()
        assert (job.title, job.questions_status) == ("Support engineer", "pending")
        assert job.rubric == DEFAULT_RUBRIC

    def test_is_refused_field_by_field(self, admin_client: Client) -> None:
        for wrong in WRONG_FIELDS:
            entered = {field: typed for field, (typed, _) in wrong.items()}
            codes = error_codes(admin_client, reverse("admin:jobs_jobdescription_add"), **JOB | entered)
            assert codes == {field: [code] for field, (_, code) in wrong.items()}
        assert not JobDescription.objects.exists()

    def test_overrides_employer_and_title(self, admin_client: Client) -> None:
        own = {"spoken_title": "Help desk", "employer_name": "Contoso", "callback_number": "+1 (415) 555-0123"}
        submit_form(admin_client, reverse("admin:jobs_jobdescription_add"), **JOB | own)
        assert JobDescription.objects.values(*own).get() == own | {"callback_number": "+14155550123"}

    def test_shows_how_its_title_is_said(self, admin_client: Client) -> None:
        job = make_job(title="HELP DESK / SUPPORT")
        assert 'placeholder="Help desk, support"' in get_page(admin_client, admin_url(job, "edit"))
        assert job.title_to_say == "Help desk, support"

    def test_is_given_pace_of_its_own(self, admin_client: Client) -> None:
        job = make_job()
        submit_form(
            admin_client,
            admin_url(job, "edit"),
            **JOB | {"attempt_spacing": "15, 600", "max_concurrent_calls": "3", "calls_per_day": ""},
        )
        job.refresh_from_db()
        assert (job.attempt_spacing, job.max_concurrent_calls, job.calls_per_day) == ([15, 600], 3, None)
        assert 'value="15,600"' in get_page(admin_client, admin_url(job, "edit"))

    def test_edit_keeps_work_of_worker(self, admin_client: Client) -> None:
        job = make_job()
        stale = admin_client.get(admin_url(job, "edit"))
        assert stale.status_code == 200
        job.add_draft(QUESTIONS, source="the worker")
        submit_form(admin_client, admin_url(job, "edit"), **JOB | {"title": "Engineer"})
        job = JobDescription.objects.get()
        assert (job.title, job.questions_status) == ("Engineer", "ready")

    def test_closing_hint_names_live_interviews(self, admin_client: Client) -> None:
        interview = make_interview()
        usual_hint = str(JobDescription._meta.get_field("is_open").help_text)
        assert usual_hint not in get_page(admin_client, admin_url(interview.job, "edit"))
        with lock_interview(interview) as locked:
            locked.finish("declined")
        assert usual_hint in get_page(admin_client, admin_url(interview.job, "edit"))
        assert usual_hint in get_page(admin_client, reverse("admin:jobs_jobdescription_add"))

    def test_deletion_includes_questions(self, admin_client: Client) -> None:
        job = make_approved_job()
        submit_form(admin_client, admin_url(job, "delete"), post="yes")
        assert not JobDescription.objects.exists()
        assert not QuestionSet.objects.exists()

    def test_with_interviews_is_not(self, admin_client: Client) -> None:
        job = make_interview().job
        assert admin_client.post(admin_url(job, "delete"), {"post": "yes"}).context["protected"]
        listed = reverse("admin:jobs_jobdescription_changelist")
        submit_form(admin_client, listed, action="delete_selected", _selected_action=job.pk, post="yes")
        assert JobDescription.objects.filter(pk=job.pk).exists()

    def test_shows_why_its_questions_failed(self, admin_client: Client) -> None:
        job = make_job()
        job.set_questions_error("Declined.")
        assert "Declined." in get_page(admin_client, admin_url(job, "edit"))

    def test_says_that_nobody_can_be_called_yet(self, admin_client: Client) -> None:
        assert "None yet" in get_page(admin_client, admin_url(make_job(), "edit"))


class TestQuestions:
    @pytest.mark.parametrize("name", ["write_questions", "approve_questions", "edit_questions", "edit_rubric"])
    def test_are_touched_by_no_link(self, admin_client: Client, name: str) -> None:
        job = make_job()
        job.add_draft(QUESTIONS, source="a test")
        before = list(QuestionSet.objects.values())
        assert admin_client.get(admin_url(job, name)).status_code == 200
        assert list(QuestionSet.objects.values()) == before
        assert JobDescription.objects.get().questions_status == "ready"

    def test_are_written_on_demand(self, admin_client: Client) -> None:
        job = make_job()
        submit_form(admin_client, admin_url(job, "write_questions"))
        assert JobDescription.objects.get().questions_status == "pending"
        assert admin_url(job, "write_questions") not in get_page(admin_client, admin_url(job, "edit"))

    def test_are_approved_in_users_name(self, admin_client: Client) -> None:
        job = make_job()
        job.add_draft(QUESTIONS, source="a test")
        submit_form(admin_client, admin_url(job, "approve_questions"))
        approved = QuestionSet.objects.get()
        assert (approved.status, approved.approved_by) == ("approved", "hanna")

    def test_can_be_approved_on_their_own_page(self, admin_client: Client) -> None:
        draft = make_job().add_draft(QUESTIONS, source="a test")
        page = reverse("admin:jobs_questionset_approve", args=[draft.pk])
        assert page in get_page(admin_client, reverse("admin:jobs_questionset_change", args=[draft.pk]))
        submit_form(admin_client, page)
        assert QuestionSet.objects.get().status == "approved"
        assert page not in get_page(admin_client, reverse("admin:jobs_questionset_change", args=[draft.pk]))

    def test_missing_questions_are_not_approved(self, admin_client: Client) -> None:
        job = make_job()
        submit_form(admin_client, admin_url(job, "approve_questions"))
        job.refresh_from_db()
        assert (job.questions_status, job.question_sets.count()) == ("none", 0)

    def test_unspoken_language_is_not_approved(self, admin_client: Client) -> None:
        job = make_job(language="it")
        job.add_draft(QUESTIONS, source="a test")
        assert "only in English" in submit_form(admin_client, admin_url(job, "approve_questions"))
        assert QuestionSet.objects.get().status == "draft"

    def test_once_replaced_can_not_be_approved(self, admin_client: Client) -> None:
        job = make_job()
        old = job.add_draft(QUESTIONS, source="a test")
        new = job.add_draft(QUESTIONS, source="a test")
        submit_form(admin_client, reverse("admin:jobs_questionset_approve", args=[old.pk]))
        statuses = dict(QuestionSet.objects.values_list("pk", "status"))
        assert statuses == {old.pk: "retired", new.pk: "draft"}


class TestEditingTheRubric:
    ROW = {"name": "Depth", "weight": "2", "anchor_2": "None.", "anchor_5": "Some.", "anchor_9": "Much.", "ORDER": 1}

    def test_saves_what_scoring_reads(self, admin_client: Client) -> None:
        job = make_job()
        kept = {"key": "relevance", "name": "To the point", "ORDER": 2}
        rows = sheet([self.ROW | kept, self.ROW | {"key": ""}])
        submit_form(admin_client, admin_url(job, "edit_rubric"), **rows)
        assert JobDescription.objects.get().rubric == [
            {"key": "depth", "name": "Depth", "weight": 2.0, "anchors": {"2": "None.", "5": "Some.", "9": "Much."}},
            {
                "key": "relevance",
                "name": "To the point",
                "weight": 2.0,
                "anchors": {"2": "None.", "5": "Some.", "9": "Much."},
            },
        ]

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ([{"anchor_9": ""}], "This field is required."),
            ([{"weight": "0"}], "Criterion 1: the weight must be a number above 0 and at most 100."),
            ([{"weight": "-inf"}], "Enter a number."),
            ([{}, {"ORDER": 2}], "2 criteria have the key &#x27;depth&#x27;. Keys must be unique."),
            ([{"DELETE": "on"}], "A rubric is a list of at least one criterion. Add one."),
        ],
    )
    def test_unusable_rubric_is_refused(self, admin_client: Client, rows: list[dict[str, Any]], sentence: str) -> None:
        job = make_job()
        sent = sheet([self.ROW | row for row in rows], known=len(rows))
        assert str(sentence) in submit_form(admin_client, admin_url(job, "edit_rubric"), **sent)
        assert JobDescription.objects.get().rubric == job.rubric


class TestARubric:
    def test_that_every_job_starts_with_is_one(self) -> None:
        rubric = JobDescription().rubric
        assert validate_rubric(rubric) == rubric

    @pytest.mark.parametrize(
        "wrong",
        [
            None,
            [],
            {},
            [None],
            [{}],
            [{"key": "a", "name": "A", "weight": True, "anchors": {"2": "x", "5": "x", "9": "x"}}],
            [{"key": "a", "name": "A", "weight": float("nan"), "anchors": {"2": "x", "5": "x", "9": "x"}}],
            [{"key": "a", "name": "A", "weight": 1, "anchors": {"2": "x", "5": "x"}}],
            [{"key": "a", "name": "A", "weight": 1, "anchors": {"2": "x", "5": "x", "9": " "}}],
            [{"key": "", "name": "A", "weight": 1, "anchors": {"2": "x", "5": "x", "9": "x"}}],
            [{"key": "a", "name": "A", "weight": 1, "anchors": {"2": "x", "5": "x", "9": "x"}, "more": 1}],
            JobDescription().rubric * 3,
        ],
    )
    def test_is_nothing_else(self, wrong: Any) -> None:
        with pytest.raises(InvalidRubric):
            validate_rubric(wrong)
