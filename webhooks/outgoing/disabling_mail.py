"""Tells administrators by mail that a webhook was disabled, other than by a person."""

from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.models import LeasableQuerySet
from screener.services.errors import PermanentError, ServiceError
from screener.services.mail import OutgoingMail, is_configured, send_mail
from screener.web.language import language_of
from webhooks.models import Subscription

CHANGE = "webhooks.change_subscription"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _awaiting() -> LeasableQuerySet[Subscription]:
    return Subscription.objects.filter(awaits_notice=True)


def _send(lease: Lease[Subscription]) -> None:
    """Send a mail to each administrator. A retry sends those before again, with the same Message-ID."""
    subscription = Subscription.objects.get(pk=lease.pk)
    administrators = User.objects.with_perm(CHANGE, backend=BACKEND).filter(is_staff=True).exclude(email="")
    mails = [_compose(subscription, user) for user in administrators if is_configured()]
    release_db_connection()
    for mail in mails:
        try:
            send_mail(mail)
        except PermanentError:  # the mailboxes of other administrators may exist
            continue


def _compose(subscription: Subscription, user: User) -> OutgoingMail:
    path = reverse("admin:webhooks_subscription_change", args=[subscription.pk])
    disabled_at = subscription.disabled_at.timestamp() if subscription.disabled_at else 0
    with translation.override(language_of(user.pk)):
        context = {"webhook": subscription, "address": f"{settings.WEBHOOK_BASE_URL}{path}"}
        return OutgoingMail(
            recipient=user.email,
            subject=gettext("A webhook was disabled"),
            text=render_to_string("webhooks/disabled.txt", context),
            html=render_to_string("webhooks/disabled.html", context),
            message_id=f"<{subscription.pk}.{disabled_at:.0f}.{user.pk}@{settings.PUBLIC_HOST}>",
        )


def _save(subscription: Subscription, sent: None) -> None:
    subscription.release(awaits_notice=False)


def _give_up(subscription: Subscription, error: ServiceError) -> None:
    """The mail server fails for hours. The page of the webhook says that it is disabled."""
    subscription.release(awaits_notice=False)


NOTICE_STEP = Step(ready=_awaiting, work=_send, lock=row_lock(Subscription.objects.all()), save=_save, give_up=_give_up)
