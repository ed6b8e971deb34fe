"""The Recordings and Transcriptions resources of the REST API."""

import asyncio

from aiohttp import web

from devtools.phone_simulator.calls.audio import encode_mp3, synthesize_wav
from devtools.phone_simulator.resources import Recording, utc_now

from .common import NETWORK_KEY, SESSIONS_KEY, find_resource, not_found_error, paginate


async def list_recordings(request: web.Request) -> web.Response:
    network = request.app[NETWORK_KEY]
    call_sid = request.match_info.get("call") or request.query.get("CallSid")
    newest_first = reversed(network.recordings.values())
    recordings = (recording for recording in newest_first if call_sid in (None, recording.call.sid))
    return paginate(request, "recordings", (recording.as_json(network.url) for recording in recordings))


async def fetch_recording(request: web.Request) -> web.Response:
    network = request.app[NETWORK_KEY]
    return web.json_response(find_resource(request, network.recordings).as_json(network.url))


async def delete_recording(request: web.Request) -> web.Response:
    recording = find_resource(request, request.app[NETWORK_KEY].recordings)
    del request.app[NETWORK_KEY].recordings[recording.sid]
    return web.Response(status=204)


async def serve_audio(request: web.Request) -> web.Response:
    """Return the audio. A recording that is unprocessed or absent has none."""
    network = request.app[NETWORK_KEY]
    recording = find_resource(request, network.recordings)
    if recording.status != "completed" or _is_media_missing(request, recording):
        raise not_found_error(request)
    voice = int(recording.call.party[-1])
    audio = recording.audio or await asyncio.to_thread(
        synthesize_wav, recording.utterance, recording.duration, voice, network.synthesize_speech
    )
    if request.match_info.get("format") != "mp3":
        return web.Response(body=audio, content_type="audio/x-wav")
    encoded = await asyncio.to_thread(encode_mp3, audio)
    if encoded is None:
        raise not_found_error(request)
    return web.Response(body=encoded, content_type="audio/mpeg")


def _is_media_missing(request: web.Request, recording: Recording) -> bool:
    """Return whether the fault applies by which new audio is not found at first."""
    age = (utc_now() - recording.date_updated).total_seconds()
    session = request.app[SESSIONS_KEY][recording.call.sid]
    return age < session.network.faults.active_value("media-404") and session.fault_applies("media-404", "audio")


async def list_transcriptions(request: web.Request) -> web.Response:
    recording_sid = request.match_info.get("recording")
    transcriptions = request.app[NETWORK_KEY].transcriptions.values()
    matching = (item for item in transcriptions if recording_sid in (None, item.recording.sid))
    return paginate(request, "transcriptions", (item.as_json() for item in matching))


async def fetch_transcription(request: web.Request) -> web.Response:
    return web.json_response(find_resource(request, request.app[NETWORK_KEY].transcriptions).as_json())


async def delete_transcription(request: web.Request) -> web.Response:
    transcription = find_resource(request, request.app[NETWORK_KEY].transcriptions)
    del request.app[NETWORK_KEY].transcriptions[transcription.sid]
    return web.Response(status=204)
