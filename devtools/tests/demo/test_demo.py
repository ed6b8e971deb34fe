"""`make run`: what its processes are told, what it refuses, what it loads and what it shows."""

import os
import re
import socket
from pathlib import Path

import pytest

from candidates.models import Candidate, Consent
from devtools.demo import data, environment, preflight, text_views
from devtools.demo.credentials import Logins
from devtools.phone_simulator.callees.personas import PERSONAS
from interviews.models import Call, Interview, InterviewResponse, InterviewResult
from interviews.planning import plan_interview
from interviews.records import CriterionRecord, Evidence
from jobs.models import JobDescription
from screener.records import Point
from tests.support.factories import make_interview

LOGINS = Logins(admin_password="a password", api_key="a key", twilio_token="a token")


class TestWhatTheProcessesAreTold:
    def test_without_a_twilio_account_the_phone_network_is_simulated(self) -> None:
        told = environment.told({}, 8100, LOGINS)
        assert environment.is_simulated({})
        assert told["WEBHOOK_BASE_URL"] == "http://127.0.0.1:8100"
        assert told["TWILIO_API_URL"] == "http://127.0.0.1:8101"
        assert told["TWILIO_AUTH_TOKEN"] == "a token"
        assert told["WHITELISTED_NUMBERS"] == "*"
        assert told["API_KEY"] == told["SCREENER_API_KEY"] == "a key"

    def test_half_an_account_is_never_mixed_with_the_simulated_one(self) -> None:
        told = environment.told({"TWILIO_AUTH_TOKEN": "real", "TWILIO_ACCOUNT_SID": ""}, 8100, LOGINS)
        assert told["TWILIO_AUTH_TOKEN"] == "a token"

    def test_a_real_account_gets_nothing_relaxed_and_nothing_made_up(self) -> None:
        given = {"TWILIO_ACCOUNT_SID": "AC1", "DATABASE_URL": "postgres://db", "API_KEY": "mine"}
        assert not environment.is_simulated(given)
        assert environment.told(given, 8100, LOGINS) == {"PORT": "8100", "API_KEY": "mine", "EMBEDDED_DATABASE": "1"}

    def test_made_up_candidates_stay_out_of_a_database_that_was_set(self) -> None:
        given = {"DATABASE_URL": "postgres://db"}
        assert environment.told(given, 8100, LOGINS)["DATABASE_URL"] == ""
        assert len(environment.kept_out(given)) == 1

    def test_requests_to_this_machine_go_past_a_proxy(self) -> None:
        assert environment.told({"NO_PROXY": "example.com"}, 1, LOGINS)["no_proxy"] == "example.com,127.0.0.1,localhost"

    def test_openai_judges_but_does_not_transcribe_what_the_simulator_recorded(self) -> None:
        told = environment.told({"OPENAI_API_KEY": "key"}, 8100, LOGINS)
        assert "OPENAI_API_KEY" not in told
        assert told["SPEECH_API_KEY"] == ""


class TestRefusals:
    @pytest.mark.parametrize("text", ["", "abc", "0", "65535", "-1", "8000 ", "²"])
    def test_what_is_no_port(self, text: str) -> None:
        with pytest.raises(preflight.Refused, match="PORT="):
            preflight.port_from(text)

    def test_a_port_in_use(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(preflight.Refused, match=r"is in use\. Choose another: make run PORT="):
                preflight.check_port(taken.getsockname()[1], of="a test")

    def test_a_folder_that_cant_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "var").touch()
        with pytest.raises(preflight.Refused, match="Can't write to"):
            preflight.check_folder(tmp_path / "var")

    def test_a_disk_that_is_full(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(preflight, "NEEDED_MB", 2**40)
        with pytest.raises(preflight.Refused, match="Make room"):
            preflight.check_folder(tmp_path)

    def test_a_second_start_in_the_same_folder(self, tmp_path: Path) -> None:
        lock = preflight.take_folder(tmp_path, 8123)
        with pytest.raises(preflight.Refused, match=r"already runs from this folder: http://127.0.0.1:8123/"):
            preflight.take_folder(tmp_path, 8200)
        os.close(lock)


class TestLogins:
    def test_are_made_once_and_kept_for_their_owner_alone(self, tmp_path: Path) -> None:
        first = Logins.kept_in(tmp_path)
        assert Logins.kept_in(tmp_path) == first
        assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600
        assert len(first.admin_password) >= 16

    def test_a_file_that_is_not_ours_is_not_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "demo.json").write_text("[]")
        with pytest.raises(preflight.Refused, match="Move it away"):
            Logins.kept_in(tmp_path)


