"""A job's page: its content, its order, and its number of queries."""

import gzip
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from candidates.models import Candidate
from desk.job.address import DeskAddress
from desk.job.columns import Column
from desk.job.page import ROWS_PER_PAGE
from desk.job.ranking import ranked_interviews
from desk.job.rows import RowFlag
from desk.job.weights import Weights, competencies_of
from interviews.decisions import record_decision
from interviews.flags import Flag
from interviews.models import Assessment, Attempt, EligibilityAnswer, Interview, InterviewResponse, InterviewResult
from jobs.models import JobDescription, QuestionSet
from screener.models import RoleKey
from screener.records import QuestionSpec
from tests.support.admin_client import admin_url, get_page, make_staff_client
from tests.support.factories import add_eligibility_answer, make_approved_job, make_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import HOSTILE, add_result, make_completed_interview

MOST_BYTES = 60_000
MOST_QUERIES = 17
SHOWN = re.compile(r'<tr id="r-([0-9a-f-]{36})"')
QUESTIONS = [
    QuestionSpec(text="Tell me of a fault.", competency="Troubleshooting", weight=3, max_seconds=60),
    QuestionSpec(text="Tell me of a customer.", competency="Empathy", weight=1, max_seconds=60),
]


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job(questions=QUESTIONS)


def make_scored(job: JobDescription, number: int, *scores: str) -> Interview:
    """A completed interview with a score for each of its answers, and the overall score that follows from them."""
    interview = make_completed_interview(job=job, full_name=f"Candidate {number:02}", phone=f"+141555{number:05}")
    for response, score in zip(interview.responses.all(), scores, strict=True):
        Assessment.objects.filter(response=response, is_current=True).update(score=score)
    weights = [question.weight for question in QUESTIONS]
    overall = sum(float(score) * weight for score, weight in zip(scores, weights, strict=True)) / sum(weights)
    InterviewResult.objects.filter(interview=interview).update(overall_score=round(Decimal(overall), 2))
    return interview


def shown_ids(page: str) -> list[UUID]:
    return [UUID(pk) for pk in SHOWN.findall(page)]


def shown_on(client: Client, job: JobDescription, **query: Any) -> list[UUID]:
    return shown_ids(get_page(client, admin_url(job), **query))


