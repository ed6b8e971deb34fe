"""Replies of a language model and a transcriber that fit every request of an interview."""

import json
from typing import Any

from devtools.model_simulator.replies import completion_reply, json_reply
from tests.support.factories import ANSWER

QUOTE = "I led the migration of twelve services"
QUESTION = {"text": "Why?", "competency": "Reasons", "weight": 1, "max_seconds": 60}


def reply_by_schema(handler: Any) -> None:
    """Transcribe every recording as ANSWER, and score every response with 8."""
    if "transcriptions" in handler.path:
        json_reply(200, {"text": ANSWER})(handler)
    else:
        completion_reply(json.dumps(_content(handler)))(handler)


def _content(handler: Any) -> dict[str, Any]:
    schema = handler.received.json["response_format"]["json_schema"]
    if schema["name"] == "compose_questions":
        return {"questions": [QUESTION]}
    if schema["name"] == "summarise":
        return _minimal_object(schema["schema"])
    keys = ("relevance", "specificity", "clarity", "professionalism")
    scores = [{"criterion": key, "score": 8, "reason": "Concrete.", "quotes": [QUOTE]} for key in keys]
    return {"criteria": scores, "feedback": "Concrete."}


def _minimal_object(schema: dict[str, Any]) -> dict[str, Any]:
    values = {"string": "Concrete.", "array": []}
    return {
        name: field["enum"][0] if "enum" in field else values[field["type"]]
        for name, field in schema["properties"].items()
    }
