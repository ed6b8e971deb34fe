"""Shutdown dates of the configured models, by the lists of models that their servers publish."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum, auto
from typing import Any

from pydantic import BaseModel

from screener.services.errors import ServiceError
from screener.services.interviewer.openai_interviewer import OpenAIInterviewer
from screener.services.interviewer.selection import configured_interviewer
from screener.services.openai.openai_client import Account
from screener.services.openai.openai_errors import ModelUnknown, RequestRefused
from screener.services.speech_synthesis.openai_synthesizer import OpenAISynthesizer
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.transcription.openai_transcriber import OpenAITranscriber
from screener.services.transcription.selection import configured_transcriber

NOTICE_PERIOD = timedelta(days=90)
TIMEOUT_SECONDS = 5


class RetirementUnknown(Exception):
    """A server did not publish its models. The message names the settings concerned and the reason."""


class RetirementReason(Enum):
    RETIRING = auto()
    RETIRED = auto()
    UNLISTED = auto()


@dataclass(frozen=True)
class RetirementNotice:
    """The model in `setting` is shut down within NOTICE_PERIOD, was shut down, or is not on the server's list."""

    setting: str
    reason: RetirementReason
    message: str


class _Model(BaseModel):
    id: str
    shutdown_date: Any = None

    @property
    def last_day(self) -> date | None:
        """None where the server gives no date, or an unreadable one."""
        with suppress(TypeError, ValueError):
            return date.fromisoformat(self.shutdown_date)
        return None


class _ModelList(BaseModel):
    data: list[_Model] = []


def billed_accounts() -> list[Account]:
    """The configured models that cost money."""
    services = [configured_interviewer(), configured_transcriber(), configured_synthesizer()]
    billed = (OpenAIInterviewer, OpenAITranscriber, OpenAISynthesizer)
    return [service.account for service in services if isinstance(service, billed)]


def accounts_by_server() -> list[list[Account]]:
    """The configured models, grouped by server and key."""
    groups: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for account in billed_accounts():
        groups[account.base_url, account.api_key].append(account)
    return list(groups.values())


def retirement_notices(accounts: list[Account], today: date) -> list[RetirementNotice]:
    """Notices for the accounts of one server whose model retires soon, is retired, or is not listed.

    A server that publishes no list gives no notices. Raises RetirementUnknown.
    """
    models = {model.id: model for model in _fetch_models(accounts)}
    if not models:
        return []
    notices = [_notice_for(account, models.get(account.model), today) for account in accounts]
    return [notice for notice in notices if notice]


def _fetch_models(accounts: list[Account]) -> list[_Model]:
    account = replace(accounts[0], timeout=TIMEOUT_SECONDS)
    try:
        with account.map_errors():
            reply = account.client.models.with_raw_response.list()
        return account.parse_reply(reply.text, _ModelList).data
    except (ModelUnknown, RequestRefused):
        return []
    except ServiceError as error:
        models = ", ".join(f"{account.setting_prefix}_MODEL={account.model}" for account in accounts)
        raise RetirementUnknown(f"The shutdown dates of {models} are not known. {error}") from error


def _notice_for(account: Account, model: _Model | None, today: date) -> RetirementNotice | None:
    setting = f"{account.setting_prefix}_MODEL"
    subject = f"{setting} is {account.model}, which"
    if model is None:
        message = f"{subject} is not among the models of {account.public_address}."
        return RetirementNotice(setting, RetirementReason.UNLISTED, message)
    if model.last_day is None or model.last_day > today + NOTICE_PERIOD:
        return None
    if model.last_day > today:
        message = f"{subject} will be shut down on {model.last_day}."
        return RetirementNotice(setting, RetirementReason.RETIRING, message)
    return RetirementNotice(setting, RetirementReason.RETIRED, f"{subject} was shut down on {model.last_day}.")
