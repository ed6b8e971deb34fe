"""Correct the understood value of an answer to an eligibility question."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interviews.eligibility.correction import correct_answer
from interviews.models import EligibilityAnswer
from interviews.models.eligibility.answer import MAX_REASON_LENGTH
from screener.access.viewer import require_permissions
from screener.models import InvalidTransition


@require_POST
def correct_eligibility(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """Save the value and the reason of the form, and show the interview again."""
    require_permissions(request.user, "interviews.view_interview", "interviews.add_decision")
    visible = EligibilityAnswer.objects.visible_to(request.user).select_related("interview")
    answer = get_object_or_404(visible, pk=answer_id)
    try:
        reason = request.POST.get("reason", "").replace("\0", "")[:MAX_REASON_LENGTH]
        correct_answer(answer, request.POST.get("value", ""), by=request.user.get_username(), reason=reason)
        messages.success(request, _("The answer was corrected. The history keeps the earlier one."))
    except InvalidTransition as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(reverse("admin:interviews_interview_change", args=[answer.interview_id]))
