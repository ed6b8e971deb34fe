"""Fits a report on one sheet of A4. Other parts are left out or shortened, and counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from math import ceil

from interviews.reports.interview.report import InterviewReport, ReportAnswer, ReportCriterion, ReportRequirement
from interviews.reports.text_width import count_lines, shorten
from screener.records import Point

LINES = 68
"""Lines of the smallest text on a sheet, as `static/screener/report.css` sets it."""
COLUMNS = 106
QUESTION_COLUMNS = 74
NAME_COLUMNS, LONG_NAME_COLUMNS, TITLE_COLUMNS = 34, 56, 60
FIXED_LINES = 9
"""The lines of the head, the result and the foot, beside the texts that are counted."""
LINES_OF_ANSWER = 1.35
"""The head of an answer, with the gap above it."""
LINES_OF_REQUIREMENT = 2
"""A requirement with the candidate's words below it."""
FIRST_POINTS = 2
MOST_LINES_OF_POINT = 2
MOST_LINES_OF_QUESTION = 3
MOST_LINES_OF_EXCERPT = 4
MOST_LINES_OF_REASON = 3
MOST_LINES_OF_QUOTE = 3


@dataclass
class Omissions:
    """How many items of the report the sheet lacks, and how many are shortened."""

    quotes: int = 0
    reasons: int = 0
    statements: int = 0
    shortened: int = 0

    def __bool__(self) -> bool:
        return bool(self.quotes or self.reasons or self.statements or self.shortened)


@dataclass
class SheetCriterion:
    """A criterion as the sheet shows it: with its reason and quotes, or by its score alone."""

    criterion: ReportCriterion
    is_detailed: bool = False
    reason: str = ""
    quotes: list[str] = field(default_factory=list)


@dataclass
class SheetAnswer:
    """An answer as the sheet shows it. `excerpt`: the start of the transcript, where no criterion tells of it."""

    answer: ReportAnswer
    question: str
    problem: str
    criteria: list[SheetCriterion]
    shows_criteria: bool = False
    excerpt: str = ""

    @property
    def detailed(self) -> list[SheetCriterion]:
        return [entry for entry in self.criteria if entry.is_detailed]

    @property
    def others(self) -> list[SheetCriterion]:
        """The criteria that are shown by their score alone."""
        return [entry for entry in self.criteria if not entry.is_detailed] if self.shows_criteria else []


@dataclass
class SheetRequirement:
    """A requirement in one or two lines: the question, the answer and the words."""

    requirement: ReportRequirement
    question: str
    words: str


@dataclass
class PointList:
    points: list[Point]
    shown: list[Point] = field(default_factory=list)


@dataclass
class Sheet:
    report: InterviewReport
    grounds: PointList
    strengths: PointList
    improvements: PointList
    reasoning: str
    outcome_reason: str
    decision_reason: str
    flags: str
    requirements: list[SheetRequirement]
    answers: list[SheetAnswer]
    left_out: Omissions
    has_long_name: bool

    @property
    def point_lists(self) -> tuple[PointList, PointList, PointList]:
        return self.grounds, self.strengths, self.improvements


@dataclass(frozen=True)
class Option:
    """A text that is shown if the sheet has so many lines left."""

    lines: int
    show: Callable[[], None]


def fit_sheet(report: InterviewReport, *, lines: int = LINES) -> Sheet:
    """Choose the parts of the report for its sheet: first the fixed ones, then those that fit, by their importance."""
    sheet, free_lines = _fixed_part(report, lines - FIXED_LINES)
    for option in _options(sheet):
        if option.lines <= free_lines:
            free_lines -= option.lines
            option.show()
    _count_left_out(sheet)
    return sheet


