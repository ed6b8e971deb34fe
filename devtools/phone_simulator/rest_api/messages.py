"""The Messages resource of the REST API."""

from aiohttp import web

from devtools.phone_simulator.messages.message import Message
from devtools.phone_simulator.messages.message_flow import CHANGED, OPTED_OUT, deliver_message
from devtools.phone_simulator.network import Network
from devtools.phone_simulator.webhook_client import is_valid_url

from .calls import E164_NUMBER
from .common import NETWORK_KEY, RestError, find_resource, paginate

MOST_LETTERS = 1600


async def create_message(request: web.Request) -> web.Response:
    network = request.app[NETWORK_KEY]
    params = {name: str(value) for name, value in (await request.post()).items()}
    sender = params.get("From") or network.sender_number
    _validate_message(params, sender, network)
    message = Message(
        network.account_sid,
        params["To"],
        sender,
        params["Body"],
        status_callback=params.get("StatusCallback", ""),
        service_sid=params.get("MessagingServiceSid"),
    )
    network.messages[message.sid] = message
    network.changes.publish(CHANGED)
    network.start_task(deliver_message(network, message))
    if network.faults.applies("rest-dies") and request.transport:
        request.transport.abort()
    return web.json_response(message.as_json(), status=201)


def _validate_message(params: dict[str, str], sender: str, network: Network) -> None:
    """Raise RestError for parameters that Twilio rejects."""
    to = params.get("To", "")
    if not to:
        raise RestError(400, 21604, "A 'To' phone number is required.")
    if not E164_NUMBER.fullmatch(to):
        raise RestError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not (params.get("From") or params.get("MessagingServiceSid")):
        raise RestError(400, 21603, "A 'From' phone number or MessagingServiceSid is required.")
    if network.caller_number and params.get("From", network.caller_number) != network.caller_number:
        raise RestError(400, 21606, f"The 'From' phone number {sender} is not a valid number of the account.")
    if not 0 < len(params.get("Body", "")) <= MOST_LETTERS:
        raise RestError(400, 21602, "Message body is required, and has at most 1600 letters.")
    if params.get("StatusCallback") and not is_valid_url(params["StatusCallback"]):
        raise RestError(400, 21609, f"StatusCallback is not a valid URL: {params['StatusCallback']}")
    if (to, sender) in network.opted_out:
        raise RestError(400, OPTED_OUT, "Attempt to send to unsubscribed recipient")


async def fetch_message(request: web.Request) -> web.Response:
    return web.json_response(find_resource(request, request.app[NETWORK_KEY].messages).as_json())


async def list_messages(request: web.Request) -> web.Response:
    """List messages, the newest first."""
    query, newest_first = request.query, reversed(request.app[NETWORK_KEY].messages.values())
    matching = (
        message.as_json()
        for message in newest_first
        if query.get("To", message.to) == message.to and query.get("From", message.from_) == message.from_
    )
    return paginate(request, "messages", matching)


async def delete_message(request: web.Request) -> web.Response:
    network = request.app[NETWORK_KEY]
    message = find_resource(request, network.messages)
    del network.messages[message.sid]
    network.changes.publish(CHANGED)
    return web.Response(status=204)
