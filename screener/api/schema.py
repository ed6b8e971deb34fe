"""The OpenAPI schema, with the problems and the idempotency keys that drf-spectacular does not know."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from screener.api import authentication, idempotency, pagination, problem_details
from screener.api.serializers import StrictModelSerializer, StrictSerializer
from screener.models.keys.scopes import scope_name

EXAMPLE_DETAILS: dict[int, Any] = {
    400: {idempotency.KEY_HEADER: [idempotency.INVALID_KEY]},
    401: authentication.KEY_REQUIRED,
    403: authentication.MISSING_SCOPE.format(scope="jobs:write"),
    404: problem_details.UNKNOWN_ID,
    409: str(problem_details.Conflict.default_detail),
    413: "The request has 9,000,000 bytes. The limit is 2,097,152 bytes.",
    415: 'Unsupported media type "text/plain" in request.',
    422: str(problem_details.IdempotencyKeyReused.default_detail),
    429: "This API key may send 600 requests a minute. Continue in 12 seconds.",
    503: str(problem_details.DatabaseUnavailable.default_detail),
}
"""Details of problems for operations without `problem_examples` of their own."""

SUCCESS_CODES = (200, 201, 202)
LIST_DETAILS = {400: {"page_size": [pagination.INVALID_PAGE_SIZE]}}


def request_example(name: str, value: Any, *, media_type: str = "application/json") -> OpenApiExample:
    """Return an example of a request."""
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


def response_example(name: str, value: Any, *codes: int) -> OpenApiExample:
    """Return an example of a response, by default for all statuses of success."""
    return OpenApiExample(
        name, value=value, response_only=True, status_codes=[str(code) for code in codes or SUCCESS_CODES]
    )


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `detail` is for people. Programs distinguish problems by `type`."""

    type = serializers.CharField(help_text="urn:screener:problem:… and the kind of problem")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened, why, and what to do next")
    instance = serializers.CharField(help_text="The path of the request")
    code = serializers.CharField(
        required=False, help_text="Why an interview cannot be planned: the `reason_code` of campaigns, as `declined`"
    )
    errors = serializers.DictField(  # type: ignore[assignment]  # hides a property that only input serializers have
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="By field, if fields are invalid. `questions.0.text` is the text of the first question.",
    )


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "screener.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": authentication.API_KEY_HEADER}


class ProblemAutoSchema(AutoSchema):
    """Adds problems to each operation and the Idempotency-Key to each POST.

    A viewset may define `summaries`, {action: text}, and `problem_examples`, {action: {status: detail}}.
    """

    view: Any  # a viewset

    def get_summary(self) -> str | None:
        summary: str | None = getattr(self.view, "summaries", {}).get(self.view.action)
        return summary

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular has no arguments
        """The text of the view, and the scope that a key needs."""
        scope = scope_name(*authentication.required_scope(self.view, str(self.method)))
        return f"{super().get_description() or ''}\n\nScope: `{scope}`".strip()

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST":
            return []
        key = OpenApiParameter(
            idempotency.KEY_HEADER,
            {"type": "string", "pattern": idempotency.KEY_PATTERN, "minLength": 1, "maxLength": 255},
            OpenApiParameter.HEADER,
            description="A repeated request with the same key has no second effect and gets the first response again, "
            f"with `{idempotency.REPLAYED_HEADER}: true`. Responses are kept for a day.",
        )
        replayed = OpenApiParameter(
            idempotency.REPLAYED_HEADER,
            str,
            OpenApiParameter.HEADER,
            response=SUCCESS_CODES,
            description="`true` if this is the response to an earlier request with the same key.",
        )
        return [key, replayed]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        return bodies | {str(code): self._problem_response(code, problem) for code in self._problem_codes()}

    def _problem_codes(self) -> list[int]:
        codes = {401, 403, 429, 503}
        if self.view.action == "list":
            codes |= {400}
        if "{" in self.path:
            codes |= {404}
        if self.method in ("POST", "PATCH"):
            codes |= {400, 409, 413, 415}
        if self.method == "POST":
            codes |= {422}
        return sorted(codes | set(getattr(self.view, "problem_examples", {}).get(self.view.action, {})))

    def _problem_response(self, code: int, problem: dict[str, Any]) -> dict[str, Any]:
        action = self.view.action
        details = LIST_DETAILS if action == "list" else getattr(self.view, "problem_examples", {}).get(action, {})
        example = problem_details.problem_body(
            code, details[code] if code in details else EXAMPLE_DETAILS[code], instance=self.path
        )
        return {
            "description": HTTPStatus(code).phrase,
            "content": {problem_details.CONTENT_TYPE: {"schema": problem, "example": example}},
        }


def forbid_unknown_fields(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: requests have no fields besides those of the schema (see StrictSerializer)."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    return result


def classes_without_description() -> list[type]:
    """Base classes whose docstrings describe the code and not the API."""
    return [*get_lib_doc_excludes(), StrictSerializer, StrictModelSerializer]  # type: ignore[no-untyped-call]
