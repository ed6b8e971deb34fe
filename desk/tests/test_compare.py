"""The comparison: which candidates it takes, how it matches their questions, and its number of queries."""

import gzip
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from desk.compare.page import ComparePage
from desk.compare.radar import Radar
from desk.compare.selection import MOST, Unfit, compare_address
from interviews.decisions import record_decision
from interviews.models import Assessment, Interview
from jobs.models import JobDescription, QuestionSet
from screener.access.blind_mode import turn_on
from screener.models import RoleKey
from screener.records import QuestionSpec
from tests.support.admin_client import admin_url, get_page, make_staff_client
from tests.support.factories import make_approved_job, make_interview
from tests.support.person_scores import make_scorer
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import HOSTILE, add_result, complete_interview, make_completed_interview

pytestmark = pytest.mark.django_db
MOST_BYTES = 60_000
COMPARE_QUERIES = 12
FAULT, CUSTOMER, TEAM = (
    QuestionSpec(text=text, competency=competency, weight=1, max_seconds=60)
    for text, competency in (
        ("Tell me of a fault.", "Troubleshooting"),
        ("Tell me of a customer.", "Empathy"),
        ("Tell me of a team.", "Teamwork"),
    )
)
OTHER_FAULT = FAULT.model_copy(update={"text": "Which fault was the hardest?"})
LANGUAGE = QuestionSpec(text="Which languages do you speak?", competency="Languages", weight=1, max_seconds=60)


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job(questions=[FAULT, CUSTOMER, TEAM])


@pytest.fixture
def interviews(job: JobDescription) -> list[Interview]:
    return make_interviews(job, 3)


def make_interviews(job: JobDescription, count: int) -> list[Interview]:
    people = ((f"Candidate{number}z", f"+1415555{number:04}") for number in range(count))
    return [make_completed_interview(job=job, full_name=name, phone=phone) for name, phone in people]


def ask_anew(job: JobDescription, *questions: QuestionSpec) -> JobDescription:
    """Put other questions in force."""
    job.question_sets.update(status=QuestionSet.Status.RETIRED)
    earlier = job.question_sets.get(version=1)
    job.question_sets.create(
        version=2,
        language="en",
        source="a test",
        questions=list(questions),
        status=QuestionSet.Status.APPROVED,
        approved_by="a test",
        approved_at=earlier.approved_at,
    )
    return JobDescription.objects.get(pk=job.pk)


def address_of(interviews: Sequence[Interview]) -> str:
    return compare_address([interview.pk for interview in interviews])


def load_page(client: Client, interviews: Sequence[Interview]) -> ComparePage:
    page = client.get(address_of(interviews)).context["page"]
    assert isinstance(page, ComparePage)
    return page


def asked_words(page: ComparePage) -> list[list[str | None]]:
    """For each row, how each candidate was asked; None: not asked."""
    answers = [[cell.answer for _, cell in row.cells] for row in page.questions]
    return [[answer.card.response.question if answer else None for answer in row] for row in answers]


class TestSelection:
    def test_order_of_address_stays(self, admin_client: Client, interviews: list[Interview]) -> None:
        chosen = [interviews[2], interviews[0]]
        page = load_page(admin_client, chosen)
        assert [column.interview.pk for column in page.columns] == [interview.pk for interview in chosen]

    def test_form_leads_to_clean_address(self, admin_client: Client, interviews: list[Interview]) -> None:
        ids = [str(interview.pk) for interview in interviews]
        query = {"next": "/admin/", "i": [*ids, ids[0], "no id", ""]}
        assert admin_client.get(reverse("desk-compare"), query)["Location"] == address_of(interviews)

    @pytest.mark.parametrize(("count", "why"), [(0, Unfit.TOO_FEW), (1, Unfit.TOO_FEW), (MOST + 1, Unfit.TOO_MANY)])
    def test_unfit_number_is_told(self, admin_client: Client, job: JobDescription, count: int, why: Unfit) -> None:
        response = admin_client.get(address_of(make_interviews(job, count)))
        assert (response.status_code, response.context["why"]) == (400, why)

    def test_candidates_of_several_jobs_are_refused(self, admin_client: Client, interviews: list[Interview]) -> None:
        other = make_completed_interview(phone="+14155550199")
        response = admin_client.get(address_of([interviews[0], other]))
        assert (response.status_code, response.context["why"]) == (400, Unfit.SEVERAL_JOBS)

    def test_missing_interview_is_not_found(self, admin_client: Client, interviews: list[Interview]) -> None:
        assert admin_client.get(compare_address([interviews[0].pk, uuid4()])).status_code == 404


