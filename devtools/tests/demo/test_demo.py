"""`make run`: the environment of its processes, its checks, its data and its output."""

import os
import re
import socket
from pathlib import Path

import pytest

from candidates.models import Candidate, Consent
from devtools.demo import data, preflight, text_views
from devtools.demo.credentials import Credentials
from devtools.demo.environment import RELAXED_RULES, build_env, ignored_settings, is_model_simulated, is_simulated
from devtools.demo.errors import DemoError, ErrorCode
from devtools.phone_simulator.callees.personas import PERSONAS
from interviews.flags import Flag
from interviews.models import Call, Interview, InterviewResponse, InterviewResult
from interviews.planning import plan_interview
from interviews.records import CriterionRecord, Evidence
from jobs.models import JobDescription
from screener.records import Point
from screener.services.interviewer.protocol import SIMULATED_MODEL
from tests.support.factories import make_interview

CREDENTIALS = Credentials(admin_password="a password", api_key="a key", twilio_token="a token")
PORT = 8100
REAL_ACCOUNT = {"TWILIO_ACCOUNT_SID": "AC1", "DATABASE_URL": "postgres://db", "API_KEY": "mine"}


class TestEnvironment:
    def test_network_is_simulated_without_account(self) -> None:
        env = build_env({}, PORT, CREDENTIALS)
        assert is_simulated({})
        assert env["WEBHOOK_BASE_URL"] == "http://127.0.0.1:8100"
        assert env["TWILIO_API_URL"] == "http://127.0.0.1:8101"
        assert env["TWILIO_AUTH_TOKEN"] == "a token"
        assert env["API_KEY"] == env["SCREENER_API_KEY"] == "a key"
        assert RELAXED_RULES.items() <= env.items()

    def test_incomplete_account_is_ignored(self) -> None:
        env = build_env({"TWILIO_AUTH_TOKEN": "real", "TWILIO_ACCOUNT_SID": ""}, PORT, CREDENTIALS)
        assert env["TWILIO_AUTH_TOKEN"] == "a token"

    def test_real_account_keeps_its_settings(self) -> None:
        assert not is_simulated(REAL_ACCOUNT)
        env = build_env(REAL_ACCOUNT, PORT, CREDENTIALS)
        assert env == {"PORT": "8100", "API_KEY": "mine", "EMBEDDED_DATABASE": "1"}

    def test_simulated_run_ignores_own_database(self) -> None:
        settings = {"DATABASE_URL": "postgres://db"}
        assert build_env(settings, PORT, CREDENTIALS)["DATABASE_URL"] == ""
        assert len(ignored_settings(settings)) == 1

    def test_simulated_run_has_key_of_its_database(self) -> None:
        """A master key belongs to the database of DATABASE_URL; without one, to that in var/."""
        key = {"ENCRYPTION_KEY": "key"}
        assert build_env({**key, "DATABASE_URL": "postgres://db"}, PORT, CREDENTIALS)["ENCRYPTION_KEY"] == ""
        assert "ENCRYPTION_KEY" not in build_env(key, PORT, CREDENTIALS)

    def test_proxy_excludes_this_machine(self) -> None:
        env = build_env({"NO_PROXY": "example.com"}, PORT, CREDENTIALS)
        assert env["no_proxy"] == env["NO_PROXY"] == "example.com,127.0.0.1,localhost"

    @pytest.mark.parametrize("settings", [{"OPENAI_API_KEY": "key"}, {"JUDGE": "person"}, {"OFFLINE_INTERVIEWER": "1"}])
    def test_model_is_simulated_without_another_judge(self, settings: dict[str, str]) -> None:
        env = build_env({}, PORT, CREDENTIALS)
        assert (env["OPENAI_BASE_URL"], env["OPENAI_MODEL"]) == ("http://127.0.0.1:8102/v1", SIMULATED_MODEL)
        assert "OPENAI_MODEL" not in build_env(settings, PORT, CREDENTIALS)
        assert not is_model_simulated(REAL_ACCOUNT)

    def test_openai_key_disables_transcription(self) -> None:
        """OpenAI scores the answers. The network transcribes its synthesised recordings itself."""
        env = build_env({"OPENAI_API_KEY": "key"}, PORT, CREDENTIALS)
        assert "OPENAI_API_KEY" not in env
        assert env["SPEECH_API_KEY"] == ""

    @pytest.mark.parametrize(("speech", "engine"), [({}, None), ({"SPEECH": "0"}, None), ({"SPEECH": "1"}, "local")])
    def test_speech_is_local_on_request(self, speech: dict[str, str], engine: str | None) -> None:
        """The network goes on transcribing its own calls: it knows what its personas say."""
        env = build_env(speech, PORT, CREDENTIALS)
        assert env.get("SPEECH_ENGINE") == env.get("VOICE_ENGINE") == engine
        assert env["PHONE_SPEECH_ENGINE"] == "carrier"
        real = build_env(REAL_ACCOUNT | speech, PORT, CREDENTIALS)
        assert (real.get("SPEECH_ENGINE"), real.get("PHONE_SPEECH_ENGINE")) == (engine, None)


