"""The settings of sign-in that no environment changes: sessions, failed logins (django-axes)."""

from datetime import timedelta

SESSION_ENGINE = "screener.models.browser_session"
SESSION_COOKIE_HTTPONLY = True

# Failed logins: counted per user and address, and per address; see screener.sign_in.login_throttle
AXES_HANDLER = "screener.sign_in.login_throttle.LoginThrottle"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "screener.web.client_address.client_address"
AXES_USERNAME_CALLABLE = "screener.sign_in.login_throttle.username_key"
AXES_LOCKOUT_CALLABLE = "screener.sign_in.login_throttle.locked_out_response"
AXES_SENSITIVE_PARAMETERS = ["username"]  # masked in the log
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Second factors and single sign-on: django-allauth. Accounts are made in the admin: its sign-up pages are not served,
# and its adapters refuse sign-ups.
ACCOUNT_ADAPTER = "screener.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_ADAPTER = "screener.sign_in.oidc.accounts.AccountMatcher"
MFA_ADAPTER = "screener.sign_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "screener.sign_in.mfa.code_forms.CodeForm",
    "reauthenticate": "screener.sign_in.mfa.code_forms.RepeatedCodeForm",
    "activate_totp": "screener.sign_in.mfa.code_forms.ActivationForm",
    "login_webauthn": "screener.sign_in.mfa.passkey_forms.LoginForm",
    "authenticate_webauthn": "screener.sign_in.mfa.passkey_forms.SecondStepForm",
    "reauthenticate_webauthn": "screener.sign_in.mfa.passkey_forms.RepeatedForm",
    "add_webauthn": "screener.sign_in.mfa.passkey_forms.NewPasskeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up with the address of another
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Screener"
MFA_TOTP_TOLERANCE = 1
