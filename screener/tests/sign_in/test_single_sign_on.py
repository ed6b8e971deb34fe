"""Single sign-on with a server of OpenID Connect."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from screener.access.user_roles import assign_role
from screener.models import Role, RoleKey
from tests.support.oidc_server import CLIENT_ID, CLIENT_SECRET, STRANGERS_KEY, OIDCServer, run_oidc_server
from tests.support.second_factors import add_authenticator_app

pytestmark = pytest.mark.django_db
TO_PROVIDER, CALLBACK = reverse("account_sso"), reverse("account_sso_callback")
LOGIN, HOME = reverse("admin:login"), reverse("admin:index")
EMAIL = "hanna@northwind.example"


@pytest.fixture(autouse=True)
def oidc(settings: Any) -> Iterator[OIDCServer]:
    with run_oidc_server() as server:
        settings.OIDC_ISSUER, settings.OIDC_NAME = server.issuer, "Northwind"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.OIDC_TRUST_EMAIL, settings.OIDC_NEW_USERS, settings.OIDC_MFA = False, "", "never"
        settings.OIDC_ROLE_CLAIM, settings.OIDC_ROLES = "groups", []
        yield server


@pytest.fixture
def user(db: None) -> User:
    user = User.objects.create_user("hanna", email=EMAIL.upper(), is_staff=True)
    assign_role(user, Role.objects.get(key=RoleKey.HIRING_MANAGER))
    return user


def log_in(oidc: OIDCServer, client: Client | None = None, page: str = "") -> Any:
    client = client or Client()
    answer = client.get(TO_PROVIDER, {"next": page})
    return client.get(CALLBACK, oidc.authorize(answer.headers["Location"]))


def user_of(answer: Any) -> User | None:
    user_id = answer.client.session.get("_auth_user_id")
    return User.objects.get(pk=user_id) if user_id else None


def roles_of(user: User | None) -> list[str]:
    assert user
    return list(user.groups.values_list("role__key", flat=True))


class TestUser:
    def test_is_found_by_verified_email(self, oidc: OIDCServer, user: User) -> None:
        answer = log_in(oidc, page="/admin/jobs/jobdescription/")
        assert answer.headers["Location"] == "/admin/jobs/jobdescription/"
        assert user_of(answer) == user
        assert roles_of(user) == ["hiring_manager"]

    def test_is_found_by_account_later(self, oidc: OIDCServer, user: User) -> None:
        log_in(oidc)
        oidc.claims["email"] = "another@northwind.example"
        assert user_of(log_in(oidc)) == user
        oidc.claims["sub"] = "user-2"
        assert user_of(log_in(oidc)) is None

    @pytest.mark.parametrize(
        "claims",
        [
            {"email_verified": False},
            {"email_verified": None},
            {"email": "other@northwind.example"},
            {"email": ""},
            {"email": ["hanna@northwind.example"]},
            {"sub": ""},
        ],
        ids=str,
    )
    def test_is_refused_without_match(self, oidc: OIDCServer, user: User, claims: dict[str, Any]) -> None:
        oidc.claims |= claims
        answer = log_in(oidc)
        assert answer.headers["Location"] == LOGIN
        assert user_of(answer) is None
        assert not SocialAccount.objects.exists()
        assert User.objects.count() == 1

    def test_is_refused_where_several_have_address(self, oidc: OIDCServer, user: User) -> None:
        User.objects.create_user("namesake", email=EMAIL)
        assert user_of(log_in(oidc)) is None

    def test_is_refused_when_inactive(self, oidc: OIDCServer, user: User) -> None:
        log_in(oidc)
        User.objects.update(is_active=False)
        assert user_of(log_in(oidc)) is None

    def test_is_trusted_where_setting_says_so(self, oidc: OIDCServer, user: User, settings: Any) -> None:
        settings.OIDC_TRUST_EMAIL = True
        del oidc.claims["email_verified"]
        assert user_of(log_in(oidc)) == user

    def test_of_another_issuer_is_another(self, oidc: OIDCServer, user: User, settings: Any) -> None:
        log_in(oidc)
        with run_oidc_server() as other:
            settings.OIDC_ISSUER = other.issuer
            other.claims["email"] = "other@northwind.example"
            assert user_of(log_in(other)) is None


class TestNewUser:
    def test_gets_role_of_setting(self, oidc: OIDCServer, settings: Any) -> None:
        settings.OIDC_NEW_USERS = "auditor"
        oidc.claims |= {"given_name": "Hanna", "family_name": "Weber"}
        new = user_of(log_in(oidc))
        assert roles_of(new) == ["auditor"]
        assert new
        assert (new.username, new.last_name, new.is_staff, new.is_superuser) == (EMAIL, "Weber", True, False)
        assert not new.has_usable_password()
        assert user_of(log_in(oidc)) == new

    def test_takes_no_address_of_inactive_user(self, oidc: OIDCServer, user: User, settings: Any) -> None:
        settings.OIDC_NEW_USERS = "auditor"
        User.objects.update(is_active=False)
        assert user_of(log_in(oidc)) is None
        assert User.objects.count() == 1

    def test_gets_role_of_claim(self, oidc: OIDCServer, settings: Any) -> None:
        settings.OIDC_ROLES = [("hr", "recruiter"), ("audit", "auditor")]
        oidc.claims["groups"] = ["staff", "audit"]
        assert roles_of(user_of(log_in(oidc))) == ["auditor"]
        oidc.claims |= {"sub": "user-2", "email": "b@northwind.example", "groups": ["staff"]}
        assert user_of(log_in(oidc)) is None

    def test_follows_claim_at_each_login(self, oidc: OIDCServer, settings: Any) -> None:
        settings.OIDC_ROLES = [("hr", "recruiter"), ("audit", "auditor")]
        for groups, roles in ((["hr"], ["recruiter"]), ("audit", ["auditor"]), ([], [])):
            oidc.claims["groups"] = groups
            assert roles_of(user_of(log_in(oidc))) == roles

    def test_superuser_keeps_rights(self, oidc: OIDCServer, settings: Any) -> None:
        settings.OIDC_ROLES = [("hr", "recruiter")]
        superuser = User.objects.create_superuser("root", email=EMAIL)
        assert user_of(log_in(oidc)) == superuser
        superuser.refresh_from_db()
        assert superuser.is_superuser


class TestAttack:
    @pytest.fixture(autouse=True)
    def existing_user(self, user: User) -> User:
        return user

    @pytest.mark.parametrize(
        "overrides",
        [
            {"nonce": "of another login"},
            {"aud": "another client"},
            {"aud": [CLIENT_ID, "another"], "azp": "another"},
            {"iss": "https://elsewhere.example"},
            {"exp": 1},
            {"sub": None},
        ],
        ids=str,
    )
    def test_token_for_another_purpose(self, oidc: OIDCServer, overrides: dict[str, Any]) -> None:
        oidc.overrides = overrides
        answer = log_in(oidc)
        assert answer.headers["Location"] == LOGIN
        assert user_of(answer) is None

    def test_token_without_right_signature(self, oidc: OIDCServer) -> None:
        for algorithm, key in (("none", None), ("HS256", CLIENT_SECRET * 3), ("RS256", STRANGERS_KEY)):
            oidc.algorithm, oidc.key = algorithm, key
            answer = log_in(oidc)
            assert (algorithm, answer.headers["Location"], user_of(answer)) == (algorithm, LOGIN, None)

    def test_configuration_of_another_issuer(self, oidc: OIDCServer) -> None:
        oidc.issuer_in_configuration = "https://elsewhere.example"
        assert Client().get(TO_PROVIDER).headers["Location"] == LOGIN

    def test_answer_to_login_of_another_browser(self, oidc: OIDCServer) -> None:
        """The attacker's code in the browser of a victim, who would work as the attacker."""
        stranger, victim = Client(), Client()
        sent = oidc.authorize(stranger.get(TO_PROVIDER).headers["Location"])
        assert victim.get(CALLBACK, sent).headers["Location"] == LOGIN
        own = oidc.authorize(victim.get(TO_PROVIDER).headers["Location"])
        answer = victim.get(CALLBACK, {"code": sent["code"], "state": own["state"]})  # PKCE
        assert (answer.headers["Location"], user_of(answer)) == (LOGIN, None)

    def test_answer_that_was_used(self, oidc: OIDCServer) -> None:
        client = Client()
        sent = oidc.authorize(client.get(TO_PROVIDER).headers["Location"])
        assert client.get(CALLBACK, sent).headers["Location"] == HOME
        client.post(reverse("admin:logout"))
        answer = client.get(CALLBACK, sent)
        assert (answer.headers["Location"], user_of(answer)) == (LOGIN, None)

    def test_address_elsewhere(self, oidc: OIDCServer) -> None:
        assert log_in(oidc, page="https://elsewhere.example/").headers["Location"] == HOME
        answer = Client().get(TO_PROVIDER, {"auth_params": "nonce=x&prompt=none", "scope": "x", "process": "connect"})
        assert "prompt" not in answer.headers["Location"]
        assert oidc.authorize(answer.headers["Location"])

    def test_callback_without_login(self) -> None:
        for query in ({}, {"error": "access_denied"}, {"code": "x", "state": "\x00"}, {"state": "x", "error": "y"}):
            assert Client().get(CALLBACK, query).headers["Location"] == LOGIN