def _fixed_part(report: InterviewReport, free_lines: int) -> tuple[Sheet, int]:
    """The texts that stand on every sheet, and the lines that are left beside them."""
    result, decision = report.result, report.decision
    grounds = result.grounds if result else []
    has_long_name = count_lines(report.candidate_name, NAME_COLUMNS) > 2
    sheet = Sheet(
        report,
        grounds=PointList(grounds, _first_points(grounds)),
        strengths=PointList(result.strengths, _first_points(result.strengths)) if result else PointList([]),
        improvements=PointList(result.improvements, _first_points(result.improvements)) if result else PointList([]),
        reasoning=_in_lines(result.reasoning, 3) if result and not grounds else "",
        outcome_reason=_in_lines(report.outcome_reason, 2),
        decision_reason=_in_lines(decision.reason, 3) if decision else "",
        flags=_in_lines("; ".join(result.flags), 3) if result else "",
        requirements=[_sheet_requirement(requirement) for requirement in report.requirements],
        answers=[_sheet_answer(answer) for answer in report.answers],
        left_out=Omissions(),
        has_long_name=has_long_name,
    )
    name_columns = LONG_NAME_COLUMNS if has_long_name else NAME_COLUMNS
    heads = 2 * count_lines(report.candidate_name, name_columns) + 2 * count_lines(report.job_title, TITLE_COLUMNS)
    return sheet, free_lines - heads - _count_fixed_lines(sheet)


def _in_lines(text: str, lines: int) -> str:
    return shorten(text, int(lines * COLUMNS / 1.1))


def _first_points(points: list[Point]) -> list[Point]:
    return [_short_point(point) for point in points[:FIRST_POINTS]]


def _short_point(point: Point) -> Point:
    return point.model_copy(update={"text": _in_lines(point.text, MOST_LINES_OF_POINT)})


def _sheet_answer(answer: ReportAnswer) -> SheetAnswer:
    """Its question in one line and, without a score, why there is none."""
    question = shorten(answer.question, int(QUESTION_COLUMNS / 1.1))
    problem = _in_lines(answer.problem, 1) if answer.score is None else ""
    return SheetAnswer(answer, question, problem, [SheetCriterion(criterion) for criterion in answer.criteria])


def _sheet_requirement(requirement: ReportRequirement) -> SheetRequirement:
    """Its question and the words in one line each."""
    question = shorten(requirement.question, int(QUESTION_COLUMNS / 1.1))
    return SheetRequirement(requirement, question, shorten(requirement.words, int(QUESTION_COLUMNS / 1.1)))


def _count_fixed_lines(sheet: Sheet) -> int:
    texts = [sheet.reasoning, sheet.outcome_reason, sheet.decision_reason, sheet.flags]
    texts += [answer.problem for answer in sheet.answers]
    texts += [point.text for points in sheet.point_lists for point in points.shown]
    headings = sum(bool(points.points) for points in sheet.point_lists) + bool(sheet.requirements)
    headings += sum(LINES_OF_REQUIREMENT if requirement.words else 1 for requirement in sheet.requirements)
    return ceil(LINES_OF_ANSWER * len(sheet.answers)) + headings + sum(_lines_of(text) for text in texts)


def _lines_of(text: str) -> int:
    return count_lines(text, COLUMNS) if text else 0


def _options(sheet: Sheet) -> Iterator[Option]:
    """All parts that the sheet may show, the most important first. Criteria come in turns: one of each answer."""
    yield from (_criteria_option(entry) for entry in sheet.answers if entry.criteria)
    yield from (_question_option(entry) for entry in sheet.answers)
    yield from (_excerpt_option(entry) for entry in sheet.answers if not entry.criteria)
    turns = list(zip_longest(*(_by_weight(entry.criteria) for entry in sheet.answers)))
    for turn, criteria in enumerate(turns):
        pairs = zip(sheet.answers, criteria, strict=True)
        yield from (_detail_option(answer, criterion) for answer, criterion in pairs if criterion)
        if turn == 0:
            yield from _point_options(sheet)
    yield from (_quotes_option(criterion) for entry in sheet.answers for criterion in entry.detailed)


def _by_weight(criteria: list[SheetCriterion]) -> list[SheetCriterion]:
    """The criteria with quotes first, and of these the weightiest."""
    return sorted(criteria, key=lambda entry: (not entry.criterion.quotes, -entry.criterion.weight))


