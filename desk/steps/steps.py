"""The steps in which a job is set up, each with its state. Each step is a page that exists anyway."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices, prefetch_related_objects
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from jobs.channels import Channel
from jobs.field_limits import FormPart
from jobs.models import JobDescription
from jobs.question_sets import approval_obstacle, current_question_set
from jobs.question_writing import MIN_DESCRIPTION_WORDS
from screener.access.viewer import Viewer
from screener.models import Organisation


class StepKey(TextChoices):
    DESCRIPTION = "description", _("Description")
    QUESTIONS = "questions", _("Questions")
    ELIGIBILITY = "eligibility", _("Requirements")
    RUBRIC = "rubric", _("Rubric")
    THRESHOLDS = "thresholds", _("Thresholds")
    CALLING = "calling", _("Calling")
    TRIAL = "trial", _("Try it")
    APPROVAL = "approval", _("Approval")


class StepState(TextChoices):
    DONE = "done", _("done")
    MISSING = "missing", _("missing")
    UNDER_WAY = "under_way", _("under way")
    OPTIONAL = "optional", _("optional")


SETTLED = (StepState.DONE, StepState.OPTIONAL)


@dataclass(frozen=True)
class Step:
    """`facts`: the settings of the step. `missing`: why the step is not done, and the remedy."""

    key: StepKey
    address: str
    state: StepState
    facts: str = ""
    missing: str = ""
    is_current: bool = False

    @property
    def label(self) -> str:
        return str(self.key.label)

    @property
    def state_label(self) -> str:
        return str(self.state.label)

    @property
    def number(self) -> int:
        return list(StepKey).index(self.key) + 1


@dataclass(frozen=True)
class JobSteps:
    job: JobDescription
    steps: list[Step]

    @classmethod
    def of(cls, job: JobDescription, user: Viewer, current: StepKey | None = None) -> "JobSteps":
        """The steps that the user may take."""
        prefetch_related_objects([job], "question_sets")
        may_take = [key for key in StepKey if user.has_perm(PERMISSIONS[key])]
        described = ((key, DESCRIPTIONS[key](job)) for key in may_take)
        return cls(
            job, [Step(key, address_of(job, key), *description, key == current) for key, description in described]
        )

    @property
    def current(self) -> Step | None:
        return next((step for step in self.steps if step.is_current), None)

    @property
    def following(self) -> Step | None:
        """The step to go on with: the one after the current one, or the first one that is not done."""
        if current := self.current:
            return next((step for step in self.steps if step.number > current.number), None)
        return next((step for step in self.steps if step.state not in SETTLED), None)


def address_of(job: JobDescription, key: StepKey) -> str:
    """The page of the step. Its form leads on to the step after it."""
    after = reverse("desk-job-after-step", args=[job.pk, key.value])
    part = {"part": PARTS[key]} if key in PARTS else {}
    return f"{reverse(PAGES[key], args=[job.pk])}?{urlencode(part | {'next': after})}"


PAGES = {
    StepKey.DESCRIPTION: "admin:jobs_jobdescription_edit",
    StepKey.QUESTIONS: "admin:jobs_jobdescription_edit_questions",
    StepKey.ELIGIBILITY: "admin:jobs_jobdescription_edit_eligibility",
    StepKey.RUBRIC: "admin:jobs_jobdescription_edit_rubric",
    StepKey.THRESHOLDS: "admin:jobs_jobdescription_edit",
    StepKey.CALLING: "admin:jobs_jobdescription_edit",
    StepKey.TRIAL: "desk-job-trial",
    StepKey.APPROVAL: "admin:jobs_jobdescription_approve_questions",
}
PARTS = {
    StepKey.DESCRIPTION: FormPart.DESCRIPTION.value,
    StepKey.THRESHOLDS: FormPart.SCORING.value,
    StepKey.CALLING: FormPart.CALLING.value,
}
PERMISSIONS = {
    **dict.fromkeys(StepKey, "jobs.change_jobdescription"),
    StepKey.TRIAL: "interviews.add_interview",
    **dict.fromkeys((StepKey.QUESTIONS, StepKey.ELIGIBILITY, StepKey.APPROVAL), "jobs.change_questionset"),
}

Found = tuple[StepState, str, str]


def _done(facts: str) -> Found:
    return StepState.DONE, facts, ""


def _missing(remedy: str, facts: str = "") -> Found:
    return StepState.MISSING, facts, remedy


def _describe_description(job: JobDescription) -> Found:
    count = len(job.description.split())
    facts = ngettext("%(count)s word", "%(count)s words", count) % {"count": count}
    if count < MIN_DESCRIPTION_WORDS:
        return _missing(gettext("Describe the job: the questions are written from this text."), facts)
    return _done(facts)


def _describe_questions(job: JobDescription) -> Found:
    if job.questions_status == JobDescription.QuestionsStatus.PENDING:
        return StepState.UNDER_WAY, gettext("The questions are being written."), ""
    question_set = current_question_set(job)
    if question_set is None:
        return _missing(job.questions_error or gettext("Write questions, or pick them from the question bank."))
    count = len(question_set.questions)
    return _done(ngettext("%(count)s question", "%(count)s questions", count) % {"count": count})


def _describe_eligibility(job: JobDescription) -> Found:
    question_set = current_question_set(job)
    count = len(question_set.eligibility) if question_set else 0
    if not count:
        return StepState.OPTIONAL, gettext("No eligibility questions, such as on a licence or on working hours"), ""
    return _done(ngettext("%(count)s question", "%(count)s questions", count) % {"count": count})


def _describe_rubric(job: JobDescription) -> Found:
    count = len(job.rubric)
    return _done(ngettext("%(count)s criterion", "%(count)s criteria", count) % {"count": count})


def _describe_thresholds(job: JobDescription) -> Found:
    facts = gettext("Hire from %(hire_at)s, consider from %(consider_at)s")
    return _done(facts % {"hire_at": job.hire_at, "consider_at": job.consider_at})


def _describe_calling(job: JobDescription) -> Found:
    channels = ", ".join(str(Channel(channel).label) for channel in job.channels)
    attempts = ngettext("%(count)s attempt", "%(count)s attempts", job.max_attempts) % {"count": job.max_attempts}
    is_by_phone = Channel.PHONE in job.channels
    phone_facts = [attempts, gettext("calls %(hours)s") % {"hours": settings.CALLING_HOURS}] if is_by_phone else []
    facts = "; ".join([channels, job.language, *phone_facts])
    if is_by_phone and not job.employer_name and Organisation.current() is None:
        return _missing(gettext("Enter the employer's name under Organisation: no call is placed without it."), facts)
    return _done(facts)


def _describe_trial(job: JobDescription) -> Found:
    return StepState.OPTIONAL, gettext("Hear what candidates hear, and be interviewed yourself."), ""


def _describe_approval(job: JobDescription) -> Found:
    draft = job.draft_questions
    if draft is None:
        approved = job.approved_questions
        if approved is None:
            return _missing(gettext("There are no questions to approve yet."))
        return _done(gettext("Version %(version)s") % {"version": approved.version})
    remedy = approval_obstacle(draft) or gettext("Read the questions and approve them. Then candidates can be called.")
    return _missing(remedy, gettext("Version %(version)s") % {"version": draft.version})


DESCRIPTIONS: dict[StepKey, Callable[[JobDescription], Found]] = {
    StepKey.DESCRIPTION: _describe_description,
    StepKey.QUESTIONS: _describe_questions,
    StepKey.ELIGIBILITY: _describe_eligibility,
    StepKey.RUBRIC: _describe_rubric,
    StepKey.THRESHOLDS: _describe_thresholds,
    StepKey.CALLING: _describe_calling,
    StepKey.TRIAL: _describe_trial,
    StepKey.APPROVAL: _describe_approval,
}