@pytest.mark.django_db
class TestData:
    def test_loading_twice_adds_nothing(self) -> None:
        data.load()
        data.load()
        job = JobDescription.objects.get()
        assert job.approved_questions is not None
        assert Candidate.objects.count() == 12
        assert Consent.objects.filter(kind=Consent.Kind.CALL, given=True, source="demo data").count() == 12

    def test_what_was_removed_is_not_brought_back(self) -> None:
        data.load()
        Candidate.objects.filter(external_id="demo-07").delete()
        data.load()
        assert Candidate.objects.count() == 11

    def test_numbers_are_fictional_and_pick_different_personas(self) -> None:
        assert all(re.fullmatch(r"\+1[2-9]\d\d55501\d\d", number) for number in data.CANDIDATES)
        assert len({number[-2:] for number in data.CANDIDATES} & set(PERSONAS)) == 12

    def test_everybody_can_be_interviewed(self) -> None:
        data.load()
        for _ in data.CANDIDATES:
            pair = data.next_pair()
            assert pair
            plan_interview(candidate=pair[0], job=pair[1], actor="a test")
        assert data.next_pair() is None

    def test_a_number_can_be_called_again_though_the_network_was_stopped_in_mid_call(self) -> None:
        interview = make_interview()
        attempt = interview.attempts.create(number=1, send_before=interview.created_at)
        call = Call.objects.create(attempt=attempt, number=interview.candidate.phone, twilio_sid="CA1")
        waits = make_interview(job=interview.job, full_name="Grace Hopper", phone="+14155550101")
        unsent = waits.attempts.create(number=1, send_before=waits.created_at)
        Call.objects.create(attempt=unsent, number=waits.candidate.phone)
        assert data.end_calls() == 1
        assert data.end_calls() == 0
        call.refresh_from_db()
        assert call.ended_at
        assert "was stopped in the middle of it" in interview.attempts.get().reason
        assert interview.is_live, "its candidate is called again"
        assert waits.attempts.get().ended_at is None, "the sweep finds out whether it was sent"

    def test_nobody_of_them_waits_for_a_real_call(self) -> None:
        data.load()
        pair = data.next_pair()
        assert pair
        demo, own = plan_interview(candidate=pair[0], job=pair[1], actor="a test"), make_interview(phone="+14155550177")
        assert data.call_off() == 1
        assert Interview.objects.get(pk=demo.pk).status == Interview.Status.CANCELLED
        assert Interview.objects.get(pk=own.pk).is_live


@pytest.mark.django_db
def test_progress_counts_questions() -> None:
    interview = make_interview()
    assert text_views.progress(interview) == "Pending: 0 of 3 questions done, 0 assessed"
    interview.responses.filter(position=0).update(status=InterviewResponse.Status.ANSWERED)
    interview.responses.filter(position=1).update(status=InterviewResponse.Status.SILENT)
    assert text_views.progress(interview) == "Pending: 2 of 3 questions done, 1 assessed"


def a_criterion(name: str, score: float, quote: str, transcript: str, weight: float) -> CriterionRecord:
    start = transcript.index(quote)
    evidence = Evidence(quote=quote, verified=True, start=start, end=start + len(quote))
    reason = f"why {name}"
    return CriterionRecord(
        criterion=name, name=name, weight=weight, score=score, reason=reason, evidence=[evidence], flags=[]
    )


@pytest.fixture
def result(db: None) -> InterviewResult:
    """Of three questions: one scored, one skipped, one that a person has to look at."""
    interview = make_interview()
    first, second, third = interview.responses.order_by("position")
    words = "Well. I led the team\x1b[31m that wrote it. Then I left."
    first.update_fields(status=InterviewResponse.Status.ASSESSED, transcript=words)
    origin = {"model": "m", "label": "l", "rubric_version": "1"}
    criteria = [
        a_criterion("Clarity", 9, "Well", words, 1),
        a_criterion("Relevance", 6, "I led the team\x1b[31m", words, 3),
    ]
    first.assessments.create(score="6.75", criteria=criteria, **origin)
    second.update_fields(status=InterviewResponse.Status.SKIPPED, status_reason="Hung up before it.")
    third.update_fields(status=InterviewResponse.Status.ASSESSED, transcript=words)
    third.assessments.create(reason="No words support the score.", **origin)
    point = Point(text="Leads", position=0, quote="I led the team")
    made = InterviewResult.objects.create(
        interview=interview,
        overall_score="6.75",
        coverage="0.333",
        recommendation="consider",
        reasoning="Because.",
        strengths=[point],
        hire_at="7.0",
        consider_at="5.0",
        model="offline-rules",
        label="offline rules, no language model",
        flags=["needs_review"],
    )
    return InterviewResult.objects.get(pk=made.pk)


class TestDecisionCard:
    def test_shows_evidence_and_judge(self, result: InterviewResult) -> None:
        card = "\n".join(text_views.decision_card(result))
        assert "CONSIDER  6.8 of 10  (hire from 7.0, consider from 5.0)" in card
        assert "Coverage: 33%" in card
        assert f"Judged by: {result.label}" in card
        assert "“I led the team [31m”" in card
        assert "Relevance 6.0: why Relevance" in card
        assert "Also Clarity 9.0." in card
        assert "+ Leads “I led the team”" in card
        assert "Flags: needs_review" in card

    def test_gives_reason_for_missing_score(self, result: InterviewResult) -> None:
        card = "\n".join(text_views.decision_card(result))
        assert "No score: Hung up before it." in card
        assert "No score: No words support the score." in card

    def test_invents_no_recommendation(self, result: InterviewResult) -> None:
        result.overall_score, result.recommendation = None, ""
        assert "  NO RECOMMENDATION  no overall score" in "\n".join(text_views.decision_card(result))

    def test_is_plain_text(self, result: InterviewResult) -> None:
        card = text_views.decision_card(result)
        assert all(line.isprintable() and len(line) <= text_views.WIDTH for line in card)
