"""The columns of an imported table: which field of a candidate each one fills."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _


class ColumnField(models.TextChoices):
    """The fields that a column of the file can fill. Extra columns are kept beside the candidate."""

    FULL_NAME = "full_name", _("Full name")
    FIRST_NAME = "first_name", _("First name")
    LAST_NAME = "last_name", _("Last name")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    EXTERNAL_ID = "external_id", _("Your own id")
    LOCALE = "locale", _("Language")
    TIMEZONE = "timezone", _("Time zone")
    CONSENT_TO_CALL = "consent_to_call", _("Consent to calls: yes or no")
    CONSENT_SOURCE = "consent_source", _("Where the consent was given")
    EXTRA = "extra", _("Keep as a note")
    IGNORED = "ignored", _("Leave out")


REPEATABLE = (ColumnField.EXTRA, ColumnField.IGNORED)
SYNONYMS: dict[ColumnField, str] = {
    ColumnField.FULL_NAME: "fullname name candidate candidatename applicant applicantname bewerber bewerbername "
    "kandidat kandidatenname vollername vorundnachname namevorname contactname displayname nombre nom nome",
    ColumnField.FIRST_NAME: "firstname givenname forename vorname rufname prenom nombredepila",
    ColumnField.LAST_NAME: "lastname surname familyname nachname familienname zuname apellido apellidos nomdefamille",
    ColumnField.PHONE: "phone phonenumber telephone tel telno mobile mobilephone mobilenumber cell cellphone "
    "telefon telefonnummer telnr rufnummer handy handynummer mobil mobilnummer mobiltelefon telefono telephonemobile "
    "phone1 phonemobile whatsapp",
    ColumnField.EMAIL: "email emailaddress mail mailaddress emailadresse mailadresse correo correoelectronico courriel",
    ColumnField.EXTERNAL_ID: "externalid id candidateid applicantid applicationid bewerberid bewerbernummer "
    "kandidatenid kandidatennummer atsid reference referenznummer personalnummer externeid",
    ColumnField.LOCALE: "locale language lang sprache idioma langue",
    ColumnField.TIMEZONE: "timezone tz zeitzone",
    ColumnField.CONSENT_TO_CALL: "consenttocall consent callconsent einwilligung einwilligunganruf anruferlaubt "
    "zustimmung",
    ColumnField.CONSENT_SOURCE: "consentsource sourceofconsent quelledereinwilligung einwilligungsquelle",
}
_FIELD_OF = {name: field for field, names in SYNONYMS.items() for name in names.split()}


class InvalidMapping(ValueError):
    """The mapping of the columns is unusable. `code` is for programs."""

    MESSAGES = {
        "no_name": _("Choose the column with the full name, or those with first and last name."),
        "no_phone": _("Choose the column with the phone number."),
        "twice": _("“%(detail)s” is chosen for two columns. Choose it for one of them."),
        "unknown_column": _("The file has no column “%(detail)s”."),
        "unknown_field": _("“%(detail)s” is nothing that a column can be taken for."),
    }

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        super().__init__(str(self.MESSAGES[code]) % {"detail": detail})


def guess_fields(columns: Sequence[str]) -> list[str]:
    """Guess the field of each column by its head. A field is guessed once; columns without a head are left out."""
    taken: set[ColumnField] = set()
    fields = []
    for column in columns:
        field = _FIELD_OF.get(_letters(column), ColumnField.EXTRA)
        if not column:
            field = ColumnField.IGNORED
        elif field in taken:
            field = ColumnField.EXTRA
        elif field not in REPEATABLE:
            taken.add(field)
        fields.append(field)
    if ColumnField.FULL_NAME in taken and {ColumnField.FIRST_NAME, ColumnField.LAST_NAME} <= taken:
        fields[fields.index(ColumnField.FULL_NAME)] = ColumnField.EXTRA
    elif ColumnField.FULL_NAME in taken and ColumnField.FIRST_NAME in taken:
        fields[fields.index(ColumnField.FULL_NAME)] = ColumnField.LAST_NAME  # "Name, Vorname"
    return [str(field) for field in fields]


def fields_by_name(columns: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """The fields of columns that are named; those of the others are guessed. Raises InvalidMapping."""
    for column, field in mapping.items():
        if column not in columns:
            raise InvalidMapping("unknown_column", column[:40])
        if field not in ColumnField.values:
            raise InvalidMapping("unknown_field", field[:40])
    chosen = {field for field in mapping.values() if field not in REPEATABLE}
    guessed = [ColumnField.EXTRA if field in chosen else field for field in guess_fields(columns)]
    return [mapping.get(column, field) for column, field in zip(columns, guessed, strict=True)]


def check_fields(fields: Iterable[str]) -> None:
    """Raise InvalidMapping unless a candidate can be made of these fields."""
    chosen = [field for field in fields if field not in REPEATABLE]
    for field in chosen:
        if chosen.count(field) > 1:
            raise InvalidMapping("twice", str(ColumnField(field).label))
    if ColumnField.FULL_NAME not in chosen and not {ColumnField.FIRST_NAME, ColumnField.LAST_NAME} & set(chosen):
        raise InvalidMapping("no_name")
    if ColumnField.PHONE not in chosen:
        raise InvalidMapping("no_phone")


def _letters(head: str) -> str:
    """The head in small letters without accents, spaces and punctuation: E-Mail becomes email."""
    decomposed = unicodedata.normalize("NFKD", head.casefold())
    return re.sub(r"[^a-z0-9]", "", decomposed)
