"""Twilio's REST API for calls, recordings, transcriptions and SMS; and the logs of calls, without authentication."""

from aiohttp import web

from devtools.phone_simulator.network import Network
from devtools.phone_simulator.resources import API_VERSION

from . import calls, messages, recordings
from .common import NETWORK_KEY, SESSIONS_KEY
from .middleware import auth_and_errors

MAX_BODY_BYTES = 64 * 1024 * 1024  # an hour of recorded speech


def build_app(network: Network) -> web.Application:
    app = web.Application(middlewares=[auth_and_errors], client_max_size=MAX_BODY_BYTES)
    app[NETWORK_KEY], app[SESSIONS_KEY] = network, {}
    account = f"/{API_VERSION}/Accounts/{{account}}"
    call_list, call = f"{account}/Calls", f"{account}/Calls/{{sid:[^/.]+}}"
    recording_list, recording = f"{account}/Recordings", f"{account}/Recordings/{{sid:[^/.]+}}"
    transcription = f"{account}/Transcriptions/{{sid:[^/.]+}}.json"
    message = f"{account}/Messages/{{sid:[^/.]+}}.json"
    app.add_routes(
        [
            web.get(f"{account}/Messages.json", messages.list_messages),
            web.post(f"{account}/Messages.json", messages.create_message),
            web.get(message, messages.fetch_message),
            web.delete(message, messages.delete_message),
            web.get(f"{call_list}.json", calls.list_calls),
            web.post(f"{call_list}.json", calls.create_call),
            web.get(f"{call}.json", calls.fetch_call),
            web.post(f"{call}.json", calls.update_call),
            web.get(f"{call_list}/{{call}}/Recordings.json", recordings.list_recordings),
            web.get(f"{recording_list}.json", recordings.list_recordings),
            web.get(f"{recording}.json", recordings.fetch_recording),
            web.delete(f"{recording}.json", recordings.delete_recording),
            web.get(recording, recordings.serve_audio),
            web.get(f"{recording}.{{format:wav|mp3}}", recordings.serve_audio),
            web.get(f"{recording_list}/{{recording}}/Transcriptions.json", recordings.list_transcriptions),
            web.get(f"{account}/Transcriptions.json", recordings.list_transcriptions),
            web.get(transcription, recordings.fetch_transcription),
            web.delete(transcription, recordings.delete_transcription),
            web.get("/simulator/calls", calls.list_call_logs),
            web.get("/simulator/calls/{sid}", calls.fetch_call_log),
        ]
    )
    return app
