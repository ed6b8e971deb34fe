from webhooks.models.delivery import Delivery
from webhooks.models.public_event import PublicEvent
from webhooks.models.subscription import DELIVER, NOTIFY_DISABLED, Subscription
from webhooks.models.twilio_event import TwilioEvent
from webhooks.models.webhook_archive import WebhookArchive

__all__ = [
    "DELIVER",
    "NOTIFY_DISABLED",
    "Delivery",
    "PublicEvent",
    "Subscription",
    "TwilioEvent",
    "WebhookArchive",
]