class TestSecondFactor:
    @pytest.mark.parametrize(
        ("setting", "methods", "is_enough"),
        [
            ("never", ["mfa"], False),
            ("claim", ["mfa", "pwd"], True),
            ("claim", ["pwd"], False),
            ("claim", "mfa", False),
            ("always", None, True),
        ],
        ids=str,
    )
    def test_of_provider_counts_by_setting(
        self, oidc: OIDCServer, user: User, settings: Any, setting: str, methods: Any, is_enough: bool
    ) -> None:
        settings.REQUIRE_MFA, settings.OIDC_MFA = True, setting
        oidc.claims["amr"] = methods
        answer = log_in(oidc)
        assert user_of(answer) == user
        assert (answer.client.get(HOME).status_code == 200) == is_enough

    def test_here_is_asked_for(self, oidc: OIDCServer, user: User, settings: Any) -> None:
        add_authenticator_app(user)
        answer = log_in(oidc)
        assert (answer.headers["Location"], user_of(answer)) == (reverse("mfa_authenticate"), None)
        settings.OIDC_MFA = "always"
        assert user_of(log_in(oidc)) == user


class TestSettings:
    def test_without_issuer_nothing_is_served(self, settings: Any) -> None:
        settings.OIDC_ISSUER = ""
        assert [Client().get(page).status_code for page in (TO_PROVIDER, CALLBACK)] == [404, 404]
        assert TO_PROVIDER not in Client().get(LOGIN).content.decode()

    def test_login_page_has_button(self) -> None:
        assert f"{TO_PROVIDER}?next=/admin/jobs/" in Client().get(LOGIN, {"next": "/admin/jobs/"}).content.decode()

    def test_provider_that_does_not_answer(self, settings: Any) -> None:
        settings.OIDC_ISSUER = "http://127.0.0.1:1/realm"
        assert Client().get(TO_PROVIDER).headers["Location"] == LOGIN

    @pytest.mark.parametrize(
        "wrong",
        [
            {"OIDC_ISSUER": "http://login.example.com"},
            {"OIDC_CLIENT_SECRET": ""},
            {"OIDC_NEW_USERS": "boss"},
            {"OIDC_ROLES": [("hr", "")]},
            {"OIDC_ROLES": [("hr", "superuser")]},
            {"OIDC_MFA": "yes"},
        ],
        ids=str,
    )
    def test_wrong_ones_are_reported(self, settings: Any, wrong: dict[str, Any]) -> None:
        assert "screener.E031" not in {message.id for message in run_checks(tags=["screener"])}
        for name, value in wrong.items():
            setattr(settings, name, value)
        assert "screener.E031" in {message.id for message in run_checks(tags=["screener"])}
