"""TwiML of replies to SMS."""

from twilio.twiml.messaging_response import MessagingResponse

from webhooks.twilio.twiml import strip_control_characters


def reply_twiml(text: str, status_url: str) -> str:
    """TwiML that replies with this text, or with none. `status_url`: is told the id of the reply."""
    response = MessagingResponse()
    if text:
        response.message(strip_control_characters(text), action=status_url, method="POST")
    return str(response)
