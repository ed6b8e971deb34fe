"""The channels over which interviews for a job may be held."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """In the order in which one is chosen where none is named."""

    PHONE = "phone", _("Phone")
    ROOM = "room", _("Room")
    TEXT = "text", _("In writing")


def phone_only() -> list[str]:
    return [Channel.PHONE]
