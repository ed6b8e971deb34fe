"""The settings of django-unfold, the theme of the admin."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Screener",
    "SITE_HEADER": "Screener",
    "SITE_SYMBOL": "phone_in_talk",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("screener/icon.svg")}],
    "STYLES": [lambda request: static("screener/admin.css"), lambda request: static("screener/notices.css")],
    "SCRIPTS": [
        lambda request: static("screener/times.js"),
        lambda request: static("screener/admin.js"),
        lambda request: static("screener/forms.js"),
        lambda request: static("screener/notices.js"),
    ],
    "LOGIN": {"form": "screener.sign_in.login_throttle.LoginForm"},
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": lambda request: reverse("choose-language")},
    "ACCOUNT": {
        "navigation": [
            {"title": _("Notices and mails"), "link": reverse_lazy("desk-notice-settings")},
            {"title": _("Two-factor authentication"), "link": reverse_lazy("mfa_index")},
            {"title": _("Your sessions"), "link": reverse_lazy("account_sessions")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "ENVIRONMENT": "screener.admin.base.interviewer_badge",
    "SIDEBAR": {"navigation": "screener.admin.menu.build_menu"},
}
