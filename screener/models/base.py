"""Base classes of all models."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar, cast

from django.db import DatabaseError, connection, models
from django.db.models import Q
from django.utils import timezone
from psycopg import Copy

LeasableT = TypeVar("LeasableT", bound="LeasableModel")

ABANDONED_AFTER = timedelta(seconds=20)


class InvalidTransition(Exception):
    """The state of the row does not allow this change. The message says why and what to do.

    `code`: the reason for programs, where there are several. `members`: further members of the problem in the API.
    """

    code = ""
    members: Mapping[str, Any] = MappingProxyType({})


def parse_id(text: str) -> uuid.UUID | None:
    """Return the id of a row, or None if the text is not an id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class BaseModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @classmethod
    def insert(cls, rows: Sequence[Self], *, ignore_conflicts: bool = False) -> None:
        """Insert new rows in one statement.

        Like `bulk_create`, in half the time, because the statement is built once. Callers on the phone wait for it.
        """
        if not rows:
            return
        fields, statement = _insert_statement(cls, len(rows), ignore_conflicts)
        values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
        _mark_inserted(rows)

    @classmethod
    def copy(cls, rows: Sequence[Self]) -> None:
        """Insert many new rows with COPY, in a third of the time of INSERT: no parameters are put into a statement."""
        if not rows:
            return
        fields = _inserted_fields(cls)
        readers = [_column_reader(field) for field in fields]
        with _copying(cls, [str(field.column) for field in fields]) as copy:
            for row in rows:
                copy.write_row([read(row) for read in readers])
        _mark_inserted(rows)

    @classmethod
    def copy_values(cls, names: Sequence[str], rows: Iterable[Sequence[Any]], **shared: Any) -> None:
        """Insert many new rows with COPY, in half the time of `copy`, because there is no instance of each.

        `names`: of the columns whose values each row has, as COPY takes them. One is `id`.
        `shared`: fields that have one value in all rows. The other fields have their defaults.
        """
        now = timezone.now()
        others = [field for field in _inserted_fields(cls) if field.column not in names]
        tail = [_shared_text(field, shared, now) for field in others]
        with _copying(cls, [*names, *(str(field.column) for field in others)]) as copy:
            for row in rows:
                copy.write_row((*row, *tail))

    def update_fields(self, **changes: Any) -> None:
        """Set these fields and write only them.

        Like `save(update_fields=…)` without signals, in half the time, because the statement is built once. Callers on
        the phone wait for it.
        """
        for name, value in changes.items():
            setattr(self, name, value)
        fields, statement = _update_statement(type(self), (*changes, "updated_at"))
        values = [field.get_db_prep_save(field.pre_save(self, add=False), connection) for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, self.pk])
            if not cursor.rowcount:
                raise DatabaseError(f"{type(self).__name__} {self.pk} was deleted.")


@contextmanager
def _copying(model: type[BaseModel], columns: Iterable[str]) -> Iterator[Copy]:
    """COPY into these columns."""
    quoted = connection.ops.quote_name
    statement = f"COPY {quoted(model._meta.db_table)} ({', '.join(map(quoted, columns))}) FROM STDIN"
    # Django maps the errors of statements, but not those of COPY.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


def _shared_text(field: "models.Field[Any, Any]", shared: Mapping[str, Any], now: datetime) -> str | None:
    """The value of a column in all rows, converted once."""
    is_now = isinstance(field, models.DateTimeField) and (field.auto_now or field.auto_now_add)
    shared_value = now if is_now else shared.get(field.attname, field.get_default())
    if isinstance(field, models.JSONField):
        return json.dumps(shared_value, cls=field.encoder)
    return None if shared_value is None else str(shared_value)


def _mark_inserted(rows: Sequence[BaseModel]) -> None:
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _inserted_fields(model: type[BaseModel]) -> list["models.Field[Any, Any]"]:
    written = (field for field in model._meta.concrete_fields if not field.generated)
    return [field for field in written if field.has_default() or not field.has_db_default()]


def _column_reader(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    """Return what reads the value of a column from a new row, as COPY takes it.

    Most values are taken as they are: preparing each of them costs more than the copy.
    """
    if getattr(field, "is_encrypted", False):
        return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connection)
    if isinstance(field, models.DateTimeField):
        return lambda row: field.pre_save(row, add=True)  # psycopg takes a time as it is
    if type(field).pre_save is not models.Field.pre_save:
        return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), connection)
    read: Callable[[Any], Any] = attrgetter(field.attname)
    if isinstance(field, models.JSONField):
        return lambda row: None if (content := read(row)) is None else json.dumps(content, cls=field.encoder)
    if field.choices:
        return lambda row: None if (member := read(row)) is None else str(member)  # COPY would write an enum's name
    return read


