"""What the processes of `make run` are told, computed before Django reads its settings.

Without a Twilio account the phone network is a simulated one. Then all that makes calling careful is relaxed, and all
that would carry made-up candidates out of this folder is kept in, whatever `.env` says. With an account nothing is
relaxed and no credentials are made up.
"""

from collections.abc import Mapping

from devtools.demo.credentials import Logins

ACCOUNT_SID = "AC" + "5" * 32
NUMBER = "+12025550100"
RELAXED = {
    "WHITELISTED_NUMBERS": "*",
    "ALLOWED_COUNTRIES": "",
    "CALLING_HOURS": "00:00-24:00",
    "CALL_COOL_DOWN": "0",
    "CALLS_PER_NUMBER_PER_DAY": "0",
    "CALLS_PER_SECOND": "20",
    "DAILY_SPEND_LIMIT": "0",
    "ATTEMPT_SPACING": "0.2,0.5,1",
}
"""What makes calling careful, and where nobody real is called only gets in the way."""

KEPT_OUT = {
    "DATABASE_URL": "the demo has a database of its own in var/",
    "PRIVATE_FILES_BUCKET": "recordings stay in var/",
    "EMAIL_URL": "mail is written to var/log/worker.log",
}
"""Settings that the simulated run does without, and what it does instead."""


def is_simulated(given: Mapping[str, str]) -> bool:
    """Whether the phone network is to be the simulated one."""
    return not given.get("TWILIO_ACCOUNT_SID")


def kept_out(given: Mapping[str, str]) -> list[str]:
    """What was set and will not be used, in words."""
    return [f"{name} is set but not used: {instead}." for name, instead in KEPT_OUT.items() if given.get(name)]


def told(given: Mapping[str, str], port: int, logins: Logins) -> dict[str, str]:
    """What to add to the environment that was given (with `.env` in it), in place of what stands there."""
    api_key = given.get("API_KEY") or logins.api_key
    common = {"PORT": str(port), "API_KEY": api_key}
    if not is_simulated(given):
        return common | {"EMBEDDED_DATABASE": given.get("EMBEDDED_DATABASE") or "1"}
    return {
        **common,
        **dict.fromkeys(KEPT_OUT, ""),
        "EMAIL_URL": "consolemail://",
        "DEBUG": "1",
        "EMBEDDED_DATABASE": "1",
        "WEBHOOK_BASE_URL": f"http://127.0.0.1:{port}",
        "TWILIO_API_URL": f"http://127.0.0.1:{port + 1}",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": logins.twilio_token,
        "TWILIO_PHONE_NUMBER": NUMBER,
        **RELAXED,
        # The network's recordings are made by machine, or mere tones. What was said on it, it knows itself.
        "SPEECH_API_KEY": given.get("SPEECH_API_KEY", ""),
        # For the phone page, from which interviews can be started.
        "SCREENER_URL": f"http://127.0.0.1:{port}",
        "SCREENER_API_KEY": api_key,
        **_past_proxies(given),
    }


def _past_proxies(given: Mapping[str, str]) -> dict[str, str]:
    """Requests from this machine to itself never go through the office's proxy."""
    names = ",".join(filter(None, [given.get("no_proxy") or given.get("NO_PROXY"), "127.0.0.1", "localhost"]))
    return {"no_proxy": names, "NO_PROXY": names}
