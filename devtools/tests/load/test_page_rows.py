"""The generated rows of a big database look like rows of the product."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse

from devtools.load.pages.plan import DataSize, bulk_loading, drop_plan
from devtools.load.pages.rows import QUESTIONS, insert_all
from interviews.models import Interview, InterviewResponse
from screener.models import RoleKey
from tests.support.copied_results import count_different_copies
from tests.support.role_accounts import login_client, make_role_user

SIZE = DataSize(interviews=400)


def orphaned_rows() -> dict[str, int]:
    """The number of rows by foreign key that refer to a missing row."""
    counts = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                counts[str(field)] = count_orphans(model, field)
    return {name: count for name, count in counts.items() if count}


def count_orphans(model: Any, field: "models.ForeignKey[Any, Any]") -> int:
    target = field.related_model._base_manager.filter(pk=OuterRef(field.attname))
    return int(model._base_manager.filter(**{f"{field.attname}__isnull": False}).exclude(Exists(target)).count())


@pytest.mark.django_db
def test_generated_rows_fill_pages() -> None:
    user = make_role_user(RoleKey.RECRUITER)
    with bulk_loading():
        insert_all(SIZE, user)
    drop_plan()
    assert orphaned_rows() == {}
    assert count_different_copies() == 0
    assert Interview.objects.count() == SIZE.interviews
    assert InterviewResponse.objects.count() == SIZE.interviews * QUESTIONS
    interview = Interview.objects.filter(result_status=Interview.ResultStatus.READY).first()
    assert interview
    client = login_client(user)
    for name, row_id in (("interviews_interview", interview.pk), ("jobs_jobdescription", interview.job_id)):
        assert client.get(reverse(f"admin:{name}_change", args=[row_id])).status_code == 200
