"""The steps before the first candidate is called, for a deployment without interviews."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from candidates.models import Candidate
from interviews.models import Interview
from jobs.models import JobDescription, QuestionSet
from screener.labels import Label
from screener.models import Organisation


@dataclass(frozen=True)
class Step:
    """`href`: empty where the user lacks the permission. `is_next`: the first one that is not done."""

    title: Label
    explanation: Label
    href: str
    is_done: bool
    is_next: bool = False


def load_first_steps(user: User) -> list[Step]:
    """The steps, in their order; none once there is an interview. A fixed number of queries."""
    if Interview.objects.order_by().exists():
        return []
    draft = QuestionSet.objects.filter(status=QuestionSet.Status.DRAFT).order_by("created_at").first()
    done = {
        "employer": Organisation.current() is not None,
        "job": JobDescription.objects.order_by().exists(),
        "questions": QuestionSet.objects.filter(status=QuestionSet.Status.APPROVED).order_by().exists(),
        "candidates": Candidate.objects.order_by().exists(),
    }
    steps = [
        _step(
            _("Name the employer"),
            _("The assistant calls in this name, and says it first."),
            done["employer"],
            user.has_perm("screener.add_organisation"),
            "admin:screener_organisation_changelist",
        ),
        _step(
            _("Add a job"),
            _("Its description is enough to write the questions."),
            done["job"],
            user.has_perm("jobs.add_jobdescription"),
            "admin:jobs_jobdescription_add",
        ),
        _questions_step(draft, is_done=done["questions"], is_allowed=user.has_perm("jobs.change_questionset")),
        _step(
            _("Add candidates"),
            _("One by one, or many from a CSV file."),
            done["candidates"],
            user.has_perm("candidates.add_candidate"),
            "admin:candidates_candidate_changelist",
        ),
        _step(
            _("Call them"),
            _("Select them in their list, and see who will be called before anyone is."),
            False,
            user.has_perm("interviews.add_campaign"),
            "admin:candidates_candidate_changelist",
        ),
    ]
    return _mark_next(steps)


def _step(title: Any, explanation: Any, is_done: bool, is_allowed: bool, page: str) -> Step:
    return Step(title, explanation, reverse(page) if is_allowed else "", is_done)


def _questions_step(draft: QuestionSet | None, *, is_done: bool, is_allowed: bool) -> Step:
    """Links to the draft that waits, or to the jobs."""
    page = reverse("admin:jobs_jobdescription_changelist")
    href = reverse("admin:jobs_jobdescription_approve_questions", args=[draft.job_id]) if draft else page
    explanation = _("No one is called with questions that nobody has read.")
    return Step(_("Approve the questions"), explanation, href if is_allowed else "", is_done)


def _mark_next(steps: list[Step]) -> list[Step]:
    following = next((number for number, step in enumerate(steps) if not step.is_done), None)
    return [
        Step(step.title, step.explanation, step.href, step.is_done, number == following)
        for number, step in enumerate(steps)
    ]
