"""How much API keys are used."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiKeyUse(models.Model):
    """What a key was used for on one day (UTC). `window`: the minute in which `window_requests` are counted."""

    owner = models.CharField(max_length=16, help_text=_("The prefix of the key, or API_KEY"))
    day = models.DateField()
    requests = models.PositiveIntegerField(default=0, db_default=0)
    refused = models.PositiveIntegerField(default=0, db_default=0, help_text=_("Requests above the rate"))
    interviews = models.PositiveIntegerField(default=0, db_default=0, help_text=_("Interviews that it planned"))
    model_tasks = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Sets of questions written, and interviews scored again")
    )
    window = models.BigIntegerField(default=0, db_default=0)
    window_requests = models.PositiveIntegerField(default=0, db_default=0)
    last_used_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["owner", "day"], name="one_use_row_per_key_and_day")]

    def __str__(self) -> str:
        return f"{self.owner} {self.day}"
