"""The audio of synthesised prompts, for the carrier and for staff who approve questions."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from screener.services.speech_synthesis.protocol import MP3
from screener.tts import prompt_cache
from screener.web.byte_ranges import ranged_response

CACHE_SECONDS = 24 * 3600
MAX_DESCRIPTION = 4000
CONTENT_TYPES = {suffix: content_type for content_type, suffix in prompt_cache.FILE_SUFFIXES.items()}


@require_safe
def audio(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send the audio of one prompt. The signed path is the permission.

    Twilio's signature is not required: its media cache does not send one.
    """
    prompt = prompt_cache.find_prompt(token)
    if prompt is None:
        raise Http404("There is no audio at this address, or its time has run out.")
    try:
        file = prompt.file.open("rb")
    except FileNotFoundError:
        raise Http404("The file of this prompt is gone from the storage.") from None
    content_type = CONTENT_TYPES.get(str(prompt.file.name).rsplit(".", 1)[-1], MP3)
    response = ranged_response(file, content_type=content_type, range_header=request.headers.get("Range", ""))
    response["Content-Description"] = quote(prompt.text, safe=" ,.?!'")[:MAX_DESCRIPTION]
    response["ETag"] = quote_etag(str(prompt.file.name))
    response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    return response
