"""The employer in whose name candidates are called."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screener.models.retention import organisation_period, organisation_video_period
from screener.phone_format import InvalidPhoneNumber, to_e164

MAX_SPOKEN_WORDS = 8
"""Longer names do not fit into the disclosure, which has at most 70 words."""

MAX_NOTICE_PARTS = 5
"""Parts of an address that is spoken: northwind.example/privacy has three."""

NOTICE_SEPARATORS = re.compile("[./_~-]+")
NOTICE_ADDRESS = RegexValidator(
    r"(?i)^https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._~/-]*)?$",
    _("Write a plain https address without a port, query or fragment: https://example.com/privacy."),
)


def validate_spoken_name(name: str) -> None:
    """Accept a name that can be said: it has letters and is short."""
    if not name.isprintable() or not any(character.isalpha() for character in name):
        raise ValidationError(gettext("Write the name in letters, as it is said."))
    if len(name.split()) > MAX_SPOKEN_WORDS:
        raise ValidationError(
            gettext("The name is said in a call. Use at most %(max_spoken_words)s words.")
            % {"max_spoken_words": MAX_SPOKEN_WORDS}
        )


def validate_callback_number(number: str) -> None:
    """Accept an existing number in E.164."""
    try:
        is_normal = to_e164(number) == number
    except InvalidPhoneNumber as error:
        raise ValidationError(str(error)) from None
    if not is_normal or not phonenumbers.is_valid_number(phonenumbers.parse(number)):
        raise ValidationError(
            gettext("No such number exists in its country. Write it with its country code: +14155550100.")
        )


def validate_notice_address(address: str) -> None:
    """Accept a web address that is short enough to be said."""
    NOTICE_ADDRESS(address)
    if len(NOTICE_SEPARATORS.split(strip_scheme(address))) > MAX_NOTICE_PARTS:
        raise ValidationError(
            gettext("The address is said in each call. Use a shorter one, such as https://example.com/privacy.")
        )


def strip_scheme(address: str) -> str:
    """The address as people say it: northwind.example/privacy."""
    return address.lower().removeprefix("https://").removeprefix("www.").rstrip("/")


class Organisation(models.Model):
    """The employer of this deployment. The table has at most one row; without it no call is placed."""

    only = models.BooleanField(primary_key=True, default=True, editable=False)
    name = models.CharField(max_length=100, help_text=_("As it is written: Northwind Logistics, Inc."))
    spoken_name = models.CharField(
        max_length=60,
        validators=[validate_spoken_name],
        help_text=_("As the assistant says it at the start of each call: Northwind Logistics"),
    )
    callback_number = models.CharField(
        max_length=16,
        validators=[validate_callback_number],
        help_text=_("The number at which candidates reach a person. The assistant says it at the end of each call"),
    )
    privacy_notice_url = models.CharField(
        _("privacy notice"),
        max_length=80,
        validators=[validate_notice_address],
        help_text=_("The assistant says this address before it asks for consent: https://example.com/privacy"),
    )
    keep_recordings_days = organisation_period(
        "keep_recordings_days", _("After the end of the interview. Empty: for ever")
    )
    keep_videos_days = organisation_video_period()
    keep_answers_days = organisation_period(
        "keep_answers_days",
        _(
            "After the end of the interview: transcripts, quotes, reasons and notes, with the recordings. Scores stay "
            "as numbers. Empty: for ever"
        ),
    )
    keep_resumes_days = organisation_period(
        "keep_resumes_days",
        _("After the end of the last interview and the last change of the candidate. Empty: for ever"),
    )
    keep_candidates_days = organisation_period(
        "keep_candidates_days",
        _(
            "The whole person, after the end of the last interview and the last change of the candidate. "
            "Empty: for ever"
        ),
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "organisation"
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="there_is_one_organisation"),
            models.CheckConstraint(
                condition=Q(callback_number__regex=r"^\+[1-9][0-9]{6,14}$"), name="callback_number_is_e164"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(spoken_name="") & ~Q(privacy_notice_url=""),
                name="organisation_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def privacy_notice(self) -> str:
        return strip_scheme(self.privacy_notice_url)

    @staticmethod
    def current() -> "Organisation | None":
        return Organisation.objects.first()
