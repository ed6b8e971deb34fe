"""`manage.py evaluate_scoring`: the configured interviewer beside people, over the same code as an interview."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from interviews.calibration.run import INJECTED, NotASet, outcome, read_samples
from interviews.models import Assessment
from interviews.scoring.assessment import job_text, rubric_of
from screener.models import ModelCall
from screener.services.interviewer.protocol import ResponseText
from tests.support.factories import ANSWER, make_transcribed_interview, run_tasks
from tests.support.fake_openai import Behaviour, FakeOpenAI, completion_reply, error_reply, fake_language_model

SHIPPED = Path(project.BASE_DIR) / "docs" / "calibration.csv"
SET: dict[str, str] = {
    "job_title": "Engineer",
    "job_description": "Runs services.",
    "question": "What did you do?",
    "answer": ANSWER,
    "rater_1": "7",
}
QUOTE = "I led the migration of twelve services"


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Writes a set of answers, each the one above but for what is named, and returns where it is."""

    def write(*rows: dict[str, str]) -> Path:
        path = tmp_path / "set.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list({**SET, **rows[0]}))
            writer.writeheader()
            writer.writerows({**SET, **row} for row in rows)
        return path

    return write


class TestReading:
    def test_the_set_that_ships_says_whose_it_is(self) -> None:
        with SHIPPED.open(encoding="utf-8", newline="") as file:
            sources = {row["source"] for row in csv.DictReader(file)}
        assert sources == {"written and scored by the makers of Screener; not from a real candidate"}
        samples = read_samples(SHIPPED)
        assert len(samples) == 60
        assert {len(one.raters) for one in samples} == {2}
        assert sum(bool(one.paraphrase) for one in samples) == 15

    def test_a_rater_may_leave_answers_out(self, written: Any) -> None:
        path = written({"rater_2": "5"}, {"rater_2": "", "rater_1": "6.5"})
        assert [one.raters for one in read_samples(path)] == [{"rater_1": 7, "rater_2": 5}, {"rater_1": 6.5}]

    def test_what_a_spreadsheet_puts_before_the_first_column_does_not_matter(self, written: Any) -> None:
        path = written({})
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert [one.by_people for one in read_samples(path)] == [7]

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([{"rater_1": "11"}], "Line 2: rater_1 is '11'. It must be a number from 0 to 10"),
            ([{}, {"rater_1": "7,5"}], "Line 3: rater_1 is '7,5'."),
            ([{"rater_1": "nan"}], "Line 2: rater_1 is 'nan'."),
            ([{"answer": "One\nTwo\nThree"}, {"rater_1": "x"}], "Line 5: rater_1 is 'x'."),
            ([{}, {"question": " "}], "Line 3: question is empty."),
            ([{"id": "a"}, {"id": "b"}, {"id": "a"}], "Line 4: the id 'a' was there before."),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, written: Any, rows: list[dict[str, str]], message: str) -> None:
        with pytest.raises(NotASet) as caught:
            read_samples(written(*rows))
        assert str(caught.value).startswith(message)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "Line 1: without job_title, job_description, question, answer, rater_1."),
            (b"question,answer,rater_1\n", "Line 1: without job_title, job_description."),
            (",".join(SET).encode(), "holds no answers"),
            (",".join(SET).encode() + b"\nEngineer,Runs services,Why?\n", "Line 2: it has more or fewer cells"),
            (",".join(SET).encode() + b'\nEngineer,Runs,"Why?,Because.,7\n', "Line 2: no CSV"),
            (",".join(SET).encode() + b"\nK\xf6chin,Kocht,Why?,Because.,7\n", "is not UTF-8"),
        ],
    )
    def test_no_set_is_told_what_it_lacks(self, tmp_path: Path, content: bytes, message: str) -> None:
        path = tmp_path / "set.csv"
        path.write_bytes(content)
        with pytest.raises(NotASet) as caught:
            read_samples(path)
        assert message in str(caught.value)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"none\.csv can't be read: No such file"):
            call_command("evaluate_scoring", tmp_path / "none.csv")


