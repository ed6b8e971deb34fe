"""Secrets of subscriptions, and signatures by the Standard Webhooks convention.

A secret is derived from SECRET_KEY, and never stored.
"""

import base64
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext
from standardwebhooks import Webhook

from screener.models import InvalidTransition
from screener.services.errors import PermanentError
from webhooks.models import Subscription

OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
"""How long messages carry the signature of the secret before, too."""


class SecretKeyChanged(PermanentError):
    """SECRET_KEY differs from that with which the secret was made. Receivers would refuse each message."""


def current_secret(subscription: Subscription) -> str:
    """Return the secret that receivers verify with. Raises SecretKeyChanged."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        secret = _derive(subscription, subscription.secret_number, key)
        if constant_time_compare(_fingerprint(secret), subscription.secret_fingerprint):
            return secret
    raise SecretKeyChanged("SECRET_KEY was changed, and with it the secret of this webhook.")


def require_secret(subscription: Subscription) -> str:
    """Return the secret that receivers verify with. Raises InvalidTransition if SECRET_KEY was changed."""
    try:
        return current_secret(subscription)
    except SecretKeyChanged:
        raise InvalidTransition(gettext("SECRET_KEY was changed, and the secret with it. Rotate it first.")) from None


def subscribe(subscription: Subscription) -> str:
    """Save a new subscription. Returns its secret, which is shown to its owner once."""
    secret = _derive(subscription, subscription.secret_number, settings.SECRET_KEY)
    subscription.secret_fingerprint = _fingerprint(secret)
    subscription.save()
    return secret


def rotate_secret(subscription: Subscription) -> str:
    """Make and store the next secret. The one before signs, too, for a day."""
    with transaction.atomic():
        subscription.refresh_from_db(from_queryset=Subscription.objects.select_for_update())
        number = subscription.secret_number + 1
        secret = _derive(subscription, number, settings.SECRET_KEY)
        subscription.update_fields(
            secret_number=number,
            secret_fingerprint=_fingerprint(secret),
            previous_secret_until=timezone.now() + OLD_SECRET_SIGNS_FOR,
        )
    return secret


def signing_secrets(subscription: Subscription, at: datetime) -> list[str]:
    """Return the secrets that sign a message at this time, the current one first. Raises SecretKeyChanged."""
    secrets = [current_secret(subscription)]
    if subscription.previous_secret_until and at < subscription.previous_secret_until:
        keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        secrets += [_derive(subscription, subscription.secret_number - 1, key) for key in keys]
    return secrets


def signature_headers(secrets: list[str], message_id: str, at: datetime, body: str) -> dict[str, str]:
    """Return the three headers by which a receiver verifies a message."""
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _derive(subscription: Subscription, number: int, key: str) -> str:
    derived = salted_hmac("webhooks.outgoing.secret", f"{subscription.pk}:{number}", secret=key, algorithm="sha256")
    return f"whsec_{base64.b64encode(derived.digest()).decode()}"


def _fingerprint(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
