"""The page of an editor that saves a job's questions as their next version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from jobs.eligibility.question import EligibilityQuestion
from jobs.models import JobDescription, QuestionSet
from jobs.question_editing import QuestionsReplaced, save_next_version
from jobs.question_sets import REASON_NEEDED
from screener.admin.base import return_address
from screener.labels import Label
from screener.models import InvalidTransition
from screener.records import QuestionContent

SAVE = "save"


@dataclass(kw_only=True)
class NextVersionEditor:
    """`based_on`: the edited version. `done`: the effect of the last button. `problem`: why the form was not saved.

    `newer`: the version that was saved meanwhile.
    """

    title: ClassVar[Label]
    template: ClassVar[str]

    job: JobDescription
    based_on: UUID | None
    done: str = ""
    problem: str = ""
    newer: QuestionSet | None = None

    @property
    def media(self) -> forms.Media:
        raise NotImplementedError

    def press(self, button: str) -> None:
        """Perform the action of the button. Raises InvalidTransition, and leaves the questions as they are."""
        raise NotImplementedError

    def save(self, *, by: str) -> QuestionSet:
        """Save the next version. Raises InvalidTransition; the questions stay on the page."""
        raise NotImplementedError

    def save_version(
        self,
        questions: Sequence[QuestionContent],
        *,
        by: str,
        eligibility: Sequence[EligibilityQuestion] | None = None,
    ) -> QuestionSet:
        """Save these questions, unless another version was saved meanwhile: then the next save replaces that one."""
        try:
            return save_next_version(
                self.job, questions, based_on=self.based_on, source=f"edited by {by}"[:100], eligibility=eligibility
            )
        except QuestionsReplaced as error:
            self.newer, self.based_on = error.current, pk_of(error.current)
            raise


def pk_of(question_set: QuestionSet | None) -> UUID | None:
    return question_set.pk if question_set else None


def show_page(model_admin: Any, request: HttpRequest, editor: NextVersionEditor) -> HttpResponse:
    """GET shows the editor. POST performs the action of its button."""
    if request.method == "POST":
        button = request.POST.get("do", SAVE)
        try:
            if button == SAVE:
                return _save(model_admin, request, editor)
            editor.press(button)
        except InvalidTransition as error:
            editor.problem = str(error)
    context = model_admin.admin_site.each_context(request) | {
        "editor": editor,
        "title": editor.title,
        "opts": model_admin.opts,
        "original": editor.job,
        "media": model_admin.media + editor.media,
        "back_url": model_admin.change_url(editor.job),
    }
    return render(request, editor.template, context)


def _save(model_admin: Any, request: HttpRequest, editor: NextVersionEditor) -> HttpResponse:
    draft = editor.save(by=request.user.get_username())
    message = gettext("Saved as version %(version)s.") % {"version": draft.version}
    model_admin.log_change(request, editor.job, message)
    if draft.all_warnings:
        messages.warning(request, f"{message} {' '.join(map(str, draft.all_warnings))} {gettext(REASON_NEEDED)}")
    else:
        messages.success(request, f"{message} {gettext('Approve it to use it.')}")
    job_page = reverse("admin:jobs_jobdescription_change", args=[editor.job.pk])
    return HttpResponseRedirect(return_address(request, job_page))
