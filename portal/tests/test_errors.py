"""Pages of the portal that do not exist, are forbidden or fail: in the candidate's language, without a trace."""

from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from interviews.invitations import inviting
from interviews.models import Invitation
from portal.errors import PREFIX
from portal.tests.test_languages import compare_answers
from screener.web.secret_paths import NO_TRACE_HEADERS
from tests.support.factories import make_interview

pytestmark = pytest.mark.django_db
DENIED, MISSING, FAILED = 403, 404, 500


@pytest.fixture
def invitation() -> Invitation:
    interview = make_interview()
    interview.update_fields(language="es")
    return inviting.invite(interview, actor="hanna")


def get(address: str, language: str = "en", **params: str) -> Any:
    client = Client(raise_request_exception=False, headers={"Accept-Language": f"{language}-XX,en;q=0.5"})
    return client.get(address, params)


def test_addresses_are_below_prefix() -> None:
    assert reverse("portal", args=["x"]) == f"{PREFIX}x/"


@pytest.mark.parametrize("language", [tag for tag in dict(settings.CANDIDATE_LANGUAGES) if tag != "en"])
def test_error_pages_are_translated(
    invitation: Invitation, language: str, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    own, forged = f"{PREFIX}{invitation.token}/nothing/", f"{PREFIX}forged/nothing/"
    compare_answers(*(get(forged, tag) for tag in ("en", language)), language=language, status=MISSING)
    compare_answers(*(get(own, lang=tag) for tag in ("en", language)), language=language, status=MISSING)
    for error, status in ((PermissionDenied, DENIED), (ZeroDivisionError, FAILED)):
        monkeypatch.setattr("portal.access.is_over_limit", lambda *_args, error=error, **_limits: raise_error(error))
        with django_assert_num_queries(0):
            answers = [get(reverse("portal", args=[invitation.token]), tag) for tag in ("en", language)]
        compare_answers(*answers, language=language, status=status)


def raise_error(error: type[Exception]) -> bool:
    raise error


def test_missing_page_leads_to_interview(invitation: Invitation) -> None:
    page = get(f"{PREFIX}{invitation.token}/nothing/", "de")
    assert page["Content-Language"] == "es"
    assert reverse("portal", args=[invitation.token]) in page.content.decode()
    assert page.headers.items() >= NO_TRACE_HEADERS.items()
    inviting.revoke(invitation, actor="hanna")
    assert invitation.interview.job.title not in get(f"{PREFIX}{invitation.token}/nothing/").content.decode()


def test_other_addresses_keep_their_pages() -> None:
    assert get("/nothing/").status_code == get("/api/v1/nothing/").status_code == MISSING
    with override("en"):
        assert "c-main" not in get("/nothing/").content.decode()
