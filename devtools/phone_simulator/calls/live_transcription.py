"""Real-time transcription by <Start><Transcription>, with its callbacks."""

import json
from datetime import UTC
from typing import TYPE_CHECKING

from devtools.phone_simulator.resources import new_sid, utc_now

from .twiml_parser import TwimlDocument, Verb

if TYPE_CHECKING:
    from .call_session import CallSession

CONFIDENCE = 0.91
STABILITY = "0.9"
CANDIDATE_TRACKS = ("inbound_track", "both_tracks")


class LiveTranscription:
    """A running transcription of the callee's words. Sound without words is not transcribed."""

    def __init__(self, session: "CallSession", verb: Verb, document: TwimlDocument) -> None:
        self.name = verb.attribute("name")
        self._session, self._verb, self._document = session, verb, document
        self._sid, self._sequence = new_sid("GT"), 0

    def start(self) -> None:
        engine = self._verb.attribute("transcriptionEngine", "google")
        track = self._verb.attribute("track", "both_tracks")
        partial = str(self._sends_partial).lower()
        self._report("transcription-started", TranscriptionEngine=engine, Track=track, PartialResults=partial)

    def stop(self) -> None:
        self._report("transcription-stopped")

    def hear(self, utterance: str) -> None:
        """Report the words: with partial results a first part that is not final, then all of them."""
        if self._verb.attribute("track", "both_tracks") not in CANDIDATE_TRACKS:
            return
        words = utterance.split()
        if self._sends_partial and len(words) > 1:
            self._report_words(" ".join(words[: len(words) // 2]), is_final=False)
        self._report_words(utterance, is_final=True)

    @property
    def _sends_partial(self) -> bool:
        return self._verb.boolean("partialResults", default=False)

    def _report_words(self, words: str, *, is_final: bool) -> None:
        content = {
            "LanguageCode": self._verb.attribute("languageCode", "en-US"),
            "Track": "inbound_track",
            "TranscriptionData": json.dumps({"transcript": words, "confidence": CONFIDENCE}),
            "Final": str(is_final).lower(),
        }
        self._report("transcription-content", **content, **({} if is_final else {"Stability": STABILITY}))

    def _report(self, event: str, **details: str) -> None:
        url = self._verb.attribute("statusCallbackUrl")
        if not url:
            return
        self._sequence += 1
        call = self._session.call
        params = {
            "AccountSid": call.account_sid,
            "CallSid": call.sid,
            "TranscriptionSid": self._sid,
            "TranscriptionEvent": event,
            "SequenceId": str(self._sequence),
            "Timestamp": utc_now().astimezone(UTC).isoformat(),
            **details,
        }
        method = self._verb.http_method("statusCallbackMethod")
        self._session.send_callback("live transcription callback", method, self._document.resolve_url(url), params)
