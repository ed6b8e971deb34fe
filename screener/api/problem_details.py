"""Errors of the API as `application/problem+json` (RFC 9457)."""

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

from screener.api.media_types import RequestTooLarge
from screener.models import InvalidTransition

CONTENT_TYPE = "application/problem+json"
WHOLE_REQUEST = "non_field_errors"
UNKNOWN_ID = "There is nothing with this id. Check the id, and the kind of object that it belongs to."
INTERNAL_ERROR = "An internal error occurred and was logged. Nothing was changed. If it occurs again, report it."

PROBLEM_TYPES = {
    400: ("invalid-request", "Invalid request"),
    401: ("not-authenticated", "No valid API key"),
    403: ("not-allowed", "Not allowed with this API key"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    409: ("conflict", "Conflict with the current state"),
    413: ("too-large", "Request too large"),
    415: ("unsupported-media-type", "Unsupported media type"),
    416: ("range-not-satisfiable", "The range lies outside the file"),
    422: ("idempotency-key-reused", "Idempotency-Key used for another request"),
    429: ("limit-reached", "Too many requests with this API key"),
    500: ("internal-error", "Internal error"),
    501: ("not-installed", "Not installed on this server"),
    503: ("unavailable", "Temporarily unavailable"),
}
"""By status: the last part of the problem's type, and its title. Errors of the API have no other status."""


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "Another request changed the same data. Read it again, then repeat this request."


class IdempotencyKeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request. Use a new key for each request."


class DatabaseUnavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The database does not respond. Nothing was changed. Repeat the request in a few seconds."
    wait = 5


class RangeOutsideFile(exceptions.APIException):
    status_code = status.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE
    default_detail = "The range lies outside the file. Ask for less, or omit the header Range."


class NotInstalled(exceptions.APIException):
    """Repeating the request does not help: an operator has to install a library."""

    status_code = status.HTTP_501_NOT_IMPLEMENTED


class TemporarilyUnavailable(exceptions.APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    wait = 5


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. Returns None for an unexpected error, which Django then logs and answers with 500."""
    response = exception_handler(_as_api_error(error, context["view"]), dict(context))
    if response is not None:
        detail = response.data if isinstance(response.data, list) else response.data.get("detail", response.data)
        response.data = problem_body(response.status_code, detail, instance=context["request"].path)
        if isinstance(error, InvalidTransition) and error.code:
            response.data |= {"code": error.code, **error.members}
        response.content_type = CONTENT_TYPE
    return response


def _as_api_error(error: Exception, view: APIView) -> Exception:
    """Translate an exception of a view into the error that a client gets."""
    match error:
        case exceptions.MethodNotAllowed():
            allowed = ", ".join(view.allowed_methods)
            return exceptions.MethodNotAllowed("", f"{error.detail} Allowed: {allowed}.")
        case exceptions.UnsupportedMediaType():
            accepted = " or ".join(str(parser.media_type) for parser in view.parser_classes)
            return exceptions.UnsupportedMediaType("", f"{error.detail} Send {accepted}.")
        case InvalidTransition():
            return Conflict(str(error))
        case ValidationError():
            return exceptions.ValidationError({WHOLE_REQUEST: error.messages})
        case IntegrityError():
            return Conflict()
        case DataError():
            return exceptions.ParseError(
                "A value in the request cannot be stored: it is out of range or contains invalid characters."
            )
        case OperationalError() | InterfaceError() | ConnectorException():
            return DatabaseUnavailable()
        case UnreadablePostError():
            return exceptions.ParseError("The request ended early. Send it again.")
        case RequestDataTooBig():
            return RequestTooLarge("The request without its files is too large. Send large content as a file.")
        case SuspiciousOperation():
            return exceptions.ParseError("The request has too many fields or files.")
        case Http404():
            return exceptions.NotFound(UNKNOWN_ID)
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case _:
            return error


def problem_body(status_code: int, detail: Any, *, instance: str) -> dict[str, Any]:
    """Return the body of an error. `detail` is a sentence, or the errors by field as DRF nests them."""
    slug, title = PROBLEM_TYPES.get(status_code, ("error", HTTPStatus(status_code).phrase))
    body = {"type": f"urn:screener:problem:{slug}", "title": title, "status": status_code}
    if isinstance(detail, str):
        return body | {"detail": detail, "instance": instance}
    errors = errors_by_field(detail)
    summary = [f"{field}: {messages[0]}" for field, messages in list(errors.items())[:3]]
    if len(errors) > len(summary):
        summary.append(f"({len(errors) - len(summary)} more)")
    return body | {"detail": " ".join(summary), "instance": instance, "errors": errors}


def errors_by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Flatten nested errors: the keys are paths such as `questions.0.text`."""
    if isinstance(detail, str):
        return {_without_surrogates(path) or WHOLE_REQUEST: [_without_surrogates(detail)]}
    errors: dict[str, list[str]] = {}
    for key, value in detail.items() if isinstance(detail, Mapping) else enumerate(detail):
        is_message = isinstance(value, str) and not isinstance(detail, Mapping)
        inner_path = path if is_message or (key == WHOLE_REQUEST and path) else f"{path}.{key}".lstrip(".")
        for field, messages in errors_by_field(value, inner_path).items():
            errors.setdefault(field, []).extend(messages)
    return errors


def _without_surrogates(text: str) -> str:
    """Errors quote fields of the client. Half of a surrogate pair, which JSON can escape, has no form in UTF-8."""
    return text.encode("utf-8", "replace").decode()


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, which answers requests of the API with a problem."""
    if not request.path.startswith("/api/"):
        return server_error_page(request)
    return JsonResponse(problem_body(500, INTERNAL_ERROR, instance=request.path), status=500, content_type=CONTENT_TYPE)
