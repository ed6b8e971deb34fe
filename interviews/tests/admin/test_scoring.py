"""The pages on which people score answers."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from interviews.admin.scoring import scoring_list_url
from interviews.models import Assessment, Interview, InterviewResponse
from interviews.scoring.person import CRITERION_MISSING, EVIDENCE_MISSING, SCORED_MEANWHILE, scoring_version
from interviews.scoring.score_verification import EVIDENCE_RULE
from screener.admin.menu import TO_SCORE
from tests.support.admin_client import get_page, make_staff_client, page_text, submit_form
from tests.support.factories import run_tasks
from tests.support.person_scores import (
    QUOTE,
    SCORER_PERMISSIONS,
    STORY,
    make_waiting_interview,
    score_as_person,
)
from tests.support.sample_rows import HOSTILE, make_completed_interview

pytestmark = pytest.mark.django_db
LIST = reverse("admin:interviews_interviewresponse_changelist")
SPAN = f"{STORY.index(QUOTE)}-{STORY.index(QUOTE) + len(QUOTE)}"
MODEL_MARKS = ("7.50", "</mark>", "s-quote")
"""Texts of a page that shows the model's assessment."""


@pytest.fixture
def waiting() -> Interview:
    return make_waiting_interview()


@pytest.fixture
def scored() -> Interview:
    """Scored by a model."""
    return make_completed_interview(transcript="Last year I moved four hundred mailboxes in six weeks.")


@pytest.fixture
def scorer() -> Client:
    return make_staff_client(*SCORER_PERMISSIONS)


def answer_of(interview: Interview, position: int = 0) -> InterviewResponse:
    return interview.responses.select_related("interview__job").get(position=position)


def page_of(response: InterviewResponse, name: str = "score") -> str:
    return reverse(f"admin:interviews_interviewresponse_{name}", args=[response.pk])


def form_data(response: InterviewResponse, score: int | None = 8, *spans: str, **fields: Any) -> dict[str, Any]:
    numbers = range(len(response.interview.job.rubric))
    scores = {f"score-{number}": score for number in numbers if score is not None}
    evidence = {f"evidence-{number}": list(spans or [SPAN]) for number in numbers}
    return scores | evidence | {"version": scoring_version(response), "note": ""} | fields


