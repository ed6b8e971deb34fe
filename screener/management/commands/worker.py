import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from screener.background import worker


class Command(BaseCommand):
    help = "Do the background work: supervised processes for each queue, restarted when they die."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queue", choices=list(settings.WORKER_QUEUES), help="work on this queue alone, in this process"
        )

    def handle(self, *args: Any, queue: str | None, **options: Any) -> None:
        if queue:
            asyncio.run(worker.run(queue, concurrency=settings.WORKER_QUEUES[queue]))
        else:
            worker.supervise()