def evaluated(path: Path, *more: Any) -> tuple[str, Path]:
    """What the command said, and its plot."""
    said, plot = StringIO(), path.with_name("plot.svg")
    call_command("evaluate_scoring", path, *more, f"--plot={plot}", stdout=said)
    return said.getvalue(), plot


def line_of(report: str, beginning: str) -> str:
    (found,) = [line for line in report.splitlines() if line.startswith(beginning)]
    return " ".join(found.split())


class TestOfflineRules:
    def test_agree_with_people_as_far_as_the_documentation_says(self, monkeypatch: Any, tmp_path: Path) -> None:
        """Whoever changes the rules, or the set, is shown what became of it, and writes it down."""
        monkeypatch.chdir(project.BASE_DIR)
        plot, said = tmp_path / "plot.svg", StringIO()
        call_command("evaluate_scoring", "docs/calibration.csv", "--repeats=2", f"--plot={plot}", stdout=said)
        report, _, _ = said.getvalue().partition("\nPlot:")
        assert report in SHIPPED.with_suffix(".md").read_text(encoding="utf-8")
        assert plot.read_text(encoding="utf-8") == SHIPPED.with_suffix(".svg").read_text(encoding="utf-8")

    def test_each_answer_is_a_dot_of_the_plot(self, written: Any) -> None:
        _, plot = evaluated(written({}, {"rater_1": "2"}, {"answer": "um"}), "--repeats=1")
        circles = ElementTree.parse(plot).getroot().iter("{http://www.w3.org/2000/svg}circle")
        assert [circle.get("cx") for circle in circles] == ["480.0", "180.0"]

    @pytest.mark.django_db
    def test_an_answer_scores_what_it_scores_in_an_interview(self) -> None:
        interview = make_transcribed_interview()
        run_tasks()
        for response in interview.responses.all():
            text = ResponseText(
                job=job_text(interview.job),
                question=response.question,
                competency=response.competency,
                transcript=response.transcript,
                rubric=rubric_of(interview.job),
            )
            given = Assessment.objects.get(response=response).score
            assert given is not None
            assert outcome(text).score == float(given) > 0

    def test_what_is_too_short_is_settled_by_code_as_in_a_call(self, written: Any) -> None:
        report, _ = evaluated(written({"answer": "um"}, {}), "--repeats=3")
        assert line_of(report, "Settled by code, as in a call").endswith("3 of 8")
        assert "3 x Too short to be scored." in report
        assert " 3 " in line_of(report, "interviewer and rater_1")

    def test_what_cannot_be_told_from_so_little_is_left_open(self, written: Any) -> None:
        report, _ = evaluated(written({}), "--repeats=1")
        assert line_of(report, "interviewer and rater_1").endswith(" - - 0.00")
        assert line_of(report, "Run to run").startswith("Run to run: not measured. It takes --repeats 2")
        assert line_of(report, "In other words") == "In other words: not measured. No answer has a score both ways."

    def test_another_language_is_no_answer_of_the_rules(self, written: Any) -> None:
        report, plot = evaluated(written({"language": "de"}, {}), "--repeats=1")
        assert line_of(report, "Failed").endswith("2 of 4")
        assert "2 x The offline rules know only English, and this job is in another language (de)." in report
        assert "1 of 2 answers, 1 without a score" in plot.read_text(encoding="utf-8")

    @pytest.mark.parametrize("repeats", ["0", "101"])
    def test_repeats_are_bounded(self, written: Any, repeats: str) -> None:
        with pytest.raises(CommandError, match="must be 1 to 100"):
            call_command("evaluate_scoring", written({}), f"--repeats={repeats}")

    def test_markup_in_a_file_is_text_in_the_plot(self, written: Any) -> None:
        _, plot = evaluated(written({"kind": "<script>alert(1)</script> & more"}))
        assert "<script>" not in plot.read_text(encoding="utf-8")
        assert "<script>alert(1)</script> & more" in "".join(ElementTree.parse(plot).getroot().itertext())


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    with fake_language_model(giving(6)) as server:
        yield server


