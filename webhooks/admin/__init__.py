"""Pages of the admin: the log of Twilio's webhooks, and the webhooks to which events are sent."""

from webhooks.admin.outgoing import DeliveryAdmin, SubscriptionAdmin
from webhooks.admin.twilio_event import TwilioEventAdmin

__all__ = ["DeliveryAdmin", "SubscriptionAdmin", "TwilioEventAdmin"]
