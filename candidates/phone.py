"""One form of a phone number: what is typed is turned into what is stored, checked and dialled."""

import re
import unicodedata

import phonenumbers

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class NotAPhoneNumber(ValueError):
    """The message says what is wrong and what to type instead."""


def e164(typed: str, region: str | None = None) -> str:
    """The number in E.164 (+14155550100). `region` is the country that a number without a country code is in."""
    text = "".join(
        str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in unicodedata.normalize("NFKC", typed)
    )
    text = text.strip().removeprefix("tel:")
    if region is None and text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise NotAPhoneNumber(
                f"{typed[:40]!r} has no valid country code. Write the number with its country code: +14155550100."
            ) from None
        raise NotAPhoneNumber(
            f"{typed[:40]!r} is not a phone number. Write it with its country code: +14155550100."
        ) from None
    number.extension = None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not (phonenumbers.is_possible_number(number) and E164.fullmatch(written)):
        raise NotAPhoneNumber(
            f"{typed[:40]!r} has too many or too few digits for its country. Check it against where it came from."
        )
    return written
