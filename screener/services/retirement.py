"""When the models that are configured will be shut down, as their servers say in their lists of models."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

from screener.services import language_model, speech, voice
from screener.services.errors import ServiceError
from screener.services.language_model import OpenAIInterviewer
from screener.services.openai_client import Account, ModelUnknown, RequestRefused

NOTICE = timedelta(days=90)
ASK_SECONDS = 5


class NotAsked(Exception):
    """A server did not say which models it has. The message names the settings that this is about, and why."""


@dataclass(frozen=True)
class Notice:
    """What somebody has to do something about: `setting` names a model that will be, or is, no more."""

    setting: str
    model: str
    message: str


class _Model(BaseModel):
    id: str
    shutdown_date: Any = None

    @property
    def ends(self) -> date | None:
        """None where the server gives no day, or none that can be read."""
        with suppress(TypeError, ValueError):
            return date.fromisoformat(self.shutdown_date)
        return None


class _Models(BaseModel):
    data: list[_Model] = []


def configured() -> list[Account]:
    """The models that cost money as things are set."""
    text = language_model.interviewer()
    accounts = [text.account] if isinstance(text, OpenAIInterviewer) else []
    if speech.source() == "openai":
        accounts.append(speech.account())
    if voice.is_on():
        accounts.append(voice.account())
    return accounts


def servers() -> list[list[Account]]:
    """The configured models, those of one server and key together."""
    together: dict[tuple[str, str], list[Account]] = defaultdict(list)
    for account in configured():
        together[account.base_url, account.key].append(account)
    return list(together.values())


def notices(accounts: list[Account], today: date) -> list[Notice]:
    """Those of a server's models that are near their end, past it, or unknown to it. Raises NotAsked.

    A server that keeps no such list, or gives no days in it, is believed to keep its models.
    """
    listed = {one.id: one for one in _listed(accounts)}
    return [notice for account in accounts for notice in _about(account, listed, today)] if listed else []


def _listed(accounts: list[Account]) -> list[_Model]:
    asked = replace(accounts[0], seconds=ASK_SECONDS)
    try:
        with asked.errors_of_ours():
            reply = asked.client.models.with_raw_response.list()
        return asked.read(reply.text, _Models).data
    except (ModelUnknown, RequestRefused):
        return []
    except ServiceError as error:
        models = ", ".join(f"{one.prefix}_MODEL={one.model}" for one in accounts)
        raise NotAsked(f"It is not known whether {models} will be shut down soon. {error}") from error


def _about(account: Account, listed: dict[str, _Model], today: date) -> Iterator[Notice]:
    setting, model = f"{account.prefix}_MODEL", account.model
    if model not in listed:
        message = f"{setting} is {model}, which is not among the models that {account.address} offers us."
        yield Notice(setting, model, message)
        return
    ends = listed[model].ends
    if ends and ends <= today:
        yield Notice(setting, model, f"{setting} is {model}, which was shut down on {ends}.")
    elif ends and ends <= today + NOTICE:
        yield Notice(setting, model, f"{setting} is {model}, which will be shut down on {ends}.")
