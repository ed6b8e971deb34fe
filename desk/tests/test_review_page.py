"""The review page: its transcript in pieces, its waveforms, and its updates."""

import gzip
import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from desk.review.peaks import PEAK_COUNT, waveform_peaks
from desk.review.transcript import find_timed_spans, second_at, split_into_pieces
from desk.review.views import PEAKS_MAX_AGE
from interviews.invitations import inviting
from interviews.models import Interview, lock_interview
from interviews.planning import plan_interview
from interviews.records import CriterionRecord, Evidence
from screener.models import RoleKey
from tests.support.admin_client import admin_url, get_page, make_staff_client
from tests.support.factories import (
    QUESTIONS,
    make_approved_job,
    make_candidate,
    make_interview,
    make_transcribed_interview,
    run_tasks,
)
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import QUOTE, add_result, make_completed_interview
from tests.support.sounds import make_tone

MOST_BYTES = 60_000
TIMES = [{"start": 0.5, "end": 1, "text": "One two."}, {"start": 2.5, "end": 3, "text": "Three."}]


def make_criterion(*spans: slice) -> CriterionRecord:
    evidence = [Evidence(quote="x", verified=True, start=span.start, end=span.stop) for span in spans]
    return CriterionRecord(criterion="c", name="c", weight=1, score=5, reason="", evidence=evidence, flags=[])


