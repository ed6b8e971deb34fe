"""The page behind the link that ends all mails. It needs no login; only a POST acts, since scanners open links."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from interviews.notices.unsubscribing import find_user, unsubscribe


@csrf_exempt  # mail programs post it for their user, and the token proves who is meant
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before ending the mails; end them on POST, which mail programs send, too (RFC 8058)."""
    user = find_user(token)
    if user is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        unsubscribe(user)
    return render(request, "desk/notices/unsubscribe.html", {"is_done": is_done})
