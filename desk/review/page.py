"""The content of the review page: one interview on one screen."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone

from candidates.masked_text import mask_text
from desk.job.states import FINISHED, UNDER_WAY, DeskState, Progress, StateText, describe_state
from desk.notes.cards import NoteCard, note_cards
from desk.review.transcript import Piece, TimedSpan, find_timed_spans, second_at, split_into_pieces
from desk.versions import version_of
from interviews.decisions import next_to_decide
from interviews.models import Assessment, Clip, EligibilityAnswer, Interview, InterviewResponse, Recording
from interviews.presenters.interview import InterviewPage, ResponseCard
from interviews.presenters.scorers import ScorersTable
from interviews.records import CriterionRecord, Evidence
from interviews.scoring.score_first import jobs_scored_first
from jobs.channels import Channel
from screener.access.viewer import Viewer


@dataclass(frozen=True)
class Quote:
    """`second`: when it is spoken, where the transcription gives times."""

    evidence: Evidence
    second: float | None


@dataclass(frozen=True)
class CriterionLine:
    """A criterion of an answer. Its number links it with the marked words of the transcript."""

    number: int
    record: CriterionRecord
    quotes: list[Quote]


@dataclass(frozen=True)
class Answer:
    """A tab of the page: a question and its answer."""

    card: ResponseCard
    pieces: list[Piece]
    criteria: list[CriterionLine]
    clips: list[Clip]
    """The videos of the answer, which nothing was computed from."""

    @classmethod
    def of(cls, card: ResponseCard, clips: list[Clip]) -> "Answer":
        response = card.response
        spans = find_timed_spans(response.transcript, response.transcript_times)
        criteria = card.current.assessment.criteria if card.current else []
        transcript = mask_text(response.transcript, response.interview.candidate)
        pieces = list(split_into_pieces(transcript, criteria, spans)) if transcript else []
        lines = [_criterion_line(number, record, spans) for number, record in enumerate(criteria, 1)]
        return cls(card, pieces, lines, clips)

    @property
    def marked_pieces(self) -> list[str]:
        """The words that a score rests on, each time without those around them."""
        runs = groupby(self.pieces, key=lambda piece: bool(piece.criteria))
        return ["".join(piece.text for piece in run).strip() for is_marked, run in runs if is_marked]

    @property
    def assessment(self) -> Assessment | None:
        return self.card.current.assessment if self.card.current else None

    @property
    def recording(self) -> Recording | None:
        """The recording that is the answer, where its file is here."""
        chosen = self.card.response.chosen_recording
        return chosen if chosen and chosen.file else None

    @property
    def other_recordings(self) -> list[Recording]:
        return [recording for recording in self.card.response.recordings.all() if recording != self.recording]

    @property
    def content(self) -> tuple[Any, ...]:
        """Changes with the rows that the tab shows."""
        response = self.card.response
        assessments = [(entry.pk, entry.is_current) for entry in response.assessments.all()]
        recordings = [(entry.updated_at, entry.chosen, entry.request) for entry in response.recordings.all()]
        return (
            response.updated_at,
            response.transcript,
            self.card.score,
            assessments,
            recordings,
            [clip.pk for clip in self.clips],
        )

    @property
    def version(self) -> str:
        return version_of(self.content)


@dataclass(frozen=True)
class ReviewPage:
    interview_page: InterviewPage
    state: DeskState
    state_text: StateText
    answers: list[Answer]
    eligibility: list[EligibilityAnswer]
    notes: list[NoteCard]
    previous: Interview | None
    following: Interview | None
    to_score: InterviewResponse | None
    """The first answer that the viewer can score and has not scored."""
    scores_first: bool
    """Whether the viewer chose to score before they see other scores."""

    @classmethod
    def load(cls, interview: Any, viewer: Viewer) -> "ReviewPage":
        """Load the page in a fixed number of queries, for any number of answers, attempts and events.

        The interview has its `desk_state`, see `with_state`.
        """
        page = InterviewPage.of(interview, viewer)
        state = DeskState(interview.desk_state)
        attempt = page.attempts[-1].attempt if page.attempts else None
        settled = sum(card.response.is_settled for card in page.responses)
        text = describe_state(interview, state, attempt, Progress(len(page.responses), settled), timezone.now())
        clips = _clips_by_response(interview)
        answers = [Answer.of(card, clips[card.response.pk]) for card in page.responses]
        return cls(
            interview_page=page,
            state=state,
            state_text=text,
            answers=answers,
            eligibility=list(interview.eligibility_answers.order_by("position")),
            notes=note_cards(interview, viewer),
            previous=_planned_before(interview, viewer),
            following=next_to_decide(interview, viewer),
            to_score=first_unscored(answers, viewer),
            scores_first=interview.job_id in jobs_scored_first(viewer),
        )

    @property
    def answer_tabs(self) -> list[Answer]:
        """The answers that have a tab: none where the interview ended before the first one."""
        return [] if self.interview_page.has_no_answers else self.answers

    @property
    def score(self) -> Decimal | None:
        result = self.interview_page.result
        return result.result.overall_score if result else None

    @property
    def scorers(self) -> ScorersTable | None:
        """The scores of colleagues beside those that count, where the viewer may see them."""
        page = self.interview_page
        responses = [card.response for card in page.responses]
        return ScorersTable.of(page.interview, responses, self.score) if page.shows_scores else None

    @property
    def lacks_invitation(self) -> bool:
        """Whether the interview can't begin before the candidate is invited."""
        interview = self.interview_page.interview
        is_waiting = interview.status == Interview.Status.PENDING and interview.channel != Channel.PHONE
        return is_waiting and not interview.invitations.exists()

    @property
    def is_under_way(self) -> bool:
        """Whether the page changes without a reviewer."""
        return self.state in UNDER_WAY

    @property
    def summary(self) -> str:
        """For screen readers: where the interview stands."""
        return f"{self.interview_page.interview.candidate}: {self.state_text.text}"

    @property
    def finished(self) -> int:
        """1 with a result. The title of the page counts the results that come in."""
        return int(self.state in FINISHED)

    @property
    def head_version(self) -> str:
        page = self.interview_page
        result = page.result.result.pk if page.result else None
        decisions = [decision.pk for decision in page.decisions]
        following = self.following.pk if self.following else None
        interview = page.interview
        requirements = [answer.updated_at for answer in self.eligibility]
        changes = (requirements, interview.updated_at, interview.answers_erased_at, self.state, self.state_text)
        shown = (*changes, page.shows_scores, page.budget_problem)
        return version_of((shown, result, decisions, following))

    @property
    def tabs_version(self) -> str:
        answers = [(answer.card.response.status, answer.card.score) for answer in self.answers]
        return version_of((answers, self.note_count))

    @property
    def note_count(self) -> int:
        return sum(not card.note.deleted_at for card in self.notes)

    @property
    def notes_version(self) -> str:
        return version_of((self.interview_page.shows_scores, [card.content for card in self.notes]))

    @property
    def overview_version(self) -> str:
        return version_of((self.head_version, [answer.version for answer in self.answers]))

    @property
    def history_version(self) -> str:
        page = self.interview_page
        attempts = [(row.attempt.updated_at, row.call and row.call.updated_at) for row in page.attempts]
        events = [row.event.pk for row in page.history]
        messages = [message.updated_at for message in page.messages]
        return version_of((page.interview.updated_at, attempts, events, messages, page.cost, page.phone))

    @property
    def version(self) -> str:
        """Equal for two pages that look the same."""
        answers = [answer.version for answer in self.answers]
        parts = (self.head_version, self.tabs_version, self.history_version, self.notes_version)
        return version_of((parts, answers))


