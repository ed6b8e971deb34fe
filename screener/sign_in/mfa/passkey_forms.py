"""Allauth's forms for passkeys, which answer credentials of any other shape with an error of the form."""

from struct import error as struct_error
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature

MALFORMED = (KeyError, IndexError, AttributeError, TypeError, ValueError, struct_error, InvalidSignature)
"""What fido2 raises for credentials that no browser makes."""


class _AnyCredential:
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form beside it
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None


class LoginForm(_AnyCredential, LoginWebAuthnForm):  # type: ignore[misc]  # untyped library
    """Instead of a password."""


class SecondStepForm(_AnyCredential, AuthenticateWebAuthnForm):  # type: ignore[misc]  # untyped library
    """After the password."""


class RepeatedForm(_AnyCredential, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # untyped library
    """Of a user who is logged in, before changes to their account."""


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # untyped library
    def clean(self) -> Any:
        try:
            return super().clean()
        except MALFORMED:
            raise get_adapter().validation_error("incorrect_code") from None
