"""Checks one row of an imported table, by the rules of `PersonSerializer`.

A serializer per row took most of the time of an import. A test holds both to one verdict.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from candidates.importing.columns import ColumnField
from candidates.timezones import iana_time_zones
from screener.language_tag import INVALID_TAG, MAX_TAG_LENGTH, TAG_PATTERN
from screener.phone_format import MAX_LENGTH, InvalidPhoneNumber, PhoneProblem, to_e164

MAX_LENGTHS = {"full_name": 200, "email": 254, "external_id": 100, "timezone": 64, "consent_source": 200}
MAX_EXTRA_CHARACTERS = 2_000
"""Of all extra columns of one row."""
YES = frozenset("1 on t true y yes ja j sí si oui x".split())
NO = frozenset("0 off f false n no nein non não".split())
LANGUAGE = re.compile(TAG_PATTERN)
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class RowProblem(models.TextChoices):
    """Why a row is refused. `%(detail)s`: the text, the limit, or the other row."""

    MISSING = "missing", _("This is missing.")
    TOO_LONG = "too_long", _("This has more than %(detail)s characters.")
    CONTROL_CHARACTER = "control_character", _("This contains a character that is no text.")
    NO_PHONE = PhoneProblem.NO_NUMBER.value, PhoneProblem.NO_NUMBER.label
    COUNTRY_CODE = PhoneProblem.COUNTRY_CODE.value, PhoneProblem.COUNTRY_CODE.label
    LENGTH = PhoneProblem.LENGTH.value, PhoneProblem.LENGTH.label
    EMAIL = "email", _("%(detail)s is not an e-mail address.")
    LANGUAGE = "language", INVALID_TAG
    TIMEZONE = "timezone", _("%(detail)s is not an IANA time zone. Use a name such as Europe/Berlin.")
    CONSENT = "consent", _("%(detail)s is neither yes nor no.")
    CONSENT_SOURCE = "consent_source", _("Say where the consent was given: a form, a call, an e-mail.")
    CONSENT_MISSING = "consent_missing", _("Say whether the candidate agreed: yes or no.")
    SURPLUS_CELLS = (
        "surplus_cells",
        _("The row has %(detail)s more cells than there are columns. Put cells that contain commas in quotes."),
    )
    REPEATED_ID = "repeated_id", _("Row %(detail)s has the same id. Remove one of the two rows.")
    OTHER_JOB = (
        "other_job",
        _("This candidate exists and belongs to jobs of others. Ask an administrator to make you a member of the job."),
    )


@dataclass(frozen=True)
class RowError:
    """`field`: the field of a candidate, or `row`."""

    field: str
    problem: RowProblem
    detail: str = ""

    @property
    def message(self) -> str:
        return str(self.problem.label) % {"detail": self.detail}

    def __str__(self) -> str:
        """The message, with the field that it is about."""
        is_field = self.field in ColumnField.values
        return f"{ColumnField(self.field).label}: {self.message}" if is_field else self.message

    def as_record(self) -> dict[str, str]:
        return {"field": self.field, "problem": self.problem.value, "detail": self.detail}

    @classmethod
    def from_record(cls, record: Mapping[str, str]) -> "RowError":
        return cls(record["field"], RowProblem(record["problem"]), record["detail"])


@dataclass(frozen=True)
class ValidRow:
    """`consent`: whether the candidate agreed to calls, where the row says so, and where that was said."""

    row_number: int
    values: dict[str, Any]
    consent: bool | None = None
    consent_source: str = ""
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RowRules:
    """What holds for the whole file. `region`: the country of numbers without a country code, such as DE.

    `consent_source`: where all persons of the file agreed to calls, if they did.
    """

    region: str = ""
    consent_source: str = ""


def check_row(
    number: int, cells: Mapping[str, str], extra: dict[str, str], rules: RowRules
) -> tuple[ValidRow, list[RowError]]:
    """Return the values of the row and what is wrong with them. `cells`: by field, filled ones only, stripped."""
    errors: list[RowError] = []
    values = {
        name: _check(name, text, errors, rules)
        for name, text in _with_full_name(cells).items()
        if name not in (ColumnField.CONSENT_TO_CALL, ColumnField.CONSENT_SOURCE)
    }
    for name in (ColumnField.FULL_NAME, ColumnField.PHONE):
        if name not in values:
            errors.append(RowError(name, RowProblem.MISSING))
    consent, source = _check_consent(cells, errors, rules)
    _check_text("extra", " ".join(extra.values()), errors, MAX_EXTRA_CHARACTERS)
    return ValidRow(number, values, consent, source, extra), errors


def _with_full_name(cells: Mapping[str, str]) -> dict[str, str]:
    named = dict(cells)
    parts = [named.pop(name, "") for name in (ColumnField.FIRST_NAME, ColumnField.LAST_NAME)]
    if any(parts) and ColumnField.FULL_NAME not in named:
        named[ColumnField.FULL_NAME] = " ".join(filter(None, parts))
    return named


def _check(name: str, text: str, errors: list[RowError], rules: RowRules) -> str:
    match name:
        case ColumnField.PHONE:
            return _check_phone(text, errors, rules.region)
        case ColumnField.LOCALE:
            return _check_language(text, errors)
        case ColumnField.EMAIL if not _is_email(text):
            errors.append(RowError(name, RowProblem.EMAIL, repr(text[:40])))
        case ColumnField.TIMEZONE if text not in iana_time_zones():
            errors.append(RowError(name, RowProblem.TIMEZONE, repr(text[:40])))
        case _:
            _check_text(name, text, errors, MAX_LENGTHS[name])
    return text


def _check_language(text: str, errors: list[RowError]) -> str:
    tag = text.lower() if "-" not in text else text  # DE for de
    if len(tag) > MAX_TAG_LENGTH or not LANGUAGE.fullmatch(tag):
        errors.append(RowError(ColumnField.LOCALE, RowProblem.LANGUAGE))
    return tag


def _check_text(name: str, text: str, errors: list[RowError], max_length: int) -> None:
    if len(text) > max_length:
        errors.append(RowError(name, RowProblem.TOO_LONG, str(max_length)))
    elif CONTROL_CHARACTERS.search(text):
        errors.append(RowError(name, RowProblem.CONTROL_CHARACTER))


def _check_phone(text: str, errors: list[RowError], region: str) -> str:
    if len(text) > MAX_LENGTH:
        errors.append(RowError(ColumnField.PHONE, RowProblem.TOO_LONG, str(MAX_LENGTH)))
        return text
    try:
        return to_e164(text, region=region)
    except InvalidPhoneNumber as error:
        errors.append(RowError(ColumnField.PHONE, RowProblem(error.problem.value), error.typed))
        return text


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _check_consent(cells: Mapping[str, str], errors: list[RowError], rules: RowRules) -> tuple[bool | None, str]:
    """The consent of the row, else that of the whole file."""
    typed = cells.get(ColumnField.CONSENT_TO_CALL, "")
    source = cells.get(ColumnField.CONSENT_SOURCE, "") or rules.consent_source
    if not typed:
        if cells.get(ColumnField.CONSENT_SOURCE) and not rules.consent_source:
            errors.append(RowError(ColumnField.CONSENT_TO_CALL, RowProblem.CONSENT_MISSING))
        return (True, source) if rules.consent_source else (None, "")
    if typed.lower() not in YES | NO:
        errors.append(RowError(ColumnField.CONSENT_TO_CALL, RowProblem.CONSENT, repr(typed[:40])))
    if not source:
        errors.append(RowError(ColumnField.CONSENT_SOURCE, RowProblem.CONSENT_SOURCE))
    _check_text(ColumnField.CONSENT_SOURCE, source, errors, MAX_LENGTHS["consent_source"])
    return typed.lower() in YES, source
