"""`python -m devtools.load.imports`: measures the import of a large file: rows per second after the upload, and memory.

The file is imported twice: at first each row adds a candidate, then each row finds one. `--quick`: a tenth of the rows.
"""

import csv
import io
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Event, Thread
from typing import Any

import psutil
from xlsxwriter import Workbook

from devtools.harness.deployment import Deployment, open_deployment, wait_until
from devtools.load.report import describe_machine, print_section, save_report

ROWS, QUICK_ROWS = 100_000, 10_000
HEADS = ["Name", "Phone", "E-Mail", "Id", "Language", "Consent", "Consent source", "Source"]
TIMEOUT = 600
SAMPLE_SECONDS = 0.05
MEGABYTE = 1024 * 1024
READER = "screener.documents.table_reader"


def make_rows(count: int) -> Iterator[list[str]]:
    yield HEADS
    for number in range(count):
        phone = f"+49151{number:08}"
        contacts = [phone, f"person{number}@example.com", f"id-{number}"]
        yield [f"Person {number}", *contacts, "de", "yes", "application form", f"Portal {number % 50}"]


def make_csv(count: int) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(make_rows(count))
    return text.getvalue().encode()


def make_xlsx(count: int) -> bytes:
    file = io.BytesIO()
    with Workbook(file, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(make_rows(count)):
            sheet.write_row(number, 0, row)
    return file.getvalue()


class MemoryPeak:
    """The most memory that a worker process and the reader of a workbook have held at once."""

    def __init__(self, worker: psutil.Process) -> None:
        self._worker = worker
        self.megabytes = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        ended = Event()
        watcher = Thread(target=self._watch, args=[ended])
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, ended: Event) -> None:
        while not ended.wait(SAMPLE_SECONDS):
            with suppress(psutil.NoSuchProcess):  # a reader has ended meanwhile
                self.megabytes = max(self.megabytes, self._held_bytes() / MEGABYTE)

    def _held_bytes(self) -> int:
        held: dict[psutil.Process, int] = {
            process: process.memory_info().rss for process in self._worker.children(recursive=True)
        }
        readers = [process for process in held if READER in process.cmdline()]
        return sum(held.pop(reader) for reader in readers) + max(held.values(), default=0)


def has_processes(deployment: Deployment) -> bool:
    with suppress(IndexError):
        return bool(deployment.find_process("worker").children())
    return False


def import_file(deployment: Deployment, name: str, content: bytes) -> dict[str, Any]:
    """Upload the file and wait until it is imported. The time is that of the rows, without upload and polling."""
    memory = MemoryPeak(deployment.find_process("worker"))
    with memory.watched():
        uploaded_at = time.monotonic()
        path = f"imports/{deployment.upload_file('imports/', name, content)['id']}/"
        upload_seconds = time.monotonic() - uploaded_at
        wait_until(lambda: deployment.call_api("GET", path)["ended_at"], TIMEOUT, "the import", interval=0.2)
    imported = deployment.call_api("GET", path)
    started_at, ended_at = (datetime.fromisoformat(imported[name]) for name in ("started_at", "ended_at"))
    rows = sum(imported["counts"].get(result, 0) for result in ("created", "updated", "unchanged", "refused"))
    return {
        "counts": imported["counts"],
        "upload_s": round(upload_seconds, 2),
        "rows_per_second": round(rows / (ended_at - started_at).total_seconds()),
        "memory_mb": round(memory.megabytes),
    }


def measure_imports(count: int) -> dict[str, Any]:
    with open_deployment(speed=0) as deployment:
        deployment.start_web()
        deployment.start_worker()
        wait_until(lambda: has_processes(deployment), TIMEOUT, "the worker", interval=0.5)
        import_file(deployment, "first.csv", make_csv(1))  # until the worker is ready
        new_rows = import_file(deployment, "new.csv", make_csv(count))
        return {
            "new_csv": print_section("new_csv", new_rows),
            "known_xlsx": print_section("known_xlsx", import_file(deployment, "known.xlsx", make_xlsx(count))),
        }


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    count = QUICK_ROWS if "--quick" in sys.argv else ROWS
    report = {"machine": describe_machine(rows=count), "imports": measure_imports(count)}
    save_report(report, "bench-imports.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
