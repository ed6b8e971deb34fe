"""Find out which constraint a statement violated."""

import psycopg
from django.db import IntegrityError


def violates_constraint(error: IntegrityError, constraint: str) -> bool:
    """Whether this error names this constraint in PostgreSQL's diagnostics.

    The message is not searched, because it also holds values of the row.
    """
    cause = error.__cause__
    return isinstance(cause, psycopg.Error) and cause.diag.constraint_name == constraint
