"""The pages on which people score answers: the form, and all assessments of an answer side by side."""

from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import floatformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from interviews.admin.scoring_forms import ChooseForm, ScoringForm, WordsForm
from interviews.answers.typed_words import save_typed_words
from interviews.models import Assessment, InterviewResponse
from interviews.presenters.scoring import OpinionsPage, ScoringProgress, scoring_queue
from interviews.scoring.blind_review import may_see_opinions
from interviews.scoring.person import (
    InvalidScores,
    Scorer,
    ScoringConflict,
    choose_assessment,
    save_person_scores,
    scoring_version,
)
from interviews.scoring.score_verification import EVIDENCE_RULE
from screener.access.viewer import require_permissions
from screener.models import InvalidTransition

SCORE_PERMISSION = "interviews.add_assessment"
CHOOSE_PERMISSION = "interviews.change_assessment"
LIST = "admin:interviews_interviewresponse_changelist"


def scoring_list_url(kind: str = "waiting") -> str:
    return f"{reverse(LIST)}?{urlencode({'scoring': kind})}"


class ScoringFilter(DropdownFilter):
    title = _("scoring")
    parameter_name = "scoring"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", gettext("To score")), ("opinion", gettext("Without my opinion"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "waiting":
            return queryset.waiting_for_person()
        return queryset.without_opinion_of(request.user) if self.value() == "opinion" else queryset


