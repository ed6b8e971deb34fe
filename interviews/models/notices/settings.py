"""The choices of users for their notices."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interviews.models.notices.mail import MailPace
from interviews.models.notices.notice import NoticeKind
from jobs.models import JobDescription
from screener.models import BaseModel

MORNING_HOUR = 8


def _pace_field(kind: NoticeKind, default: MailPace) -> "models.CharField[str, str]":
    return models.CharField(kind.label, max_length=10, choices=MailPace.choices, default=default)


class NoticeSettings(BaseModel):
    """When notices are mailed to a user. Without a row the defaults hold.

    `time_zone`: that of the hour of digests; empty: that of the employer.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_settings")
    person_request = _pace_field(NoticeKind.PERSON_REQUEST, MailPace.AT_ONCE)
    attention = _pace_field(NoticeKind.ATTENTION, MailPace.DAILY)
    mention = _pace_field(NoticeKind.MENTION, MailPace.AT_ONCE)
    campaign_ended = _pace_field(NoticeKind.CAMPAIGN_ENDED, MailPace.AT_ONCE)
    result_ready = _pace_field(NoticeKind.RESULT_READY, MailPace.DAILY)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    morning_hour = models.PositiveSmallIntegerField(
        _("hour of daily and weekly mails"), default=MORNING_HOUR, validators=[MaxValueValidator(23)]
    )

    class Meta:
        verbose_name_plural = "notice settings"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(morning_hour__lte=23), name="morning_hour_is_an_hour")]

    def __str__(self) -> str:
        return f"Notices of {self.user_id}"

    @staticmethod
    def of(user_id: Any) -> "NoticeSettings":
        """The settings of this user: the stored ones, or a new object with the defaults."""
        return NoticeSettings.objects.filter(user=user_id).first() or NoticeSettings(user_id=user_id)

    def pace_of(self, kind: str) -> MailPace:
        return MailPace(getattr(self, NoticeKind(kind).value))

    def kinds_with(self, pace: MailPace) -> list[NoticeKind]:
        return [kind for kind in NoticeKind if self.pace_of(kind) == pace]

    def zone(self, default: ZoneInfo) -> ZoneInfo:
        """The time zone of the user, or the default where none is chosen, or where the system no longer knows it."""
        try:
            return ZoneInfo(self.time_zone) if self.time_zone else default
        except ZoneInfoNotFoundError:
            return default

    def stop_mails(self) -> None:
        """Send no more mails. Notices in the interface go on."""
        stopped = {kind.value: MailPace.OFF for kind in NoticeKind}
        NoticeSettings.objects.update_or_create(user_id=self.user_id, defaults=stopped)


class JobWatch(BaseModel):
    """A user's choice to get the notices of a job, or not. Without a row, members of the job get them."""

    job = models.ForeignKey(JobDescription, on_delete=models.CASCADE, related_name="watches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="job_watches")
    is_watching = models.BooleanField()

    class Meta:
        verbose_name_plural = "job watches"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "user"], name="one_watch_per_job_and_user")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.is_watching}"
