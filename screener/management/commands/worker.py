import asyncio
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from screener import worker


class Command(BaseCommand):
    help = "Do the background work: supervised processes for each queue, restarted when they die."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queue", choices=list(settings.WORKER_QUEUES), help="work on this queue alone, in this process"
        )
        parser.add_argument("--at-once", type=int, help="jobs at a time; by default all that the settings say")
        parser.add_argument("--supervised", action="store_true", help="stop when standard input closes")

    def handle(self, *args: Any, queue: str | None, at_once: int | None, supervised: bool, **options: Any) -> None:
        if queue:
            concurrency = at_once or settings.WORKER_QUEUES[queue]
            asyncio.run(worker.run(queue, concurrency=concurrency, supervised=supervised))
        else:
            worker.supervise([sys.executable, sys.argv[0], "worker"])