class TestRanking:
    def test_puts_scores_first(self, admin_client: Client, job: JobDescription) -> None:
        planned = make_interview(job=job, full_name="Ada", phone="+14155550111")
        low, high = make_scored(job, 1, "2.0", "2.0"), make_scored(job, 2, "9.0", "9.0")
        assert shown_on(admin_client, job) == [high.pk, low.pk, planned.pk]
        assert shown_on(admin_client, job, order="-score") == [low.pk, high.pk, planned.pk]

    def test_follows_weights_in_address(self, admin_client: Client, job: JobDescription) -> None:
        fixer, friend = make_scored(job, 1, "9.0", "2.0"), make_scored(job, 2, "3.0", "9.0")
        assert shown_on(admin_client, job) == [fixer.pk, friend.pk]
        assert shown_on(admin_client, job, **{"w-troubleshooting": "1", "w-empathy": "5"}) == [friend.pk, fixer.pk]
        assert InterviewResult.objects.get(interview=friend).overall_score == Decimal("4.50")

    def test_usual_weights_give_stored_score(self, job: JobDescription) -> None:
        """The sum of the questions' weights, so that only other weights change a score."""
        interview = make_scored(job, 1, "7.3", "4.1")
        from_rows = ranked_scores(job, {"troubleshooting": 3.0, "empathy": 1.0})
        assert from_rows == {interview.pk: InterviewResult.objects.get(interview=interview).overall_score}

    def test_weights_count_unanswered_questions(self, job: JobDescription) -> None:
        interview = make_scored(job, 1, "8.0", "8.0")
        silent = interview.responses.get(position=1)
        silent.assessments.update(is_current=False)
        InterviewResponse.objects.filter(pk=silent.pk).update(status=InterviewResponse.Status.SILENT)
        assert ranked_scores(job, {"empathy": 3.0}) == {interview.pk: Decimal("4.00")}

    def test_result_without_score_stays_without(self, job: JobDescription) -> None:
        interview = make_scored(job, 1, "8.0", "8.0")
        add_result(interview, score=None)
        assert ranked_scores(job, {"empathy": 3.0}) == {interview.pk: None}

    def test_weights_of_zero_give_no_score(self, admin_client: Client, job: JobDescription) -> None:
        make_scored(job, 1, "8.0", "8.0")
        page = get_page(admin_client, admin_url(job), **{"w-troubleshooting": "0", "w-empathy": "0"})
        assert 'class="d-note"' in page
        assert '<strong class="d-number">' not in page

    def test_sorts_by_competency(self, admin_client: Client, job: JobDescription) -> None:
        fixer, friend = make_scored(job, 1, "9.0", "2.0"), make_scored(job, 2, "3.0", "9.0")
        assert shown_on(admin_client, job, order="c-empathy") == [friend.pk, fixer.pk]
        assert shown_on(admin_client, job, order="-c-empathy") == [fixer.pk, friend.pk]

    def test_score_order_is_read_from_index(self, reviewer: User, job: JobDescription) -> None:
        """Also where the scores of the job may be hidden from others."""
        weights = Weights(competencies_of(job), {})
        ranked = ranked_interviews(job, DeskAddress(job.pk), weights, reviewer).values("pk")[:ROWS_PER_PAGE]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = ranked.explain()
        assert "Index Only Scan using interviews_by_score" in plan
        assert "Presorted Key" in plan

    def test_shows_last_interview_of_candidate(self, admin_client: Client, job: JobDescription) -> None:
        first = make_scored(job, 1, "8.0", "8.0")
        again = Interview.objects.create(candidate=first.candidate, job=job, question_set=first.question_set)
        assert shown_on(admin_client, job) == [again.pk]


def ranked_scores(job: JobDescription, weights: dict[str, float]) -> dict[UUID, Decimal | None]:
    competencies = competencies_of(job)
    viewer = User(is_superuser=True)
    ranked: Any = ranked_interviews(job, DeskAddress(job.pk), Weights(competencies, weights), viewer)
    return {interview.pk: interview.shown_score for interview in ranked}


class TestFilters:
    @pytest.fixture
    def interviews(self, job: JobDescription, reviewer: User) -> dict[str, Interview]:
        """One interview in each state, by state, and one that is decided."""
        interviews = {name: make_interview(job=job, full_name=name, phone=f"+1415555{n:04}") for n, name in STATES}
        ready, decided = make_scored(job, 7, "8.0", "8.0"), make_scored(job, 8, "8.0", "8.0")
        unclear = make_scored(job, 9, "8.0", "8.0")
        add_result(unclear, score=None)
        Attempt.objects.create(interview=interviews["talking"], number=1, send_before=timezone.now())
        change_row(interviews["assessing"], status="completed", outcome="complete", result_status="pending")
        change_row(interviews["ended"], status="failed", outcome="declined")
        seen = decided.results.get(is_current=True)
        record_decision(decided, by=reviewer, verdict="reject", reason="Too far.", seen=seen)
        return interviews | {"ready": ready, "decided": decided, "unclear": unclear}

    def test_state_shows_its_candidates(
        self, admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
    ) -> None:
        for state in ("waiting", "talking", "assessing", "unclear", "ended"):
            assert (state, shown_on(admin_client, job, state=state)) == (state, [interviews[state].pk])

    def test_decision_and_recommendation_combine(
        self, admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
    ) -> None:
        assert shown_on(admin_client, job, decision="none") == [interviews["ready"].pk]
        assert shown_on(admin_client, job, decision="reject", recommendation="hire") == [interviews["decided"].pk]
        assert shown_on(admin_client, job, decision="reject", recommendation="reject") == []

    def test_attention_and_name(
        self, admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
    ) -> None:
        assert shown_on(admin_client, job, attention="yes") == [interviews["unclear"].pk]
        assert shown_on(admin_client, job, q="ALKIN") == [interviews["talking"].pk]
        assert shown_on(admin_client, job, q="%") == []

    def test_unknown_values_are_ignored(
        self, admin_client: Client, job: JobDescription, interviews: dict[str, Interview]
    ) -> None:
        hostile = {"state": "\0", "order": HOSTILE, "page": "9" * 40, "w-empathy": "nan", "decision": "x", "q": "\0"}
        assert len(shown_on(admin_client, job, **hostile)) == len(interviews)


