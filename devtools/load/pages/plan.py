"""The plan of a big database: a table with a row for each interview, from which all other rows are made.

A few jobs have very many candidates, and most have few. The id of a row follows from its number, so that rows refer to
each other without a join.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from devtools.load.pages.bulk_insert import literal

INTERVIEWS_PER_CANDIDATE = 5
INTERVIEWS_PER_JOB = 500
DAYS = 1000
"""The age of the oldest interview."""

FUNCTIONS = """
CREATE OR REPLACE FUNCTION pg_temp.chance(number bigint, salt int) RETURNS float LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(number, salt) & 2147483647) / 2147483648.0 $$;
CREATE OR REPLACE FUNCTION pg_temp.pick(entries text[], number bigint, salt int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT entries[1 + floor(pg_temp.chance(number, salt) * array_length(entries, 1))::int] $$;
CREATE OR REPLACE FUNCTION pg_temp.row_id(kind text, number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT md5(kind || number)::uuid $$;
"""

# The newest interviews have the highest numbers. One in two hundred is still to be held. 55 % of the rest are complete.
PLAN = """
CREATE UNLOGGED TABLE bench_interview AS
SELECT number, created_at, is_live, is_complete, has_result,
       pg_temp.row_id('interview', number) AS id,
       number % {candidates} AS candidate,
       floor({jobs} * power(pg_temp.chance(number, 1), 2))::int AS job,
       CASE WHEN is_live THEN 'pending' WHEN is_complete THEN 'completed' WHEN ending < 0.93 THEN 'failed'
            ELSE 'cancelled' END AS status,
       CASE WHEN is_live THEN '' WHEN is_complete THEN 'complete' WHEN ending < 0.80 THEN 'unreached'
            WHEN ending < 0.88 THEN 'declined' WHEN ending < 0.90 THEN 'person_requested'
            WHEN ending < 0.93 THEN 'too_little' ELSE 'by_hr' END AS outcome,
       CASE WHEN NOT is_complete THEN 'none' WHEN has_result THEN 'ready' ELSE 'needs_review' END AS result_status,
       CASE WHEN NOT is_live THEN created_at + interval '1 hour' * (1 + 40 * pg_temp.chance(number, 3)) END AS ended_at,
       CASE WHEN is_live THEN 0 ELSE 1 + floor(2.2 * pg_temp.chance(number, 4))::int END AS attempts,
       round((3 + 6.5 * pg_temp.chance(number, 5))::numeric, 2) AS score
FROM (
    SELECT number, ending,
           now() - interval '1 day' * {days} * ({interviews} - number) / {interviews} AS created_at,
           number > {interviews} * 0.995 AS is_live,
           number <= {interviews} * 0.995 AND ending < 0.55 AS is_complete,
           ending < 0.52 AS has_result
    FROM (SELECT number, pg_temp.chance(number, 2) AS ending FROM generate_series(1, {interviews}) number) numbers
) kinds
"""


INDEXES_SQL = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename ~ '^(candidates|interviews|jobs|screener)_'
  AND NOT EXISTS (SELECT 1 FROM pg_constraint
                  WHERE conname = indexname AND conrelid = format('%I', tablename)::regclass)
  AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""


@dataclass(frozen=True)
class DataSize:
    interviews: int

    @property
    def candidates(self) -> int:
        return max(1, self.interviews // INTERVIEWS_PER_CANDIDATE)

    @property
    def jobs(self) -> int:
        return max(1, self.interviews // INTERVIEWS_PER_JOB)


def array(words: "tuple[str, ...] | list[str]") -> str:
    return literal(list(words))


def row_id(kind: str, number: str) -> str:
    return f"pg_temp.row_id('{kind}', {number})"


def pick(words: "tuple[str, ...] | list[str]", number: str, salt: int) -> str:
    return f"pg_temp.pick({array(words)}, {number}, {salt})"


@contextmanager
def bulk_loading() -> Iterator[None]:
    """Skip triggers and foreign-key checks, and build the indexes of the tables when all rows are there."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
        cursor.execute(INDEXES_SQL)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("RESET session_replication_role; RESET synchronous_commit")
        cursor.execute("RESET work_mem; RESET maintenance_work_mem")


def create_plan(size: DataSize) -> None:
    plan = PLAN.format(interviews=size.interviews, candidates=size.candidates, jobs=size.jobs, days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(plan)
        cursor.execute("ANALYZE bench_interview")


def drop_plan() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_interview")
