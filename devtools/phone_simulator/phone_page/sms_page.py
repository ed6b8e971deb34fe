"""The SMS of all numbers, as the phones show them. A human at the page answers them, or sends the first."""

import re
from collections.abc import Iterable
from html import escape

from aiohttp import web

from devtools.phone_simulator.messages.message import Message
from devtools.phone_simulator.messages.message_flow import receive_message
from devtools.phone_simulator.rest_api.calls import E164_NUMBER
from devtools.phone_simulator.rest_api.common import NETWORK_KEY

from .access_guard import refusal_response

MOST_CONVERSATIONS, MOST_LETTERS = 50, 1600
QUICK_REPLIES = ("STOP", "HELP", "call me tomorrow", "wrong number")
LINK = re.compile(r"(https?://[^\s<>\"]+)")
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
NO_NUMBER, NO_TEXT = "invalid_number", "no_text"


async def serve_page(request: web.Request) -> web.Response:
    conversations = _conversations(request.app[NETWORK_KEY].messages.values())
    cards = "".join(_card(number, messages) for number, messages in conversations)
    empty = '<p class="note">No SMS yet. Invite a candidate who has no e-mail address.</p>'
    return _page(f'<main id="conversations">{cards or empty}</main>{_first_sms_form()}')


async def send_sms(request: web.Request) -> web.Response:
    """Send an SMS from `number` to the application."""
    form = await request.post()
    number = re.sub(r"[\s().-]", "", str(form.get("number", "")))
    text = str(form.get("quick") or form.get("text", "")).strip()[:MOST_LETTERS]
    if not E164_NUMBER.fullmatch(number):
        return refusal_response(400, NO_NUMBER, "Write the number with its country code: +14155550100.")
    if not text:
        return refusal_response(400, NO_TEXT, "Write a text.")
    await receive_message(request.app[NETWORK_KEY], number, text)
    raise web.HTTPSeeOther(f"/sms#{_anchor(number)}")


def add_sms_page(app: web.Application) -> None:
    app.add_routes([web.get("/sms", serve_page), web.post("/simulator/sms", send_sms)])


def _conversations(messages: Iterable[Message]) -> list[tuple[str, list[Message]]]:
    """The SMS by number, the number with the latest one first."""
    by_number: dict[str, list[Message]] = {}
    for message in messages:
        by_number[message.party] = [*by_number.pop(message.party, []), message]
    return list(by_number.items())[: -MOST_CONVERSATIONS - 1 : -1]


def _card(number: str, messages: list[Message]) -> str:
    bubbles = "".join(map(_bubble, messages))
    buttons = "".join(f'<button name="quick" value="{escape(text)}">{escape(text)}</button>' for text in QUICK_REPLIES)
    form = (
        f'<form method="post" action="/simulator/sms"><input type="hidden" name="number" value="{escape(number)}">'
        f'<label class="visually-hidden" for="text-{_anchor(number)}">SMS from {escape(number)}</label>'
        f'<input id="text-{_anchor(number)}" name="text" maxlength="{MOST_LETTERS}" autocomplete="off" '
        f'placeholder="Answer as {escape(number)}"><button class="primary">Send</button></form>'
        f'<form method="post" action="/simulator/sms" class="quick">'
        f'<input type="hidden" name="number" value="{escape(number)}">{buttons}</form>'
    )
    return (
        f'<section class="card" id="{_anchor(number)}" aria-labelledby="name-{_anchor(number)}">'
        f'<h2 id="name-{_anchor(number)}">{escape(number)}</h2><ol class="bubbles">{bubbles}</ol>{form}</section>'
    )


def _bubble(message: Message) -> str:
    side = "mine" if message.is_inbound else "theirs"
    error = f", error {message.error_code}" if message.error_code else ""
    status = "sent from this phone" if message.is_inbound else f"{message.status}{error}"
    time = f"{message.date_created:%H:%M:%S}"
    return (
        f'<li class="{side}"><p dir="auto">{_with_links(message.body)}</p><small>{time}, {escape(status)}</small></li>'
    )


def _with_links(text: str) -> str:
    parts = LINK.split(text)
    return "".join(
        f'<a href="{escape(part)}" rel="noreferrer">{escape(part)}</a>' if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def _anchor(number: str) -> str:
    return f"n{re.sub(r'[^0-9]', '', number)}"


def _first_sms_form() -> str:
    return (
        '<section class="card" aria-labelledby="first-sms"><h2 id="first-sms">Send an SMS to the employer</h2>'
        '<form method="post" action="/simulator/sms"><label>From <input name="number" value="+14155550150" '
        'inputmode="tel" required></label><label>Text <input name="text" required></label>'
        '<button class="primary">Send</button></form></section>'
    )


def _page(content: str) -> web.Response:
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>SMS of this run</title><link rel="icon" '
        'href="/page/icon.svg"><link rel="stylesheet" href="/page/page.css"><link rel="stylesheet" '
        'href="/page/sms.css"><script type="module" src="/page/sms.js"></script>'
    )
    top = '<header class="top"><h1>SMS of this run</h1><div class="tools"><a href="/">Phone page</a></div></header>'
    html = f'<!doctype html><html lang="en"><head>{head}</head><body class="sms">{top}{content}</body></html>'
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)
