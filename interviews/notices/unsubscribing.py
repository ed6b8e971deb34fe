"""Ending all mails by a link, without a login. The link is in each mail and does no more than that."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from interviews.models import NoticeSettings

SALT = "notices.unsubscribe"


def unsubscribe_address(user: User) -> str:
    path = reverse("notice-unsubscribe", args=[Signer(salt=SALT).sign(str(user.pk))])
    return f"{settings.WEBHOOK_BASE_URL}{path}"


def find_user(token: str) -> User | None:
    """The user whom the token was made for. None: it was not made by this site."""
    try:
        user_id = Signer(salt=SALT).unsign(token)
    except BadSignature:
        return None
    return User.objects.filter(pk=user_id).first()


def unsubscribe(user: User) -> None:
    """End the mails to this user. Notices that wait for a mail stay in the interface."""
    NoticeSettings.of(user.pk).stop_mails()
