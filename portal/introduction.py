"""The introduction that a candidate reads before the interview."""

from dataclasses import dataclass
from hashlib import sha256
from math import ceil

from django.template.loader import render_to_string
from django.utils.translation import gettext, ngettext

from interviews.conversation.script import usual_seconds
from interviews.models import Interview
from jobs.channels import Channel
from jobs.models import JobDescription
from screener.judge import JudgeKind, configured_judge
from screener.models import Organisation
from screener.models.retention import FOR_EVER

CONSENT_TEMPLATES = ("portal/introduction.html", "portal/consent.html")


@dataclass(frozen=True)
class Introduction:
    """The length of the interview, by whom answers are scored, and how long they are kept."""

    question_count: int
    minutes: int
    judged_by_person: bool
    kept: tuple[str, ...]
    may_be_filmed: bool = False
    """Whether the job asks for video in the room, to which candidates agree apart from the interview."""

    @classmethod
    def of(cls, interview: Interview, organisation: Organisation | None) -> "Introduction":
        questions = interview.question_set.questions
        return cls(
            question_count=len(questions),
            minutes=ceil(usual_seconds(question.max_seconds for question in questions) / 60),
            judged_by_person=configured_judge() is JudgeKind.PERSON,
            kept=retention_texts(interview.job, organisation),
            may_be_filmed=interview.job.record_video and Channel.ROOM in interview.job.channels,
        )


def call_wording_version() -> str:
    """The hash of the text to which a candidate agrees when they ask for a call, in the language of the page."""
    return _hash_of(render_to_string("portal/call_consent.html", {"employer_name": "…"}))


def wording_version() -> str:
    """The hash of the text that a candidate reads before they consent, in the language of the page.

    It is the same for all employers and jobs: their names and numbers stand as placeholders.
    """
    judged_by_person = configured_judge() is JudgeKind.PERSON
    sample = Introduction(question_count=2, minutes=2, judged_by_person=judged_by_person, kept=("…",))
    context = {"employer_name": "…", "introduction": sample, "organisation": None}
    return _hash_of(" ".join(render_to_string(template, context) for template in CONSENT_TEMPLATES))


def _hash_of(text: str) -> str:
    """Spaces and line ends of a template have no part in it."""
    return sha256(" ".join(text.split()).encode()).hexdigest()


def retention_texts(job: JobDescription, organisation: Organisation | None) -> tuple[str, ...]:
    """How long recordings and answers are kept, one sentence each."""
    recordings, answers = (
        _days(job, organisation, "keep_recordings_days"),
        _days(job, organisation, "keep_answers_days"),
    )
    if answers and recordings and answers < recordings:
        recordings = answers  # transcripts are erased with their recordings
    return _recordings_text(recordings or answers), _answers_text(answers)


def video_retention_text(job: JobDescription, organisation: Organisation | None) -> str:
    """How long videos are kept: at most as long as the recordings, and as the transcripts."""
    periods = ("keep_videos_days", "keep_recordings_days", "keep_answers_days")
    days = [period for name in periods if (period := _days(job, organisation, name))]
    if not days:
        return gettext("Videos are kept until the employer erases them.")
    return ngettext(
        "Videos are erased %(days)s day after the interview.",
        "Videos are erased %(days)s days after the interview.",
        min(days),
    ) % {"days": min(days)}


def _days(job: JobDescription, organisation: Organisation | None, period: str) -> int | None:
    own: int | None = getattr(job, period)
    if own is None:
        return getattr(organisation, period) if organisation else None
    return None if own == FOR_EVER else own


def _recordings_text(days: int | None) -> str:
    if days is None:
        return gettext("Recordings are kept until the employer erases them.")
    return ngettext(
        "Recordings are erased %(days)s day after the interview.",
        "Recordings are erased %(days)s days after the interview.",
        days,
    ) % {"days": days}


def _answers_text(days: int | None) -> str:
    if days is None:
        return gettext("The text of your answers is kept until the employer erases it.")
    return ngettext(
        "The text of your answers is erased %(days)s day after the interview.",
        "The text of your answers is erased %(days)s days after the interview.",
        days,
    ) % {"days": days}