class TestTranscript:
    @given(st.text("ab ,.א<é", max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
    def test_pieces_are_complete(self, transcript: str, ends: list[tuple[int, int]]) -> None:
        criteria = [make_criterion(slice(min(pair), max(pair))) for pair in ends if max(pair) <= len(transcript)]
        assert "".join(piece.text for piece in split_into_pieces(transcript, criteria, [])) == transcript

    def test_overlapping_quotes_keep_their_criteria(self) -> None:
        criteria = [make_criterion(slice(4, 13)), make_criterion(slice(0, 7), slice(13, 18))]
        pieces = split_into_pieces("one two three four", criteria, [])
        assert [(piece.text, piece.criteria) for piece in pieces] == [
            ("one ", (2,)),
            ("two", (1, 2)),
            (" three", (1,)),
            (" four", (2,)),
        ]

    def test_times_are_found_in_order(self) -> None:
        spans = find_timed_spans("One two. Three. One two.", TIMES)
        assert [(span.start, span.second) for span in spans] == [(0, 0.5), (9, 2.5)]
        assert [second_at(spans, place) for place in (0, 8, 9, 20)] == [0.5, None, 2.5, None]

    @pytest.mark.parametrize("times", [None, [[0, 1]], [{"text": 3}], {"text": "One"}, [{"text": "One", "start": "x"}]])
    def test_unknown_times_are_ignored(self, times: object) -> None:
        assert find_timed_spans("One two.", times) == []


class TestPeaks:
    def test_peaks_follow_loudness(self) -> None:
        peaks = waveform_peaks(make_tone(growing=True))
        assert len(peaks) == PEAK_COUNT
        assert peaks[0] < peaks[PEAK_COUNT // 2] < peaks[-1] <= 1

    def test_unreadable_audio_has_none(self) -> None:
        assert waveform_peaks(b"RIFF") == waveform_peaks(b"") == []

    @pytest.mark.django_db
    def test_permission_to_listen_is_required(self, admin_client: Client) -> None:
        recording = make_completed_interview().responses.all()[0].recordings.get()
        address = reverse("desk-recording-peaks", args=[recording.pk])
        waveform = admin_client.get(address)
        assert json.loads(waveform.content) == {"peaks": []}
        assert waveform["Cache-Control"] == f"private, max-age={PEAKS_MAX_AGE}"
        assert make_staff_client("view_interview").get(address).status_code == 403


@pytest.mark.django_db
class TestPage:
    def update(self, client: Client, interview: Interview, version: str) -> tuple[int, str]:
        response = client.get(admin_url(interview), {"v": version})
        return response.status_code, response.content.decode()

    def test_update_sends_only_changes(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        version = get_page(admin_client, admin_url(interview)).split('data-desk-poll data-v="')[1].split('"')[0]
        assert self.update(admin_client, interview, version) == (HTTPStatus.NO_CONTENT, "")
        add_result(interview, score="5.10")
        status, parts = self.update(admin_client, interview, version)
        assert status == 200
        assert "<html" not in parts
        assert "data-overall-score>5.1<" in parts

    def test_running_interview_is_under_way(self, admin_client: Client) -> None:
        interview = make_interview()
        assert 'data-under-way="yes"' in get_page(admin_client, admin_url(interview))
        with lock_interview(interview) as locked:
            locked.cancel("by_hr", actor="hanna", reason="Filled.")
        assert 'data-under-way="no"' in get_page(admin_client, admin_url(interview))

    def test_page_is_small(self, admin_client: Client) -> None:
        interview = make_completed_interview(transcript=f"{QUOTE} and some more words. " * 60)
        page = get_page(admin_client, admin_url(interview))
        assert len(gzip.compress(page.encode())) < MOST_BYTES

    def test_local_model_is_named(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        interview.responses.update(transcript_source="local:whisper-base")
        page = get_page(admin_client, admin_url(interview))
        assert "whisper-base" in page
        assert "local:whisper-base" not in page

    def test_change_of_call_is_sent(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        version = get_page(admin_client, admin_url(interview)).split('data-desk-poll data-v="')[1].split('"')[0]
        interview.attempts.get().call.update_fields(duration_seconds=417)
        status, parts = self.update(admin_client, interview, version)
        assert status == HTTPStatus.OK
        assert "417 s" in parts

    def test_previous_is_planned_before(self, admin_client: Client) -> None:
        first = make_completed_interview()
        last = make_completed_interview(job=first.job, phone="+14155550102")
        Interview.objects.filter(pk=first.pk).update(created_at=last.created_at - timedelta(days=1))
        assert f'id="r-previous" href="{admin_url(first)}"' in get_page(admin_client, admin_url(last))
        assert 'id="r-previous"' not in get_page(admin_client, admin_url(first))

    def test_resume_file_needs_contact_data(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        interview.candidate.update_fields(resume="resumes/ada.pdf", resume_text="Five years of support.")
        address = reverse("admin:candidates_candidate_resume", args=[interview.candidate_id])
        recruiter = login_client(make_role_user(RoleKey.RECRUITER))
        assert address in get_page(recruiter, admin_url(interview))
        manager = login_client(make_role_user(RoleKey.HIRING_MANAGER, interview.job))
        assert address not in get_page(manager, admin_url(interview))

    def test_cut_resume_is_said_to_be_cut(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        interview.candidate.set_resume_text("Five years of support.")
        pages = {admin_url(interview): 'id="r-cut"', admin_url(interview.candidate): 'id="c-cut"'}
        assert not any(mark in get_page(admin_client, page) for page, mark in pages.items())
        interview.candidate.set_resume_text("Five years of support.", is_cut=True)
        assert all(mark in get_page(admin_client, page) for page, mark in pages.items())

    def test_attempt_without_call_is_shown(self, admin_client: Client) -> None:
        interview = make_completed_interview()
        interview.attempts.get().call.delete()
        assert 'id="history"' in get_page(admin_client, admin_url(interview))


@pytest.mark.django_db
def test_invitation_is_offered_first_where_no_call_is_placed(admin_client: Client) -> None:
    job = make_approved_job(channels=["phone", "text"])
    called = make_interview(job=job)
    candidate = make_candidate(phone="+14155550102", email="b@example.com")
    written = plan_interview(candidate=candidate, job=job, actor="hanna", channel="text")
    button = {row.pk: f'd-primary" href="{reverse("desk-invitation", args=[row.pk])}"' for row in (called, written)}
    shown = [button[row.pk] in get_page(admin_client, admin_url(row)) for row in (called, written)]
    assert shown == [False, True]
    inviting.invite(written, actor="hanna")
    assert button[written.pk] not in get_page(admin_client, admin_url(written))


@pytest.mark.django_db
def test_good_answer_is_shown_to_reviewers(admin_client: Client) -> None:
    point = "Names a result"
    guided = QUESTIONS[0].model_copy(update={"good_answer": point})
    interview = make_transcribed_interview(job=make_approved_job(questions=[guided, QUESTIONS[1]]))
    first = interview.responses.get(position=0)
    for address in (admin_url(interview), admin_url(first, "score")):
        page = get_page(admin_client, address)
        assert (page.count("data-good-answer"), point in page) == (1, True), address


@pytest.mark.django_db
def test_page_without_score_leads_to_first_answer(admin_client: Client, settings: Any) -> None:
    """The model refused the answers. A person can score them."""
    settings.JUDGE = "person"
    interview = make_transcribed_interview()
    run_tasks()
    first = interview.responses.order_by("position")[0]
    link = f'data-score-missing href="{admin_url(first, "score")}"'
    assert link in get_page(admin_client, admin_url(interview))
