"""The page with the mails of `make run`."""

import asyncio
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from django.core.mail import EmailMultiAlternatives, get_connection

from devtools.phone_simulator.phone_page.mail_page import add_mail_page, list_mails

SCRIPT = "<script>alert(1)</script>"


def write_mail(folder: Path, subject: str) -> None:
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
    mail = EmailMultiAlternatives(subject, "the text", to=["ada@example.com"], connection=connection)
    mail.attach_alternative(f"<p>the html {SCRIPT}</p>", "text/html")
    mail.send()


async def fetch(folder: Path, *paths: str) -> list[tuple[int, str, str]]:
    app = web.Application()
    add_mail_page(app, folder)
    async with TestClient(TestServer(app)) as client:
        answers = [await client.get(path) for path in paths]
        return [
            (answer.status, await answer.text(), answer.headers.get("Content-Security-Policy", ""))
            for answer in answers
        ]


async def check_pages(folder: Path) -> None:
    (mail,) = list_mails(folder)
    listing, page, html, missing = await fetch(
        folder, "/mail", f"/mail/{mail.name}", f"/mail/{mail.name}/html", "/mail/x"
    )
    assert [answer[0] for answer in (listing, page, html, missing)] == [200, 200, 200, 404]
    assert SCRIPT not in listing[1] + page[1]
    assert "the text" in page[1]
    assert "the html" in html[1]
    assert "sandbox" in html[2]
    assert "script-src" not in html[2]


def test_mails_are_shown(tmp_path: Path) -> None:
    write_mail(tmp_path, f"Hello {SCRIPT}")
    asyncio.run(check_pages(tmp_path))
