"""Keys of the API's clients."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey


class ApiKey(AbstractAPIKey):
    """A client's key. Only its hash is stored; the key is shown once, when it is created."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and change")

    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.WRITE)

    class Meta(AbstractAPIKey.Meta):
        verbose_name = _("API key")  # type: ignore[assignment]  # lazy
        verbose_name_plural = _("API keys")  # type: ignore[assignment]
