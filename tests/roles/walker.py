"""Walks the admin as one user: the verbs that each page allows, and the texts that the pages show."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests.roles.sample_job import SampleJob
from tests.support.admin_client import object_actions, page_url
from tests.support.role_accounts import login_client

OK, ELSEWHERE, BAD_REQUEST, DENIED, MISSING, POST_ONLY = 200, 302, 400, 403, 404, 405
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


def action_codes() -> set[str]:
    """The object actions that the admin classes declare."""
    return {f"{model._meta.label_lower} {name}" for model in MODELS for name in object_actions(model)}


class Walker:
    def __init__(self, user: User, own: SampleJob, foreign: SampleJob) -> None:
        self.client: Client = login_client(user)
        self.own, self.foreign = own, foreign
        self.pages: dict[str, str] = {}
        """The text of every page that was requested, by its address."""

    def get_status(self, address: str, **query: str) -> int:
        answer: Any = self.client.get(address, query)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        self.pages[f"{address}?{query}"] = body.decode(errors="replace")
        return int(answer.status_code)

    def may_get(self, address: str) -> bool:
        return self.get_status(address) != DENIED

    def count_results(self, model: Any, **query: str) -> int:
        """How many rows a list has for this query."""
        answer = self.client.get(page_url(model, "changelist"), query)
        return len(answer.context["cl"].result_list)

    def allowed_verbs(self, model: Any) -> frozenset[str]:
        """Return the verbs of the user for the model: `read` all rows or `own` ones, `add`, `change`, `delete`."""
        own, foreign = self.own.row(model), self.foreign.row(model)
        pages = [page_url(model, page, own.pk) for page in ("change", "history")]
        if not self.may_get(page_url(model, "changelist")):
            assert {self.get_status(page) for page in pages} <= {DENIED, ELSEWHERE}
            return frozenset()
        assert {self.get_status(page) for page in pages} == {OK}
        changed = self.client.post(pages[0], {}).status_code
        verbs = {
            "read" if self.get_status(page_url(model, "change", foreign.pk)) == OK else "own": True,
            "add": self.may_get(page_url(model, "add")),
            "change": changed != DENIED,
            "delete": self.may_get(page_url(model, "delete", own.pk)),
        }
        return frozenset(verb for verb, is_allowed in verbs.items() if is_allowed)

    def action_scope(self, code: str) -> frozenset[str]:
        """Whether the user may open an action of `all` rows, of `own` ones, or of none."""
        label, name = code.split(" ")
        model: Any = apps.get_model(label)
        own, foreign = (self._action_status(model, name, job.row(model)) for job in (self.own, self.foreign))
        if own == DENIED:
            assert foreign in (DENIED, MISSING)
            return frozenset()
        assert own in (OK, ELSEWHERE)
        return frozenset(["all" if foreign == own else "own"])

    def _action_status(self, model: Any, name: str, row: Model) -> int:
        if name == "choose":
            row = row.assessments.all()[0]  # type: ignore[attr-defined]
        is_of_desk = name.startswith("desk-")
        address = reverse(name, args=[row.pk]) if is_of_desk else page_url(model, name, row.pk)
        status = self.get_status(address)
        return self.client.post(address).status_code if status == POST_ONLY else status

    def sees_all(self, *texts: str) -> bool:
        """Whether each text is on one of the pages."""
        return all(any(text in page for page in self.pages.values()) for text in texts)

    def pages_with(self, *texts: str) -> set[str]:
        return {address for address, page in self.pages.items() for text in texts if text in page}