STATES = list(enumerate(("waiting", "talking", "assessing", "ended")))


def change_row(interview: Interview, **fields: Any) -> None:
    Interview.objects.filter(pk=interview.pk).update(**fields)


class TestRow:
    def test_names_question_of_live_call(self, admin_client: Client, job: JobDescription) -> None:
        interview = make_interview(job=job)
        now = timezone.now()
        interview.attempts.create(number=1, send_before=now, answered_at=now, stage="question", position=1)
        assert "question 2 of 2" in get_page(admin_client, admin_url(job))

    def test_shows_flags_of_result(self, admin_client: Client, job: JobDescription) -> None:
        interview = make_scored(job, 1, "8.0", "8.0")
        flags = [Flag.TALKS_TO_THE_SCORER, Flag.UNANSWERED_EARNED_NOTHING]
        InterviewResult.objects.filter(interview=interview).update(flags=flags)
        change_row(interview, person_requested_at=timezone.now(), result_status="needs_review")
        interview.candidate.update_fields(locale="de")
        add_eligibility_answer(interview)
        silent = EligibilityAnswer.Status.NO_REPLY
        add_eligibility_answer(interview, position=1, status=silent, value="", is_met=None)
        page = get_page(admin_client, admin_url(job))
        assert [flag for flag in RowFlag if f">{flag.label}</span>" in page] == list(RowFlag)

    def test_holds_hostile_and_missing_names(self, admin_client: Client, job: JobDescription) -> None:
        for number, name in enumerate((HOSTILE, "x" * 200, "")):
            make_interview(job=job, full_name=name, phone=f"+1415555{number:04}")
        page = get_page(admin_client, admin_url(job))
        assert HOSTILE not in page
        assert len(shown_ids(page)) == 3

    def test_decided_row_names_reviewer(self, admin_client: Client, job: JobDescription, reviewer: User) -> None:
        interview = make_scored(job, 1, "8.0", "8.0")
        record_decision(interview, by=reviewer, verdict="hire", reason="", seen=interview.results.get())
        page = get_page(admin_client, admin_url(job))
        assert "<bdi>hanna</bdi>" in page


class TestHead:
    def test_draft_can_be_approved(self, admin_client: Client, job: JobDescription) -> None:
        approve = admin_url(job, "approve_questions")
        assert approve not in get_page(admin_client, admin_url(job))
        job.add_draft(QUESTIONS, source="a test")
        assert approve in get_page(admin_client, admin_url(job))

    def test_form_is_one_click_away(self, admin_client: Client, job: JobDescription) -> None:
        form = reverse("admin:jobs_jobdescription_edit", args=[job.pk])
        assert form in get_page(admin_client, admin_url(job))
        assert 'name="title"' in get_page(admin_client, form)

    def test_popup_and_viewer_of_jobs_get_form(self, admin_client: Client, job: JobDescription) -> None:
        form = reverse("admin:jobs_jobdescription_edit", args=[job.pk])
        for client, query in ((admin_client, {"_popup": "1"}), (make_staff_client("view_jobdescription"), {})):
            response = client.get(admin_url(job), query)
            assert response["Location"].startswith(form)

    def test_page_needs_permission(self, job: JobDescription) -> None:
        assert make_staff_client("view_interview").get(admin_url(job)).status_code == 403

    def test_onlooker_gets_no_button(self, job: JobDescription) -> None:
        make_scored(job, 1, "8.0", "8.0")
        page = get_page(make_staff_client("view_interview", "view_jobdescription"), admin_url(job))
        for name in ("desk-job-decide", "desk-job-call"):
            assert f'formaction="{reverse(name, args=[job.pk])}"' not in page
        assert page.count('form="desk-rows"') == 1  # the comparison, which changes nothing

    def test_missing_job_leads_to_overview(self, admin_client: Client, job: JobDescription) -> None:
        QuestionSet.objects.all().delete()
        JobDescription.objects.all().delete()
        assert admin_client.get(admin_url(job))["Location"] == reverse("admin:index")


