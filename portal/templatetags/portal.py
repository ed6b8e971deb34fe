"""Filters and tags of the pages of the portal."""

from datetime import datetime
from typing import Any

import phonenumbers
from django import template
from django.utils.formats import date_format

from portal.pages import page_address

register = template.Library()


@register.filter
def phone_number(number: str) -> str:
    """A number in E.164 in groups of digits."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter(expects_localtime=False)
def moment(time: datetime) -> str:
    """The day of the week, the date and the time, in the time zone that the time has."""
    return ", ".join(date_format(time, part) for part in ("l", "MONTH_DAY_FORMAT", "TIME_FORMAT"))


@register.simple_tag(takes_context=True)
def portal_address(context: dict[str, Any], name: str) -> str:
    """The address of another page of the portal, in the language of this one."""
    return page_address(context["request"], context["invitation"], name)
