"""A condition on a list of any length that is one parameter: `column = ANY(list)`.

`column__in` sends a parameter for each member, which costs the database more than the search when there are thousands.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import BooleanField, Expression, F, Func, Value


def is_any_of(column: str | Expression, members: Iterable[str | UUID]) -> Func:
    """psycopg adapts the list as a whole. A field would prepare each member first."""
    expression = F(column) if isinstance(column, str) else column
    wanted = Value(list(members))
    return Func(expression, wanted, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
