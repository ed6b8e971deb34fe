"""The names of apps, models and fields in the language of the reader.

Django derives most of them from the code, and some models come from libraries. Marked here, they need no migration, as
an explicit `verbose_name` on each field would.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

APPS = ("screener", "candidates", "jobs", "interviews", "webhooks", "procrastinate", "axes", "rest_framework_api_key")
MODEL_NAMES = ("verbose_name", "verbose_name_plural")
FIELD_NAMES = ("verbose_name", "help_text")


def translate_names() -> None:
    """Make each name translatable that is not yet."""
    for owner, attribute in _names():
        name = getattr(owner, attribute)
        is_derived = attribute == "verbose_name_plural" and attribute not in owner.original_attrs
        if is_derived or not isinstance(name, Promise):
            setattr(owner, attribute, gettext_lazy(str(name)))


def names_of_models() -> set[str]:
    """Return all names, in the active language."""
    return {str(getattr(owner, attribute)) for owner, attribute in _names()}


def _names() -> Iterator[tuple[Any, str]]:
    for label in APPS:
        yield apps.get_app_config(label), "verbose_name"
        for model in apps.get_app_config(label).get_models():
            yield from ((model._meta, name) for name in MODEL_NAMES)
            for field in model._meta.concrete_fields:
                yield from ((field, name) for name in FIELD_NAMES if getattr(field, name))
