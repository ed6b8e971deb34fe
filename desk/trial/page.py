"""The content of the page on which a job is tried."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from interviews.calling.rules import NO_EMPLOYER
from interviews.conversation.script import EmployerUnknown
from interviews.intake.practice import last_practice
from interviews.models import Interview
from interviews.presenters.interview import status_label
from interviews.reception.anonymous_script import usual_course
from jobs.models import JobDescription, QuestionSet
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.tts import prompt_cache


@dataclass(frozen=True)
class TrialPage:
    """`lines`: the prompts that a candidate hears, each with the path of its audio. Empty path: not synthesised yet.

    `problem`: why there are no prompts.
    """

    job: JobDescription
    question_set: QuestionSet | None
    lines: list[tuple[str, str]]
    problem: str
    practice: Interview | None

    @classmethod
    def load(cls, job: JobDescription, question_set: QuestionSet | None, user: User) -> "TrialPage":
        practice = last_practice(job, user)
        if question_set is None:
            return cls(job, None, [], _("This job has no questions yet."), practice)
        try:
            texts = usual_course(question_set)
        except EmployerUnknown:
            return cls(job, question_set, [], _(NO_EMPLOYER), practice)
        paths = prompt_cache.audio_paths(texts, question_set.language)
        return cls(job, question_set, [(text, paths.get(text, "")) for text in texts], "", practice)

    @property
    def has_voice(self) -> bool:
        return configured_synthesizer() is not None

    @property
    def lacks_sound(self) -> bool:
        return any(not path for _text, path in self.lines)

    @property
    def practice_status(self) -> str:
        return status_label(self.practice) if self.practice else ""

    def request_sound(self) -> None:
        """Have the worker synthesise the prompts that have no audio. No effect without a configured voice."""
        if self.question_set is not None:
            texts = [text for text, path in self.lines if not path]
            prompt_cache.request_audio(texts, self.question_set.language, job_id=self.job.pk)
