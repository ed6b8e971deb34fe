from urllib.parse import parse_qsl
from uuid import uuid4

from twilio.request_validator import RequestValidator

from devtools.load.webhook_load import ANSWER, QUESTIONS, LoadPlan, SigningAccount, script_call

TOKEN = "token"
ACCOUNT = SigningAccount("AC1", TOKEN, "https://screener.example.com")


def test_webhooks_have_valid_signatures() -> None:
    webhooks = script_call(str(uuid4()), ACCOUNT)
    assert [webhook.kind for webhook in webhooks].count(ANSWER) == QUESTIONS
    for webhook in webhooks:
        form = dict(parse_qsl(webhook.body, keep_blank_values=True))
        assert RequestValidator(TOKEN).validate(ACCOUNT.base_url + webhook.path, form, webhook.signature)


def test_plan_survives_json() -> None:
    plan = LoadPlan("http://127.0.0.1:9", [script_call(str(uuid4()), ACCOUNT)], rate=5, width=2)
    assert LoadPlan.parse(plan.as_json()) == plan
