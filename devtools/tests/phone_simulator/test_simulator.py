"""The TwiML verbs of the simulated phone network, by Twilio's documentation of each."""

import pytest

from devtools.phone_simulator.callees.callee import Reaction
from devtools.phone_simulator.webhook_client import signed_url
from devtools.tests.phone_simulator.test_stage import FROM, TO, Answer, Puppet, stage

SPEECH = "I have worked with many people for many years"  # ten words: four seconds


# ── documents ──


def test_the_first_request_carries_what_every_voice_request_carries():
    with stage("<Say>Hello</Say>") as s:
        call = s.call()
        (request,) = s.app.received
    assert request.method == "POST"
    assert request.headers["user-agent"] == "TwilioProxy/1.1"
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert request.headers["i-twilio-idempotency-token"]
    expected = {
        "CallSid": call.sid,
        "CallStatus": "in-progress",
        "Direction": "outbound-api",
        "To": TO,
        "From": FROM,
    }
    assert expected.items() <= request.params.items()
    assert {"AccountSid", "ApiVersion", "Called", "Caller", "ToCity", "ToCountry"} <= request.params.keys()
    assert {"FromState", "FromZip", "CalledCountry", "CallerCity"} <= request.params.keys()


def test_verbs_run_in_order_and_the_end_of_the_document_hangs_up():
    with stage("<Say>One</Say><Pause length='3'/><Say loop='2'>Two</Say>") as s:
        call = s.call()
        assert s.heard(call) == ["One", "Two"]
    assert (call.status, call.duration) == ("completed", "6")  # 1 + 3 + twice 1


def test_hangup_ends_the_call_at_once():
    with stage("<Say>Bye</Say><Hangup/><Say>Never heard</Say>") as s:
        assert s.heard(s.call()) == ["Bye"]


def test_reject_ends_a_call_that_was_answered():
    with stage("<Reject reason='busy'/><Say>Never heard</Say>") as s:
        call = s.call()
        assert (call.status, s.heard(call)) == ("completed", [])


def test_redirect_resolves_relative_urls_and_honours_the_method():
    scripts = {
        "/a/voice": "<Redirect method='GET'>../b/next?x=1&amp;y=2</Redirect><Say>Never heard</Say>",
        "/b/next": "<Say>Here</Say>",
    }
    with stage(scripts) as s:
        call = s.call("/a/voice")
        assert s.heard(call) == ["Here"]
    request = s.app.received[1]
    assert (request.method, request.params["x"], request.params["y"]) == ("GET", "1", "2")
    assert request.params["CallSid"] == call.sid


def test_get_is_signed_with_its_parameters_in_the_url():
    with stage("") as s:
        s.call("/voice?turn=1", method="GET")
    assert s.app.received[0].method == "GET"
    assert s.app.received[0].params["turn"] == "1"


def test_a_port_enters_the_signature_of_http_and_not_of_https():
    assert signed_url("http://example.com:8000/a?b=1") == "http://example.com:8000/a?b=1"
    assert signed_url("https://example.com:8443/a?b=1") == "https://example.com/a?b=1"


def test_twiml_given_with_the_call_needs_no_request():
    with stage({"/next": "<Say>Next</Say>"}) as s:
        twiml = f"<Response><Say>Now</Say><Redirect>{s.app.url}/next</Redirect></Response>"
        assert s.heard(s.call(twiml=twiml)) == ["Now", "Next"]
    assert s.paths == ["/next"]


def test_played_audio_is_fetched():
    with stage({"/voice": "<Play>/a.wav</Play><Say>After</Say>", "/a.wav": Answer(content_type="audio/wav")}) as s:
        call = s.call()
        assert s.heard(call) == ["After"]
        assert s.logged(call, "played")[0]["url"] == s.app.url + "/a.wav"
    assert [(r.method, r.path) for r in s.app.received] == [("POST", "/voice"), ("GET", "/a.wav")]
    assert s.asked("/a.wav") == [{}]


def test_played_audio_is_heard_as_its_sender_describes_it():
    wav = Answer(content_type="audio/wav", headers={"Content-Description": "Who%20is there%3F"})
    gather = '<Gather numDigits="1" action="/next"><Play>/a.wav</Play><Say>Press a key.</Say></Gather>'
    puppet = Puppet([Reaction(keys="1")])
    with stage({"/voice": gather, "/a.wav": wav}, puppet) as s:
        call = s.call()
        assert s.logged(call, "played")[0]["text"] == "Who is there?"
    assert puppet.moments[0].heard == "Who is there? Press a key."
    assert s.asked("/next")[0]["Digits"] == "1"