class TestRoles:
    def test_manager_sees_own_jobs_alone(self, job: JobDescription) -> None:
        other = make_approved_job(title="Accountant")
        client = login_client(make_role_user(RoleKey.HIRING_MANAGER, job))
        assert client.get(admin_url(job)).status_code == 200
        assert client.get(admin_url(other))["Location"] == reverse("admin:index")
        assert client.get(reverse("desk-job-decide", args=[other.pk])).status_code == 404

    def test_page_has_no_contact_data(self, job: JobDescription) -> None:
        interview = make_scored(job, 1, "8.0", "8.0")
        client = login_client(make_role_user(RoleKey.HIRING_MANAGER, job))
        for page in (admin_url(job), f"{reverse('desk-job-decide', args=[job.pk])}?i={interview.pk}"):
            text = get_page(client, page)
            assert interview.candidate.phone not in text
            assert interview.candidate.email not in text

    def test_blind_review_hides_results(self, job: JobDescription) -> None:
        job.update_fields(blind_review=True)
        best, decided = make_scored(job, 1, "9.0", "9.0"), make_scored(job, 2, "2.0", "2.0")
        manager = make_role_user(RoleKey.HIRING_MANAGER, job)
        record_decision(decided, by=manager, verdict="hire", reason="Fits.", seen=decided.results.get())
        client = login_client(manager)
        page = get_page(client, admin_url(job))
        assert shown_ids(page) == [decided.pk, best.pk]
        assert "9.0" not in page
        assert shown_on(client, job, recommendation="hire") == [decided.pk]
        assert shown_on(client, job, order="c-empathy") == [decided.pk, best.pk]
        assert "9.0" not in get_page(client, reverse("desk-job-decide", args=[job.pk]), i=str(best.pk))

    def test_blind_review_hides_decisions_of_others(self, job: JobDescription, reviewer: User) -> None:
        job.update_fields(blind_review=True)
        interview = make_scored(job, 1, "9.0", "9.0")
        record_decision(interview, by=reviewer, verdict="hire", reason="", seen=interview.results.get())
        client = login_client(make_role_user(RoleKey.HIRING_MANAGER, job))
        assert shown_on(client, job) == [interview.pk]
        assert "d-rec-hire" not in get_page(client, admin_url(job))
        assert shown_on(client, job, decision="hire") == []


class TestColumns:
    def test_hidden_column_stays_hidden(self, admin_client: Client, job: JobDescription) -> None:
        make_scored(job, 1, "8.0", "8.0")
        assert 'class="d-bar"' in get_page(admin_client, admin_url(job))
        wanted = [column.value for column in Column if column != Column.COMPETENCIES] + [HOSTILE]
        address = reverse("desk-job-columns", args=[job.pk])
        response = admin_client.post(address, {"column": wanted, "next": "https://elsewhere.example/"})
        assert response["Location"] == admin_url(job)
        assert 'class="d-bar"' not in get_page(admin_client, admin_url(job))


