"""TwiML documents: parsed, with Twilio's errors for what is not TwiML and its warnings for the unknown."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin
from xml.etree import ElementTree

PARSE_FAILURE, SCHEMA_WARNING, INVALID_CONTENT_TYPE = 12100, 12200, 12300

SCHEMA: Final[Mapping[str, frozenset[str]]] = {
    verb: frozenset(attributes.split())
    for verb, attributes in {
        "Say": "voice language loop",
        "Play": "loop digits",
        "Pause": "length",
        "Redirect": "method",
        "Hangup": "",
        "Reject": "reason",
        "Gather": "action method input timeout speechTimeout finishOnKey numDigits actionOnEmptyResult hints "
        "language partialResultCallback partialResultCallbackMethod profanityFilter speechModel enhanced "
        "bargeIn debug",
        "Record": "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback "
        "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent",
    }.items()
}
NESTED = frozenset({"Say", "Play", "Pause"})  # what may stand inside <Gather>
NUMERIC = frozenset({"loop", "length", "timeout", "speechTimeout", "numDigits", "maxLength"})


class TwimlError(Exception):
    """The answer cannot be executed; `code` is Twilio's number for why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Verb:
    name: str
    text: str
    attributes: Mapping[str, str]
    children: tuple["Verb", ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def number(self, name: str, default: int) -> int:
        value = self.get(name)
        return int(value) if value.isdecimal() else default

    def flag(self, name: str, default: bool) -> bool:
        return self.get(name, str(default)).lower() == "true"

    def method(self, name: str = "method") -> str:
        return self.get(name, "POST").upper()


@dataclass(frozen=True)
class Document:
    url: str  # where it came from: relative URLs start here
    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...]

    def resolve(self, url: str) -> str:
        """An absolute URL; an empty one means this document again."""
        return urljoin(self.url, url) if url else self.url


def parse(body: str, url: str, content_type: str = "text/xml") -> Document:
    """Raises TwimlError for anything but an XML document whose root is <Response>."""
    if content_type not in {"text/xml", "application/xml"}:
        raise TwimlError(INVALID_CONTENT_TYPE, f"Invalid Content-Type: {content_type or 'none'}")
    try:
        # The document comes from the application under test, on this machine.
        root = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError as error:
        raise TwimlError(PARSE_FAILURE, f"Document parse failure: {error}") from error
    if root.tag != "Response":
        raise TwimlError(PARSE_FAILURE, f"The root element is <{root.tag}>, not <Response>")
    known = tuple(_verb(element) for element in root if element.tag in SCHEMA)
    return Document(url, known, tuple(_warnings(root, frozenset(SCHEMA))))


def _verb(element: ElementTree.Element) -> Verb:
    if element.tag == "Gather":
        children = tuple(_verb(child) for child in element if child.tag in NESTED)
        return Verb(element.tag, "", dict(element.attrib), children)
    text = " ".join("".join(element.itertext()).split())  # <Say> may have markup (SSML) inside
    return Verb(element.tag, text, dict(element.attrib))


def _warnings(parent: ElementTree.Element, allowed: frozenset[str]) -> Iterator[str]:
    for element in parent:
        if element.tag not in allowed:
            yield f"<{element.tag}> is not known inside <{parent.tag}> and is skipped"
            continue
        for name, value in element.attrib.items():
            if name not in SCHEMA[element.tag]:
                yield f"<{element.tag}> has no attribute {name}"
            elif name in NUMERIC and not re.fullmatch(r"\d+|auto", value):
                yield f"<{element.tag}>: {name} must be a whole number, not {value!r}"
        if element.tag == "Gather":
            yield from _warnings(element, NESTED)
