from devtools.load.targets import verdicts


def test_each_goal_is_met_or_missed_by_its_number() -> None:
    report = {
        "machine": {"cores": 2},
        "latency": {"take_ms": {"p50": 9.0, "p99": 50.1}},
        "throughput": {"share_of_bare": 0.4},
        "interviews": {"per_minute_and_core": 99.9, "findings": []},
    }
    assert list(verdicts(report)) == [
        "goal latency take ms p99 <= 50: MISSED (50.1)",
        "goal throughput share of bare >= 0.4: met (0.4)",
        "goal interviews per minute and core >= 100: MISSED (99.9)",
        "goal interviews findings <= 0: met (0)",
    ]


def test_what_was_not_measured_is_no_verdict() -> None:
    assert list(verdicts({"machine": {"cores": 2}})) == []