class TestPreflight:
    @pytest.mark.parametrize("text", ["", "abc", "0", "65534", "-1", "8000 ", "²"])
    def test_invalid_ports_are_rejected(self, text: str) -> None:
        with pytest.raises(DemoError) as error:
            preflight.parse_port(text)
        assert error.value.code == ErrorCode.INVALID_PORT

    def test_used_port_is_rejected(self) -> None:
        with socket.socket() as used:
            used.bind(("127.0.0.1", 0))
            used.listen()
            with pytest.raises(DemoError) as error:
                preflight.check_port(used.getsockname()[1], purpose="a test")
        assert error.value.code == ErrorCode.PORT_UNAVAILABLE

    def test_unwritable_folder_is_rejected(self, tmp_path: Path) -> None:
        (tmp_path / "var").touch()
        with pytest.raises(DemoError) as error:
            preflight.check_folder(tmp_path / "var")
        assert error.value.code == ErrorCode.FOLDER_NOT_WRITABLE

    def test_full_disk_is_rejected(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(preflight, "NEEDED_MB", 2**40)
        with pytest.raises(DemoError) as error:
            preflight.check_folder(tmp_path)
        assert error.value.code == ErrorCode.DISK_FULL

    def test_second_start_is_rejected(self, tmp_path: Path) -> None:
        lock = preflight.lock_folder(tmp_path, 8123)
        with pytest.raises(DemoError, match=r"http://127\.0\.0\.1:8123/") as error:
            preflight.lock_folder(tmp_path, 8200)
        os.close(lock)
        assert error.value.code == ErrorCode.ALREADY_RUNNING


class TestCredentials:
    def test_are_created_once(self, tmp_path: Path) -> None:
        first = Credentials.load_or_create(tmp_path)
        assert Credentials.load_or_create(tmp_path) == first
        assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600
        assert len(first.admin_password) >= 16

    def test_invalid_file_is_kept(self, tmp_path: Path) -> None:
        (tmp_path / "demo.json").write_text("[]")
        with pytest.raises(DemoError) as error:
            Credentials.load_or_create(tmp_path)
        assert error.value.code == ErrorCode.INVALID_CREDENTIALS
        assert (tmp_path / "demo.json").read_text() == "[]"


@pytest.mark.django_db
class TestData:
    def test_second_load_adds_nothing(self) -> None:
        data.load_demo_data()
        data.load_demo_data()
        job = JobDescription.objects.get()
        assert job.approved_questions is not None
        assert Candidate.objects.count() == 12
        assert Consent.objects.filter(kind=Consent.Kind.CALL, given=True, source=data.SOURCE).count() == 12

    def test_removed_candidate_is_not_restored(self) -> None:
        data.load_demo_data()
        Candidate.objects.filter(external_id="demo-07").delete()
        data.load_demo_data()
        assert Candidate.objects.count() == 11

    def test_numbers_are_fictional(self) -> None:
        assert all(re.fullmatch(r"\+1[2-9]\d\d55501\d\d", number) for number in data.CANDIDATES)

    def test_numbers_choose_different_personas(self) -> None:
        assert len({number[-2:] for number in data.CANDIDATES} & set(PERSONAS)) == 12

    def test_all_candidates_can_be_interviewed(self) -> None:
        data.load_demo_data()
        for _ in data.CANDIDATES:
            plan_next_interview()
        assert data.next_interview() is None

    def test_interrupted_calls_are_ended(self) -> None:
        interview = make_interview()
        attempt = interview.attempts.create(number=1, send_before=interview.created_at)
        call = Call.objects.create(attempt=attempt, number=interview.candidate.phone, twilio_sid="CA1")
        assert data.end_interrupted_calls() == 1
        assert data.end_interrupted_calls() == 0
        call.refresh_from_db()
        assert call.ended_at
        assert data.NETWORK_STOPPED in interview.attempts.get().reason
        assert interview.is_live

    def test_unsent_calls_are_left_to_sweep(self) -> None:
        interview = make_interview()
        attempt = interview.attempts.create(number=1, send_before=interview.created_at)
        Call.objects.create(attempt=attempt, number=interview.candidate.phone)
        assert data.end_interrupted_calls() == 0
        assert interview.attempts.get().ended_at is None

    def test_real_network_cancels_demo_interviews(self) -> None:
        data.load_demo_data()
        demo, other = plan_next_interview(), make_interview(phone="+14155550177")
        assert data.cancel_demo_interviews() == 1
        assert Interview.objects.get(pk=demo.pk).status == Interview.Status.CANCELLED
        assert Interview.objects.get(pk=other.pk).is_live


def plan_next_interview() -> Interview:
    pair = data.next_interview()
    assert pair
    candidate, job = pair
    return plan_interview(candidate=candidate, job=job, actor="a test")


@pytest.mark.django_db
def test_progress_counts_questions() -> None:
    interview = make_interview()
    assert re.findall(r"\d", text_views.progress_line(interview)) == ["0", "3", "0"]
    interview.responses.filter(position=0).update(status=InterviewResponse.Status.ANSWERED)
    interview.responses.filter(position=1).update(status=InterviewResponse.Status.SILENT)
    assert re.findall(r"\d", text_views.progress_line(interview)) == ["2", "3", "1"]


def make_criterion(name: str, score: float, quote: str, transcript: str, weight: float) -> CriterionRecord:
    start = transcript.index(quote)
    evidence = Evidence(quote=quote, verified=True, start=start, end=start + len(quote))
    reason = f"why {name}"
    return CriterionRecord(
        criterion=name, name=name, weight=weight, score=score, reason=reason, evidence=[evidence], flags=[]
    )


ESCAPE = "\x1b"
STRENGTH = "I led the team"
EVIDENCE = f"{STRENGTH}{ESCAPE}[31m"
SKIPPED_REASON = "Hung up before it."
UNSCORED_REASON = "No quote supports the score."


@pytest.fixture
def result(db: None) -> InterviewResult:
    """A result of three questions: one scored, one skipped, one without a score."""
    interview = make_interview()
    first, second, third = interview.responses.order_by("position")
    transcript = f"Well. {EVIDENCE} that wrote it. Then I left."
    first.update_fields(status=InterviewResponse.Status.ASSESSED, transcript=transcript)
    origin = {"model": "m", "label": "l", "rubric_version": "1"}
    criteria = [
        make_criterion("Clarity", 9, "Well", transcript, 1),
        make_criterion("Relevance", 6, EVIDENCE, transcript, 3),
    ]
    first.assessments.create(score="6.75", criteria=criteria, **origin)
    second.update_fields(status=InterviewResponse.Status.SKIPPED, status_reason=SKIPPED_REASON)
    third.update_fields(status=InterviewResponse.Status.ASSESSED, transcript=transcript)
    third.assessments.create(reason=UNSCORED_REASON, **origin)
    point = Point(text="Leads", position=0, quote=STRENGTH)
    created = InterviewResult.objects.create(
        interview=interview,
        overall_score="6.75",
        coverage="0.333",
        recommendation="consider",
        reasoning="Because.",
        strengths=[point],
        hire_at="7.0",
        consider_at="5.0",
        model="simulated-model",
        label="simulated model",
        flags=["needs_review"],
    )
    return InterviewResult.objects.get(pk=created.pk)


class TestDecisionCard:
    def test_shows_evidence_and_judge(self, result: InterviewResult) -> None:
        card = "\n".join(text_views.decision_card(result))
        for part in ("CONSIDER", "6.8 of 10", "7.0", "5.0", "33%", result.label, "Clarity 9.0", "needs_review"):
            assert part in card
        assert f"“{EVIDENCE.replace(ESCAPE, ' ')}”" in card
        assert "Relevance 6.0: why Relevance" in card
        assert f"+ Leads “{STRENGTH}”" in card

    def test_gives_reason_for_missing_score(self, result: InterviewResult) -> None:
        card = "\n".join(text_views.decision_card(result))
        assert SKIPPED_REASON in card
        assert UNSCORED_REASON in card

    def test_invents_no_recommendation(self, result: InterviewResult) -> None:
        result.overall_score, result.recommendation = None, ""
        assert "NO RECOMMENDATION" in "\n".join(text_views.decision_card(result))

    def test_names_what_waits_for_person(self, result: InterviewResult) -> None:
        result.label = ""
        result.interview.responses.update(status=InterviewResponse.Status.TRANSCRIBED)
        card = "\n".join(text_views.decision_card(result))
        assert card.count(str(Flag.WAITING_FOR_PERSON.label)) == 3
        assert "Judged by" not in card

    def test_is_plain_text(self, result: InterviewResult) -> None:
        card = text_views.decision_card(result)
        assert all(line.isprintable() and len(line) <= text_views.WIDTH for line in card)
