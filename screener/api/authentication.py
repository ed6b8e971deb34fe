"""Authentication and permissions by API key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.conf import settings
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from screener.models import ApiKey
from screener.telemetry.ids import bind_ids

API_KEY_HEADER = "X-API-Key"
CREATE_KEY_COMMAND = "manage.py create_api_key NAME"
KEY_REQUIRED = f"Send an API key in the header {API_KEY_HEADER}. To create one: {CREATE_KEY_COMMAND}."
READ_ONLY_KEY = "This API key may only read. Use a key that may also change data."


@dataclass(frozen=True)
class Client:
    """The `request.user` of the API. `owner` identifies the key without revealing it."""

    name: str
    owner: str
    may_write: bool
    is_authenticated: ClassVar[bool] = True
    pk: ClassVar[None] = None

    def has_perm(self, permission: str, /) -> bool:
        """A key acts for the whole organisation: it sees all jobs and all data. `may_write` limits its changes."""
        return True

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
            client = Client(name="API_KEY", owner="API_KEY", may_write=True)
        else:
            client = self._authenticate_key(key)
        bind_ids(api_key=client.owner)
        return client, None

    def _authenticate_key(self, key: str) -> Client:
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
        return Client(name=api_key.name, owner=api_key.prefix, may_write=api_key.scope == ApiKey.Scope.WRITE)

    def authenticate_header(self, request: Request) -> str:
        return f'ApiKey realm="Screener", header="{API_KEY_HEADER}"'


class HasScope(BasePermission):
    """Any key may read. Only keys with the write scope may change data."""

    read_methods: ClassVar[Sequence[str]] = SAFE_METHODS
    """The methods that any key may use."""

    def has_permission(self, request: Request, view: Any) -> bool:
        client = request.user
        if not isinstance(client, Client):
            raise NotAuthenticated(KEY_REQUIRED)
        if not client.may_write and request.method not in self.read_methods:
            raise PermissionDenied(READ_ONLY_KEY)
        return True


class HasWriteScope(HasScope):
    """For data that a key needs the write scope to read."""

    read_methods = ()