@pytest.mark.parametrize(("twiml", "code"), [("{}", 13420), ("<Gather>{}</Gather>", 13325)])
def test_what_is_no_audio_is_not_played_and_the_call_goes_on(twiml, code):
    page = Answer("<html/>", content_type="text/html")
    with stage({"/voice": twiml.format("<Play>/a.wav</Play>") + "<Say>After</Say>", "/a.wav": page}) as s:
        call = s.call()
        assert s.heard(call) == ["After"]
        assert [entry["code"] for entry in s.logged(call, "error")] == [code]
        assert not s.logged(call, "played")


def test_audio_that_is_not_there_is_not_played_and_the_call_goes_on():
    with stage({"/voice": "<Play>/a.wav</Play><Say>After</Say>", "/a.wav": Answer(status=404)}) as s:
        call = s.call()
        assert s.heard(call) == ["After"]
        assert [entry["code"] for entry in s.logged(call, "error")] == [11200]


def test_speech_markup_is_heard_as_words():
    with stage("<Say>Hello <break time='1s'/>\n  <emphasis>Alex</emphasis></Say>") as s:
        assert s.heard(s.call()) == ["Hello Alex"]


def test_unknown_verbs_and_attributes_are_warned_of_and_skipped():
    with stage("<Sing>la</Sing><Say tone='flat'>Hi</Say><Record timeout='long'/>", Puppet()) as s:
        call = s.call()
        messages = [entry["message"] for entry in s.logged(call, "warning")]
        assert s.heard(call) == ["Hi"]
    assert len(messages) == 3
    assert "<Sing>" in messages[0]
    assert "tone" in messages[1]
    assert "timeout" in messages[2]


def test_an_endless_loop_of_documents_ends():
    with stage("<Redirect/>") as s:
        call = s.call()
        assert s.logged(call, "error")[-1]["code"] == 11215
    assert call.status == "completed"


def test_the_time_limit_ends_the_call():
    with stage("<Pause length='600'/><Say>Never heard</Say>") as s:
        call = s.call(time_limit=30)
        assert (call.status, call.duration, s.heard(call)) == ("completed", "30", [])


# ── failures and the fallback ──


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=500), 11200),
        (Answer(status=404), 11200),
        (Answer("<Response><Say>Hi</Response>"), 12100),
        (Answer("<Reply/>"), 12100),
        (Answer(""), 12100),
        (Answer(" <?xml version='1.0'?><Response/>"), 12100),
        (Answer("{}", content_type="application/json"), 12300),
    ],
)
def test_the_fallback_takes_over_and_is_told_why(answer, code):
    with stage({"/voice": answer, "/fallback": "<Say>Sorry</Say>"}) as s:
        call = s.call(fallback_url=s.app.url + "/fallback")
        assert s.heard(call) == ["Sorry"]
        assert s.logged(call, "error")[-1]["code"] == code
        (blame,) = s.asked("/fallback")
        assert (blame["ErrorCode"], blame["ErrorUrl"]) == (str(code), s.app.url + "/voice")


def test_the_fallback_also_takes_over_later_in_the_call():
    scripts = {
        "/voice": "<Redirect>/broken</Redirect>",
        "/broken": Answer(status=500),
        "/fallback": "<Say>Sorry</Say>",
    }
    with stage(scripts) as s:
        assert s.heard(s.call(fallback_url=s.app.url + "/fallback")) == ["Sorry"]


def test_without_a_fallback_or_when_it_fails_too_the_call_ends_with_an_apology():
    with stage({"/voice": Answer(status=500), "/fallback": Answer(status=503)}) as s:
        for options in ({}, {"fallback_url": s.app.url + "/fallback"}):
            call = s.call(**options)
            assert call.status == "completed"
            assert "application error" in s.heard(call)[0]


def test_a_slow_answer_is_given_up_on():
    with stage({"/voice": Answer(delay=0.5), "/fallback": "<Say>Sorry</Say>"}) as s:
        call = s.call("/voice#rt=100", fallback_url=s.app.url + "/fallback")
        assert s.heard(call) == ["Sorry"]
        assert s.asked("/fallback")[0]["ErrorCode"] == "11203"


def test_nobody_listening_is_an_error_of_its_own():
    with stage({"/fallback": "<Say>Sorry</Say>"}) as s:
        s.call(url="http://127.0.0.1:9/voice", fallback_url=s.app.url + "/fallback")
        assert s.asked("/fallback")[0]["ErrorCode"] == "11202"


