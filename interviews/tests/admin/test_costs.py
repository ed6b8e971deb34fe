"""Costs on the spending page, on the pages of interviews and jobs, and over the API."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from interviews.models import Call, Interview, lock_interview
from interviews.reports.monthly_costs import MonthlyCosts
from jobs.models import JobDescription
from screener.costs.monthly_budget import month_start, spent_budget_reason
from screener.costs.totals import ModelCost, PhoneCost, phone_costs_by
from screener.models import ModelCall
from tests.support.admin_client import get_page, make_staff_client
from tests.support.factories import make_approved_job, make_candidate, make_interview
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
PAGE = "/admin/spending/"
HOSTILE = "<script>alert(1)</script>"


def add_model_call(interview: Interview | None = None, cost: str | None = "0.5", **fields: Any) -> ModelCall:
    about = {"interview_id": interview.pk, "job_id": interview.job_id} if interview else {}
    values = {"purpose": "assessment", "model": "gpt-6-luna", "cost": cost and Decimal(cost)} | about | fields
    at = values.pop("at", None)
    call = ModelCall.objects.create(**values)
    if at:
        ModelCall.objects.filter(pk=call.pk).update(created_at=at)
    return call


def add_phone_call(interview: Interview, price: str | None = "-0.20", unit: str = "USD", at: Any = None) -> Call:
    now, number = timezone.now(), interview.attempts.count() + 1
    attempt = interview.attempts.create(number=number, send_before=now, ended_at=now)
    cost = {"price": Decimal(price), "price_unit": unit} if price else {}
    sid = f"CA{attempt.pk.hex}"
    call = Call.objects.create(attempt=attempt, number="+14155550100", ended_at=now, twilio_sid=sid, **cost)
    if at:
        Call.objects.filter(pk=call.pk).update(created_at=at)
    return call


def make_numbered_interview(number: int, **job: Any) -> Interview:
    return make_interview(job=make_approved_job(**job), full_name=f"Candidate {number}", phone=f"+1415555{number:04}")


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (ModelCost(), "$0.00"),
        (ModelCost(Decimal("0.00321"), 3, 0), "$0.0032"),
        (ModelCost(Decimal("0.000055"), 1, 0), "$0.000055"),
        (ModelCost(Decimal("0.2"), 1, 0), "$0.20"),
        (ModelCost(Decimal("1234.5"), 3, 0), "$1,234.50"),
        (ModelCost(Decimal(0), 2, 2), "unknown (2 calls)"),
        (ModelCost(Decimal("0.5"), 2, 1), "$0.50 and 1 call of unknown cost"),
    ],
)
def test_unknown_cost_is_never_zero(cost: ModelCost, text: str) -> None:
    assert str(cost) == text


class TestMonthlyCosts:
    def test_costs_are_grouped(self) -> None:
        cheap, dear = make_numbered_interview(1, title="Cook"), make_numbered_interview(2, title="Pilot")
        add_model_call(cheap, "0.25")
        add_model_call(dear, "2", purpose="summary", model="gpt-6-sol")
        add_model_call(dear, None, model="our-own")
        add_phone_call(dear)
        add_phone_call(dear, None)
        month = MonthlyCosts.for_month(month_start(timezone.now()))
        assert month.models == ModelCost(Decimal("2.25"), 3, 1)
        assert month.phone == PhoneCost((("USD", Decimal("0.2")),), 1)
        assert [(row.title, row.models.known_cost) for row in month.purposes] == [
            ("Summary", 2),
            ("Assessment", Decimal("0.25")),
        ]
        assert [row.title for row in month.by_model] == ["gpt-6-sol", "gpt-6-luna", "our-own"]
        assert [(row.title, row.models, row.phone.unpriced_count) for row in month.jobs] == [
            ("Pilot", ModelCost(Decimal(2), 2, 1), 1),
            ("Cook", ModelCost(Decimal("0.25"), 1, 0), 0),
        ]
        assert [(row.pk, row.phone.total) for row in month.interviews] == [(dear.pk, Decimal("0.2")), (cheap.pk, 0)]

    def test_highest_cost_comes_first(self) -> None:
        by_phone, by_model = make_numbered_interview(1), make_numbered_interview(2)
        add_model_call(by_model, "0.30")
        add_model_call(by_phone, "0.01")
        add_phone_call(by_phone, "-0.40")
        add_phone_call(by_model, "-0.05")
        month = MonthlyCosts.for_month(month_start(timezone.now()))
        assert [row.pk for row in month.interviews] == [by_phone.pk, by_model.pk]

    def test_month_is_in_utc(self, time_machine: Any) -> None:
        time_machine.move_to(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False)
        interview = make_interview()
        add_model_call(interview, "1", at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
        add_model_call(interview, "2", at=datetime(2026, 11, 1, tzinfo=UTC))
        add_phone_call(interview, "-3", at=datetime(2026, 10, 1, tzinfo=UTC))
        november = MonthlyCosts.for_month(datetime(2026, 11, 1, tzinfo=UTC))
        october = MonthlyCosts.for_month(datetime(2026, 10, 1, tzinfo=UTC))
        assert (november.models.known_cost, november.phone.total) == (Decimal(2), Decimal(0))
        assert (october.models.known_cost, october.phone.total) == (Decimal(1), Decimal(3))
        assert [(row.title, row.models.known_cost, row.phone.total) for row in november.months] == [
            ("2026-11", Decimal(2), Decimal(0)),
            ("2026-10", Decimal(1), Decimal(3)),
        ]

    def test_currencies_are_not_added(self) -> None:
        interview = make_interview()
        add_phone_call(interview, "-0.10", "USD")
        add_phone_call(interview, "-0.20", "EUR")
        assert str(phone_costs_by(Call.objects.all())[()]) == "0.20 EUR and $0.10"

    def test_phone_costs_of_job(self) -> None:
        interview, other = make_numbered_interview(1), make_numbered_interview(2)
        add_phone_call(interview)
        add_phone_call(interview, None)
        add_phone_call(other, "-9")
        job = JobDescription.objects.filter(pk=interview.job_id)
        assert phone_costs_by(job, call_path="interviews__attempts__call__")[()] == PhoneCost(
            (("USD", Decimal("0.2")),), 1
        )


class TestPage:
    def test_unknown_costs_are_explained(self, admin_client: Client, settings: Any) -> None:
        add_model_call(None, None, model="our-own")
        add_model_call(None, None, model="our-own")
        add_model_call(None, None, error="It did not answer.")
        page = get_page(admin_client, PAGE)
        assert "model <bdi>our-own</bdi> has no price" in page
        assert "replies of <bdi>gpt-6-luna</bdi> were lost" in page
        assert "unknown (3 calls)" in page

    def test_past_month_is_shown(self, admin_client: Client) -> None:
        add_model_call(None, "7", at=datetime(2026, 1, 5, tzinfo=UTC))
        page = get_page(admin_client, PAGE, month="2026-01")
        assert "January 2026" in page
        assert "$7.00" in page
        assert "so far" not in page

    @pytest.mark.parametrize("month", ["", "soon", "2026-13", "\x00", "0000-00", "99999-01"])
    def test_invalid_month_shows_current_one(self, admin_client: Client, month: str) -> None:
        assert "so far" in get_page(admin_client, PAGE, month=month)

    def test_budget_is_shown(self, admin_client: Client, settings: Any) -> None:
        assert "none (MONTHLY_BUDGET)" in get_page(admin_client, PAGE)
        settings.MONTHLY_BUDGET, settings.OPENAI_API_KEY = 50, "sk-test"
        add_model_call(None, "60")
        page = get_page(admin_client, PAGE)
        assert "<dd>$50.00</dd>" in page
        assert spent_budget_reason() in page

    def test_page_needs_permission(self, admin_client: Client) -> None:
        assert f'href="{PAGE}"' in get_page(admin_client, "/admin/")
        other = make_staff_client("view_interview")
        assert f'href="{PAGE}"' not in get_page(other, "/admin/")
        assert other.get(PAGE).status_code == 403

    def test_page_needs_login(self, client: Client) -> None:
        assert client.get(PAGE).status_code == 302

    def test_hostile_text_is_escaped(self, admin_client: Client) -> None:
        interview = make_interview(job=make_approved_job(title=HOSTILE), full_name=HOSTILE)
        add_model_call(interview, model=HOSTILE)
        add_model_call(interview, None, model=HOSTILE)
        assert HOSTILE not in get_page(admin_client, PAGE)

    @pytest.mark.parametrize("many", [1, 25])
    def test_query_count_is_constant(self, admin_client: Client, many: int) -> None:
        for number in range(many):
            interview = make_numbered_interview(number)
            add_model_call(interview, model=f"model-{number}")
            add_phone_call(interview)
        get_page(admin_client, PAGE)
        with CaptureQueriesContext(connection) as queries:
            get_page(admin_client, PAGE)
        tables = ("screener_modelcall", "interviews_call", "interviews_interview", "jobs_jobdescription")
        cost_queries = [query for query in queries if any(table in query["sql"] for table in tables)]
        assert len(cost_queries) == 10


class TestOtherPages:
    def test_interview_page_shows_costs(self, admin_client: Client) -> None:
        interview = make_interview()
        add_model_call(interview, "0.0031")
        add_model_call(interview, None)
        add_phone_call(interview, "-0.084")
        address = reverse("admin:interviews_interview_change", args=[interview.pk])
        page = get_page(admin_client, address)
        assert "<dt>Model costs so far</dt><dd>$0.0031 and 1 call of unknown cost</dd>" in page
        assert "<dt>Phone costs so far</dt><dd>$0.084</dd>" in page
        assert "<td>$0.084</td>" in page
        page_without_costs = get_page(make_staff_client("view_interview"), address)
        assert not any(text in page_without_costs for text in ("Model costs so far", "0.084"))

    def test_job_page_shows_costs(self, admin_client: Client) -> None:
        interview = make_interview()
        add_model_call(interview, "1.25")
        add_phone_call(interview)
        address = reverse("admin:jobs_jobdescription_edit", args=[interview.job_id])
        assert "Models: $1.25. Phone: $0.20." in get_page(admin_client, address)
        assert "Models: $1.25" not in get_page(make_staff_client("view_jobdescription"), address)

    def test_spent_budget_is_shown(self, admin_client: Client, settings: Any) -> None:
        interview = make_completed_interview()
        with lock_interview(interview) as locked:
            locked.reopen_result(actor="hr", reason="")
        job = make_approved_job()
        job.request_questions()
        settings.MONTHLY_BUDGET, settings.OPENAI_API_KEY = 1, "sk-test"
        add_model_call(interview, "2")
        message = spent_budget_reason()
        assert message
        assert message in get_page(admin_client, "/admin/")
        assert message in get_page(admin_client, reverse("admin:interviews_interview_change", args=[interview.pk]))
        assert message in get_page(admin_client, reverse("admin:jobs_jobdescription_edit", args=[job.pk]))
        settings.MONTHLY_BUDGET = 100
        assert message not in get_page(admin_client, "/admin/")

    def test_model_call_list_shows_unknown(self, admin_client: Client) -> None:
        add_model_call(None, None)
        assert "unknown" in get_page(admin_client, reverse("admin:screener_modelcall_changelist"))

    def test_api_returns_costs(self, api: APIClient, django_assert_num_queries: Any) -> None:
        interview = make_interview()
        address = f"/api/v1/interviews/{interview.pk}/cost/"
        nothing = {"calls": 0, "unknown": 0, "phone": None, "phone_unit": "", "phone_unpriced": 0}
        assert api.get(address).json() == nothing | {"models": 0}
        add_model_call(interview, None)
        assert api.get(address).json() == nothing | {"models": None, "calls": 1, "unknown": 1}
        add_model_call(interview, "0.25")
        add_phone_call(interview, "-0.084")
        add_phone_call(interview, None)
        with django_assert_num_queries(5):  # the key, its use, the interview, its calls to models, its phone calls
            body = api.get(address).json()
        phone = {"phone": 0.084, "phone_unit": "USD", "phone_unpriced": 1}
        assert body == {"models": 0.25, "calls": 2, "unknown": 1} | phone
        assert api.get(f"/api/v1/interviews/{make_candidate(phone='+14155550177').pk}/cost/").status_code == 404
