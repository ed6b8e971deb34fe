"""Recordings in the making: takes of <Record>, their callbacks, and Twilio's own transcription of them."""

from devtools.phone_simulator.callees.callee import WORDS_PER_SECOND, Reaction
from devtools.phone_simulator.resources import Recording, Transcription, now, rfc2822

from .call_session import Goto, Line
from .twiml_parser import Document, Verb

TOO_SHORT_OR_LONG, SILENT = 13617, 16102
PROCESSING = 1  # simulated seconds until the audio of a finished take can be fetched


class Take:
    """One execution of <Record>."""

    def __init__(self, line: Line, verb: Verb, document: Document) -> None:
        self._line, self._verb, self._document = line, verb, document
        self.recording = Recording(line.call, "RecordVerb")

    def begin(self) -> None:
        self._line.network.recordings[self.recording.sid] = self.recording
        self._announce("in-progress")

    def end(self, reaction: Reaction, sound: int, silence: int = 0) -> int:
        """Close the take. Returns its length before silence is trimmed; 0: nothing was recorded."""
        recording = self.recording
        kept = reaction.words.split()[: int(sound * WORDS_PER_SECOND)]
        trimmed = self._verb.get("trim", "trim-silence") == "trim-silence"
        recording.words = reaction.words if reaction.audio else " ".join(kept)
        recording.audio = reaction.audio
        recording.duration = sound if trimmed or not sound else sound + silence
        self._line.log("recorded", sid=recording.sid, seconds=recording.duration)
        if not sound:
            recording.status, recording.error_code = "absent", SILENT
            self._announce("absent")
            return 0
        recording.status = "processing"
        self._line.start(self._process())
        return sound + silence

    def action(self, seconds: int, digits: str) -> Goto:
        """The request that carries the take to the application, and the call to what comes next."""
        params = {
            "RecordingUrl": self._url,
            "RecordingSid": self.recording.sid,
            # With the silence that ended it: only the recording callback knows the trimmed length.
            "RecordingDuration": str(seconds),
            "Digits": digits,
        }
        url = self._document.resolve(self._verb.get("action"))
        return Goto(self._verb.method(), url, params)

    def cut_off(self, reaction: Reaction, sound: int) -> None:
        """The call ended, or was redirected, in the middle of the take."""
        seconds = self.end(reaction, sound)
        if not seconds or self._line.is_redirected:
            return
        self._line.close("completed")
        goto = self.action(seconds, "hangup")
        # Beside the final status callback, in no particular order; the answer is ignored.
        params = {**self._line.call.parameters(), **goto.params}
        self._line.notify("request", goto.method, goto.url, params)

    @property
    def _url(self) -> str:
        return self._line.network.url + self.recording.uri

    async def _process(self) -> None:
        await self._line.pass_beside(PROCESSING)
        recording = self.recording
        recording.date_updated = now()
        if self._line.suffers("absent", "recording"):
            recording.status, recording.error_code = "absent", SILENT
            self._announce("absent")
            return
        recording.status = "completed"
        self._announce("completed")
        callback = self._verb.get("transcribeCallback")
        if self._verb.flag("transcribe", default=bool(callback)):
            await transcribe(self._line, self.recording, self._document.resolve(callback) if callback else "")

    def _announce(self, status: str) -> None:
        """The recording callback, if this status was asked for."""
        if status in self._verb.get("recordingStatusCallbackEvent", "completed").split():
            callback = self._verb.get("recordingStatusCallback")
            announce(
                self._line,
                self.recording,
                self._verb.method("recordingStatusCallbackMethod"),
                self._document.resolve(callback) if callback else "",
            )


def announce(line: Line, recording: Recording, method: str, url: str) -> None:
    """Tell the application about the recording. Neither Digits nor CallStatus are among the parameters."""
    params = {
        "AccountSid": line.call.account_sid,
        "CallSid": line.call.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": line.network.url + recording.uri,
        "RecordingStatus": recording.status,
        "RecordingChannels": "1",
        "RecordingStartTime": rfc2822(recording.start_time) or "",
        "RecordingSource": recording.source,
        "ErrorCode": str(recording.error_code),
    }
    if recording.status != "in-progress":
        params["RecordingDuration"] = str(recording.duration)
    line.notify("recording callback", method, url, params)


async def transcribe(line: Line, recording: Recording, callback: str) -> None:
    """Twilio's own transcription: English, only for takes of more than 2 and less than 120 seconds."""
    transcription = Transcription(recording)
    line.network.transcriptions[transcription.sid] = transcription
    await line.pass_beside(5 + recording.duration / 2)
    in_range = 2 < recording.duration < 120
    transcription.status = "completed" if in_range else "failed"
    transcription.text = (recording.words or "(blank)") if in_range else ""
    transcription.date_updated = now()
    if not in_range:
        line.fault(TOO_SHORT_OR_LONG, "Record: recording length is out of range for transcription", callback)
    url = line.network.url + recording.uri
    params = {
        **line.call.parameters(),
        "TranscriptionSid": transcription.sid,
        "TranscriptionText": transcription.text,
        "TranscriptionStatus": transcription.status,
        "TranscriptionType": "fast",
        "TranscriptionUrl": f"{url}/Transcriptions/{transcription.sid}",
        "RecordingSid": recording.sid,
        "RecordingUrl": url,
        "url": callback,
    }
    line.notify("transcription callback", "POST", callback, params)
