"""Every error of the API as `application/problem+json` (RFC 9457): what happened, why, and what to do next."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.defaults import server_error as server_error_page
from procrastinate.exceptions import ConnectorException
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from screener.api.parsers import TooLarge
from screener.models import InvalidTransition

CONTENT_TYPE = "application/problem+json"
WHOLE_BODY = "non_field_errors"

TYPES = {
    400: ("invalid-request", "The request is not valid"),
    401: ("not-authenticated", "No valid API key"),
    403: ("not-allowed", "Not allowed with this API key"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    409: ("conflict", "Not possible in the present state"),
    413: ("too-large", "The request is too large"),
    415: ("unsupported-media-type", "Unsupported media type"),
    422: ("idempotency-key-reused", "Idempotency-Key used for another request"),
    500: ("internal-error", "Something went wrong on our side"),
    503: ("unavailable", "Out of order for the moment"),
}
"""Status -> the last part of the problem's type, and its title. The whole list: an API error has one of these."""


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "Something else changed the same data at the same moment. Read it again, then repeat your request."


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = (
        "This Idempotency-Key was used for another request. Use a new key for each thing that you want done."
    )


class Unavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The database does not answer just now, so nothing was done. Repeat the request in a few seconds."
    wait = 5


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. None lets what nobody expected go on to be logged and answered as our own fault."""
    response = exception_handler(_known(error, context["view"]), dict(context))
    if response is not None:
        detail = response.data if isinstance(response.data, list) else response.data.get("detail", response.data)
        response.data = problem(response.status_code, detail, instance=context["request"].path)
        response.content_type = CONTENT_TYPE
    return response


def _known(error: Exception, view: APIView) -> Exception:
    """What may come out of a view, as the error that it means to a client."""
    match error:
        case exceptions.MethodNotAllowed():
            possible = ", ".join(view.allowed_methods)
            return exceptions.MethodNotAllowed("", f"{error.detail} What is possible here: {possible}.")
        case exceptions.UnsupportedMediaType():
            taken = " or ".join(str(parser.media_type) for parser in view.parser_classes)
            return exceptions.UnsupportedMediaType("", f"{error.detail} Send {taken}.")
        case InvalidTransition():
            return Conflict(str(error))
        case ValidationError():
            return exceptions.ValidationError({WHOLE_BODY: error.messages})
        case IntegrityError():
            return Conflict()
        case DataError():
            return exceptions.ParseError("A value in the request can't be stored: it is out of range or no text.")
        case OperationalError() | InterfaceError() | ConnectorException():
            return Unavailable()
        case UnreadablePostError():
            return exceptions.ParseError("The request broke off before its end. Send it again.")
        case RequestDataTooBig():
            return TooLarge("The request, files apart, is larger than is taken here. Send large content as a file.")
        case SuspiciousOperation():
            return exceptions.ParseError("The request is malformed: it has too many fields or files.")
        case Http404():
            return exceptions.NotFound(
                "There is nothing with this id here. Check the id, and what kind of thing it belongs to."
            )
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case _:
            return error


def problem(status_code: int, detail: Any, *, instance: str) -> dict[str, Any]:
    """The body of an error. `detail` is a sentence, or the errors by field as DRF nests them."""
    slug, title = TYPES.get(status_code, ("error", HTTPStatus(status_code).phrase))
    body = {"type": f"urn:screener:problem:{slug}", "title": title, "status": status_code}
    if isinstance(detail, str):
        return body | {"detail": detail, "instance": instance}
    errors = by_field(detail)
    shown = [f"{field}: {messages[0]}" for field, messages in list(errors.items())[:3]]
    more = [f"({len(errors) - 3} more)"] if len(errors) > 3 else []
    return body | {"detail": " ".join([*shown, *more]), "instance": instance, "errors": errors}


def by_field(detail: Any, at: str = "") -> dict[str, list[str]]:
    """Nested errors made flat: `questions.0.text` -> what is wrong with it."""
    if isinstance(detail, str):
        return {at or WHOLE_BODY: [str(detail)]}
    found: dict[str, list[str]] = {}
    for key, one in detail.items() if isinstance(detail, Mapping) else enumerate(detail):
        is_message = isinstance(one, str) and not isinstance(detail, Mapping)
        inner = at if is_message or (key == WHOLE_BODY and at) else f"{at}.{key}".lstrip(".")
        for field, messages in by_field(one, inner).items():
            found.setdefault(field, []).extend(messages)
    return found


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: in the API, our own faults too are problems."""
    if not request.path.startswith("/api/"):
        return server_error_page(request)
    detail = "This is a fault of ours. It has been logged; nothing was changed. Try again, and tell us if it stays so."
    return JsonResponse(problem(500, detail, instance=request.path), status=500, content_type=CONTENT_TYPE)
