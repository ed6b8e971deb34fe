"""`python -m devtools.load.bank`: measures searches of a bank with 100,000 questions, through the API.

The bank holds copies of the starter questions, each with a number of its own, as if each family had been imported as a
whole: most words are frequent among old or new questions only. `--quick`: a tenth of them.
"""

import signal
import sys
import time
from statistics import median
from typing import Any, LiteralString

import psycopg

from devtools.harness.deployment import Deployment, open_deployment
from devtools.load.report import describe_machine, print_section, save_report

COPIES_SQL: LiteralString = """
WITH copies AS (
    INSERT INTO jobs_bankquestion (id, created_at, updated_at, family, kind, difficulty, tags, status, languages,
                                   search_text, source)
    SELECT md5(starter.id::text || copy)::uuid,
           now() - (ascii(family) * interval '1 day') - random() * interval '1 day', now(),
           family, kind, difficulty, tags, status, languages, search_text || ' case' || copy, 'benchmark'
    FROM jobs_bankquestion starter, generate_series(1, {copies}) copy
    WHERE starter.starter_key IS NOT NULL
    RETURNING 1
), copied_texts AS (
    INSERT INTO jobs_banktext (id, created_at, updated_at, question_id, language, text, competency, good_answer,
                               keywords, stems)
    SELECT gen_random_uuid(), now(), now(), md5(question_id::text || copy)::uuid, language, text || ' case' || copy,
           competency, good_answer, keywords, stems || ('case' || copy)::varchar
    FROM jobs_banktext JOIN jobs_bankquestion starter ON starter.id = question_id,
         generate_series(1, {copies}) copy
    WHERE starter.starter_key IS NOT NULL
    RETURNING 1
)
SELECT (SELECT count(*) FROM copies), (SELECT count(*) FROM copied_texts)
"""
SEARCHES = {
    "frequent_word": "bank-questions/?search=customer",
    "word_of_a_family": "bank-questions/?search=pallet",
    "two_words": "bank-questions/?search=difficult+customer&language=de",
    "rare_word": "bank-questions/?search=case77",
    "absent_word": "bank-questions/?search=zeppelin",
    "language": "bank-questions/?language=de",
    "family_and_kind": "bank-questions/?family=software&kind=technical",
}
ROUNDS = 20


def fill_bank(deployment: Deployment, copies: LiteralString) -> dict[str, Any]:
    """Insert the copies. PostgreSQL learns of them at once, as it would within a minute."""
    (questions, texts), *_ = deployment.query_rows(COPIES_SQL.format(copies=copies))
    with psycopg.connect(
        host=str(deployment.socket_dir), user="screener", dbname="screener", autocommit=True
    ) as connection:
        connection.execute("VACUUM ANALYZE jobs_bankquestion, jobs_banktext")
    return {"questions": questions, "texts": texts}


def request_milliseconds(deployment: Deployment, path: str) -> float:
    started_at = time.monotonic()
    deployment.call_api("GET", path)
    return (time.monotonic() - started_at) * 1000


def measure_searches(deployment: Deployment) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    for name, path in SEARCHES.items():
        times = [request_milliseconds(deployment, path) for _ in range(ROUNDS)]
        measured[f"{name}_ms"] = {"median": round(median(times), 1), "slowest": round(max(times), 1)}
    measured["slowest_median_ms"] = max(section["median"] for section in measured.values())
    return measured


def measure_bank(copies: LiteralString) -> dict[str, Any]:
    with open_deployment(speed=0) as deployment:
        deployment.start_web()
        filled = fill_bank(deployment, copies)
        return print_section("bank", filled | measure_searches(deployment))


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    is_quick = "--quick" in sys.argv
    report = {"machine": describe_machine(), "bank": measure_bank("33" if is_quick else "333")}
    save_report(report, "bench-bank.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
