"""The TwiML verbs and the fallback, as Twilio documents them."""

from typing import Any

import pytest

from devtools.phone_simulator.callees.callee import Reaction
from devtools.phone_simulator.calls.call_flow import APPLICATION_ERROR
from devtools.phone_simulator.webhook_client import url_for_signature
from devtools.tests.phone_simulator.rig import FROM, TO, ScriptedCallee, ScriptedReply, open_rig

UTTERANCE = "I have worked with many people for many years"  # nine words: four seconds


# ── documents ──


def test_first_request_carries_voice_parameters() -> None:
    with open_rig("<Say>Hello</Say>") as rig:
        call = rig.complete_call()
        (request,) = rig.app.received
    expected = {"CallSid": call.sid, "CallStatus": "in-progress", "Direction": "outbound-api", "To": TO, "From": FROM}
    assert expected.items() <= request.params.items()
    assert {"AccountSid", "ApiVersion", "Called", "Caller", "ToCity", "ToCountry"} <= request.params.keys()
    assert {"FromState", "FromZip", "CalledCountry", "CallerCity"} <= request.params.keys()


def test_first_request_has_twilio_headers() -> None:
    with open_rig("<Say>Hello</Say>") as rig:
        rig.complete_call()
        (request,) = rig.app.received
    assert request.method == "POST"
    assert request.headers["user-agent"] == "TwilioProxy/1.1"
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert request.headers["i-twilio-idempotency-token"]


def test_verbs_run_in_order() -> None:
    with open_rig("<Say>One</Say><Pause length='3'/><Say loop='2'>Two</Say>") as rig:
        call = rig.complete_call()
        assert rig.spoken_prompts(call) == ["One", "Two"]
    assert (call.status, call.duration) == ("completed", "6")  # 1 + 3 + twice 1


def test_hangup_ends_call() -> None:
    with open_rig("<Say>Bye</Say><Hangup/><Say>Not spoken</Say>") as rig:
        assert rig.spoken_prompts(rig.complete_call()) == ["Bye"]


def test_reject_ends_answered_call() -> None:
    with open_rig("<Reject reason='busy'/><Say>Not spoken</Say>") as rig:
        call = rig.complete_call()
        assert (call.status, rig.spoken_prompts(call)) == ("completed", [])


def test_redirect_resolves_relative_url() -> None:
    scripts = {
        "/a/voice": "<Redirect method='GET'>../b/next?x=1&amp;y=2</Redirect><Say>Not spoken</Say>",
        "/b/next": "<Say>Here</Say>",
    }
    with open_rig(scripts) as rig:
        call = rig.complete_call("/a/voice")
        assert rig.spoken_prompts(call) == ["Here"]
    request = rig.app.received[1]
    assert (request.method, request.params["x"], request.params["y"]) == ("GET", "1", "2")
    assert request.params["CallSid"] == call.sid


def test_get_is_signed_with_query() -> None:
    with open_rig("") as rig:
        rig.complete_call("/voice?turn=1", method="GET")
    (request,) = rig.app.received
    assert (request.method, request.params["turn"], request.is_signed) == ("GET", "1", True)


def test_signature_omits_https_port() -> None:
    assert url_for_signature("http://example.com:8000/a?b=1") == "http://example.com:8000/a?b=1"
    assert url_for_signature("https://example.com:8443/a?b=1") == "https://example.com/a?b=1"


def test_inline_twiml_needs_no_request() -> None:
    with open_rig({"/next": "<Say>Next</Say>"}) as rig:
        twiml = f"<Response><Say>Now</Say><Redirect>{rig.app.url}/next</Redirect></Response>"
        assert rig.spoken_prompts(rig.complete_call(twiml=twiml)) == ["Now", "Next"]
    assert rig.requested_paths == ["/next"]


def test_ssml_is_spoken_as_text() -> None:
    with open_rig("<Say>Hello <break time='1s'/>\n  <emphasis>Alex</emphasis></Say>") as rig:
        assert rig.spoken_prompts(rig.complete_call()) == ["Hello Alex"]


def test_unknown_elements_cause_warnings() -> None:
    with open_rig("<Sing>la</Sing><Say tone='flat'>Hi</Say><Record timeout='long'/>", ScriptedCallee()) as rig:
        call = rig.complete_call()
        messages = [entry["message"] for entry in rig.logged_events(call, "warning")]
        assert rig.spoken_prompts(call) == ["Hi"]
    assert len(messages) == 3
    for message, element in zip(messages, ("<Sing>", "tone", "timeout"), strict=True):
        assert element in message


def test_endless_redirects_end() -> None:
    with open_rig("<Redirect/>") as rig:
        call = rig.complete_call()
        assert rig.error_codes(call)[-1] == 11215
    assert call.status == "completed"


def test_time_limit_ends_call() -> None:
    with open_rig("<Pause length='600'/><Say>Not spoken</Say>") as rig:
        call = rig.complete_call(time_limit=30)
        assert (call.status, call.duration, rig.spoken_prompts(call)) == ("completed", "30", [])
        assert rig.logged_events(call, "time_limit")


