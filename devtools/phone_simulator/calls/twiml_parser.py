"""Parses TwiML documents, with Twilio's errors for invalid documents and its warnings for unknown elements."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin
from xml.etree import ElementTree

PARSE_FAILURE, SCHEMA_WARNING, INVALID_CONTENT_TYPE = 12100, 12200, 12300

VERB_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
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
        "Start": "",
        "Stop": "",
        "Transcription": "name statusCallbackUrl statusCallbackMethod languageCode track inboundTrackLabel "
        "outboundTrackLabel transcriptionEngine speechModel profanityFilter partialResults hints "
        "enableAutomaticPunctuation intelligenceService enableProviderData",
        "Record": "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback "
        "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent",
    }.items()
}
NESTED_VERBS: Final[Mapping[str, frozenset[str]]] = {
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Start": frozenset({"Transcription"}),
    "Stop": frozenset({"Transcription"}),
}
TOP_VERBS = frozenset(VERB_ATTRIBUTES) - {"Transcription"}
NUMERIC_ATTRIBUTES = frozenset({"loop", "length", "timeout", "speechTimeout", "numDigits", "maxLength"})


class TwimlError(Exception):
    """The document cannot be executed. `code` is Twilio's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Verb:
    name: str
    text: str
    attributes: Mapping[str, str]
    children: tuple["Verb", ...] = ()

    def attribute(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def integer(self, name: str, default: int) -> int:
        value = self.attribute(name)
        return int(value) if value.isdecimal() else default

    def boolean(self, name: str, default: bool) -> bool:
        return self.attribute(name, str(default)).lower() == "true"

    def http_method(self, name: str = "method") -> str:
        return self.attribute(name, "POST").upper()


@dataclass(frozen=True)
class TwimlDocument:
    url: str  # the base of relative URLs
    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...]

    def resolve_url(self, url: str) -> str:
        """Return the absolute URL. An empty URL stands for this document."""
        return urljoin(self.url, url) if url else self.url


def parse_twiml(body: str, url: str, content_type: str = "text/xml") -> TwimlDocument:
    """Parse an XML document with the root <Response>. Raises TwimlError."""
    if content_type not in {"text/xml", "application/xml"}:
        raise TwimlError(INVALID_CONTENT_TYPE, f"Invalid Content-Type: {content_type or 'none'}")
    try:
        # The document comes from the application under test, on this machine.
        root = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError as error:
        raise TwimlError(PARSE_FAILURE, f"Document parse failure: {error}") from error
    if root.tag != "Response":
        raise TwimlError(PARSE_FAILURE, f"The root element is <{root.tag}>, not <Response>")
    verbs = tuple(_parse_verb(element) for element in root if element.tag in TOP_VERBS)
    return TwimlDocument(url, verbs, tuple(_schema_warnings(root, TOP_VERBS)))


def _parse_verb(element: ElementTree.Element) -> Verb:
    if nested := NESTED_VERBS.get(element.tag):
        children = tuple(_parse_verb(child) for child in element if child.tag in nested)
        return Verb(element.tag, "", dict(element.attrib), children)
    text = " ".join("".join(element.itertext()).split())  # <Say> may contain SSML
    return Verb(element.tag, text, dict(element.attrib))


def _schema_warnings(parent: ElementTree.Element, allowed: frozenset[str]) -> Iterator[str]:
    for element in parent:
        if element.tag not in allowed:
            yield f"<{element.tag}> is not allowed inside <{parent.tag}> and is skipped"
            continue
        for name, value in element.attrib.items():
            if name not in VERB_ATTRIBUTES[element.tag]:
                yield f"<{element.tag}> has no attribute {name}"
            elif name in NUMERIC_ATTRIBUTES and not re.fullmatch(r"\d+|auto", value):
                yield f"<{element.tag}>: {name} must be a whole number, not {value!r}"
        if nested := NESTED_VERBS.get(element.tag):
            yield from _schema_warnings(element, nested)
