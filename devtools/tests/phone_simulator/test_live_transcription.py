"""<Start><Transcription>: the callee's words while they are spoken."""

import json

import pytest

from devtools.phone_simulator.callees.callee import Reaction
from devtools.tests.phone_simulator.rig import ScriptedCallee, SimulatorRig, open_rig

WORDS = "sorry could you repeat that"
TRANSCRIBED = (
    "<Start><Transcription name='one' statusCallbackUrl='/live' {}/></Start>"
    "<Record action='/act' timeout='5'/><Redirect>/through</Redirect>"
)


def complete_call(attributes: str = "partialResults='true'", faults: tuple[str, ...] = ()) -> SimulatorRig:
    scripts = {"/voice": TRANSCRIBED.format(attributes), "/act": "<Stop><Transcription name='one'/></Stop><Hangup/>"}
    with open_rig(scripts, ScriptedCallee([Reaction(WORDS)])) as rig:
        rig.simulator.network.faults.activate(dict.fromkeys(faults, True))
        rig.complete_call()
        return rig


def spoken_words(rig: SimulatorRig) -> list[tuple[str, str]]:
    """Return the words of each piece, and whether it is final, in the order of the sequence."""
    pieces = [piece for piece in rig.requests_to("/live") if piece["TranscriptionEvent"] == "transcription-content"]
    pieces.sort(key=lambda piece: int(piece["SequenceId"]))
    return [(json.loads(piece["TranscriptionData"])["transcript"], piece["Final"]) for piece in pieces]


def test_words_are_reported_before_recording_ends() -> None:
    rig = complete_call()
    assert spoken_words(rig) == [("sorry could", "false"), (WORDS, "true")]
    paths = rig.requested_paths
    assert max(index for index, path in enumerate(paths[: paths.index("/act")]) if path == "/live") > 0
    events = {piece["TranscriptionEvent"] for piece in rig.requests_to("/live")}
    assert events == {"transcription-started", "transcription-content", "transcription-stopped"}


@pytest.mark.parametrize("attributes", ["", "track='inbound_track'"])
def test_only_final_words_by_default(attributes: str) -> None:
    assert spoken_words(complete_call(attributes)) == [(WORDS, "true")]


def test_outbound_track_has_no_words_of_callee() -> None:
    assert spoken_words(complete_call("track='outbound_track'")) == []


def test_faults_repeat_and_reorder_words() -> None:
    rig = complete_call(faults=("twice", "out-of-order"))
    assert sorted(spoken_words(rig)) == sorted([("sorry could", "false"), (WORDS, "true")] * 2)
    sequence = [int(piece["SequenceId"]) for piece in rig.requests_to("/live")]
    assert sequence != sorted(sequence)


def test_unknown_name_is_warned_of() -> None:
    with open_rig("<Stop><Transcription name='none'/></Stop><Hangup/>", ScriptedCallee()) as rig:
        call = rig.complete_call()
        assert len(rig.logged_events(call, "warning")) == 1
