import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from screener.models import Preference
from screener.web.language import PREFERENCE, language_of

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
CHOICE = "/admin/language/"


@pytest.fixture
def user() -> User:
    return User.objects.create_superuser("reader")


def shown_language(client: Client) -> str:
    page = client.get(reverse("admin:index"), headers=GERMAN)
    language = page.headers["Content-Language"]
    assert f'<html lang="{language}"' in page.content.decode()
    return str(language)


def new_login(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_page_follows_browser(admin_client: Client) -> None:
    assert shown_language(admin_client) == "de"
    assert (
        admin_client.get(reverse("admin:index"), headers={"Accept-Language": "fr"}).headers["Content-Language"] == "en"
    )


def test_choice_outlasts_session(user: User) -> None:
    client = new_login(user)
    answer = client.post(CHOICE, {"language": "en", "next": "/admin/jobs/"}, headers=GERMAN)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/jobs/")
    assert shown_language(client) == shown_language(new_login(user)) == "en"
    client.post(CHOICE, {"language": "de"})
    assert language_of(user.pk) == shown_language(client) == "de"


def test_choice_is_checked(user: User) -> None:
    client = new_login(user)
    answer = client.post(CHOICE, {"language": "tlh", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == reverse("admin:index")
    assert language_of(user.pk) == "en"
    assert client.get(CHOICE).status_code == 405
    assert Client().post(CHOICE, {"language": "de"}).headers["Location"].startswith(reverse("admin:login"))
    assert not Preference.objects.filter(name=PREFERENCE).exists()


def test_programs_are_answered_in_english(admin_client: Client) -> None:
    """Also after a German page in the same thread."""
    for address in ("/api/v1/jobs/", "/api/schema/", "/webhooks/twilio/voice/"):
        bodies = [admin_client.post(address, {"title": ""}).content]
        shown_language(admin_client)
        bodies.append(admin_client.post(address, {"title": ""}, headers=GERMAN).content)
        assert bodies[0] == bodies[1], address
        assert "content-language" not in admin_client.get(address, headers=GERMAN).headers
