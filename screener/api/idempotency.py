"""Idempotent POST requests: a repeated Idempotency-Key replays the stored response."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from screener.api.authentication import Client
from screener.api.problem_details import IdempotencyKeyReused
from screener.models import IdempotentRequest

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEY_PATTERN = r"^[\x21-\x7e]{1,255}$"
INVALID_KEY = "Use 1 to 255 visible ASCII characters, such as a UUID."

Handler = Callable[..., Response]
HandlerT = TypeVar("HandlerT", bound=Handler)


def replayed_by(name: str) -> Callable[[HandlerT], HandlerT]:
    """Keep no response of this handler, because it holds a secret. A repeated request is answered by this method."""

    def mark(handler: HandlerT) -> HandlerT:
        cast(Any, handler).replayed_by = name
        return handler

    return mark


def run_idempotent(handler: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
    """Run the handler in one transaction, and only once per Idempotency-Key.

    A request that is rejected or fails changes no rows and can be repeated under its key.
    """
    key = request.headers.get(KEY_HEADER)
    with transaction.atomic():
        if request.method != "POST" or key is None:
            return handler(request, *args, **kwargs)
        if not re.fullmatch(KEY_PATTERN, key):
            raise ValidationError({KEY_HEADER: [INVALID_KEY]})
        return _run_once(key, handler, request, *args, **kwargs)


def _run_once(key: str, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
    client = cast(Client, request.user)
    own_row = IdempotentRequest(owner=client.owner, key=key, fingerprint=request_fingerprint(request))
    # Waits until a request with the same key that is still running ends. Adds the row only if that request failed.
    IdempotentRequest.objects.bulk_create([own_row], ignore_conflicts=True)
    row = IdempotentRequest.objects.get(owner=own_row.owner, key=key)
    if row.fingerprint != own_row.fingerprint:
        raise IdempotencyKeyReused
    replay = getattr(handler, "replayed_by", None)
    if row.pk != own_row.pk:
        if replay:
            return _mark_replayed(getattr(cast(Any, handler).__self__, replay)(request, *args, **kwargs))
        return _mark_replayed(Response(row.body, status=row.status_code))
    response = handler(request, *args, **kwargs)
    body = None if replay else json.loads(JSONRenderer().render(response.data))
    row.update_fields(status_code=response.status_code, body=body)
    return response


def _mark_replayed(response: Response) -> Response:
    response[REPLAYED_HEADER] = "true"
    return response


def request_fingerprint(request: Request) -> str:
    """Return a hash of the address, the fields and the content of the files."""
    data = request.data
    fields = {name: data.getlist(name) for name in data} if isinstance(data, QueryDict) else data
    text = json.dumps([request.get_full_path(), fields], sort_keys=True, default=_file_digest)
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(file: "UploadedFile[Any]") -> list[str | None]:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return [file.name, digest.hexdigest()]