class TestForm:
    def test_shows_what_is_scored(self, scorer: Client, waiting: Interview) -> None:
        response = answer_of(waiting)
        page = get_page(scorer, page_of(response))
        assert response.question in page
        assert STORY in page
        assert EVIDENCE_RULE in page
        assert all(anchor in page for row in waiting.job.rubric for anchor in row["anchors"].values())
        assert reverse("admin:interviews_recording_audio", args=[response.recordings.get().pk]) in page

    def test_every_sentence_can_be_picked(self, scorer: Client, waiting: Interview) -> None:
        page = get_page(scorer, page_of(answer_of(waiting)))
        first_sentence = STORY.index(".") + 1
        assert page.count(f'value="0-{first_sentence}"') == len(waiting.job.rubric)

    def test_saved_scores_lead_to_next_answer(self, scorer: Client, waiting: Interview) -> None:
        response = answer_of(waiting)
        reply = scorer.post(page_of(response), form_data(response, 8, note="Clear plan."))
        assert reply.headers["Location"] == page_of(answer_of(waiting, 1))
        assessment = response.assessments.get()
        assert (assessment.note, assessment.is_current, assessment.is_blind) == ("Clear plan.", True, True)
        assert {quote.quote for criterion in assessment.criteria for quote in criterion.verified_evidence} == {QUOTE}
        assert assessment.scored_by == User.objects.get(pk=scorer.session["_auth_user_id"])

    def test_refused_answers_follow_each_other(self, scorer: Client, waiting: Interview) -> None:
        """The first score has the result computed again; the other answers still wait for a person."""
        waiting.responses.update(status=InterviewResponse.Status.MODEL_UNAVAILABLE)
        reply = scorer.post(page_of(answer_of(waiting)), form_data(answer_of(waiting)))
        waiting.refresh_from_db()
        assert waiting.result_status == Interview.ResultStatus.PENDING
        assert reply.headers["Location"] == page_of(answer_of(waiting, 1))

    def test_last_scores_lead_to_result(self, scorer: Client, waiting: Interview) -> None:
        for position in (0, 1):
            score_as_person(answer_of(waiting, position))
        response = answer_of(waiting, 2)
        reply = scorer.post(page_of(response), form_data(response))
        assert reply.headers["Location"] == reverse("admin:interviews_interview_change", args=[waiting.pk])
        run_tasks()
        result = waiting.results.get(is_current=True)
        assert (float(result.overall_score or 0), result.recommendation) == (8, "hire")
        page = get_page(
            make_staff_client("view_interview"), reverse("admin:interviews_interview_change", args=[waiting.pk])
        )
        assert "by <bdi>Hanna Berg</bdi>" in page

    def test_missing_score_is_marked(self, scorer: Client, waiting: Interview) -> None:
        response = answer_of(waiting)
        page = submit_form(scorer, page_of(response), **form_data(response, None, note="Kept."))
        assert page.count(CRITERION_MISSING) == len(waiting.job.rubric)
        assert "Kept." in page
        assert f'value="{SPAN}" checked' in page
        assert not Assessment.objects.exists()

    def test_missing_evidence_is_marked(self, scorer: Client, waiting: Interview) -> None:
        response = answer_of(waiting)
        numbers = range(len(waiting.job.rubric))
        data = form_data(response, 6) | {f"evidence-{number}": [] for number in numbers}
        assert submit_form(scorer, page_of(response), **data).count(EVIDENCE_MISSING) == len(numbers)

    def test_place_outside_transcript_is_refused(self, scorer: Client, waiting: Interview) -> None:
        response = answer_of(waiting)
        for span in ("0-99999", "5-5", "9-3", "a-b", "-1-4", "1-2-3", "\u0661-\u0662"):
            assert (span, scorer.post(page_of(response), form_data(response, 8, span)).status_code) == (span, 200)
            assert not Assessment.objects.exists(), span

    def test_score_by_another_person_meanwhile_is_shown(self, scorer: Client, waiting: Interview) -> None:
        """The scores stay in the form. Saved again, they are a second opinion."""
        response = answer_of(waiting)
        data = form_data(response, 3)
        other = score_as_person(answer_of(waiting), 9, name="Tom Reed")
        page = submit_form(scorer, page_of(response), **data)
        assert SCORED_MEANWHILE.format(label=other.label) in page
        assert 'value="3" checked' in page
        assert "9.00" not in page
        version = scoring_version(answer_of(waiting))
        reply = scorer.post(page_of(response), data | {"version": version})
        assert reply.headers["Location"] == page_of(response, "opinions")
        assert response.assessments.filter(role="second_opinion", is_current=False).count() == 1

    def test_hostile_texts_are_escaped(self, scorer: Client) -> None:
        response = answer_of(make_waiting_interview(f"{STORY} {HOSTILE}", full_name=HOSTILE))
        assert HOSTILE not in get_page(scorer, page_of(response))
        score_as_person(response, note=HOSTILE)
        assert HOSTILE not in get_page(scorer, page_of(response, "opinions"))

    def test_queries_do_not_grow(self, scorer: Client, waiting: Interview, django_assert_max_num_queries: Any) -> None:
        for number in range(3):
            make_waiting_interview(phone=f"+1415555013{number}", job=waiting.job)
        with django_assert_max_num_queries(16):
            scorer.get(page_of(answer_of(waiting)))


