"""Telling database constraints apart."""

import pytest
from django.db import IntegrityError, transaction

from screener.constraints import violates
from screener.models import ModelNotice

pytestmark = pytest.mark.django_db

UNIQUE_SETTING = "screener_modelnotice_setting_key"


def integrity_error(setting: str | None) -> IntegrityError:
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        ModelNotice.objects.bulk_create([ModelNotice(setting=setting, model="m"), ModelNotice(setting="A", model="m")])
    return raised.value


def test_violates_names_constraint() -> None:
    error = integrity_error("A")
    assert violates(error, UNIQUE_SETTING)
    assert not violates(error, "setting_key")


def test_violates_ignores_values_of_row() -> None:
    """A null value violates no named constraint, whatever the row contains."""
    assert not violates(integrity_error(None), "")
    assert not violates(integrity_error(None), UNIQUE_SETTING)


def test_violates_needs_database_error() -> None:
    assert not violates(IntegrityError(UNIQUE_SETTING), UNIQUE_SETTING)
