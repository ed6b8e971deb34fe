"""Who is asking, and what their key allows."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.conf import settings
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from screener.models import ApiKey

HEADER = "X-API-Key"
MAKE_ONE = "manage.py create_api_key NAME"


@dataclass(frozen=True)
class Client:
    """What `request.user` is in the API. `owner` tells one key from another without being one."""

    name: str
    owner: str
    may_write: bool
    is_authenticated: ClassVar[bool] = True

    @property
    def actor(self) -> str:
        """How the history names who did it."""
        return f"api key {self.name}"


def actor(request: Request) -> str:
    """How the history names whoever sent this request, which has passed `HasScope`."""
    return cast(Client, request.user).actor


class ApiKeyAuthentication(BaseAuthentication):
    """By the header X-API-Key: the `API_KEY` of the settings, or one that is kept as a hash."""

    def authenticate(self, request: Request) -> tuple[Client, None] | None:
        key = request.headers.get(HEADER, "")
        if not key:
            return None
        if settings.API_KEY and constant_time_compare(key, settings.API_KEY):
            return Client(name="API_KEY", owner="API_KEY", may_write=True), None
        return self._client(key), None

    def _client(self, key: str) -> Client:
        try:
            found: Any = ApiKey.objects.get_from_key(key.replace("\0", ""))
        except ApiKey.DoesNotExist:
            raise AuthenticationFailed(
                f"This API key is not known or was revoked. Check it, or have another made: {MAKE_ONE}."
            ) from None
        if found.has_expired:
            raise AuthenticationFailed(
                f"This API key expired on {found.expiry_date:%Y-%m-%d}. Have another made: {MAKE_ONE}."
            )
        return Client(name=found.name, owner=found.prefix, may_write=found.scope == ApiKey.Scope.WRITE)

    def authenticate_header(self, request: Request) -> str:
        return f'ApiKey realm="Screener", header="{HEADER}"'


class HasScope(BasePermission):
    """Any key may read. Only one that was made for it may change something."""

    def has_permission(self, request: Request, view: Any) -> bool:
        client = request.user
        if not isinstance(client, Client):
            raise NotAuthenticated(f"Send your API key in the header {HEADER}. Have one made: {MAKE_ONE}.")
        if not client.may_write and request.method not in SAFE_METHODS:
            raise PermissionDenied("This API key may only read. Use one that may also change things.")
        return True