class TestBlindness:
    def test_form_shows_no_other_assessment(self, scorer: Client, scored: Interview) -> None:
        score_as_person(answer_of(scored), 1, name="Tom Reed", quotes=["four hundred mailboxes in six weeks"])
        page = get_page(scorer, page_of(answer_of(scored)))
        assert not [mark for mark in (*MODEL_MARKS, "Tom Reed") if mark in page]

    def test_list_shows_no_score(self, scorer: Client, scored: Interview) -> None:
        page = get_page(scorer, LIST, scoring="opinion")
        assert page_of(answer_of(scored)) in page
        assert not [mark for mark in MODEL_MARKS if mark in page]

    def test_answer_leaves_list_after_opinion(self, scorer: Client, scored: Interview) -> None:
        for response in scored.responses.select_related("interview__job"):
            span = f"17-{len('Last year I moved four hundred mailboxes')}"
            reply = scorer.post(page_of(response), form_data(response, 8, span))
            assert reply.headers["Location"] == page_of(response, "opinions")
        assert page_of(answer_of(scored)) not in get_page(scorer, LIST, scoring="opinion")

    def test_way_from_scores_is_not_blind(self, scorer: Client, scored: Interview) -> None:
        page = get_page(scorer, reverse("admin:interviews_interview_change", args=[scored.pk]))
        assert f"{page_of(answer_of(scored))}?seen=1" in page
        assert 'name="seen"' in get_page(scorer, page_of(answer_of(scored)), seen=1)
        assert "checked" in get_page(scorer, page_of(answer_of(scored)), seen=1).split('name="seen"')[1][:80]


class TestComparison:
    def test_shows_differences(self, scorer: Client, scored: Interview) -> None:
        score_as_person(answer_of(scored), 6, quotes=["four hundred mailboxes in six weeks"], note="Too little.")
        page = get_page(scorer, page_of(answer_of(scored), "opinions"))
        assert all(text in page for text in (">7.5<", ">6.0<", ">-1.5<", "Hanna Berg", "Too little."))

    def test_choice_needs_permission_and_reason(self, scorer: Client, scored: Interview) -> None:
        opinion = score_as_person(answer_of(scored), 6, quotes=["four hundred mailboxes in six weeks"])
        address = reverse("admin:interviews_interviewresponse_choose", args=[opinion.pk])
        assert scorer.post(address, {"reason": "Better."}).status_code == 403
        chooser = make_staff_client("change_assessment", "view_interview")
        assert chooser.get(address).status_code == 200
        chooser.post(address, {"reason": "Better."})
        opinion.refresh_from_db()
        assert opinion.is_current
        run_tasks()
        assert scored.results.get(is_current=True).label.startswith("Hanna Berg, ")


class TestPermissions:
    @pytest.mark.parametrize("missing", ["add_assessment", "view_interviewresponse", "view_interview"])
    def test_scoring_needs(self, waiting: Interview, missing: str) -> None:
        client = make_staff_client(*(name for name in SCORER_PERMISSIONS if name != missing))
        response = answer_of(waiting)
        assert client.get(page_of(response)).status_code == 403
        assert client.post(page_of(response), form_data(response)).status_code == 403
        assert not Assessment.objects.exists()

    def test_decider_may_not_score(self, waiting: Interview) -> None:
        client = make_staff_client("add_decision", "view_interview", "view_interviewresponse")
        assert client.get(page_of(answer_of(waiting))).status_code == 403

    def test_practice_is_not_found(self, scorer: Client, waiting: Interview) -> None:
        response = answer_of(waiting)
        Interview.objects.filter(pk=waiting.pk).update(purpose="practice")
        assert scorer.get(page_of(response)).status_code == 404


def _marked_items(response: Any) -> list[str]:
    groups = response.context["sidebar_navigation"]
    return [item["title"] for group in groups for item in group["items"] if item["active"]]


class TestToScore:
    def test_menu_leads_to_waiting_answers(self, scorer: Client, waiting: Interview) -> None:
        page = page_text(scorer.get(reverse("admin:interviews_interviewresponse_to_score"), follow=True))
        assert all(page_of(response) in page for response in waiting.responses.all())
        assert reverse("admin:interviews_interviewresponse_to_score") in page

    def test_scoring_pages_mark_one_item(self, scorer: Client, waiting: Interview) -> None:
        addresses = [scoring_list_url(), page_of(answer_of(waiting))]
        marked = [_marked_items(scorer.get(address)) for address in addresses]
        assert marked == [[str(TO_SCORE)]] * 2


def test_scorer_permissions_exist() -> None:
    assert Permission.objects.filter(codename__in=SCORER_PERMISSIONS).count() == len(SCORER_PERMISSIONS)