class TestQuestions:
    def test_same_words_share_row(self, admin_client: Client, interviews: list[Interview]) -> None:
        assert asked_words(load_page(admin_client, interviews)) == [[spec.text] * 3 for spec in (FAULT, CUSTOMER, TEAM)]

    def test_other_questions_are_not_asked(self, admin_client: Client, job: JobDescription) -> None:
        earlier = make_completed_interview(job=job, full_name="Earlier")
        later_job = ask_anew(job, LANGUAGE, OTHER_FAULT, CUSTOMER)
        later = make_completed_interview(job=later_job, full_name="Later", phone="+14155550102")
        page = load_page(admin_client, [earlier, later])
        assert asked_words(page) == [
            [None, LANGUAGE.text],
            [FAULT.text, OTHER_FAULT.text],
            [CUSTOMER.text, CUSTOMER.text],
            [TEAM.text, None],
        ]
        assert [cell.other_words for _, cell in page.questions[1].cells] == [FAULT.text, ""]

    def test_same_words_win_over_competency(self, admin_client: Client, job: JobDescription) -> None:
        earlier = make_completed_interview(job=job, full_name="Earlier")
        later_job = ask_anew(job, OTHER_FAULT, FAULT)
        later = make_completed_interview(job=later_job, full_name="Later", phone="+14155550102")
        page = load_page(admin_client, [earlier, later])
        assert asked_words(page)[:2] == [[None, OTHER_FAULT.text], [FAULT.text, FAULT.text]]


class TestContent:
    def test_interview_without_result_says_so(self, admin_client: Client, job: JobDescription) -> None:
        planned = make_interview(job=job, full_name="Planned", phone="+14155550103")
        unclear, done = make_interviews(job, 2)
        add_result(unclear, score=None)
        page = get_page(admin_client, address_of([planned, unclear, done]))
        assert page.count("data-no-result") == 2
        assert page.count("data-score") == 1

    def test_missing_score_breaks_radar(self) -> None:
        radar = Radar.of([[5.0, None, 7.0, 8.0], [0.0, 1.0, 2.0, 3.0]])
        assert radar is not None
        assert [(len(shape.lines), len(shape.points)) for shape in radar.shapes] == [(2, 3), (4, 4)]
        assert Radar.of([[5.0, 6.0]]) is None

    def test_scores_follow_competency(self, admin_client: Client, interviews: list[Interview]) -> None:
        Assessment.objects.filter(response__interview=interviews[1], response__position=1).update(score=2)
        page = load_page(admin_client, interviews)
        assert [row.name for row in page.competencies] == ["Troubleshooting", "Empathy", "Teamwork"]
        assert [entry.score for entry in page.competencies[1].scores] == [7.5, 2.0, 7.5]

    def test_hostile_texts_are_escaped(self, admin_client: Client, job: JobDescription) -> None:
        people = [make_completed_interview(job=job, full_name=HOSTILE, phone=f"+1415555010{n}") for n in (1, 2)]
        assert HOSTILE not in get_page(admin_client, address_of(people))

    def test_second_opinion_stands_beside_score(self, admin_client: Client, interviews: list[Interview]) -> None:
        add_opinion(interviews[0], make_scorer().user, score=4)
        cells = load_page(admin_client, interviews).questions[0].cells
        assert [len(cell.answer.card.opinions) for _, cell in cells if cell.answer] == [1, 0, 0]

    @pytest.mark.parametrize("count", [2, 6])
    def test_queries_are_constant(self, admin_client: Client, job: JobDescription, count: int) -> None:
        address = address_of(make_interviews(job, count))
        admin_client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = get_page(admin_client, address)
        assert len(queries) == COMPARE_QUERIES
        assert len(gzip.compress(page.encode())) < MOST_BYTES


