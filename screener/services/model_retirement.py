"""When the configured models will be shut down, by the lists of models that their servers publish."""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

from screener.services.errors import ServiceError
from screener.services.interviewer import openai_interviewer
from screener.services.interviewer.openai_interviewer import OpenAIInterviewer
from screener.services.openai.openai_client import Account, ModelUnknown, RequestRefused
from screener.services.speech_synthesis import synthesizer
from screener.services.transcription import transcriber

NOTICE = timedelta(days=90)
TIMEOUT_SECONDS = 5


class RetirementUnknown(Exception):
    """A server did not publish its models. The message names the settings concerned, and the reason."""


@dataclass(frozen=True)
class Notice:
    """The model in `setting` is shut down, or will be soon."""

    setting: str
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


class _Models(BaseModel):
    data: list[_Model] = []


def configured() -> list[Account]:
    """The models that cost money with the present settings."""
    text = openai_interviewer.interviewer()
    accounts = [text.account] if isinstance(text, OpenAIInterviewer) else []
    if transcriber.source() == "openai":
        accounts.append(transcriber.account())
    if synthesizer.is_on():
        accounts.append(synthesizer.account())
    return accounts


def servers() -> list[list[Account]]:
    """The configured models, grouped by server and key."""
    accounts: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for account in configured():
        accounts[account.base_url, account.key].append(account)
    return list(accounts.values())


def notices(accounts: list[Account], today: date) -> list[Notice]:
    """The models of one server that are near their end, past it, or unknown to it. Raises RetirementUnknown.

    No notice for a server that publishes no list.
    """
    listed = {model.id: model for model in _listed(accounts)}
    reasons = [(account, _why_to_replace(account, listed.get(account.model), today)) for account in accounts if listed]
    return [
        Notice(f"{account.prefix}_MODEL", f"{account.prefix}_MODEL is {account.model}, which {reason}.")
        for account, reason in reasons
        if reason
    ]


def _listed(accounts: list[Account]) -> list[_Model]:
    account = replace(accounts[0], seconds=TIMEOUT_SECONDS)
    try:
        with account.errors_of_ours():
            reply = account.client.models.with_raw_response.list()
        return account.read(reply.text, _Models).data
    except (ModelUnknown, RequestRefused):
        return []
    except ServiceError as error:
        models = ", ".join(f"{account.prefix}_MODEL={account.model}" for account in accounts)
        raise RetirementUnknown(f"It is not known whether {models} will be shut down soon. {error}") from error


def _why_to_replace(account: Account, model: _Model | None, today: date) -> str:
    """Empty for a model that stays."""
    if model is None:
        return f"is not among the models that {account.address} offers us"
    if model.last_day is None or model.last_day > today + NOTICE:
        return ""
    return f"{'was' if model.last_day <= today else 'will be'} shut down on {model.last_day}"
