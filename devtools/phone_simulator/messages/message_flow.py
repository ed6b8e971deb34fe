"""The way of an SMS: status callbacks of one that is sent; the webhook, and the reply, of one that comes in.

Twilio keeps a list of its own: it confirms STOP, START and HELP itself, and sends no SMS to a number that said STOP.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree

from devtools.phone_simulator.faults import DELAYING_FAULTS, CallbackReorderer, deliver_with_faults
from devtools.phone_simulator.network import Network
from devtools.phone_simulator.resources import INBOUND

from .message import RECEIVED, REPLY, Message

CHANGED = "sms"
"""The topic of changes."""
SENT_AFTER, DELIVERED_AFTER = 1, 2  # simulated seconds
OPTED_OUT = 21610
UNKNOWN_HANDSET, UNKNOWN_ERROR = 30005, 30008
FATES = {"14": ("failed", UNKNOWN_ERROR), "15": ("undelivered", UNKNOWN_HANDSET)}
"""By the last two digits of the number, as its calls fail."""
STOP_WORDS = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT OPTOUT REVOKE".split())
START_WORDS = frozenset({"START", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
STOP_CONFIRMATION = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to "
    "resubscribe."
)
START_CONFIRMATION = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to "
    "unsubscribe. Msg&Data Rates May Apply."
)
HELP_REPLY = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


async def deliver_message(network: Network, message: Message) -> None:
    """Take an SMS of the application to its phone, and report its status."""
    reorderer = CallbackReorderer()
    final = FATES.get(message.to[-2:], ("delivered", None))
    for seconds, (status, error_code) in ((SENT_AFTER, ("sent", None)), (DELIVERED_AFTER, final)):
        await asyncio.sleep(network.real_seconds(seconds))
        message.set_status(status, error_code)
        network.changes.publish(CHANGED)
        await _report_status(network, message, reorderer)


async def receive_message(network: Network, number: str, body: str) -> Message:
    """Hand an SMS from this number to the application, and send its reply."""
    message = Message(network.account_sid, network.sender_number, number, body, INBOUND, status=RECEIVED)
    _add(network, message)
    _apply_keyword(network, message)
    replies = await _hand_to_application(network, message)
    for text, callback in replies:
        reply = Message(network.account_sid, number, message.to, text, REPLY, callback)
        _add(network, reply)
        if (number, message.to) in network.opted_out:
            reply.set_status("failed", OPTED_OUT)
        else:
            network.start_task(deliver_message(network, reply))
    return message


def _add(network: Network, message: Message) -> None:
    network.messages[message.sid] = message
    network.changes.publish(CHANGED)


def _apply_keyword(network: Network, message: Message) -> None:
    """Apply a keyword as Twilio does. It must be the whole SMS."""
    word, pair = message.body.strip().upper(), (message.from_, message.to)
    if word in STOP_WORDS and pair not in network.opted_out:
        network.opted_out.add(pair)
        _confirm(network, message, STOP_CONFIRMATION)
    elif word in START_WORDS and pair in network.opted_out:
        network.opted_out.discard(pair)
        _confirm(network, message, START_CONFIRMATION)
    elif word in HELP_WORDS and pair not in network.opted_out:
        _confirm(network, message, HELP_REPLY)


def _confirm(network: Network, message: Message, text: str) -> None:
    _add(network, Message(network.account_sid, message.from_, message.to, text, REPLY, status="delivered"))


async def _hand_to_application(network: Network, message: Message) -> list[tuple[str, str]]:
    """Return the texts of the reply, each with the address of its status callback."""
    if not network.sms_url:
        return []
    copies = 2 if network.faults.applies("twice") else 1
    answers = [
        await network.webhook_client.send("POST", network.sms_url, message.inbound_parameters()) for _ in range(copies)
    ]
    if answers[0].error_code or not answers[0].body:
        return []
    messages = ElementTree.fromstring(answers[0].body).iter("Message")  # noqa: S314 - of the application
    return [(re.sub(r"\s+", " ", element.text or "").strip(), element.get("action", "")) for element in messages]


async def _report_status(network: Network, message: Message, reorderer: CallbackReorderer) -> None:
    """Report the status. Simulated time does not wait for a callback that a fault delays."""
    if not message.status_callback:
        return
    applying = network.faults.applying_to_callback()
    send = _callback(network, message)
    delivery = network.start_task(deliver_with_faults(applying, send, reorderer))
    if not DELAYING_FAULTS & applying.keys():
        await delivery


def _callback(network: Network, message: Message) -> Callable[[], Awaitable[None]]:
    params = message.status_parameters()

    async def send() -> None:
        await network.webhook_client.send("POST", message.status_callback, params)

    return send
