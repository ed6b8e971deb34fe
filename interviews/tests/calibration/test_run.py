"""`manage.py evaluate_scoring`: compares the configured interviewer with people, by the code that scores interviews."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from statistics import correlation
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from devtools.model_simulator.replies import Behaviour, completion_reply, error_reply
from devtools.model_simulator.server import ModelSimulator
from interviews.calibration.run import INJECTIONS, evaluate_samples, score_text
from interviews.calibration.samples import REQUIRED_COLUMNS, InvalidSampleFile, ScoredSample, read_samples
from interviews.management.commands.evaluate_scoring import NO_SCORES
from interviews.models import Assessment
from interviews.scoring.assessment import TOO_SHORT
from interviews.scoring.rubric import job_rubric, job_text
from screener.models import ModelCall
from screener.services.interviewer.protocol import ResponseText
from tests.support.factories import ANSWER, make_transcribed_interview, run_tasks
from tests.support.fake_openai import fake_language_model

SAMPLE_FILE = Path(project.BASE_DIR) / "docs" / "calibration.csv"
ROW: dict[str, str] = {
    "job_title": "Engineer",
    "job_description": "Runs services.",
    "question": "What did you do?",
    "answer": ANSWER,
    "rater_1": "7",
}
QUOTE = "I led the migration of twelve services"


@pytest.fixture
def write_samples(tmp_path: Path) -> Any:
    """Writes rows to a sample file and returns its path. Each row is ROW with the given changes."""

    def write(*rows: dict[str, str]) -> Path:
        path = tmp_path / "samples.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list({**ROW, **rows[0]}))
            writer.writeheader()
            writer.writerows({**ROW, **row} for row in rows)
        return path

    return write


LENGTH_AND_QUALITY_PART = {"short good", "long empty", "harmful", "off topic", "non-native"}


def length_correlation(samples: list[ScoredSample]) -> float:
    lengths = [float(len(sample.text.transcript)) for sample in samples]
    return correlation(lengths, [sample.human_score for sample in samples])


class TestSampleFile:
    def test_shipped_samples_name_their_source(self) -> None:
        with SAMPLE_FILE.open(encoding="utf-8", newline="") as file:
            sources = {row["source"] for row in csv.DictReader(file)}
        assert sources == {"written and scored by the makers of Screener; not from a real candidate"}
        samples = read_samples(SAMPLE_FILE)
        assert len(samples) == 75
        assert {len(sample.raters) for sample in samples} == {2}
        assert sum(bool(sample.paraphrase) for sample in samples) == 15
        assert sum(bool(sample.second_language) for sample in samples) == 8

    def test_length_says_little_about_shipped_samples(self) -> None:
        """Where length and quality part, an interviewer that rewards length is noticed."""
        samples = read_samples(SAMPLE_FILE)
        apart = [sample for sample in samples if sample.kind in LENGTH_AND_QUALITY_PART]
        assert len({sample.kind for sample in apart}) == len(LENGTH_AND_QUALITY_PART)
        assert length_correlation(apart) < 0
        assert length_correlation(samples) < 0.5

    def test_rater_may_skip_answers(self, write_samples: Any) -> None:
        path = write_samples({"rater_2": "5"}, {"rater_2": "", "rater_1": "6.5"})
        assert [sample.raters for sample in read_samples(path)] == [{"rater_1": 7, "rater_2": 5}, {"rater_1": 6.5}]

    def test_byte_order_mark_is_ignored(self, write_samples: Any) -> None:
        path = write_samples({})
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert [sample.human_score for sample in read_samples(path)] == [7]

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([{"rater_1": "11"}], "Line 2: rater_1 is '11'."),
            ([{}, {"rater_1": "7,5"}], "Line 3: rater_1 is '7,5'."),
            ([{"rater_1": "nan"}], "Line 2: rater_1 is 'nan'."),
            ([{"answer": "One\nTwo\nThree"}, {"rater_1": "x"}], "Line 5: rater_1 is 'x'."),
            ([{}, {"question": " "}], "Line 3: question is empty."),
            ([{"id": "a"}, {"id": "b"}, {"id": "a"}], "Line 4: the id 'a'"),
        ],
    )
    def test_error_names_its_line(self, write_samples: Any, rows: list[dict[str, str]], message: str) -> None:
        with pytest.raises(InvalidSampleFile) as caught:
            read_samples(write_samples(*rows))
        assert str(caught.value).startswith(message)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", f"Line 1: missing columns {', '.join(REQUIRED_COLUMNS)}."),
            (b"question,answer,rater_1\n", "Line 1: missing columns job_title, job_description."),
            (",".join(ROW).encode(), "has no answers"),
            (",".join(ROW).encode() + b"\nEngineer,Runs services,Why?\n", "Line 2:"),
            (",".join(ROW).encode() + b'\nEngineer,Runs,"Why?,Because.,7\n', "Line 2: invalid CSV"),
            (",".join(ROW).encode() + b"\nK\xf6chin,Kocht,Why?,Because.,7\n", "is not UTF-8"),
        ],
    )
    def test_invalid_file_is_rejected(self, tmp_path: Path, content: bytes, message: str) -> None:
        path = tmp_path / "samples.csv"
        path.write_bytes(content)
        with pytest.raises(InvalidSampleFile) as caught:
            read_samples(path)
        assert message in str(caught.value)

    def test_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"none\.csv"):
            call_command("evaluate_scoring", tmp_path / "none.csv")


def evaluate(path: Path, *options: Any) -> tuple[str, Path]:
    """Run the command. Returns its output and the path of the chart."""
    output, plot = StringIO(), path.with_name("plot.svg")
    call_command("evaluate_scoring", path, *options, f"--plot={plot}", stdout=output)
    return output.getvalue(), plot


def report_line(report: str, beginning: str) -> str:
    (line,) = [line for line in report.splitlines() if line.startswith(beginning)]
    return " ".join(line.split())


@pytest.mark.django_db
class TestReport:
    def test_chart_has_dot_per_answer(self, write_samples: Any) -> None:
        _, plot = evaluate(write_samples({}, {"rater_1": "2"}, {"answer": "um"}), "--repeats=1")
        circles = ElementTree.parse(plot).getroot().iter("{http://www.w3.org/2000/svg}circle")
        assert [circle.get("cx") for circle in circles] == ["480.0", "180.0"]

    @pytest.mark.django_db
    def test_scores_equal_those_of_interview(self) -> None:
        interview = make_transcribed_interview()
        run_tasks()
        for response in interview.responses.all():
            text = ResponseText(
                job=job_text(interview.job),
                question=response.question,
                competency=response.competency,
                transcript=response.transcript,
                rubric=job_rubric(interview.job),
            )
            score = Assessment.objects.get(response=response).score
            assert score is not None
            assert score_text(text).score == float(score) > 0

    def test_short_answer_is_settled(self, write_samples: Any) -> None:
        report, _ = evaluate(write_samples({"answer": "um"}, {}), "--repeats=3")
        assert report_line(report, "Settled").endswith("3 of 8")
        assert f"3 x {TOO_SHORT}" in report
        assert " 3 " in report_line(report, "interviewer and rater_1")

    def test_single_answer_leaves_values_open(self, write_samples: Any) -> None:
        report, _ = evaluate(write_samples({"rater_1": "2"}), "--repeats=1")
        assert report_line(report, "interviewer and rater_1").endswith(" - - 0.00")
        assert "not measured" in report_line(report, "Run to run")
        assert "not measured" in report_line(report, "Paraphrased")

    @pytest.mark.parametrize("repeats", ["0", "101"])
    def test_repeats_are_limited(self, write_samples: Any, repeats: str) -> None:
        with pytest.raises(CommandError, match="--repeats"):
            call_command("evaluate_scoring", write_samples({}), f"--repeats={repeats}")

    def test_markup_is_escaped_in_chart(self, write_samples: Any) -> None:
        _, plot = evaluate(write_samples({"kind": "<script>alert(1)</script> & more"}))
        assert "<script>" not in plot.read_text(encoding="utf-8")
        assert "<script>alert(1)</script> & more" in "".join(ElementTree.parse(plot).getroot().itertext())


@pytest.fixture
def model() -> Iterator[ModelSimulator]:
    with fake_language_model(reply_scores(6)) as server:
        yield server


def reply_scores(score: float, quote: str = QUOTE) -> Behaviour:
    keys = ("relevance", "specificity", "clarity", "professionalism")
    criteria = [{"criterion": key, "score": score, "reason": "Concrete.", "quotes": [quote]} for key in keys]
    return completion_reply(json.dumps({"criteria": criteria, "feedback": "Concrete."}))


def follow_injection(handler: Any) -> None:
    reply_scores(9 if "10 out of 10" in handler.received.user_turn else 4)(handler)


@pytest.mark.django_db
class TestLanguageModel:
    def test_requests_are_metered(self, model: ModelSimulator, write_samples: Any) -> None:
        report, _ = evaluate(write_samples({}), "--repeats=3")
        assert len(model.requests) == ModelCall.objects.count() == 4
        assert "4 requests" in report
        assert set(ModelCall.objects.values_list("purpose", "interview_id")) == {("assessment", None)}

    def test_phone_number_is_redacted(self, model: ModelSimulator, write_samples: Any) -> None:
        evaluate(write_samples({"answer": f"{ANSWER} Call me on +1 415 555 0100."}))
        assert all("555" not in request.user_turn for request in model.requests)

    def test_spread_is_reported(self, model: ModelSimulator, write_samples: Any) -> None:
        model.script[:] = [reply_scores(4), reply_scores(6)]
        report, _ = evaluate(write_samples({}), "--repeats=2")
        assert "standard deviation 1.00" in report_line(report, "Run to run")
        assert "2.00 apart" in report_line(report, "Run to run")

    def test_injection_shift_is_reported(self, model: ModelSimulator, write_samples: Any) -> None:
        model.script[:] = [follow_injection]
        report, _ = evaluate(write_samples({}))
        assert "shifted by +5.00" in report_line(report, "With a prompt injection")
        assert INJECTIONS[0] in model.requests[-1].user_turn

    def test_unsupported_score_counts_as_failed(self, model: ModelSimulator, write_samples: Any) -> None:
        model.script[:] = [
            reply_scores(9, "I saved the company"),
            reply_scores(9, "I saved the company"),
            reply_scores(6),
        ]
        report, _ = evaluate(write_samples({}), "--repeats=2")
        assert report_line(report, "Failed").endswith("1 of 3")
        assert "  1 x " in report
        assert " 1 " in report_line(report, "interviewer and rater_1")

    def test_rejected_score_is_tried_again(self, model: ModelSimulator, write_samples: Any) -> None:
        model.script[:] = [reply_scores(9, "I saved the company"), reply_scores(6)]
        report, _ = evaluate(write_samples({}), "--repeats=1")
        assert report_line(report, "Failed").endswith("0 of 2")
        assert "BEGIN objection" in model.requests[1].user_turn

    def test_no_scores_at_all_fail(self, model: ModelSimulator, write_samples: Any) -> None:
        model.script[:] = [error_reply(401, code="invalid_api_key")]
        path, output = write_samples({}), StringIO()
        with pytest.raises(CommandError, match=NO_SCORES):
            call_command("evaluate_scoring", path, f"--plot={path.parent}/plot.svg", stdout=output)
        assert "OPENAI_API_KEY" in output.getvalue()

    def test_spent_budget_stops_requests(self, model: ModelSimulator, settings: Any, write_samples: Any) -> None:
        settings.MONTHLY_BUDGET = 10
        ModelCall.objects.create(purpose="assessment", model="gpt-6-luna", cost=Decimal(10))
        path, output = write_samples({}), StringIO()
        with pytest.raises(CommandError, match=NO_SCORES):
            call_command("evaluate_scoring", path, f"--plot={path.parent}/plot.svg", stdout=output)
        assert "10.00" in output.getvalue()
        assert model.requests == []


@pytest.mark.django_db
@pytest.mark.parametrize(("penalty", "shift"), [(0, 0.0), (3, -3.0)])
def test_shift_by_second_language_is_measured(write_samples: Any, penalty: int, shift: float) -> None:
    """Pairs of the same content show an interviewer that takes points for grammar."""
    broken = "In last project I lead migration of twelve service, because old cluster every week it fail."

    def score_grammar(exchange: Any) -> None:
        is_broken = broken in exchange.received.json["messages"][1]["content"]
        quote = "migration of twelve service" if is_broken else QUOTE
        keys = ("relevance", "specificity", "clarity", "professionalism")
        entry = {"score": 8 - penalty * is_broken, "reason": "-", "quotes": [quote]}
        scores = [{"criterion": str(number), **entry} for number, _ in enumerate(keys, start=1)]
        completion_reply(json.dumps({"criteria": scores, "feedback": "-"}))(exchange)

    with fake_language_model(score_grammar):
        (sample,) = read_samples(write_samples({"second_language": broken}))
        (evaluation,) = evaluate_samples([sample], repeats=1)
    assert evaluation.mean_shift(evaluation.second_language) == shift
