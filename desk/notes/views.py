"""Writing, editing and deleting notes on an interview, and the suggestions for mentions."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.interviews import interview_address, visible_interview
from interviews.models import Interview, Note
from interviews.notes.mentions import suggest_users
from interviews.notes.visibility import visible_notes
from interviews.notes.writing import WrittenNote, delete_note, edit_note, write_note
from screener.access.viewer import require_permissions
from screener.models import InvalidTransition

ADD_NOTE = "interviews.add_note"
NOTES_TAB = "#notes"
MOST_SUGGESTIONS = 8
REFUSED = 409


@require_POST
def add_note(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """Write a note, with the text in `text`."""
    user, interview = _writer(request), visible_interview(request, interview_id)
    text = request.POST.get("text", "")
    return _run(
        request, interview, text, lambda: write_note(interview, text, author=user, author_name=user.get_username())
    )


@require_POST
def change_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Edit one's own note."""
    user, note = _writer(request), _visible_note(request, note_id)
    text = request.POST.get("text", "")
    return _run(request, note.interview, text, lambda: edit_note(note, text, by=user))


@require_POST
def remove_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Delete one's own note."""
    user, note = _writer(request), _visible_note(request, note_id)
    return _run(request, note.interview, "", lambda: delete_note(note, by=user))


@require_GET
def mention_suggestions(request: HttpRequest, interview_id: UUID) -> HttpResponse:
    """The users whom a note on this interview can mention, and whose name begins with `q`."""
    _writer(request)
    interview = visible_interview(request, interview_id)
    prefix = request.GET.get("q", "").replace("\0", "")[:150]
    users = suggest_users(interview.job_id, prefix, limit=MOST_SUGGESTIONS)
    suggestions = [{"username": user.get_username(), "name": user.get_full_name()} for user in users]
    return JsonResponse({"users": suggestions})


def _run(request: HttpRequest, interview: Interview, text: str, verb: Callable[[], WrittenNote | None]) -> HttpResponse:
    """Run the verb. The page's script gets JSON; a form without a script gets a page, which keeps a refused text."""
    is_script = request.headers.get("Accept") == "application/json"
    try:
        written = verb()
    except InvalidTransition as error:
        if is_script:
            return JsonResponse({"problem": str(error)}, status=REFUSED)
        return _refusal_page(request, interview, text, str(error))
    warning = _unknown_warning(written.unknown) if written else ""
    if is_script:
        return JsonResponse({"warning": warning})
    if warning:
        messages.warning(request, warning)
    return HttpResponseRedirect(interview_address(interview) + NOTES_TAB)


def _refusal_page(request: HttpRequest, interview: Interview, text: str, problem: str) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": _("Note"),
        "original": interview,
        "interview": interview,
        "text": text,
        "problem": problem,
        "action": request.path,
        "back": interview_address(interview) + NOTES_TAB,
    }
    return render(request, "desk/notes/refused.html", context, status=REFUSED)


def _unknown_warning(unknown: list[str]) -> str:
    if not unknown:
        return ""
    names = ", ".join(f"@{name}" for name in unknown)
    return _("%(names)s: no notice was sent. There is no such user, or they may not see this interview.") % {
        "names": names
    }


def _writer(request: HttpRequest) -> User:
    require_permissions(request.user, ADD_NOTE)
    assert isinstance(request.user, User)
    return request.user


def _visible_note(request: HttpRequest, note_id: UUID) -> Note:
    return get_object_or_404(visible_notes(request.user).select_related("interview"), pk=note_id)
