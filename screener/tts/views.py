"""A sentence that was spoken ahead of time, for the phone network and for whoever approves the questions."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from screener.services.speech_synthesis.protocol import MP3
from screener.tts import prompt_cache
from screener.web.byte_ranges import ranged_response

KEPT_FOR = 24 * 3600
LONGEST_DESCRIPTION = 4000
TYPES = {suffix: kind for kind, suffix in prompt_cache.SUFFIX.items()}


@require_safe
def audio(request: HttpRequest, token: str) -> HttpResponseBase:
    """The address itself is the permission: signed by us, for one sentence and for two days.

    Twilio's own signature adds nothing to it, and a media cache of Twilio's need not send one.
    """
    line = prompt_cache.line_at(token)
    if line is None:
        raise Http404("Nothing is to be heard here, or no longer.")
    try:
        file = line.file.open("rb")
    except FileNotFoundError:
        raise Http404("The file of this sentence is gone from the storage.") from None
    kind = TYPES.get(str(line.file.name).rsplit(".", 1)[-1], MP3)
    response = ranged_response(file, line.file.size, content_type=kind, range_header=request.headers.get("Range", ""))
    response["Content-Description"] = quote(line.text, safe=" ,.?!'")[:LONGEST_DESCRIPTION]
    response["ETag"] = quote_etag(str(line.file.name))
    response["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return response
