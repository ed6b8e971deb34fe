from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        # ruff: noqa: PLC0415 - models can be imported only when the apps are loaded
        from candidates.data_rights.parts import register_deleter, register_part
        from candidates.models import ErasedItem
        from screener.services.telephony.twilio_messages import delete_message
        from screener.services.telephony.twilio_recordings import delete_transcript
        from webhooks.data_rights import WebhookPart

        register_part(WebhookPart())
        register_deleter(ErasedItem.Kind.CARRIER_TRANSCRIPT, delete_transcript)
        register_deleter(ErasedItem.Kind.CARRIER_MESSAGE, delete_message)
