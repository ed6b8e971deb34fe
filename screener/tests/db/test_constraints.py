"""Recognition of violated constraints."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from screener.db.constraints import violates_constraint
from screener.models import SpokenLine

pytestmark = pytest.mark.django_db

UNIQUE_KEY = "screener_spokenline_key_key"


def integrity_error(key: Any) -> IntegrityError:
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        SpokenLine.objects.bulk_create([SpokenLine(key=key), SpokenLine(key="A")])
    return raised.value


def test_violates_names_constraint() -> None:
    error = integrity_error("A")
    assert violates_constraint(error, UNIQUE_KEY)
    assert not violates_constraint(error, "key_key")


def test_violates_ignores_values_of_row() -> None:
    """A null value violates no named constraint, for any content of the row."""
    assert not violates_constraint(integrity_error(None), "")
    assert not violates_constraint(integrity_error(None), UNIQUE_KEY)


def test_violates_needs_database_error() -> None:
    assert not violates_constraint(IntegrityError(UNIQUE_KEY), UNIQUE_KEY)