def test_keys_during_say_are_ignored() -> None:
    callee = ScriptedCallee(reaction_to_say=Reaction(keys="*"))
    with open_rig("<Say>Question one?</Say><Say>Goodbye</Say>", callee) as rig:
        assert rig.spoken_prompts(rig.complete_call()) == ["Question one?", "Goodbye"]
    assert rig.requested_paths == ["/voice"]


def test_hangup_during_say_ends_call_halfway() -> None:
    callee = ScriptedCallee(reaction_to_say=Reaction(hangs_up=True))
    with open_rig(f"<Say>{UTTERANCE}</Say><Say>More</Say>", callee) as rig:
        call = rig.complete_call()
        assert rig.logged_events(call, "hangup")[0]["by"] == "callee"
    assert call.duration == "2"


# ── <Play> ──

WAV_REPLY = ScriptedReply(content_type="audio/wav", headers={"Content-Description": "Who%20is there%3F"})


def test_played_audio_is_fetched() -> None:
    scripts = {"/voice": "<Play>/a.wav</Play><Say>After</Say>", "/a.wav": ScriptedReply(content_type="audio/wav")}
    with open_rig(scripts) as rig:
        call = rig.complete_call()
        assert rig.spoken_prompts(call) == ["After"]
        assert rig.logged_events(call, "prompt_played")[0]["url"] == rig.app.url + "/a.wav"
    assert [(request.method, request.path) for request in rig.app.received] == [("POST", "/voice"), ("GET", "/a.wav")]
    assert rig.requests_to("/a.wav") == [{}]


def test_callee_hears_described_audio() -> None:
    gather = '<Gather numDigits="1" action="/next"><Play>/a.wav</Play><Say>Press a key.</Say></Gather>'
    callee = ScriptedCallee([Reaction(keys="1")])
    with open_rig({"/voice": gather, "/a.wav": WAV_REPLY}, callee) as rig:
        call = rig.complete_call()
        assert rig.logged_events(call, "prompt_played")[0]["text"] == "Who is there?"
    assert callee.prompts[0].heard_text == "Who is there? Press a key."
    assert rig.requests_to("/next")[0]["Digits"] == "1"


@pytest.mark.parametrize(("twiml", "code"), [("{}", 13420), ("<Gather>{}</Gather>", 13325)])
def test_invalid_audio_is_skipped(twiml: str, code: int) -> None:
    page = ScriptedReply("<html/>", content_type="text/html")
    scripts = {"/voice": twiml.format("<Play>/a.wav</Play>") + "<Say>After</Say>", "/a.wav": page}
    with open_rig(scripts) as rig:
        call = rig.complete_call()
        assert rig.spoken_prompts(call) == ["After"]
        assert rig.error_codes(call) == [code]
        assert not rig.logged_events(call, "prompt_played")


def test_missing_audio_is_skipped() -> None:
    scripts = {"/voice": "<Play>/a.wav</Play><Say>After</Say>", "/a.wav": ScriptedReply(status=404)}
    with open_rig(scripts) as rig:
        call = rig.complete_call()
        assert rig.spoken_prompts(call) == ["After"]
        assert rig.error_codes(call) == [11200]


# ── errors and the fallback ──

SORRY = "<Say>Sorry</Say>"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (ScriptedReply(status=500), 11200),
        (ScriptedReply(status=404), 11200),
        (ScriptedReply("<Response><Say>Hi</Response>"), 12100),
        (ScriptedReply("<Reply/>"), 12100),
        (ScriptedReply(""), 12100),
        (ScriptedReply(" <?xml version='1.0'?><Response/>"), 12100),
        (ScriptedReply("{}", content_type="application/json"), 12300),
    ],
)
def test_fallback_receives_error_code(reply: ScriptedReply, code: int) -> None:
    with open_rig({"/voice": reply, "/fallback": SORRY}) as rig:
        call = rig.complete_call(fallback_url=rig.app.url + "/fallback")
        assert rig.spoken_prompts(call) == ["Sorry"]
        assert rig.error_codes(call)[-1] == code
        (params,) = rig.requests_to("/fallback")
        assert (params["ErrorCode"], params["ErrorUrl"]) == (str(code), rig.app.url + "/voice")


def test_fallback_covers_later_documents() -> None:
    scripts = {"/voice": "<Redirect>/broken</Redirect>", "/broken": ScriptedReply(status=500), "/fallback": SORRY}
    with open_rig(scripts) as rig:
        call = rig.complete_call(fallback_url=rig.app.url + "/fallback")
        assert rig.spoken_prompts(call) == ["Sorry"]


@pytest.mark.parametrize("fallback_path", ["", "/fallback"])
def test_failed_fallback_ends_in_apology(fallback_path: str) -> None:
    with open_rig({"/voice": ScriptedReply(status=500), "/fallback": ScriptedReply(status=503)}) as rig:
        options = {"fallback_url": rig.app.url + fallback_path} if fallback_path else {}
        call = rig.complete_call(**options)
        assert call.status == "completed"
        assert rig.spoken_prompts(call) == [APPLICATION_ERROR]


