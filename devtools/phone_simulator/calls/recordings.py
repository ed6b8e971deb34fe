"""Recordings by <Record>, with their callbacks, and Twilio's own transcription of them."""

from devtools.phone_simulator.callees.callee import WORDS_PER_SECOND, Reaction
from devtools.phone_simulator.resources import Recording, Transcription, format_rfc2822, utc_now

from .call_session import CallSession, NextDocument
from .twiml_parser import TwimlDocument, Verb

LENGTH_OUT_OF_RANGE, SILENT_RECORDING = 13617, 16102  # Twilio's error codes
PROCESSING_SECONDS = 1  # simulated seconds until the audio of a finished recording can be fetched
MIN_TRANSCRIBED_SECONDS, MAX_TRANSCRIBED_SECONDS = 2, 120  # exclusive


class ActiveRecording:
    """One execution of <Record>."""

    def __init__(self, session: CallSession, verb: Verb, document: TwimlDocument) -> None:
        self._session, self._verb, self._document = session, verb, document
        self.recording = Recording(session.call, "RecordVerb")

    def start_recording(self) -> None:
        self._session.network.recordings[self.recording.sid] = self.recording
        self._report_status("in-progress")

    def finish_recording(self, reaction: Reaction, sound_seconds: int, silence_seconds: int = 0) -> int:
        """Finish the recording. Returns its length before silence is trimmed; 0 if it is empty."""
        recording = self.recording
        is_trimmed = self._verb.attribute("trim", "trim-silence") == "trim-silence"
        recording.utterance = _recorded_utterance(reaction, sound_seconds)
        recording.audio = reaction.audio
        recording.duration = sound_seconds
        if sound_seconds and not is_trimmed:
            recording.duration += silence_seconds
        self._session.log_event("recorded", sid=recording.sid, seconds=recording.duration)
        if not sound_seconds:
            self._mark_absent()
            return 0
        recording.status = "processing"
        self._session.start_background(self._process_audio())
        return sound_seconds + silence_seconds

    def action_request(self, seconds: int, digits: str) -> NextDocument:
        """Return the request that reports the recording to the application and continues the call."""
        params = {
            "RecordingUrl": self._session.network.url + self.recording.uri,
            "RecordingSid": self.recording.sid,
            # Includes the silence that ended it: only the recording callback has the trimmed length.
            "RecordingDuration": str(seconds),
            "Digits": digits,
        }
        url = self._document.resolve_url(self._verb.attribute("action"))
        return NextDocument(self._verb.http_method(), url, params)

    def cut_short(self, reaction: Reaction, sound_seconds: int) -> None:
        """Finish the recording because the call ended or was redirected."""
        seconds = self.finish_recording(reaction, sound_seconds)
        if not seconds or self._session.is_redirected:
            return
        self._session.finish_call("completed")
        action = self.action_request(seconds, "hangup")
        # In no fixed order with the final status callback. The response is ignored.
        params = {**self._session.call.webhook_parameters(), **action.params}
        self._session.send_callback("request", action.method, action.url, params)

    async def _process_audio(self) -> None:
        await self._session.sleep_in_background(PROCESSING_SECONDS)
        self.recording.date_updated = utc_now()
        if self._session.fault_applies("absent", "recording"):
            self._mark_absent()
            return
        self.recording.status = "completed"
        self._report_status("completed")
        callback = self._callback_url("transcribeCallback")
        if self._verb.boolean("transcribe", default=bool(callback)):
            await run_transcription(self._session, self.recording, callback)

    def _mark_absent(self) -> None:
        self.recording.status, self.recording.error_code = "absent", SILENT_RECORDING
        self._report_status("absent")

    def _report_status(self, status: str) -> None:
        """Send the recording callback if the verb asks for this status."""
        if status in self._verb.attribute("recordingStatusCallbackEvent", "completed").split():
            method = self._verb.http_method("recordingStatusCallbackMethod")
            url = self._callback_url("recordingStatusCallback")
            send_recording_callback(self._session, self.recording, method, url)

    def _callback_url(self, attribute: str) -> str:
        url = self._verb.attribute(attribute)
        return self._document.resolve_url(url) if url else ""


def _recorded_utterance(reaction: Reaction, sound_seconds: int) -> str:
    if reaction.audio:
        return reaction.utterance
    words = reaction.utterance.split()
    return " ".join(words[: int(sound_seconds * WORDS_PER_SECOND)])


def send_recording_callback(session: CallSession, recording: Recording, method: str, url: str) -> None:
    """Send the recording callback. As at Twilio, it has neither Digits nor CallStatus."""
    params = {
        "AccountSid": session.call.account_sid,
        "CallSid": session.call.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": session.network.url + recording.uri,
        "RecordingStatus": recording.status,
        "RecordingChannels": "1",
        "RecordingStartTime": format_rfc2822(recording.start_time) or "",
        "RecordingSource": recording.source,
        "ErrorCode": str(recording.error_code),
    }
    if recording.status != "in-progress":
        params["RecordingDuration"] = str(recording.duration)
    session.send_callback("recording callback", method, url, params)


async def run_transcription(session: CallSession, recording: Recording, callback_url: str) -> None:
    """Transcribe the recording, if its length is in range, and send the transcription callback."""
    transcription = Transcription(recording)
    session.network.transcriptions[transcription.sid] = transcription
    await session.sleep_in_background(5 + recording.duration / 2)
    is_in_range = MIN_TRANSCRIBED_SECONDS < recording.duration < MAX_TRANSCRIBED_SECONDS
    transcription.status = "completed" if is_in_range else "failed"
    transcription.text = (recording.utterance or "(blank)") if is_in_range else ""
    transcription.date_updated = utc_now()
    if not is_in_range:
        # A warning at Twilio, and no problem of the call: short answers are usual.
        message = "Record: recording length is out of range for transcription"
        session.log_event("note", code=LENGTH_OUT_OF_RANGE, message=message)
    params = {**session.call.webhook_parameters(), **_transcription_params(session, transcription, callback_url)}
    session.send_callback("transcription callback", "POST", callback_url, params)


def _transcription_params(session: CallSession, transcription: Transcription, callback_url: str) -> dict[str, str]:
    recording = transcription.recording
    recording_url = session.network.url + recording.uri
    return {
        "TranscriptionSid": transcription.sid,
        "TranscriptionText": transcription.text,
        "TranscriptionStatus": transcription.status,
        "TranscriptionType": "fast",
        "TranscriptionUrl": f"{recording_url}/Transcriptions/{transcription.sid}",
        "RecordingSid": recording.sid,
        "RecordingUrl": recording_url,
        "url": callback_url,
    }