class TestUpdates:
    def fetch(self, client: Client, address: str) -> Any:
        return client.get(address, headers={"HX-Request": "true"})

    def update_address(self, page: str) -> str:
        match = re.search(r'hx-get="([^"]*v=[^"]*)"', page)
        assert match
        return match[1].replace("&amp;", "&")

    def test_nothing_is_sent_until_something_changes(self, admin_client: Client, job: JobDescription) -> None:
        interview = make_interview(job=job)
        address = self.update_address(get_page(admin_client, admin_url(job), state="waiting"))
        unchanged = self.fetch(admin_client, address)
        assert (unchanged.status_code, unchanged.content) == (204, b"")
        Attempt.objects.create(interview=interview, number=1, send_before=timezone.now())
        changed = self.fetch(admin_client, address)
        assert changed.status_code == 200
        assert b"<html" not in changed.content
        assert "HX-Push-Url" not in changed.headers

    def test_filter_sends_table_and_address(self, admin_client: Client, job: JobDescription) -> None:
        interview = make_scored(job, 1, "8.0", "8.0")
        address = f"{admin_url(job)}?q=&recommendation=hire&decision=&w-empathy=2.5"
        changed = self.fetch(admin_client, address)
        assert changed["HX-Push-Url"] == f"{admin_url(job)}?recommendation=hire&w-empathy=2.5"
        assert shown_ids(changed.content.decode()) == [interview.pk]


@pytest.fixture
def sixty(job: JobDescription, reviewer: User) -> list[Interview]:
    """Sixty candidates with results, of whom the best is decided, and one who is called. Written in bulk."""
    example = make_scored(job, 0, "9.9", "9.9")
    record_decision(example, by=reviewer, verdict="hire", reason="", seen=example.results.get())
    attempt = {"number": 1, "send_before": timezone.now()}
    make_interview(job=job, full_name="Candidate 60", phone="+14155550160").attempts.create(**attempt)
    people = [Candidate(full_name=f"Candidate {n:02}", phone=f"+141555{n:05}") for n in range(1, 60)]
    done: dict[str, Any] = {"status": "completed", "outcome": "complete", "result_status": "ready"}
    source = {"job": job, "question_set": example.question_set} | done
    interviews = [Interview(candidate=person, **source) for person in people]
    result = {"coverage": 1, "hire_at": 7, "consider_at": 5, "recommendation": "consider"}
    results = [InterviewResult(interview=row, overall_score=n / 10, **result) for n, row in enumerate(interviews)]
    answers = [
        InterviewResponse(interview=row, position=place, competency=question.competency, status="assessed")
        for row in interviews
        for place, question in enumerate(QUESTIONS)
    ]
    scores = [Assessment(response=answer, score=5, rubric_version="1", label="model") for answer in answers]
    for rows in (people, interviews, results, answers, scores):
        type(rows[0])._default_manager.bulk_create(rows)  # type: ignore[arg-type]
    return list(Interview.objects.filter(job=job))


class TestCost:
    def test_queries_and_size_are_fixed(
        self, admin_client: Client, job: JobDescription, sixty: list[Interview]
    ) -> None:
        addresses = [admin_url(job), f"{admin_url(job)}?w-empathy=4", f"{admin_url(job)}?q=Candidate+0&w-empathy=4"]
        assert admin_client.get(addresses[0]).status_code == 200  # caches content types
        counts, sizes = [], []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                response = admin_client.get(address)
            counts.append(len(queries))
            sizes.append(len(gzip.compress(response.content)))
        assert len(shown_ids(response.content.decode())) == 10
        assert max(counts) <= MOST_QUERIES
        assert max(sizes) < MOST_BYTES

    def test_pages_hold_every_candidate_once(
        self, admin_client: Client, job: JobDescription, sixty: list[Interview]
    ) -> None:
        pages = [shown_on(admin_client, job, page=number) for number in (1, 2)]
        assert [len(page) for page in pages] == [ROWS_PER_PAGE, len(sixty) - ROWS_PER_PAGE]
        assert {pk for page in pages for pk in page} == {interview.pk for interview in sixty}
        assert shown_on(admin_client, job, page=99) == pages[1]
