from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.models.attempt import Attempt
from screener.models import BaseModel


class TurnReply(BaseModel):
    """The reply to the input of one turn. A repeated input gets the same reply again.

    `prompt` is empty in rows that were copied from the webhooks of an earlier version.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="replies")
    turn = models.PositiveIntegerField()
    input_kind = models.CharField(max_length=20)
    prompt = models.JSONField(default=dict)
    body = models.TextField(help_text=_("The prompt as the channel delivers it: for a phone, TwiML"))

    class Meta:
        verbose_name_plural = _("turn replies")
        constraints = [models.UniqueConstraint(fields=["attempt", "turn"], name="one_reply_per_turn")]

    def __str__(self) -> str:
        return gettext("Turn %(turn)s") % {"turn": self.turn}
