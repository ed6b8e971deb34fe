"""Authentication by API key, and what a key may do."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from screener.access.viewer import VIEW_ALL_JOBS
from screener.models import ApiKey
from screener.models.keys.scopes import (
    ALL_SCOPES,
    ORGANISATION_WIDE,
    USER_PERMISSIONS,
    Resource,
    Verb,
    covers,
    scope_name,
)
from screener.telemetry.ids import bind_ids
from screener.web.client_address import client_address

API_KEY_HEADER = "X-API-Key"
CREATE_KEY_COMMAND = "manage.py create_api_key NAME"
KEY_REQUIRED = f"Send an API key in the header {API_KEY_HEADER}. To create one: {CREATE_KEY_COMMAND}."
MISSING_SCOPE = "This API key lacks the scope {scope}. Use a key that has it."
LIMITED_TO_JOBS = (
    "This API key is limited to jobs. Use a key for all jobs: what this path has belongs to no single job."
)
MAKER_LACKS = "The user who made this API key may not do this in the admin, so the key may not either ({scope})."
OTHER_NETWORK = "This API key may not be used from this address."
MAKER_INACTIVE = "The user who made this API key has left. Ask an administrator for a new key."


@dataclass(frozen=True)
class Client:
    """The `request.user` of the API. `owner` identifies the key without revealing it.

    `maker`: the user whose rights limit those of the key. `job_limit`: the jobs that it is limited to, if it is.
    """

    name: str
    owner: str
    scopes: tuple[str, ...] = ALL_SCOPES
    maker: User | None = None
    job_limit: tuple[UUID, ...] = ()
    requests_per_minute: int | None = None
    daily_limits: dict[str, int | None] = field(default_factory=dict)
    is_authenticated: ClassVar[bool] = True

    @property
    def pk(self) -> Any:
        """Of the user whose memberships of jobs count."""
        return self.maker.pk if self.maker else None

    def has_perm(self, permission: str, /) -> bool:
        """Whether the client's view of rows has this width. Scopes limit what it may do with them."""
        if permission == VIEW_ALL_JOBS and self.job_limit:
            return False
        return self.maker_may(permission)

    def maker_may(self, permission: str) -> bool:
        return self.maker is None or self.maker.has_perm(permission)

    @property
    def actor(self) -> str:
        """The name of this client in the history."""
        return f"api key {self.name}"


def request_actor(request: Request) -> str:
    """Return the client's name in the history. The request has passed `HasScope`."""
    return cast(Client, request.user).actor


class ApiKeyAuthentication(BaseAuthentication):
    """Authenticates by the header X-API-Key: the `API_KEY` of the settings, or a key whose hash is stored."""

    def authenticate(self, request: Request) -> tuple[Client, None] | None:
        key = request.headers.get(API_KEY_HEADER, "")
        if not key:
            return None
        if settings.API_KEY and constant_time_compare(key, settings.API_KEY):
            client = Client(name="API_KEY", owner="API_KEY")
        else:
            client = self._authenticate_key(key, client_address(request._request))
        bind_ids(api_key=client.owner)
        return client, None

    def _authenticate_key(self, key: str, address: str | None) -> Client:
        try:
            api_key: Any = ApiKey.objects.get_from_key(key.replace("\0", ""))
        except ApiKey.DoesNotExist:
            raise AuthenticationFailed(
                f"Unknown or revoked API key. Check it, or create a new one: {CREATE_KEY_COMMAND}."
            ) from None
        if api_key.has_expired:
            raise AuthenticationFailed(
                f"The API key expired on {api_key.expiry_date:%Y-%m-%d}. Create a new one: {CREATE_KEY_COMMAND}."
            )
        if api_key.made_by and not api_key.made_by.is_active:
            raise AuthenticationFailed(MAKER_INACTIVE)
        if not api_key.allows_address(address):
            raise PermissionDenied(OTHER_NETWORK)
        return Client(
            name=api_key.name,
            owner=api_key.prefix,
            scopes=tuple(api_key.scopes),
            maker=api_key.made_by,
            job_limit=tuple(api_key.job_ids),
            requests_per_minute=api_key.requests_per_minute,
            daily_limits={
                "interviews": api_key.interviews_per_day,
                "model_tasks": api_key.model_tasks_per_day,
            },
        )

    def authenticate_header(self, request: Request) -> str:
        return f'ApiKey realm="Screener", header="{API_KEY_HEADER}"'


class HasScope(BasePermission):
    """Requires the scope that the view declares with `resource` and `read_verb`, of the key and of its maker."""

    def has_permission(self, request: Request, view: Any) -> bool:
        client = request.user
        if not isinstance(client, Client):
            raise NotAuthenticated(KEY_REQUIRED)
        resource, verb = required_scope(view, str(request.method))
        scope = scope_name(resource, verb)
        if not covers(client.scopes, resource, verb):
            raise PermissionDenied(MISSING_SCOPE.format(scope=scope))
        if resource in ORGANISATION_WIDE and not client.has_perm(VIEW_ALL_JOBS):
            raise PermissionDenied(LIMITED_TO_JOBS)
        if not client.maker_may(USER_PERMISSIONS[resource, verb]):
            raise PermissionDenied(MAKER_LACKS.format(scope=scope))
        return True


def required_scope(view: Any, method: str) -> tuple[Resource, Verb]:
    """The scope that a request with this method needs. Each view of the API declares its resource."""
    return view.resource, view.read_verb if method in SAFE_METHODS else Verb.WRITE
