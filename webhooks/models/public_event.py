from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from interviews.models import PublicEventType
from screener.access.viewer import Viewer


class PublicEventQuerySet(models.QuerySet["PublicEvent"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """All of them: API keys act for the whole organisation, and no page for users lists events."""
        return self

    def after(self, position: int) -> Self:
        """The events behind this position of the feed, oldest first."""
        return self.filter(pk__gt=position).order_by("pk")


class PublicEvent(models.Model):
    """An event that other systems are told: an entry of the feed, and what deliveries send.

    The primary key is the position in the feed. Positions are assigned under a lock, so that a client that has read up
    to a position never misses an event before it. An event has ids only: its content is read when it is sent.
    """

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(unique=True, help_text=_("The id by which receivers recognise a repetition"))
    type = models.CharField(max_length=30, choices=PublicEventType.choices)
    occurred_at = models.DateTimeField()
    subject = models.UUIDField(help_text=_("The id of the interview, candidate or campaign"))
    job = models.UUIDField(null=True, help_text=_("Events of candidates belong to no job"))
    published_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = PublicEventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_type_display()

    @property
    def subject_kind(self) -> str:
        """The part of the type that names the subject: interview, result, decision, candidate or campaign."""
        return self.type.partition(".")[0]
