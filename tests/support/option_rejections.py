"""Replies of servers that reject a request option."""

from devtools.model_simulator.replies import Behaviour, json_reply


def rejection_reply(message: str, *, code: str | None = None, param: str | None = None) -> Behaviour:
    """The error of OpenAI for an option."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return json_reply(400, {"error": error})


NO_TEMPERATURE = rejection_reply(
    "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
    code="unsupported_value",
    param="temperature",
)
EXTRA_FORBIDDEN = {"type": "extra_forbidden", "msg": "Extra inputs are not permitted"}
OPTION_REJECTIONS: dict[str, tuple[str, Behaviour]] = {
    "value, code": ("temperature", NO_TEMPERATURE),
    "parameter, code": (
        "temperature",
        rejection_reply(
            "Unsupported parameter: 'temperature' is not supported with this model.",
            code="unsupported_parameter",
            param="temperature",
        ),
    ),
    "value, text": ("temperature", rejection_reply("temperature is deprecated for this model.")),
    "zero, text": (
        "temperature",
        json_reply(422, {"error": "Input validation error: `temperature` must be strictly positive"}),
    ),
    "parameter, text": ("store", rejection_reply("Unrecognized request argument supplied: store")),
    "parameter, location": ("store", json_reply(422, {"detail": [EXTRA_FORBIDDEN | {"loc": ["body", "store"]}]})),
    "parameter, list": (
        "store",
        json_reply(400, [{"error": {"code": 400, "message": 'Unknown name "store": Cannot find field.'}}]),
    ),
    "limit, location in text": (
        "max_completion_tokens",
        json_reply(
            400,
            {
                "object": "error",
                "message": str([EXTRA_FORBIDDEN | {"loc": ("body", "max_completion_tokens"), "input": 16_000}]),
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            },
        ),
    ),
}
