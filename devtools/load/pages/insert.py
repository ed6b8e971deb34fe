"""`python -m devtools.load.pages.insert INTERVIEWS`: inserts the rows into the database of the environment."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402 - needs the settings
from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402

from devtools.load.pages.fill import MANAGER, PASSWORD, RECRUITER  # noqa: E402
from devtools.load.pages.plan import DataSize, bulk_loading, drop_plan  # noqa: E402
from devtools.load.pages.rows import insert_all  # noqa: E402
from jobs.models import JobDescription  # noqa: E402
from screener.models import RoleKey  # noqa: E402

MANAGED_JOBS = 20


def create_user(name: str, role: RoleKey) -> User:
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(role__key=role))
    return user


def add_manager() -> None:
    """Add a hiring manager, who is a member of the jobs with the most interviews."""
    manager = create_user(MANAGER, RoleKey.HIRING_MANAGER)
    jobs = JobDescription.objects.annotate(size=Count("interviews")).order_by("-size")
    for job in jobs[:MANAGED_JOBS]:
        job.add_member(manager, by=RECRUITER)


def fill_database(size: DataSize) -> None:
    with bulk_loading():
        insert_all(size, create_user(RECRUITER, RoleKey.RECRUITER))
    drop_plan()
    add_manager()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    fill_database(DataSize(interviews=int(sys.argv[1])))