def test_slow_reply_times_out() -> None:
    with open_rig({"/voice": ScriptedReply(delay=0.5), "/fallback": SORRY}) as rig:
        call = rig.complete_call("/voice#rt=100", fallback_url=rig.app.url + "/fallback")
        assert rig.spoken_prompts(call) == ["Sorry"]
        assert rig.requests_to("/fallback")[0]["ErrorCode"] == "11203"


def test_refused_connection_has_own_code() -> None:
    with open_rig({"/fallback": SORRY}) as rig:
        rig.complete_call(url="http://127.0.0.1:9/voice", fallback_url=rig.app.url + "/fallback")
        assert rig.requests_to("/fallback")[0]["ErrorCode"] == "11202"


def test_url_fragment_sets_retries() -> None:
    replies = [ScriptedReply(status=500), ScriptedReply(status=500), "<Say>Third time lucky</Say>"]
    with open_rig({"/voice": replies}) as rig:
        assert rig.spoken_prompts(rig.complete_call("/voice#rc=2&rp=all")) == ["Third time lucky"]
    assert rig.requested_paths == ["/voice"] * 3
    assert len({request.headers["i-twilio-idempotency-token"] for request in rig.app.received}) == 1


def test_server_error_is_not_retried() -> None:
    with open_rig({"/voice": [ScriptedReply(status=500), "<Say>Not spoken</Say>"]}) as rig:
        rig.complete_call("/voice#rc=2")
    assert rig.requested_paths == ["/voice"]


# ── <Gather> ──


def gather_params(attributes: str, reaction: Reaction) -> dict[str, str] | None:
    """Return the parameters that <Gather> sends to its action; None if it falls through."""
    document = f"<Gather action='/act' {attributes}><Say>Your choice</Say></Gather><Redirect>/through</Redirect>"
    with open_rig(document, ScriptedCallee([reaction])) as rig:
        rig.complete_call()
        assert len(rig.requests_to("/act")) + len(rig.requests_to("/through")) == 1
        return next(iter(rig.requests_to("/act")), None)


@pytest.mark.parametrize(
    ("attributes", "keys", "digits", "finished_on"),
    [
        ("", "12#", "12", "#"),
        ("", "12", "12", ""),  # ended by the timeout
        ("numDigits='1'", "12", "1", ""),
        ("finishOnKey='*'", "1#*", "1#", "*"),
        ("finishOnKey=''", "1#", "1#", ""),
        ("input='dtmf speech' numDigits='1'", "*", "*", ""),
    ],
)
def test_gather_collects_keys(attributes: str, keys: str, digits: str, finished_on: str) -> None:
    params = gather_params(attributes, Reaction(keys=keys))
    assert params is not None
    assert (params["Digits"], params["FinishedOnKey"]) == (digits, finished_on)
    assert params["CallStatus"] == "in-progress"


@pytest.mark.parametrize(
    ("attributes", "reaction"),
    [
        ("", Reaction()),
        ("", Reaction(keys="#")),  # the finishing key alone
        ("", Reaction("Yes.")),  # speech is not accepted
        ("input='speech'", Reaction(keys="1")),  # keys are not accepted
        ("input='speech'", Reaction(noise_seconds=3)),  # no words
    ],
)
def test_gather_without_input_falls_through(attributes: str, reaction: Reaction) -> None:
    assert gather_params(attributes, reaction) is None


def test_gather_reports_empty_result_on_request() -> None:
    params: Any = gather_params("actionOnEmptyResult='true'", Reaction())
    assert params["Digits"] == ""


def test_gather_recognises_speech() -> None:
    attributes = "input='dtmf speech' speechTimeout='auto' hints='yes, no'"
    params: Any = gather_params(attributes, Reaction("Yes, please."))
    assert params["SpeechResult"] == "Yes, please."
    assert 0 < float(params["Confidence"]) <= 1
    assert "Digits" not in params


def test_gather_without_action_repeats_document() -> None:
    with open_rig({"/voice": ["<Gather/>", "<Say>Thanks</Say>"]}, ScriptedCallee([Reaction(keys="7#")])) as rig:
        assert rig.spoken_prompts(rig.complete_call("/voice?turn=4")) == ["Thanks"]
    assert rig.requests_to("/voice")[1]["Digits"] == "7"


def test_gather_prompt_includes_earlier_prompts() -> None:
    callee = ScriptedCallee()
    with open_rig("<Say>Hello.</Say><Gather><Say>One.</Say><Pause/><Say>Two.</Say></Gather>", callee) as rig:
        call = rig.complete_call()
    assert callee.prompts[-1].heard_text == "Hello. One. Two."
    assert (callee.prompts[-1].accepts_keys, callee.prompts[-1].accepts_speech) == (True, False)
    assert call.duration == "9"  # 1 spoken, then 1 + 1 + 1 inside <Gather>, and the timeout of 5


def test_hangup_in_gather_makes_no_request() -> None:
    with open_rig("<Gather action='/act'/>", ScriptedCallee([Reaction(hangs_up=True)])) as rig:
        assert rig.complete_call().status == "completed"
    assert rig.requested_paths == ["/voice"]