def _criteria_option(entry: SheetAnswer) -> Option:
    text = " · ".join(f"{item.criterion.name} 10.0" for item in entry.criteria)
    return Option(_lines_of(text), partial(setattr, entry, "shows_criteria", True))


def _question_option(entry: SheetAnswer) -> Option:
    text = shorten(entry.answer.question, MOST_LINES_OF_QUESTION * QUESTION_COLUMNS)
    return Option(count_lines(text, QUESTION_COLUMNS) - 1, partial(setattr, entry, "question", text))


def _excerpt_option(entry: SheetAnswer) -> Option:
    text = _in_lines(entry.answer.transcript, MOST_LINES_OF_EXCERPT)
    return Option(_lines_of(text), partial(setattr, entry, "excerpt", text))


def _detail_option(answer: SheetAnswer, entry: SheetCriterion) -> Option:
    """The last one of an answer spares the line of the criteria that are shown by their score alone."""
    reason = _in_lines(entry.criterion.reason, MOST_LINES_OF_REASON)
    quotes = [_in_lines(quote, MOST_LINES_OF_QUOTE) for quote in entry.criterion.quotes[:1]]

    def show() -> None:
        entry.is_detailed, entry.reason, entry.quotes = True, reason, quotes

    lines = _lines_of(" ".join([entry.criterion.name, "10.0", reason, *quotes]))
    return Option(lines - (answer.others == [entry]), show)


def _point_options(sheet: Sheet) -> Iterator[Option]:
    for points in sheet.point_lists:
        for point in map(_short_point, points.points[FIRST_POINTS:]):
            yield Option(_lines_of(point.text), partial(points.shown.append, point))


def _quotes_option(entry: SheetCriterion) -> Option:
    """The further quotes of a criterion that is shown with its reason."""
    quotes = [_in_lines(quote, MOST_LINES_OF_QUOTE) for quote in entry.criterion.quotes[1:]]
    return Option(_lines_of(" ".join(quotes)), partial(entry.quotes.extend, quotes))


def _count_left_out(sheet: Sheet) -> None:
    left_out, report = sheet.left_out, sheet.report
    left_out.statements = sum(len(points.points) - len(points.shown) for points in sheet.point_lists)
    left_out.shortened = sum(
        _is_shorter(shown.text, point.text)
        for points in sheet.point_lists
        for shown, point in zip(points.shown, points.points, strict=False)
    )
    reasoning = report.result.reasoning if report.result and not report.result.grounds else ""
    left_out.shortened += _is_shorter(sheet.reasoning, reasoning)
    left_out.shortened += _is_shorter(sheet.outcome_reason, report.outcome_reason)
    left_out.shortened += _is_shorter(sheet.decision_reason, report.decision.reason if report.decision else "")
    left_out.shortened += _is_shorter(sheet.flags, "; ".join(report.result.flags) if report.result else "")
    for line in sheet.requirements:
        left_out.shortened += _is_shorter(line.question, line.requirement.question)
        left_out.shortened += _is_shorter(line.words, line.requirement.words)
    for entry in sheet.answers:
        _count_in_answer(left_out, entry)


def _count_in_answer(left_out: Omissions, entry: SheetAnswer) -> None:
    left_out.shortened += _is_shorter(entry.question, entry.answer.question)
    if entry.answer.score is None:
        left_out.shortened += _is_shorter(entry.problem, entry.answer.problem)
    if not entry.criteria:
        left_out.shortened += _is_shorter(entry.excerpt, entry.answer.transcript)
    for item in entry.criteria:
        left_out.reasons += not item.is_detailed
        left_out.quotes += len(item.criterion.quotes) - len(item.quotes)
        left_out.shortened += item.is_detailed and _is_shorter(item.reason, item.criterion.reason)
        left_out.shortened += sum(map(_is_shorter, item.quotes, item.criterion.quotes))


def _is_shorter(shown: str, full: str) -> bool:
    return shown != " ".join(full.split())