def _clips_by_response(interview: Interview) -> dict[UUID, list[Clip]]:
    clips: dict[UUID, list[Clip]] = defaultdict(list)
    for clip in Clip.objects.to_watch().filter(take__response__interview=interview).select_related("take"):
        clips[clip.take.response_id].append(clip)
    return clips


def _criterion_line(number: int, record: CriterionRecord, spans: list[TimedSpan]) -> CriterionLine:
    quotes = [Quote(evidence, _second_of(evidence, spans)) for evidence in record.evidence]
    return CriterionLine(number, record, quotes)


def _second_of(evidence: Evidence, spans: list[TimedSpan]) -> float | None:
    return None if evidence.start is None else second_at(spans, evidence.start)


def first_unscored(answers: list[Answer], viewer: Viewer) -> InterviewResponse | None:
    """The first answer that the viewer can score and has not scored."""
    cards = (answer.card for answer in answers if answer.card.can_be_scored)
    return next((card.response for card in cards if not _has_scored(viewer, card.response)), None)


def _has_scored(viewer: Viewer, response: InterviewResponse) -> bool:
    return any(assessment.scored_by_id == viewer.pk for assessment in response.assessments.all())


def _planned_before(interview: Interview, viewer: Viewer) -> Interview | None:
    """The interview of another candidate for the job that was planned before this one."""
    earlier = Interview.objects.visible_to(viewer).filter(job=interview.job_id, created_at__lt=interview.created_at)
    by_time = earlier.last_for_job().select_related("candidate").order_by("-created_at")
    previous: Interview | None = by_time.first()
    return previous
