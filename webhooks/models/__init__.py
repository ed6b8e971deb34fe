from webhooks.models.delivery import Delivery
from webhooks.models.public_event import PublicEvent
from webhooks.models.subscription import DELIVER, NOTIFY_DISABLED, Subscription
from webhooks.models.twilio_event import TwilioEvent

__all__ = ["DELIVER", "NOTIFY_DISABLED", "Delivery", "PublicEvent", "Subscription", "TwilioEvent"]
