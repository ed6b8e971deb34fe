"""Allauth's forms for codes, with the project's check and look."""

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm

from screener.sign_in.mfa.codes import check_code

INPUT = {"autocomplete": "one-time-code", "autofocus": True, "placeholder": ""}


class _CheckedCode:
    user: Any
    cleaned_data: Any
    fields: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs.update(INPUT)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        self.authenticator = check_code(context.request, self.user, code)
        return code


class CodeForm(_CheckedCode, AuthenticateForm):  # type: ignore[misc]  # untyped library
    """Of a login, after the password."""


class RepeatedCodeForm(_CheckedCode, ReauthenticateForm):  # type: ignore[misc]  # untyped library
    """Of a user who is logged in, before changes to their account."""


class ActivationForm(ActivateTOTPForm):  # type: ignore[misc]  # untyped library
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs.update(INPUT)