@cache
def _insert_statement(
    model: type[BaseModel], rows: int, ignore_conflicts: bool
) -> tuple[list["models.Field[Any, Any]"], str]:
    """Return the fields of a new row, and the statement that inserts as many rows."""
    fields = _inserted_fields(model)
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    statement = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of our models
    return fields, statement + (" ON CONFLICT DO NOTHING" if ignore_conflicts else "")


@cache
def _update_statement(model: type[BaseModel], names: tuple[str, ...]) -> tuple[list["models.Field[Any, Any]"], str]:
    """Return the fields with these names, and the statement that writes them to one row."""
    fields = [cast("models.Field[Any, Any]", model._meta.get_field(name)) for name in names]
    quoted = connection.ops.quote_name
    assignments = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    return fields, f"UPDATE {quoted(model._meta.db_table)} SET {assignments} WHERE id = %s"  # noqa: S608 - names of our models


class AppendOnly(BaseModel):
    """A row that is never changed, except for the fields in MUTABLE_FIELDS. A new row may supersede it."""

    class Meta:
        abstract = True

    MUTABLE_FIELDS: ClassVar[frozenset[str]] = frozenset()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self._check_mutable(set(kwargs.get("update_fields") or ()) - {"updated_at"})
        super().save(*args, **kwargs)

    def update_fields(self, **changes: Any) -> None:
        self._check_mutable(set(changes))
        super().update_fields(**changes)

    def _check_mutable(self, fields: set[str]) -> None:
        if not fields or not fields <= self.MUTABLE_FIELDS:
            raise TypeError(f"{type(self).__name__} is append-only: add a new row instead of changing this one.")


class LeasableQuerySet(models.QuerySet[LeasableT]):
    def claimable(self) -> Self:
        """Rows that no worker has leased and that are due."""
        now = timezone.now()
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        due = Q(retry_at__isnull=True) | Q(retry_at__lte=now)
        return self.filter(free & due)

    def abandoned(self) -> Self:
        """Claimable rows that have not changed for so long that their task must have been lost."""
        return self.claimable().filter(updated_at__lt=timezone.now() - ABANDONED_AFTER)

    def claim(self, pk: uuid.UUID, *, seconds: int) -> uuid.UUID | None:
        """Lease this row for this time. Returns the fence token, or None if the row is not claimable.

        Call it on a queryset that is filtered to the rows that wait for the work, without joins: only then does the
        database check the filter again after it has waited for another worker's claim.
        """
        token = uuid.uuid4()
        until = timezone.now() + timedelta(seconds=seconds)
        claimed = self.claimable().filter(pk=pk).update(lease=token, lease_until=until, tries=models.F("tries") + 1)
        return token if claimed else None

    def postpone(
        self, pk: uuid.UUID, token: uuid.UUID, delay: timedelta, *, count_try: bool = True, **changes: Any
    ) -> None:
        """Release the row with its work undone, due again after this delay. Does nothing if the lease was lost.

        `count_try`: whether this was a try.
        """
        now = timezone.now()
        tries = models.F("tries") - (0 if count_try else 1)
        released = {"lease": None, "lease_until": None, "retry_at": now + delay, "updated_at": now, "tries": tries}
        self.filter(pk=pk, lease=token).update(**released | changes)

    def renew(self, pk: uuid.UUID, token: uuid.UUID, *, seconds: int) -> None:
        """Extend the lease. `seconds` count from now. Does nothing if the lease was lost."""
        until = timezone.now() + timedelta(seconds=seconds)
        self.filter(pk=pk, lease=token).update(lease_until=until)


LeasableManager = models.Manager.from_queryset(LeasableQuerySet)


class LeasableModel(BaseModel):
    """A row on which a worker does slow work outside of transactions.

    Only the worker that holds the lease works on the row. Writes with a lost fence token change nothing.
    """

    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    retry_at = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def has_lease(self, token: uuid.UUID) -> bool:
        """Whether the lease with this fence token is the present one."""
        return self.lease == token

    def release(self, **changes: Any) -> None:
        """Write the result of the work and release the row. The tries of the next step start anew."""
        self.update_fields(lease=None, lease_until=None, **{"retry_at": None, "tries": 0} | changes)
