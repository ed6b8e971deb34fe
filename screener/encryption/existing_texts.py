"""Encrypts the texts that earlier versions stored, in batches and while they are served."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from screener.encryption.fields import EncryptedField, EncryptedTextField, EncryptedValuesField
from screener.encryption.text_format import PREFIX

BATCH = 500
FIRST_ID = UUID(int=0)

# Rows are found by their key, so that each is read once. A row that was changed meanwhile keeps its new value.
FIND_ROWS = """
SELECT id, {column}::text FROM {table}
WHERE id > %s AND {is_plain} ORDER BY id LIMIT %s
"""
ENCRYPT_ROW = "UPDATE {table} SET {column} = %s::{type} WHERE id = %s AND {column}::text = %s"
IS_PLAIN_TEXT = "{column} <> '' AND NOT starts_with({column}, %s)"
IS_PLAIN_JSON = "{column} IS NOT NULL AND jsonb_typeof({column}) <> 'string'"
HAS_PLAIN_VALUE = """
EXISTS (SELECT FROM jsonb_each({column}) AS part WHERE jsonb_typeof(part.value) = 'string'
    AND part.value #>> '{{}}' <> '' AND NOT starts_with(part.value #>> '{{}}', %s) AND (%s OR part.key = ANY(%s)))
"""


class NotTheSame(Exception):
    """An encrypted text does not decrypt to the plain one."""


def encrypted_fields() -> list[EncryptedField]:
    """All encrypted fields of all models."""
    fields: Iterator[Any] = (field for model in apps.get_models() for field in model._meta.concrete_fields)
    return [field for field in fields if isinstance(field, EncryptedField)]


def encrypt_existing_texts(field: EncryptedField) -> Iterator[int]:
    """Encrypt the plain texts of this column. Yields the number of rows that each batch encrypted.

    Idempotent: rows that are encrypted are skipped, so that after a crash it is started again.
    """
    last_id = FIRST_ID
    while rows := _find_plain_rows(field, last_id):
        with transaction.atomic():
            encrypted = sum(_encrypt_row(field, pk, stored) for pk, stored in rows)
        yield encrypted
        last_id = rows[-1][0]


def _find_plain_rows(field: EncryptedField, last_id: UUID) -> list[tuple[UUID, str]]:
    condition, parameters = _plain_condition(field)
    statement = FIND_ROWS.format(**_names(field), is_plain=condition.format(**_names(field)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [last_id, *parameters, BATCH])
        return [(pk, stored) for pk, stored in cursor.fetchall()]


def _plain_condition(field: EncryptedField) -> tuple[str, list[Any]]:
    if isinstance(field, EncryptedTextField):
        return IS_PLAIN_TEXT, [PREFIX]
    if isinstance(field, EncryptedValuesField):
        return HAS_PLAIN_VALUE, [PREFIX, field.names is None, list(field.names or ())]
    return IS_PLAIN_JSON, []


def _encrypt_row(field: EncryptedField, pk: UUID, stored: str) -> int:
    is_text = isinstance(field, EncryptedTextField)
    plain: Any = stored if is_text else json.loads(stored)
    encrypted = field.encrypt(field.decrypt(plain))
    if field.decrypt(encrypted) != field.decrypt(plain):
        raise NotTheSame(f"{field} {pk}")
    with connection.cursor() as cursor:
        cursor.execute(
            ENCRYPT_ROW.format(**_names(field)), [encrypted if is_text else json.dumps(encrypted), pk, stored]
        )
        return int(cursor.rowcount)


def _names(field: EncryptedField) -> dict[str, str]:
    model: type[Model] = field.model
    quote = connection.ops.quote_name
    column_type = "text" if isinstance(field, EncryptedTextField) else "jsonb"
    return {"table": quote(model._meta.db_table), "column": quote(str(field.column)), "type": column_type}
