"""Adds subscriptions."""

from webhooks.models import Subscription
from webhooks.outgoing.signing import first_secret


def subscribe(subscription: Subscription) -> str:
    """Save a new subscription. Returns its secret, which is shown to its owner once."""
    secret = first_secret(subscription)
    subscription.save()
    return secret
