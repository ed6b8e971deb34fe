"""Reads the state of a deployment from the phone network, the tables and the files."""

import wave
from collections import Counter
from collections.abc import Container
from urllib.parse import urlsplit

from devtools.harness import invariants
from devtools.harness.deployment import Deployment
from devtools.harness.invariants import AcknowledgedRecording, InterviewRow, PlacedCall, RecordingRow, ResponseRow
from devtools.harness.kept_answers import (
    KeptSound,
    SelfServiceAnswers,
    find_answered_twice,
    find_lost_takes,
    find_lost_texts,
    upload_id,
)
from devtools.harness.stored_data import StoredData
from devtools.phone_simulator.resources import Call

INTERVIEWS_SQL = """
SELECT id::text, status, result_status,
    (SELECT count(*) FROM interviews_interviewevent e WHERE e.interview_id = i.id
        AND e.kind IN ('interview.completed', 'interview.failed', 'interview.cancelled')),
    (SELECT count(*) FROM interviews_interviewresult r WHERE r.interview_id = i.id),
    (SELECT count(*) FROM interviews_interviewresult r WHERE r.interview_id = i.id AND r.is_current)
FROM interviews_interview i
"""
RESPONSES_SQL = """
SELECT r.id::text, r.interview_id::text, r.status, r.transcript,
    count(a.id), count(a.id) FILTER (WHERE a.is_current)
FROM interviews_interviewresponse r LEFT JOIN interviews_assessment a ON a.response_id = r.id
GROUP BY r.id
"""
SID_PREFIX = "take-"
TAKES_SQL = """
SELECT sid, chosen, status, file FROM interviews_recording
WHERE starts_with(sid, 'take-') OR starts_with(sid, 'upload-')
"""
RECORDINGS_SQL = "SELECT sid, response_id::text, chosen, status, file FROM interviews_recording WHERE sid <> ''"
ANSWERS_SQL = """
SELECT interview_id::text, (data->>'position')::integer, count(*) FROM interviews_interviewevent
WHERE kind = 'response.answered' GROUP BY 1, 2
"""
OUTCOMES_SQL = "SELECT outcome, count(*) FROM interviews_interview GROUP BY outcome ORDER BY 2 DESC"

NO_ANSWERS = SelfServiceAnswers()


def read_interviews(deployment: Deployment) -> list[InterviewRow]:
    return [InterviewRow(*row) for row in deployment.query_rows(INTERVIEWS_SQL)]


def read_responses(deployment: Deployment) -> list[ResponseRow]:
    rows, stored_data = deployment.query_rows(RESPONSES_SQL), StoredData(deployment)
    return [
        ResponseRow(pk, interview, status, stored_data.read_transcript(transcript), *counts)
        for pk, interview, status, transcript, *counts in rows
    ]


def read_recordings(deployment: Deployment) -> list[RecordingRow]:
    def is_stored(status: str, file: str) -> bool:
        return status == "stored" and (deployment.files_dir / file).stat().st_size > 0

    rows = deployment.query_rows(RECORDINGS_SQL)
    return [
        RecordingRow(sid, response, chosen, is_stored(status, file)) for sid, response, chosen, status, file in rows
    ]


def read_calls(deployment: Deployment) -> list[PlacedCall]:
    return [
        PlacedCall(call.sid, _attempt_id(call), call.to, call.date_created, call.end_time)
        for call in list(deployment.network.calls.values())
    ]


def _attempt_id(call: Call) -> str:
    """Return the attempt in the path /webhooks/twilio/attempts/ID/..."""
    return urlsplit(call.create_params["Url"]).path.split("/")[4]


def read_acknowledged(deployment: Deployment) -> list[AcknowledgedRecording]:
    calls = list(deployment.network.calls.values())
    return [recording for call in calls for recording in invariants.acknowledged_recordings(list(call.log))]


def read_utterances(deployment: Deployment) -> dict[str, str]:
    """Return the utterances by recording SID, including recordings that were deleted since."""
    transcribed = [item.recording for item in list(deployment.network.transcriptions.values())]
    recordings = [*deployment.network.recordings.values(), *transcribed]
    return {recording.sid: recording.utterance for recording in recordings}


def count_paid_replies(deployment: Deployment, responses: list[ResponseRow]) -> dict[str, int]:
    """Count the paid replies by prompt. Equal answers of several candidates count as one each."""
    transcripts = Counter(response.transcript for response in responses)
    return {prompt: count - max(transcripts[prompt] - 1, 0) for prompt, count in deployment.model.sold.items()}


def describe_costs(deployment: Deployment) -> str:
    paid = count_paid_replies(deployment, read_responses(deployment))
    repeated = sum(max(count - 1, 0) for count in paid.values())
    worst = f", one of them {max(paid.values())} times" if repeated else ""
    return f"{len(paid)} model replies, {repeated} paid again{worst}"


def describe_outcomes(deployment: Deployment) -> str:
    return ", ".join(f"{count} {outcome or 'live'}" for outcome, count in deployment.query_rows(OUTCOMES_SQL))


def count_answers(deployment: Deployment, interviews: Container[str]) -> list[tuple[str, int, int]]:
    """Return how often each question of these interviews was answered: interview, position, count."""
    return [(row[0], row[1], row[2]) for row in deployment.query_rows(ANSWERS_SQL) if row[0] in interviews]


def find_unsettled(deployment: Deployment) -> list[str]:
    return invariants.find_unfinished(read_interviews(deployment), read_responses(deployment))


def read_takes(deployment: Deployment) -> dict[str, KeptSound]:
    """Return the recordings of the room by the id of their take, and those of the API by `upload_id`."""

    def read_sound(status: str, file: str) -> bytes | None:
        if status != "stored":
            return None
        with stored_data.open_file(file) as stored, wave.open(stored) as audio:
            sound: bytes = audio.readframes(audio.getnframes())
            return sound

    kept = {}
    rows, stored_data = deployment.query_rows(TAKES_SQL), StoredData(deployment)
    for sid, chosen, status, file in rows:
        sound = read_sound(status, file)
        is_take = sid.startswith(SID_PREFIX)
        kept[sid.removeprefix(SID_PREFIX) if is_take else upload_id(sound or b"")] = KeptSound(chosen, sound)
    return kept


def check_invariants(
    deployment: Deployment, *, crashes: int, answers: SelfServiceAnswers = NO_ANSWERS
) -> invariants.Violations:
    """`answers`: those that were given without a call."""
    interviews, responses = read_interviews(deployment), read_responses(deployment)
    acknowledged, utterances = read_acknowledged(deployment), read_utterances(deployment)
    paid = count_paid_replies(deployment, responses)
    transcripts = [(response.interview, response.transcript) for response in responses]
    lost = invariants.find_lost(acknowledged, read_recordings(deployment), responses, utterances)
    return invariants.Violations(
        lost=lost
        + find_lost_takes((*answers.takes, *answers.uploads), read_takes(deployment))
        + find_lost_texts(answers.texts, transcripts),
        called_twice=invariants.find_called_twice(read_calls(deployment)),
        assessed_twice=invariants.find_assessed_twice(responses, interviews, paid, crashes),
        unfinished=invariants.find_unfinished(interviews, responses),
        answered_twice=find_answered_twice(answers, transcripts, count_answers(deployment, answers.interviews)),
    )
