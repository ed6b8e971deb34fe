"""The environment of the processes of `make run`, built before Django reads its settings.

Without a Twilio account the phone network is simulated. The rules that restrict calling are then relaxed, and settings
that would carry the demo's candidates out of this folder are ignored, even if `.env` sets them. With an account no rule
is relaxed, and no credentials are made up. In the simulated network the language model is simulated as well, unless a
key is set or a person judges.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from phonenumbers import SUPPORTED_REGIONS

from devtools.demo.credentials import Credentials
from screener.services.interviewer.protocol import SIMULATED_MODEL

ACCOUNT_SID = "AC" + "5" * 32
MAIL_FOLDER = Path(__file__).resolve().parents[2] / "var" / "mail"
CALLER_NUMBER = "+12025550100"
RELAXED_RULES = {
    "WHITELISTED_NUMBERS": "*",
    "ALLOWED_COUNTRIES": ",".join(sorted(SUPPORTED_REGIONS)),
    "CALLING_HOURS": "00:00-24:00",
    "MESSAGE_HOURS": "00:00-24:00",
    "CALL_COOL_DOWN": "0",
    "CALLS_PER_NUMBER_PER_DAY": "0",
    "CALLS_PER_SECOND": "20",
    "DAILY_SPEND_LIMIT": "0",
    "MONTHLY_BUDGET": "0",
    "API_KEY_REQUESTS_PER_MINUTE": "0",
    "API_KEY_INTERVIEWS_PER_DAY": "0",
    "API_KEY_MODEL_TASKS_PER_DAY": "0",
    "ATTEMPT_SPACING": "0.2,0.5,1",
}
"""Settings that protect real people from calls, and that only delay simulated ones."""

IGNORED_SETTINGS = {
    "DATABASE_URL": "the demo has a database of its own in var/",
    "PRIVATE_FILES_BUCKET": "recordings stay in var/",
    "EMAIL_URL": "mails are files in var/mail",
}
"""Settings that the simulated run ignores, and its replacement for each."""

DATABASE_KEYS = ("ENCRYPTION_KEY", "ENCRYPTION_KEY_FALLBACKS", "ENCRYPTION_KEY_FILE", "ENCRYPTION_KEY_PROVIDER")
"""The master keys of a database elsewhere. That of the demo has its own, in var/."""


def is_simulated(env: Mapping[str, str]) -> bool:
    """Return whether the phone network is simulated."""
    return not env.get("TWILIO_ACCOUNT_SID")


def is_model_simulated(env: Mapping[str, str]) -> bool:
    """Return whether the language model is simulated: in the simulated network only, and in place of no other judge."""
    has_judge = env.get("OPENAI_API_KEY") or env.get("JUDGE") == "person" or env.get("OFFLINE_INTERVIEWER")
    return is_simulated(env) and not has_judge


def ignored_settings(env: Mapping[str, str]) -> list[str]:
    """Return a remark for each setting that is set but ignored."""
    return [f"{name} is set but not used: {remark}." for name, remark in IGNORED_SETTINGS.items() if env.get(name)]


def build_env(env: Mapping[str, str], port: int, credentials: Credentials) -> dict[str, str]:
    """Return the variables to set on top of the environment, which includes `.env`."""
    api_key = env.get("API_KEY") or credentials.api_key
    common = {"PORT": str(port), "API_KEY": api_key}
    if env.get("SPEECH", "0") not in ("", "0"):
        common["SPEECH_ENGINE"] = common["VOICE_ENGINE"] = "local"
    if not is_simulated(env):
        return common | {"EMBEDDED_DATABASE": env.get("EMBEDDED_DATABASE") or "1"}
    app_url = f"http://127.0.0.1:{port}"
    return {
        **common,
        **dict.fromkeys(IGNORED_SETTINGS, ""),
        **(dict.fromkeys(DATABASE_KEYS, "") if env.get("DATABASE_URL") else {}),
        "EMAIL_URL": f"filemail:///{quote(str(MAIL_FOLDER))}",
        "DEBUG": "1",
        "REQUIRE_MFA": env.get("REQUIRE_MFA", "0"),  # a demo must open without a phone
        "EMBEDDED_DATABASE": "1",
        "WEBHOOK_BASE_URL": app_url,
        "TWILIO_API_URL": f"http://127.0.0.1:{port + 1}",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": credentials.twilio_token,
        "TWILIO_PHONE_NUMBER": CALLER_NUMBER,
        "TWILIO_SMS_SENDER": CALLER_NUMBER,
        **RELAXED_RULES,
        # The network transcribes its calls itself: it knows what its personas say, and asks the speech server, if there
        # is one, what a human says at the phone page.
        "SPEECH_API_KEY": env.get("SPEECH_API_KEY", ""),
        "PHONE_SPEECH_ENGINE": "" if env.get("SPEECH_API_KEY") else "carrier",
        "LIVE_TRANSCRIPTION": env.get("LIVE_TRANSCRIPTION", "1"),
        # The phone page starts interviews through the API.
        "SCREENER_URL": app_url,
        "SCREENER_API_KEY": api_key,
        **(_simulated_model(port + 2) if is_model_simulated(env) else {}),
        **_proxy_exceptions(env),
    }


def _simulated_model(port: int) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": "simulated",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "OPENAI_MODEL": SIMULATED_MODEL,
        "MODEL_PRICES": f"{SIMULATED_MODEL}=0/0",
    }


def _proxy_exceptions(env: Mapping[str, str]) -> dict[str, str]:
    """Exclude this machine from the proxy, if one is set."""
    names = ",".join(filter(None, [env.get("no_proxy") or env.get("NO_PROXY"), "127.0.0.1", "localhost"]))
    return {"no_proxy": names, "NO_PROXY": names}
