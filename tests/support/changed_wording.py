"""Replaces every label and every stored explanation, to show that decisions rest on codes alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import models

APPS = ("screener", "candidates", "jobs", "interviews", "webhooks")
EXPLANATIONS = frozenset(
    {"reason", "waiting_for", "outcome_reason", "status_reason", "error", "pause_reason", "resume_error"}
)
"""Text columns that hold sentences for people."""

CHANGED_LABEL = "Changed label"
CHANGED_SENTENCE = "This sentence was changed."


@contextmanager
def changed_wording() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _change_labels(patch)
        _change_explanations(patch)
        yield


def _change_labels(patch: pytest.MonkeyPatch) -> None:
    for enum in _subclasses(models.Choices):
        for member in enum:
            patch.setattr(member, "_label_", CHANGED_LABEL)
    for field in _fields():
        if field.choices:
            patch.setattr(field, "choices", [(value, CHANGED_LABEL) for value, _ in field.flatchoices])


def _change_explanations(patch: pytest.MonkeyPatch) -> None:
    """Change sentences on saving, not in lookups: a lookup of the real sentence then has no result."""
    for field in _fields():
        if field.name in EXPLANATIONS:
            patch.setattr(field, "get_db_prep_save", _change_sentence)


def _change_sentence(value: Any, connection: Any) -> Any:
    return CHANGED_SENTENCE if value else value


def _fields() -> Iterator["models.Field[Any, Any]"]:
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            yield from model._meta.concrete_fields


def _subclasses(enum: Any) -> Iterator[Any]:
    for subclass in enum.__subclasses__():
        if subclass.__module__.startswith(APPS):
            yield subclass
        yield from _subclasses(subclass)
