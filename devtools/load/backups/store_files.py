"""`python -m devtools.load.backups.store_files COUNT BYTES`: stores a recording for each of so many interviews.

They go through private storage, encrypted with the data keys of their candidates.
"""

import os
import sys
from secrets import token_bytes

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
django.setup()

from django.core.files.base import ContentFile  # noqa: E402 - needs the settings
from django.core.files.storage import storages  # noqa: E402

from interviews.models import Interview  # noqa: E402


def store_files(count: int, size: int) -> None:
    content = token_bytes(size)
    interviews = Interview.all_objects.order_by("pk").values_list("pk", "candidate_id")
    for interview, candidate in interviews[:count].iterator():
        storages["private"].save(f"candidates/{candidate}/{interview}/take.wav", ContentFile(content))


if __name__ == "__main__":
    store_files(int(sys.argv[1]), int(sys.argv[2]))
