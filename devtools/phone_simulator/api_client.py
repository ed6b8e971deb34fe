"""A client of the application's public API. The simulator depends on no other part of the application."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from .resources import Json

UNREACHABLE, KEY_REJECTED, UNEXPECTED_RESPONSE = "unreachable", "key_rejected", "unexpected_response"
WITHOUT_JUDGE = frozenset({"simulated model", "a person, no language model"})
"""The values of `interviewer` with which no model judges the answers of a human."""
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=20)


class ApiProblem(Exception):
    """The request failed. `body` says why, in the form of application/problem+json."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(body.get("title", ""))
        self.status, self.body = status, body


class ApiClient:
    """Every method raises ApiProblem when the application refuses the request or does not respond."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._headers = {"X-API-Key": key, "Accept": "application/json"}

    async def list_jobs(self) -> list[Json]:
        """Return the open jobs. A job is `ready` once its questions are approved."""
        page = await self._send_request("GET", "jobs/?page_size=100")
        return [
            {"id": job["id"], "title": job["title"], "ready": job.get("questions_status") == "approved"}
            for job in page["results"]
            if job.get("is_open", True)
        ]

    @property
    def scoring_form(self) -> str:
        """The page on which a person scores the answers that no model judges."""
        return f"{self.url}/admin/interviews/interviewresponse/to-score/"

    async def find_candidates(self, phone: str) -> list[Json]:
        """Return the candidates with this number, which is in E.164."""
        page = await self._send_request("GET", f"candidates/?phone={quote(phone)}")
        candidates: list[Json] = page["results"]
        return candidates

    async def find_interviews(self, candidate: Json) -> list[Json]:
        page = await self._send_request("GET", f"interviews/?candidate={candidate['id']}")
        interviews: list[Json] = page["results"]
        return interviews

    async def create_candidate(self, name: str, phone: str) -> Json:
        """Create a candidate with consent to be called. The returned `phone` is normalised to E.164."""
        consent = {"consent_to_call": True, "consent_source": "phone page"}
        return await self._send_request("POST", "candidates/", {"full_name": name, "phone": phone, **consent})

    async def create_interview(self, candidate: Json, job: str) -> Json:
        """Create an interview. The application calls the candidate as soon as its dial rules allow."""
        return await self._send_request("POST", "interviews/", {"candidate": candidate["id"], "job": job})

    async def _send_request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        url = f"{self.url}/api/v1/{path}"
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, timeout=REQUEST_TIMEOUT) as session,
                session.request(method, url, json=body, allow_redirects=False) as response,
            ):
                return await _parse_response(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            detail = f"{self.url} does not respond ({type(error).__name__}). Is the application running?"
            problem = {"code": UNREACHABLE, "title": "The application cannot be reached", "detail": detail}
            raise ApiProblem(502, problem) from error


async def _parse_response(response: aiohttp.ClientResponse) -> Json:
    try:
        body = await response.json(content_type=None)
    except ValueError:
        body = None
    if response.ok and response.status < 300 and isinstance(body, dict):
        return body
    if response.status in (401, 403):
        detail = "The application rejected the API key. Start the phone network with --app-key, or SCREENER_API_KEY."
        raise ApiProblem(502, {"code": KEY_REJECTED, "title": "Not allowed", "detail": detail})
    if not isinstance(body, dict) or "title" not in body:
        title = f"The application responded with HTTP {response.status}"
        body = {"code": UNEXPECTED_RESPONSE, "title": title, "detail": response.reason or ""}
    raise ApiProblem(response.status if response.status >= 400 else 502, body)
