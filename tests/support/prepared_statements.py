"""Prepared statements that outlive a rollback.

psycopg forgets all prepared statements of a connection after a rollback, because a table may have been recreated.
Every test ends with a rollback, so that the next test would parse and plan each of its queries again. PostgreSQL itself
keeps prepared statements, and plans them again where a table changed.
"""

import pytest
from django.db import connection
from psycopg._preparing import PrepareManager

MAX_STATEMENTS = 5000
"""Enough for the queries of all tests, so that none is prepared twice."""


def keep_prepared_statements(patch: pytest.MonkeyPatch) -> None:
    """Keep the prepared statements of connections that are opened from now on."""
    patch.setattr(PrepareManager, "prepared_max", MAX_STATEMENTS)
    patch.setattr(PrepareManager, "clear", lambda manager: False)  # psycopg has no public way to keep them
    patch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", 1)
