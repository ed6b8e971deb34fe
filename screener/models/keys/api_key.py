"""Keys of the API's clients."""

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, APIKeyManager

from screener.models.keys.scopes import ALL_SCOPES, ORGANISATION_WIDE, Resource, Verb

DEFAULT_LIFETIME = timedelta(days=90)
MAX_SCOPE_LENGTH, MAX_NETWORK_LENGTH = 40, 43
CLIENT_PREFIX = 64


def validate_scope(scope: str) -> None:
    resource, _colon, verb = scope.partition(":")
    if resource not in Resource.values or verb not in Verb.values:
        raise ValidationError(gettext("There is no scope %(scope)s.") % {"scope": repr(scope)})


def validate_network(network: str) -> None:
    """Addresses of the sixth version are known by their /64 network, which one client may use as a whole."""
    try:
        parsed = ip_network(network)
    except ValueError:
        message = gettext("%(network)s is not a network. Write it like 192.0.2.0/24 or 2001:db8::/32.")
        raise ValidationError(message % {"network": repr(network)}) from None
    if isinstance(parsed, IPv6Network) and parsed.prefixlen > CLIENT_PREFIX:
        raise ValidationError(gettext("%(network)s is smaller than /64. Name the /64 network.") % {"network": network})


class KeyManager(APIKeyManager):
    def get_usable_keys(self) -> models.QuerySet["ApiKey"]:
        keys: models.QuerySet[ApiKey] = super().get_usable_keys().select_related("made_by")
        return keys


class ApiKey(AbstractAPIKey):
    """A client's key. Only its hash is stored; the key is shown once, when it is created."""

    class Scope(models.TextChoices):
        """What keys of earlier versions may do."""

        READ = "read", _("Read")
        WRITE = "write", _("Read and change")

    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.READ, editable=False)
    """The release before reads it: a key must not do more there."""

    scopes = ArrayField(
        models.CharField(max_length=MAX_SCOPE_LENGTH, validators=[validate_scope]), default=list, db_default=[]
    )
    job_ids = ArrayField(
        models.UUIDField(),
        default=list,
        db_default=[],
        blank=True,
        verbose_name=_("jobs"),
        help_text=_("The key sees these jobs and what belongs to them. Empty: all jobs"),
    )
    networks = ArrayField(
        models.CharField(max_length=MAX_NETWORK_LENGTH, validators=[validate_network]),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Requests must come from one of these networks, such as 192.0.2.0/24. Empty: from anywhere"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
        help_text=_("The key can do no more than this user may. Empty: made on the command line, without this limit"),
    )
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Empty: the setting API_KEY_REQUESTS_PER_MINUTE")
    )
    interviews_per_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Interviews that it may plan, each of which may be called. Empty: API_KEY_INTERVIEWS_PER_DAY"),
    )
    model_tasks_per_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_(
            "Sets of questions that it may have written and interviews that it may have scored again. "
            "Empty: API_KEY_MODEL_TASKS_PER_DAY"
        ),
    )

    objects = KeyManager()  # type: ignore[misc]  # of the library's class

    class Meta(AbstractAPIKey.Meta):
        verbose_name = _("API key")  # type: ignore[assignment]  # lazy
        verbose_name_plural = _("API keys")  # type: ignore[assignment]

    def clean(self) -> None:
        super().clean()
        wide = [resource.label for resource in sorted(ORGANISATION_WIDE) if self._names(resource)]
        if self.job_ids and wide:
            message = gettext("A key that is limited to jobs can't use this: %(parts)s.")
            raise ValidationError({"scopes": message % {"parts": ", ".join(map(str, wide))}})

    def save(self, *args: Any, **options: Any) -> None:
        self.scope = self.Scope.WRITE if set(ALL_SCOPES) <= set(self.scopes) else self.Scope.READ
        super().save(*args, **options)

    def allows_address(self, address: str | None) -> bool:
        """Whether requests may come from this address. None: it is not known."""
        if not self.networks:
            return True
        return address is not None and any(ip_address(address) in ip_network(network) for network in self.networks)

    def _names(self, resource: Resource) -> bool:
        return any(scope.partition(":")[0] == resource for scope in self.scopes)


def default_expiry() -> Any:
    return timezone.now() + DEFAULT_LIFETIME


def networks_from(text: str) -> list[str]:
    """The networks of a text, separated by commas, spaces or lines, in their usual form."""
    parts: Iterable[str] = text.replace(",", " ").split()
    networks = []
    for part in parts:
        validate_network(part)
        networks.append(str(ip_network(part)))
    return networks
