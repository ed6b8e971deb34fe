"""The OpenAPI description: what drf-spectacular finds, and what it can't know: how requests fail and repeat."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from screener.api import authentication, idempotency, pagination, problem_details

EXAMPLES: dict[int, Any] = {
    400: {idempotency.HEADER: ["Use 1 to 255 visible ASCII characters, such as a UUID."]},
    401: f"Send your API key in the header {authentication.HEADER}. Have one made: {authentication.MAKE_ONE}.",
    403: "This API key may only read. Use one that may also change things.",
    404: "There is nothing with this id here. Check the id, and what kind of thing it belongs to.",
    409: str(problem_details.Conflict.default_detail),
    413: "The request has 9,000,000 bytes; at most 2,097,152 are taken here.",
    415: 'Unsupported media type "text/plain" in request.',
    422: str(problem_details.KeyReused.default_detail),
    503: str(problem_details.Unavailable.default_detail),
}
"""What a problem says where a viewset has nothing more telling in its `refusals`."""

GOOD = (200, 201, 202)
OF_LISTS = {400: {"page_size": [f"Ask for 1 to {pagination.MAX_PAGE} results a page."]}}


def sent(name: str, value: Any, *, media_type: str = "application/json") -> OpenApiExample:
    """An example of what a client sends."""
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


def shown(name: str, value: Any, *codes: int) -> OpenApiExample:
    """An example of what it gets back, by default with whatever says that all is well."""
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(code) for code in codes or GOOD])


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `detail` is for people; tell kinds of problems apart by `type`."""

    type = serializers.CharField(help_text="urn:screener:problem:… and the kind of problem")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened, why, and what to do next")
    instance = serializers.CharField(help_text="The path that was asked for")
    errors = serializers.DictField(  # type: ignore[assignment]  # hides a property that only input has
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="By field, where fields are wrong; `questions.0.text` is the text of the first question",
    )


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "screener.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": authentication.HEADER}


class ProblemAutoSchema(AutoSchema):
    """Adds the problems that each operation can answer with, and the Idempotency-Key of each POST.

    A viewset may have `summaries`, {action: text}, and `refusals`, {action: {status: detail}}.
    """

    view: Any  # a viewset

    def get_summary(self) -> str | None:
        summary: str | None = getattr(self.view, "summaries", {}).get(self.view.action)
        return summary

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST":
            return []
        key = OpenApiParameter(
            idempotency.HEADER,
            {"type": "string", "pattern": idempotency.FORM, "minLength": 1, "maxLength": 255},
            OpenApiParameter.HEADER,
            description="Repeating a request under the same key carries it out once; the first answer is given again, "
            f"with `{idempotency.REPLAYED}: true`. Kept for a day.",
        )
        replayed = OpenApiParameter(
            idempotency.REPLAYED,
            str,
            OpenApiParameter.HEADER,
            response=GOOD,
            description="`true` on such an answer.",
        )
        return [key, replayed]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        return bodies | {str(code): self._refusal(code, problem) for code in self._codes()}

    def _codes(self) -> list[int]:
        codes = {401, 503}
        if self.view.action == "list":
            codes |= {400}
        if "{" in self.path:
            codes |= {404}
        if self.method in ("POST", "PATCH"):
            codes |= {400, 403, 409, 413, 415}
        if self.method == "POST":
            codes |= {422}
        return sorted(codes)

    def _refusal(self, code: int, problem: dict[str, Any]) -> dict[str, Any]:
        action = self.view.action
        telling = OF_LISTS if action == "list" else getattr(self.view, "refusals", {}).get(action, {})
        example = problem_details.problem(code, telling.get(code, EXAMPLES[code]), instance=self.path)
        return {
            "description": HTTPStatus(code).phrase,
            "content": {problem_details.CONTENT_TYPE: {"schema": problem, "example": example}},
        }
