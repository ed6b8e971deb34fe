"""The mails of `make run`, read from the folder into which Django writes them. Nothing is sent anywhere."""

import email
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path

from aiohttp import web

MAIL_FOLDER_KEY: web.AppKey[Path] = web.AppKey("mail_folder")
MOST_MAILS = 200
STYLE = "/page/mail.css"
LIST_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; sandbox allow-popups"


@dataclass(frozen=True)
class StoredMail:
    name: str
    message: EmailMessage

    @classmethod
    def read(cls, path: Path) -> "StoredMail":
        """Read a file of Django's back end. The line of dashes that it ends with is left out."""
        content = path.read_bytes().rstrip(b"\n-")
        return cls(path.stem, email.message_from_bytes(content, policy=default))

    def body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def list_mails(folder: Path) -> list[StoredMail]:
    """The latest mails, the last one first."""
    paths = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [StoredMail.read(path) for path in paths[:MOST_MAILS]]


async def serve_list(request: web.Request) -> web.Response:
    rows = "".join(_list_row(mail) for mail in list_mails(request.app[MAIL_FOLDER_KEY]))
    content = (
        f"<table><tr><th>To</th><th>Subject</th><th>Date</th></tr>{rows}</table>" if rows else "<p>No mail yet.</p>"
    )
    return _page("Mails of this run", content, LIST_POLICY)


async def serve_mail(request: web.Request) -> web.Response:
    mail = _find_mail(request)
    headers = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in mail.message.items())
    html = f'<h2>HTML</h2><iframe src="/mail/{mail.name}/html" title="HTML"></iframe>'
    text = f"<h2>Text</h2><pre>{escape(mail.body('plain'))}</pre>"
    content = f'<p><a href="/mail">All mails</a></p>{html}{text}<h2>Headers</h2><dl>{headers}</dl>'
    return _page(str(mail.message["Subject"]), content, LIST_POLICY)


async def serve_html(request: web.Request) -> web.Response:
    """The HTML of a mail as it is, without scripts."""
    return _respond(_find_mail(request).body("html"), MAIL_POLICY)


def add_mail_page(app: web.Application, folder: Path) -> None:
    app[MAIL_FOLDER_KEY] = folder
    app.add_routes(
        [
            web.get("/mail", serve_list),
            web.get("/mail/{name}", serve_mail),
            web.get("/mail/{name}/html", serve_html),
        ]
    )


def _find_mail(request: web.Request) -> StoredMail:
    name = request.match_info["name"]
    mails = (mail for mail in list_mails(request.app[MAIL_FOLDER_KEY]) if mail.name == name)
    if mail := next(mails, None):
        return mail
    raise web.HTTPNotFound


def _list_row(mail: StoredMail) -> str:
    recipient, subject, date = (escape(str(mail.message[name])) for name in ("To", "Subject", "Date"))
    return f'<tr><td>{recipient}</td><td><a href="/mail/{mail.name}">{subject}</a></td><td>{date}</td></tr>'


def _page(title: str, content: str, policy: str) -> web.Response:
    viewport = '<meta name="viewport" content="width=device-width">'
    style = f'<link rel="stylesheet" href="{STYLE}">'
    head = f'<meta charset="utf-8">{viewport}<title>{escape(title)}</title>{style}'
    body = f"<h1>{escape(title)}</h1>{content}"
    return _respond(f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>', policy)


def _respond(html: str, policy: str) -> web.Response:
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)
