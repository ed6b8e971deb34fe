"""The page of insights: the filters, the numbers that each reader sees, and its cost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from candidates.models import Consent
from desk.insights.page import Insights
from interviews.models import Interview
from interviews.reports.groups import Grouping
from jobs.models import Template
from jobs.templates.filling import fill_job
from screener.models import RoleKey
from tests.support.factories import make_approved_job, make_assessed_interview, make_interview, make_job
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
PAGE = reverse("desk-insights")


def load(client: Client, **query: str) -> Insights:
    insights: Insights = client.get(PAGE, query).context["insights"]
    return insights


@pytest.fixture
def interview(db: None) -> Interview:
    return make_assessed_interview()


def test_questions_belong_to_a_chosen_job(admin_client: Client, interview: Interview) -> None:
    assert load(admin_client).job is None
    chosen = load(admin_client, job=str(interview.job_id)).job
    assert chosen is not None
    assert [figures.asked for figures in chosen.questions or []] == [1] * interview.responses.count()


@pytest.mark.parametrize("grouping", Grouping.values)
def test_groups_are_named(admin_client: Client, interview: Interview, grouping: str) -> None:
    make_interview(phone="+14155550101")
    (row,) = load(admin_client, by=grouping).groups.rows
    assert row.name
    assert row.group.invited == 2


def test_template_names_its_group(admin_client: Client) -> None:
    job = make_job()
    template = Template.objects.filter(starter_key__isnull=False)[0]
    fill_job(job, template.versions.latest("number"), by="hr").question_set.approve(by="hr")
    make_interview(job=job)
    (row,) = load(admin_client, by=Grouping.TEMPLATE).groups.rows
    assert row.name == str(template)


def test_sources_need_view_of_consents(admin_client: Client, interview: Interview) -> None:
    """A source is the text of a consent, and a group of one tells it of one person."""
    Consent.objects.update(source="said so to grace")
    manager = make_role_user(RoleKey.HIRING_MANAGER)
    interview.job.memberships.create(user=manager)
    for query in ({}, {"by": "source"}):
        assert "said so to grace" in admin_client.get(PAGE, query).content.decode()
        response = login_client(manager).get(PAGE, query)
        insights: Insights = response.context["insights"]
        assert "said so to grace" not in response.content.decode()
        assert insights.address.grouping == Grouping.TEMPLATE
        assert insights.offered == [Grouping.TEMPLATE, Grouping.CHANNEL]
        assert len(insights.groupings) == 2


def test_manager_sees_numbers_of_own_jobs(interview: Interview) -> None:
    manager = make_role_user(RoleKey.HIRING_MANAGER)
    own_job = make_approved_job(blind_review=True)
    own_job.memberships.create(user=manager)
    make_interview(job=own_job, phone="+14155550101")
    client = login_client(manager)
    assert [row.group.invited for row in load(client).groups.rows] == [1]
    assert load(client, job=str(interview.job_id)).address.job_id is None
    chosen = load(client, job=str(own_job.pk))
    assert (chosen.decisions, chosen.job and chosen.job.questions) == (None, None)


def test_query_count_is_constant(
    admin_client: Client, interview: Interview, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        make_interview(job=interview.job, phone=f"+1415555020{number}")
    with django_assert_max_num_queries(14):
        load(admin_client, job=str(interview.job_id), period="365", by=Grouping.TEMPLATE)


@pytest.mark.parametrize("query", ["period=0&job=x&by=y", "job=%00", "by=%F0%9F%92%A9"])
def test_unknown_filters_are_ignored(admin_client: Client, interview: Interview, query: str) -> None:
    insights: Insights = admin_client.get(f"{PAGE}?{query}").context["insights"]
    assert insights.groups.interviews == 1