def test_connection_overrides_in_the_fragment_are_obeyed_and_not_sent():
    with stage({"/voice": [Answer(status=500), Answer(status=500), "<Say>Third time lucky</Say>"]}) as s:
        assert s.heard(s.call("/voice#rc=2&rp=all")) == ["Third time lucky"]
    assert s.paths == ["/voice"] * 3
    assert len({request.headers["i-twilio-idempotency-token"] for request in s.app.received}) == 1


def test_a_5xx_is_not_retried_unless_asked_for():
    with stage({"/voice": [Answer(status=500), "<Say>Never heard</Say>"]}) as s:
        s.call("/voice#rc=2")
    assert s.paths == ["/voice"]


# ── <Gather> ──


def gathered(attributes: str, reaction: Reaction):
    """What a <Gather> sends to its action: None if it falls through."""
    document = f"<Gather action='/act' {attributes}><Say>Your choice</Say></Gather><Redirect>/through</Redirect>"
    with stage(document, Puppet([reaction])) as s:
        s.call()
        assert len(s.asked("/act")) + len(s.asked("/through")) == 1
        return next(iter(s.asked("/act")), None)


@pytest.mark.parametrize(
    ("attributes", "keys", "digits", "finished_on"),
    [
        ("", "12#", "12", "#"),
        ("", "12", "12", ""),  # the timeout ends it
        ("numDigits='1'", "12", "1", ""),
        ("finishOnKey='*'", "1#*", "1#", "*"),
        ("finishOnKey=''", "1#", "1#", ""),
        ("input='dtmf speech' numDigits='1'", "*", "*", ""),
    ],
)
def test_gather_collects_keys(attributes, keys, digits, finished_on):
    params = gathered(attributes, Reaction(keys=keys))
    assert (params["Digits"], params["FinishedOnKey"]) == (digits, finished_on)
    assert params["CallStatus"] == "in-progress"


@pytest.mark.parametrize(
    ("attributes", "reaction"),
    [
        ("", Reaction()),
        ("", Reaction(keys="#")),  # the finishing key before any other
        ("", Reaction(words="Yes.")),  # nobody listens to speech
        ("input='speech'", Reaction(keys="1")),  # nor to keys
        ("input='speech'", Reaction(noise=3)),  # nothing was understood
    ],
)
def test_gather_without_input_falls_through(attributes, reaction):
    assert gathered(attributes, reaction) is None


def test_gather_can_be_asked_to_report_an_empty_result():
    assert gathered("actionOnEmptyResult='true'", Reaction())["Digits"] == ""


def test_gather_understands_speech():
    params = gathered("input='dtmf speech' speechTimeout='auto' hints='yes, no'", Reaction(words="Yes, please."))
    assert params["SpeechResult"] == "Yes, please."
    assert 0 < float(params["Confidence"]) <= 1
    assert "Digits" not in params


def test_gather_without_an_action_asks_its_own_document_again():
    with stage({"/voice": ["<Gather/>", "<Say>Thanks</Say>"]}, Puppet([Reaction(keys="7#")])) as s:
        assert s.heard(s.call("/voice?turn=4")) == ["Thanks"]
    assert s.asked("/voice")[1]["Digits"] == "7"


def test_the_callee_hears_the_nested_verbs_and_what_went_before():
    puppet = Puppet()
    with stage("<Say>Hello.</Say><Gather><Say>One.</Say><Pause/><Say>Two.</Say></Gather>", puppet) as s:
        call = s.call()
    assert puppet.moments[-1].heard == "Hello. One. Two."
    assert (puppet.moments[-1].keys, puppet.moments[-1].speech) == (True, False)
    assert call.duration == "9"  # 1 said, then 1 + 1 + 1 of prompt and 5 of timeout


def test_keys_outside_gather_go_unheard():
    puppet = Puppet(on_say=Reaction(keys="*"))
    with stage("<Say>Question one?</Say><Say>Goodbye</Say>", puppet) as s:
        assert s.heard(s.call()) == ["Question one?", "Goodbye"]
    assert s.paths == ["/voice"]


def test_hanging_up_in_a_gather_makes_no_request():
    with stage("<Gather action='/act'/>", Puppet([Reaction(hangs_up=True)])) as s:
        assert s.call().status == "completed"
    assert s.paths == ["/voice"]


def test_hanging_up_while_listening_ends_the_call_half_way():
    puppet = Puppet(on_say=Reaction(hangs_up=True))
    with stage(f"<Say>{SPEECH}</Say><Say>More</Say>", puppet) as s:
        call = s.call()
        assert s.logged(call, "hangup")[0]["by"] == "callee"
    assert call.duration == "2"
