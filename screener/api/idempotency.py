"""A POST that carries an Idempotency-Key is carried out once, however often it arrives."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from screener.api.authentication import Client
from screener.api.problem_details import KeyReused
from screener.models import IdempotentRequest

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
FORM = r"^[\x21-\x7e]{1,255}$"

Handler = Callable[..., Response]


def carry_out(handler: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
    """All or nothing: what is refused or fails leaves no row, neither of its own nor under its Idempotency-Key."""
    key = request.headers.get(HEADER)
    with transaction.atomic():
        if request.method != "POST" or key is None:
            return handler(request, *args, **kwargs)
        if not re.fullmatch(FORM, key):
            raise ValidationError({HEADER: ["Use 1 to 255 visible ASCII characters, such as a UUID."]})
        return _once(key, handler, request, *args, **kwargs)


def _once(key: str, handler: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
    client = cast(Client, request.user)
    mine = IdempotentRequest(owner=client.owner, key=key, fingerprint=fingerprint(request))
    # Where a twin is being carried out, this waits for its end, and adds the row only if nothing came of it.
    IdempotentRequest.objects.bulk_create([mine], ignore_conflicts=True)
    row = IdempotentRequest.objects.get(owner=mine.owner, key=key)
    if row.fingerprint != mine.fingerprint:
        raise KeyReused
    if row.pk != mine.pk:
        return Response(row.body, status=row.status_code, headers={REPLAYED: "true"})
    response = handler(request, *args, **kwargs)
    row.update_fields(status_code=response.status_code, body=json.loads(JSONRenderer().render(response.data)))
    return response


def fingerprint(request: Request) -> str:
    """The same for the same request: its address, its fields, and the content of its files."""
    data = request.data
    fields = {name: data.getlist(name) for name in data} if isinstance(data, QueryDict) else data
    text = json.dumps([request.get_full_path(), fields], sort_keys=True, default=_content)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(file: "UploadedFile[Any]") -> list[str | None]:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return [file.name, digest.hexdigest()]