class ScoringPages:
    """Adds the pages to the admin of responses."""

    admin_site: Any
    form_page: Any
    log_change: Any

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [
            path("<uuid:pk>/score/", view(self.score_view), name="interviews_interviewresponse_score"),
            path("<uuid:pk>/opinions/", view(self.opinions_view), name="interviews_interviewresponse_opinions"),
            path("<uuid:pk>/words/", view(self.words_view), name="interviews_interviewresponse_words"),
            path("to-score/", view(self.to_score_view), name="interviews_interviewresponse_to_score"),
            path("choose/<uuid:pk>/", view(self.choose_view), name="interviews_interviewresponse_choose"),
            *urls,
        ]

    def to_score_view(self, request: HttpRequest) -> HttpResponse:
        """The address of the menu: the list of answers that wait for a person."""
        return HttpResponseRedirect(scoring_list_url())

    def score_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show an answer with the rubric, without other assessments. POST saves the scores of the user."""
        require_permissions(
            request.user, SCORE_PERMISSION, "interviews.view_interviewresponse", "interviews.view_interview"
        )
        response = get_object_or_404(_responses(request), pk=pk)
        user = cast(User, request.user)
        if request.method == "POST":
            form = ScoringForm(request.POST, response=response)
            next_url, problem = self._save(request, form, user)
            if next_url:
                return HttpResponseRedirect(next_url)
        else:
            initial = {"version": scoring_version(response), "seen": "seen" in request.GET}
            form, problem = ScoringForm(response=response, initial=initial), ""
        context = _scoring_context(form, user) | {"problem": problem}
        return self._page(request, "admin/interviews/scoring/form.html", gettext("Score an answer"), context)

    def _save(self, request: HttpRequest, form: ScoringForm, user: User) -> tuple[str, str]:
        """Return the address to go on at, or the problem."""
        response = form.response
        queue = scoring_queue(response, user)
        if not form.is_valid():
            return "", gettext("Nothing was saved. Mend what is marked below.")
        scorer = Scorer(name=user.get_full_name() or user.get_username(), actor=user.get_username(), user=user)
        try:
            assessment = save_person_scores(response, form.scores(), scorer)
        except InvalidScores as error:
            form.add_score_errors(error)
            return "", gettext("Nothing was saved. Mend what is marked below.")
        except ScoringConflict as error:
            form.reopen(get_object_or_404(_responses(request), pk=response.pk))
            return "", str(error)
        except InvalidTransition as error:
            return "", str(error)
        self.log_change(request, response, f"Scored: {assessment.get_role_display().lower()}.")
        return self._next_url(request, assessment, queue.next_after(response)), ""

    def _next_url(self, request: HttpRequest, assessment: Assessment, following: InterviewResponse | None) -> str:
        """A second opinion is compared at once; other scores lead to the next answer, the last ones to the result."""
        number = assessment.response.position + 1
        messages.success(
            request,
            gettext("Your score of question %(number)s is saved: %(score)s of 10.")
            % {"number": number, "score": floatformat(assessment.score, 1)},
        )
        if assessment.role == Assessment.Role.SECOND_OPINION:
            return reverse("admin:interviews_interviewresponse_opinions", args=[assessment.response_id])
        if following is None:
            messages.info(request, gettext("No other answer waits for scores. The result is computed in a moment."))
            return reverse("admin:interviews_interview_change", args=[assessment.response.interview_id])
        return reverse("admin:interviews_interviewresponse_score", args=[following.pk])

    def words_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Listen to an answer without a transcript, and type its words."""
        require_permissions(request.user, SCORE_PERMISSION, "interviews.view_recording")
        response = get_object_or_404(_responses(request), pk=pk)
        interview_url = reverse("admin:interviews_interview_change", args=[response.interview_id])

        def act(data: dict[str, Any]) -> tuple[str, str]:
            save_typed_words(response, data["words"], actor=cast(User, request.user).get_username())
            self.log_change(request, response, "Typed what was said.")
            saved = gettext("The words of question %(number)s are saved.") % {"number": response.position + 1}
            return saved, interview_url

        page: HttpResponse = self.form_page(
            request,
            partial(WordsForm, subject=response),
            act,
            title=gettext("Type what was said"),
            explanation=gettext("Question %(number)s: %(question)s")
            % {"number": response.position + 1, "question": response.shown_question},
            submit_label=gettext("Save these words"),
            back_url=interview_url,
        )
        return page

    def opinions_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        require_permissions(request.user, "interviews.view_interview", "interviews.view_assessment")
        response = get_object_or_404(_responses(request), pk=pk)
        if not may_see_opinions(request.user, response):
            raise PermissionDenied
        user = cast(User, request.user)
        following = InterviewResponse.objects.visible_to(user).without_opinion_of(user).next_after(response)
        context = {
            "page": OpinionsPage.for_response(response),
            "next": following if request.user.has_perm(SCORE_PERMISSION) else None,
            "may_choose": request.user.has_perm(CHOOSE_PERMISSION),
        }
        return self._page(request, "admin/interviews/scoring/opinions.html", gettext("Compare assessments"), context)

    def choose_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        require_permissions(request.user, CHOOSE_PERMISSION)
        choices = Assessment.objects.filter(response__in=_responses(request), score__isnull=False)
        assessment = get_object_or_404(choices.select_related("response__interview__job"), pk=pk)
        interview_url = reverse("admin:interviews_interview_change", args=[assessment.response.interview_id])

        def act(data: dict[str, Any]) -> tuple[str, str]:
            choose_assessment(assessment, actor=cast(User, request.user).get_username(), reason=data["reason"])
            done = gettext("The score by %(label)s counts now. The result is computed again.") % {
                "label": gettext(assessment.label)
            }
            self.log_change(request, assessment.response, "Chose which score counts.")
            return done, interview_url

        page: HttpResponse = self.form_page(
            request,
            ChooseForm,
            act,
            title=gettext("Let this score count"),
            explanation=gettext(
                "Question %(number)s: %(score)s of 10 by %(label)s. The overall score and the recommendation are "
                "computed again. The other scores stay visible."
            )
            % {
                "number": assessment.response.position + 1,
                "score": floatformat(assessment.score, 1),
                "label": gettext(assessment.label),
            },
            back_url=reverse("admin:interviews_interviewresponse_opinions", args=[assessment.response_id]),
        )
        return page

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
        base = self.admin_site.each_context(request) | {"title": title}
        return TemplateResponse(request, template, base | context)


def _responses(request: HttpRequest) -> QuerySet[InterviewResponse]:
    """The responses that the user may see, with the rows that the pages read."""
    responses: QuerySet[InterviewResponse] = InterviewResponse.objects.visible_to(request.user)
    return responses.select_related(
        "interview__job", "interview__candidate", "interview__question_set", "interview__personal_questions"
    ).prefetch_related("recordings", "assessments")


def _scoring_context(form: ScoringForm, user: User) -> dict[str, Any]:
    response = form.response
    return {
        "form": form,
        "response": response,
        "progress": ScoringProgress.for_response(response, user),
        "recording": response.chosen_recording,
        "evidence_rule": gettext(EVIDENCE_RULE),
        "is_second_opinion": response.has_score,
        "draft_key": f"{user.pk}.{response.pk}",
    }
