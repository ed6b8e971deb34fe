import asyncio
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from screener import worker


class Command(BaseCommand):
    help = "Do the background work: one supervised process per queue, restarted when it dies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queue", choices=list(settings.WORKER_QUEUES), help="work on this queue alone, in this process"
        )
        parser.add_argument("--supervised", action="store_true", help="stop when standard input closes")

    def handle(self, *args: Any, queue: str | None, supervised: bool, **options: Any) -> None:
        if queue:
            asyncio.run(worker.run(queue, supervised=supervised))
        else:
            worker.supervise([sys.executable, sys.argv[0], "worker"], list(settings.WORKER_QUEUES))
