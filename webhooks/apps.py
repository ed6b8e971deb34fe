from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - models can be imported only when the apps are loaded
        from candidates.data_rights.parts import register_deleter, register_part
        from candidates.models import ErasedItem
        from screener.background import health
        from screener.metrics.figures import sources
        from screener.services.telephony.twilio_messages import delete_message
        from screener.services.telephony.twilio_recordings import delete_transcript
        from webhooks import checks  # noqa: F401
        from webhooks.data_rights import WebhookPart
        from webhooks.outgoing.figures import deliveries_notice, delivery_figures, webhooks_notice

        sources.append(delivery_figures)
        health.notices.extend([webhooks_notice, deliveries_notice])
        register_part(WebhookPart())
        register_deleter(ErasedItem.Kind.CARRIER_TRANSCRIPT, delete_transcript)
        register_deleter(ErasedItem.Kind.CARRIER_MESSAGE, delete_message)