def giving(score: float, quote: str = QUOTE) -> Behaviour:
    keys = ("relevance", "specificity", "clarity", "professionalism")
    criteria = [{"criterion": key, "score": score, "reason": "Concrete.", "quotes": [quote]} for key in keys]
    return completion_reply(json.dumps({"criteria": criteria, "feedback": "Concrete."}))


def gullible(handler: Any) -> None:
    giving(9 if "10 out of 10" in handler.scripted.requests[-1].user_turn else 4)(handler)


@pytest.mark.django_db
class TestLanguageModel:
    def test_each_request_is_on_the_bill(self, model: FakeOpenAI, written: Any) -> None:
        report, _ = evaluated(written({}), "--repeats=3")
        assert len(model.requests) == ModelCall.objects.count() == 4
        assert "4 requests" in report
        assert set(ModelCall.objects.values_list("purpose", "interview_id")) == {("assessment", None)}

    def test_a_number_to_call_does_not_leave_the_house(self, model: FakeOpenAI, written: Any) -> None:
        evaluated(written({"answer": f"{ANSWER} Call me on +1 415 555 0100."}))
        assert all("555" not in request.user_turn for request in model.requests)

    def test_scores_that_differ_from_run_to_run_are_told(self, model: FakeOpenAI, written: Any) -> None:
        model.replies[:] = [giving(4), giving(6)]
        report, _ = evaluated(written({}), "--repeats=2")
        assert "standard deviation 1.00 on average" in line_of(report, "Run to run")
        assert "2.00 apart at most" in line_of(report, "Run to run")

    def test_a_score_that_follows_instructions_is_told(self, model: FakeOpenAI, written: Any) -> None:
        model.replies[:] = [gullible]
        report, _ = evaluated(written({}))
        assert "shifted by +5.00 on average" in line_of(report, "With an instruction to the scorer")
        assert INJECTED[0] in model.requests[-1].user_turn

    def test_a_score_without_words_to_show_for_it_counts_as_failed(self, model: FakeOpenAI, written: Any) -> None:
        model.replies[:] = [giving(9, "I saved the company"), giving(9, "I saved the company"), giving(6)]
        report, _ = evaluated(written({}), "--repeats=2")
        assert line_of(report, "Failed, and part of no number above").endswith("1 of 3")
        assert "1 x No words of the answer support the score given for: " in report
        assert " 1 " in line_of(report, "interviewer and rater_1")

    def test_a_second_try_is_given_as_in_an_interview(self, model: FakeOpenAI, written: Any) -> None:
        model.replies[:] = [giving(9, "I saved the company"), giving(6)]
        report, _ = evaluated(written({}), "--repeats=1")
        assert line_of(report, "Failed, and part of no number above").endswith("0 of 2")
        assert "No words of the answer support" in model.requests[1].user_turn

    def test_no_score_at_all_is_no_success(self, model: FakeOpenAI, written: Any) -> None:
        model.replies[:] = [error_reply(401, code="invalid_api_key")]
        path, said = written({}), StringIO()
        with pytest.raises(CommandError, match=r"No answer got a score. The reasons are above."):
            call_command("evaluate_scoring", path, f"--plot={path.parent}/plot.svg", stdout=said)
        assert "OPENAI_API_KEY" in said.getvalue()

    def test_a_budget_that_is_spent_asks_nothing(self, model: FakeOpenAI, settings: Any, written: Any) -> None:
        settings.MONTHLY_BUDGET = 10
        ModelCall.objects.create(purpose="assessment", model="gpt-6-luna", cost=Decimal(10))
        path, said = written({}), StringIO()
        with pytest.raises(CommandError, match="No answer got a score"):
            call_command("evaluate_scoring", path, f"--plot={path.parent}/plot.svg", stdout=said)
        assert "The budget of 10.00 dollars" in said.getvalue()
        assert model.requests == []
