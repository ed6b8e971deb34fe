"""Telling which database constraint a statement violated."""

import psycopg
from django.db import IntegrityError


def violates(error: IntegrityError, constraint: str) -> bool:
    """Whether this error is about the constraint of this name, by PostgreSQL's diagnostics and not by its message.

    The message also holds values of the row, which others write.
    """
    cause = error.__cause__
    return isinstance(cause, psycopg.Error) and cause.diag.constraint_name == constraint