def add_opinion(interview: Interview, user: Any, *, score: int) -> None:
    Assessment.objects.create(
        response=interview.responses.all()[0],
        is_current=False,
        role=Assessment.Role.SECOND_OPINION,
        source=Assessment.Source.PERSON,
        scored_by=user,
        score=score,
        label="Hanna Berg",
        rubric_version="1",
    )


class TestRoles:
    def test_permissions_are_required(self, interviews: list[Interview]) -> None:
        assert make_staff_client("view_interview").get(address_of(interviews)).status_code == 403
        assert make_staff_client("view_jobdescription").get(address_of(interviews)).status_code == 403
        page = get_page(make_staff_client("view_interview", "view_jobdescription"), address_of(interviews))
        assert "data-audio" not in page
        assert "data-decide" not in page

    def test_member_compares_own_job_alone(self, interviews: list[Interview]) -> None:
        member = make_role_user(RoleKey.HIRING_MANAGER, interviews[0].job)
        assert login_client(member).get(address_of(interviews)).status_code == 200
        stranger = make_role_user(RoleKey.HIRING_MANAGER)
        assert login_client(stranger).get(address_of(interviews)).status_code == 404

    def test_blind_review_hides_scores(self, interviews: list[Interview], job: JobDescription) -> None:
        job.update_fields(blind_review=True)
        manager = make_role_user(RoleKey.HIRING_MANAGER, job)
        seen = interviews[0].results.get(is_current=True)
        record_decision(interviews[0], by=manager, verdict="hire", reason="Fits.", seen=seen)
        page = load_page(login_client(manager), interviews)
        assert [column.is_hidden for column in page.columns] == [False, True, True]
        assert [entry.score for entry in page.competencies[0].scores] == [7.5, None, None]
        assert [cell.answer.card.score is None for _, cell in page.questions[0].cells] == [False, True, True]  # type: ignore[union-attr]

    def test_blind_mode_masks_names(self, admin_client: Client, reviewer: Any, interviews: list[Interview]) -> None:
        turn_on(reviewer.pk, on=True)
        page = get_page(admin_client, address_of(interviews))
        for interview in interviews:
            assert interview.candidate.full_name not in page
            assert interview.candidate.alias in page

    def test_decision_leads_back(self, admin_client: Client, interviews: list[Interview]) -> None:
        address = address_of(interviews)
        decide = reverse("desk-job-decide", args=[interviews[0].job_id])
        query = {"i": str(interviews[0].pk), "next": address}
        (choice,) = admin_client.get(decide, query).context["page"].choices
        data = query | {"seen": choice.seen, "verdict": "hire", "reason": ""}
        assert admin_client.post(decide, data)["Location"] == address
        assert load_page(admin_client, interviews).columns[0].row.decision is not None

    def test_desk_offers_comparison(self, interviews: list[Interview]) -> None:
        client = make_staff_client("view_interview", "view_jobdescription")
        assert f'formaction="{reverse("desk-compare")}"' in get_page(client, admin_url(interviews[0].job))


def test_erased_candidate_is_compared(admin_client: Client, job: JobDescription) -> None:
    """A link of earlier days still works after the candidate is erased."""
    first, second = make_interviews(job, 2)
    second.candidate.blank()
    assert admin_client.get(address_of([first, second])).status_code == 200


def test_completion_is_shown_at_next_load(admin_client: Client, job: JobDescription) -> None:
    planned = make_interview(job=job, full_name="Planned", phone="+14155550103")
    (done,) = make_interviews(job, 1)
    assert load_page(admin_client, [planned, done]).columns[0].row.score is None
    complete_interview(planned)
    assert load_page(admin_client, [planned, done]).columns[0].row.score is not None
