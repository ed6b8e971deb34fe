"""Jobs over the API: described, given questions, approved."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from jobs.models import JobDescription, QuestionSet
from jobs.question_sets import WRITE_STEP
from jobs.rubric import DEFAULT_RUBRIC
from screener.background.steps import run_step
from screener.models import ModelCall
from screener.services.interviewer import selection
from screener.tasks import sweep
from tests.support.factories import API_ACTOR, QUESTIONS, lose_tasks, make_approved_job, make_job, run_tasks

pytestmark = pytest.mark.django_db
JOBS, SETS = "/api/v1/jobs/", "/api/v1/question-sets/"
SUPPORT = {
    "title": "Support engineer",
    "description": "Help our customers with their Linux servers. You must know SQL and write clearly.",
}
Status = JobDescription.QuestionsStatus
NOBODY = "00000000-0000-4000-8000-000000000000"


def post(api: APIClient, job: Any, verb: str, body: Any = None) -> Any:
    return api.post(f"{JOBS}{job.pk}/{verb}/", body)


def a_rubric(**changes: Any) -> list[dict[str, Any]]:
    anchors = {"2": "Bad.", "5": "Fair.", "9": "Good."}
    return [{"key": "depth", "name": "Depth", "weight": 2.5, "anchors": anchors} | changes]


class TestAJob:
    def test_starts_with_defaults_and_without_questions(self, api: APIClient) -> None:
        response = api.post(JOBS, SUPPORT)
        body = response.json()
        assert response.status_code == 201
        assert (body["questions_status"], body["questions"], body["question_set"]) == ("none", [], None)
        assert (body["hire_at"], body["consider_at"], body["language"]) == (7.0, 5.0, "en")
        assert [row["key"] for row in body["rubric"]] == [row["key"] for row in DEFAULT_RUBRIC]
        assert api.get(f"{JOBS}{body['id']}/").json() == body

    def test_overrides_employer_and_title(self, api: APIClient) -> None:
        own = {"spoken_title": "Help desk", "employer_name": "Contoso", "callback_number": "+14155550123"}
        job = api.post(JOBS, SUPPORT | own | {"callback_number": "+1 (415) 555-0123"}).json()
        assert job | own == job
        cleared = dict.fromkeys(own, "")
        changed = api.patch(f"{JOBS}{job['id']}/", cleared).json()
        assert changed | cleared == changed

    @pytest.mark.parametrize("description", ["", " \n\t ", None])
    def test_needs_description_to_write_questions_from(self, api: APIClient, description: Any) -> None:
        response = api.post(JOBS, SUPPORT | {"description": description})
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {"description"}
        assert not JobDescription.objects.exists()

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"title": "x" * 201}, "title"),
            ({"callback_number": "+10000000000"}, "callback_number"),
            ({"employer_name": "24/7"}, "employer_name"),
            ({"spoken_title": "word " * 9}, "spoken_title"),
            ({"description": "x" * 20_001}, "description"),
            ({"language": "English"}, "language"),
            ({"max_attempts": 0}, "max_attempts"),
            ({"max_attempts": 10**30}, "max_attempts"),
            ({"attempt_spacing": [0]}, "attempt_spacing.0"),
            ({"attempt_spacing": [30] * 10}, "attempt_spacing"),
            ({"attempt_spacing": None}, "attempt_spacing"),
            ({"max_concurrent_calls": 0}, "max_concurrent_calls"),
            ({"calls_per_day": -1}, "calls_per_day"),
            ({"minimum_coverage": 1.5}, "minimum_coverage"),
            ({"hire_at": 11}, "hire_at"),
            ({"hire_at": 4.5}, "hire_at"),
            ({"consider_at": 8}, "hire_at"),
            ({"rubric": []}, "rubric"),
            ({"rubric": "strict"}, "rubric"),
            ({"rubric": a_rubric(weight=0)}, "rubric"),
            ({"rubric": a_rubric(weight=101)}, "rubric.0.weight"),
            ({"rubric": a_rubric(name="")}, "rubric.0.name"),
            ({"rubric": a_rubric() * 2}, "rubric"),
            ({"rubric": a_rubric(anchors={"2": "Bad.", "5": "Fair."})}, "rubric.0.anchors.9"),
        ],
    )
    def test_bad_input_names_field(self, api: APIClient, body: dict[str, Any], field: str) -> None:
        response = api.post(JOBS, SUPPORT | body)
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {field}

    def test_takes_rubric_of_its_own(self, api: APIClient) -> None:
        assert api.post(JOBS, SUPPORT | {"rubric": a_rubric()}).json()["rubric"] == a_rubric()

    def test_patched_criterion_is_complete(self, api: APIClient) -> None:
        missing = api.patch(f"{JOBS}{make_job().pk}/", {"rubric": [{"key": "depth"}]}).json()["errors"]
        assert missing.keys() == {"rubric.0.name", "rubric.0.weight", "rubric.0.anchors"}

    def test_own_pace_is_set_and_unset(self, api: APIClient) -> None:
        pace = {"attempt_spacing": [15, 600], "max_concurrent_calls": 3, "calls_per_day": 50}
        body = api.post(JOBS, SUPPORT | pace).json()
        assert body | pace == body
        nothing: dict[str, Any] = {"attempt_spacing": [], "max_concurrent_calls": None, "calls_per_day": None}
        body = api.patch(f"{JOBS}{body['id']}/", nothing).json()
        assert body | nothing == body

    def test_patched_threshold_is_checked(self, api: APIClient) -> None:
        path = f"{JOBS}{make_job().pk}/"
        assert api.patch(path, {"hire_at": 4}).json()["errors"].keys() == {"hire_at"}
        assert api.patch(path, {"hire_at": 4, "consider_at": 3.5}).json()["hire_at"] == 4.0

    def test_patch_keeps_work_of_worker(self, api: APIClient) -> None:
        job = make_job()
        job.request_questions()
        body = api.patch(f"{JOBS}{job.pk}/", {"is_open": False, "questions_status": "approved"}).json()
        assert (body["is_open"], body["questions_status"]) == (False, "pending")

    @pytest.mark.parametrize("many", [2, 20])
    def test_list_has_constant_queries(self, api: APIClient, many: int, django_assert_num_queries: Any) -> None:
        for _ in range(many):
            make_approved_job()
        with django_assert_num_queries(4):  # the key, its use, the jobs, their questions
            assert len(api.get(JOBS).json()["results"]) == many

    def test_is_found_by_its_state(self, api: APIClient) -> None:
        make_job(is_open=False)
        job = make_job()
        assert [row["id"] for row in api.get(JOBS, {"is_open": "true"}).json()["results"]] == [str(job.pk)]
        assert str(job.pk) not in str(api.get(JOBS, {"is_open": "false"}).json())


class TestGeneratingQuestions:
    def test_worker_writes_draft(self, api: APIClient) -> None:
        job = make_job(**SUPPORT)
        response = post(api, job, "generate-questions", {"count": 3})
        assert (response.status_code, response.json()["questions_status"]) == (202, "pending")
        run_tasks()
        body = api.get(f"{JOBS}{job.pk}/").json()
        assert (body["questions_status"], len(body["questions"])) == ("ready", 3)
        assert body["question_set"]["status"] == "draft"
        assert body["question_set"]["source"] == selection.configured_interviewer().label
        assert ModelCall.objects.get().purpose == ModelCall.Purpose.QUESTIONS

    def test_writes_five_unless_told_otherwise(self, api: APIClient) -> None:
        job = make_job(**SUPPORT)
        post(api, job, "generate-questions")
        run_tasks()
        assert len(api.get(f"{JOBS}{job.pk}/").json()["questions"]) == 5

    def test_asked_for_again_meanwhile_is_done_once(self, api: APIClient) -> None:
        job = make_job(**SUPPORT)
        answers = [post(api, job, "generate-questions", {"count": count}) for count in (3, 4)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert run_tasks() == ["jobs.write_questions"]
        assert len(api.get(f"{JOBS}{job.pk}/").json()["questions"]) == 3

    @pytest.mark.parametrize("count", [0, 16, "many", None])
    def test_has_bounded_count(self, api: APIClient, count: Any) -> None:
        response = post(api, make_job(), "generate-questions", {"count": count})
        assert set(response.json()["errors"]) == {"count"}

    def test_not_possible_says_why(self, api: APIClient, settings: Any) -> None:
        settings.JUDGE = "person"
        job = make_job(**SUPPORT, language="pl")
        post(api, job, "generate-questions")
        run_tasks()
        body = api.get(f"{JOBS}{job.pk}/").json()
        assert body["questions_status"] == "failed"
        assert "pl" in body["questions_error"]

    def test_unreachable_model_is_given_up(self, settings: Any, api: APIClient) -> None:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = "sk-test", "http://127.0.0.1:9/v1"
        job = make_job(**SUPPORT)
        job.request_questions()
        run_tasks()
        job.refresh_from_db()
        assert (job.questions_status, job.lease, job.tries) == (Status.PENDING, None, 1)
        assert job.retry_at is not None
        assert job.retry_at > timezone.now()
        JobDescription.objects.update(retry_at=None, tries=99)
        run_step(WRITE_STEP, job.pk)
        job.refresh_from_db()
        assert job.questions_status == Status.FAILED
        assert "Tried" in job.questions_error

    def test_sweep_finds_lost_work(self) -> None:
        job = make_job(**SUPPORT)
        job.request_questions()
        long_ago = timezone.now() - timedelta(minutes=5)
        JobDescription.objects.update(lease=uuid4(), lease_until=long_ago, updated_at=long_ago)
        lose_tasks()
        sweep(0)
        assert run_tasks() == ["jobs.write_questions"]
        job.refresh_from_db()
        assert (job.questions_status, job.question_sets.count()) == (Status.READY, 1)


class TestApproving:
    def test_puts_draft_into_force(self, api: APIClient) -> None:
        job = make_job()
        job.add_draft(QUESTIONS, source="a test")
        response = post(api, job, "approve")
        body = response.json()
        assert (response.status_code, body["questions_status"], body["question_set"]["status"]) == (
            200,
            "approved",
            "approved",
        )
        assert QuestionSet.objects.get().approved_by == API_ACTOR

    def test_twice_changes_nothing(self, api: APIClient) -> None:
        job = make_approved_job()
        assert post(api, job, "approve").status_code == 200
        assert job.approved_questions is not None
        assert job.approved_questions.approved_by == "a test"

    def test_names_version_read(self, api: APIClient) -> None:
        job = make_job()
        old = job.add_draft(QUESTIONS, source="a test")
        job.add_draft(QUESTIONS, source="a test")
        response = post(api, job, "approve", {"question_set": str(old.pk)})
        assert response.status_code == 409
        assert "newer version" in response.json()["detail"]

    def test_questions_of_other_job_are_refused(self, api: APIClient) -> None:
        other = make_approved_job().approved_questions
        assert other is not None
        response = post(api, make_job(), "approve", {"question_set": str(other.pk)})
        assert set(response.json()["errors"]) == {"question_set"}

    def test_without_questions_says_what_to_do(self, api: APIClient) -> None:
        job = make_job()
        response = post(api, job, "approve")
        assert response.status_code == 409
        assert "Generate" in response.json()["detail"]
        job.request_questions()
        assert "still being written" in post(api, job, "approve").json()["detail"]
        error = "The model declined."
        job.set_questions_error(error)
        assert error in post(api, job, "approve").json()["detail"]

    def test_unspoken_language_is_refused(self, api: APIClient) -> None:
        job = make_job(language="it")
        job.add_draft(QUESTIONS, source="a test")
        response = post(api, job, "approve")
        assert response.status_code == 409
        assert "English" in response.json()["detail"]
        job.refresh_from_db()
        assert job.approved_questions is None

    def test_untranscribed_language_is_refused(self, api: APIClient, settings: Any) -> None:
        job = make_job(language="de")
        job.add_draft(QUESTIONS, source="a test")
        assert post(api, job, "approve").status_code == 409
        settings.SPEECH_API_KEY = "sk-test"
        assert post(api, job, "approve").status_code == 200

    def test_of_any_english_is_fine(self, api: APIClient) -> None:
        job = make_job(language="en-GB")
        job.add_draft(QUESTIONS, source="a test")
        assert post(api, job, "approve").status_code == 200


class TestQuestionsOfOnesOwn:
    def test_own_questions_become_draft(self, api: APIClient) -> None:
        job = make_approved_job()
        response = api.post(SETS, {"job": str(job.pk), "questions": [{"text": " Why? ", "competency": "Motives"}]})
        body = response.json()
        assert (response.status_code, body["version"], body["status"]) == (201, 2, "draft")
        assert body["source"] == API_ACTOR
        filled_in = {"weight": 1.0, "max_seconds": 120, "follow_ups": 0, "good_answer": "", "bank_question": None}
        assert body["questions"] == [{"text": "Why?", "competency": "Motives"} | filled_in]
        shown = api.get(f"{JOBS}{job.pk}/").json()
        assert (shown["questions"], shown["questions_status"]) == (body["questions"], "ready")
        assert JobDescription.objects.get().approved_questions is not None

    @pytest.mark.parametrize(
        ("questions", "field"),
        [
            ([], "questions"),
            ("Why?", "questions"),
            ([{"text": "Why?"}] * 21, "questions"),
            ([{"text": "  "}], "questions.0.text"),
            ([{"text": "x" * 1001}], "questions.0.text"),
            ([{"text": "Why?", "weight": 0}], "questions.0.weight"),
            ([{"text": "Why?", "max_seconds": 14}], "questions.0.max_seconds"),
            ([{"text": "Why?"}, {"text": "How?", "max_seconds": 601}], "questions.1.max_seconds"),
            (["Why?"], "questions.0"),
        ],
    )
    def test_are_checked_one_by_one(self, api: APIClient, questions: Any, field: str) -> None:
        response = api.post(SETS, {"job": str(make_job().pk), "questions": questions})
        assert response.status_code == 400
        assert set(response.json()["errors"]) == {field}
        assert not QuestionSet.objects.exists()

    @pytest.mark.parametrize("job", ["7", NOBODY, None, 10**40, ["x"]])
    def test_need_job(self, api: APIClient, job: Any) -> None:
        response = api.post(SETS, {"job": job, "questions": [{"text": "Why?"}]})
        assert set(response.json()["errors"]) == {"job"}

    def test_are_listed_by_job_and_status(self, api: APIClient) -> None:
        job = make_approved_job()
        make_approved_job()
        draft = job.add_draft(QUESTIONS, source="a test")
        rows = api.get(SETS, {"job": str(job.pk), "status": "draft"}).json()["results"]
        assert [row["id"] for row in rows] == [str(draft.pk)]
        assert api.get(f"{SETS}{draft.pk}/").json() == rows[0]

    def test_are_never_changed(self, api: APIClient) -> None:
        questions = make_approved_job().approved_questions
        assert questions is not None
        assert api.patch(f"{SETS}{questions.pk}/", {"questions": []}).status_code == 405
