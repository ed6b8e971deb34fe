"""The application's public API, used as any client uses it: the simulator knows nothing else of the application."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from .resources import Json

TIMEOUT = aiohttp.ClientTimeout(total=20)


class Problem(Exception):
    """The application did not do it. `body` says why, in the shape of application/problem+json."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(body.get("title", ""))
        self.status, self.body = status, body


class Client:
    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._headers = {"X-API-Key": key, "Accept": "application/json"}

    async def jobs(self) -> list[Json]:
        """Open jobs; `ready` are those whose questions have been approved."""
        page = await self._ask("GET", "jobs/?page_size=100")
        return [
            {"id": job["id"], "title": job["title"], "ready": job.get("questions_status") == "approved"}
            for job in page["results"]
            if job.get("is_open", True)
        ]

    async def candidate(self, name: str, phone: str) -> Json:
        """A new one, who has consented to be called. `phone` is then written as it will be dialled."""
        consent = {"consent_to_call": True, "consent_source": "phone page"}
        return await self._ask("POST", "candidates/", {"full_name": name, "phone": phone, **consent})

    async def interview(self, candidate: Json, job: str) -> Json:
        """They are called for it as soon as may be."""
        return await self._ask("POST", "interviews/", {"candidate": candidate["id"], "job": job})

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """Raises Problem for whatever is not a good answer."""
        url = f"{self.url}/api/v1/{path}"
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, timeout=TIMEOUT) as session,
                session.request(method, url, json=body, allow_redirects=False) as answer,
            ):
                return await self._read(answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            detail = f"{self.url} does not answer ({type(error).__name__}). Is the application running?"
            raise Problem(502, {"title": "The application can't be reached", "detail": detail}) from error

    async def _read(self, answer: aiohttp.ClientResponse) -> Json:
        try:
            body = await answer.json(content_type=None)
        except ValueError:
            body = None
        if answer.ok and answer.status < 300 and isinstance(body, dict):
            return body
        if answer.status in (401, 403):
            detail = "The application refuses the API key. Start the phone network with --app-key, or SCREENER_API_KEY."
            raise Problem(502, {"title": "Not allowed", "detail": detail})
        if not isinstance(body, dict) or "title" not in body:
            body = {"title": f"The application answered with HTTP {answer.status}", "detail": answer.reason or ""}
        raise Problem(answer.status if answer.status >= 400 else 502, body)
