"""A server of OpenID Connect: discovery, keys, authorization with PKCE, and signed ID tokens."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http.request import QueryDict

KEY, STRANGERS_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CLIENT_ID, CLIENT_SECRET = "screener", "secret of the client"


class OIDCServer:
    """`claims` are those of the user who logs in. The other attributes make it err."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {"sub": "user-1", "email": "hanna@northwind.example", "email_verified": True}
        self.key: Any = KEY
        self.algorithm = "RS256"
        self.issuer_in_configuration = ""
        self.overrides: dict[str, Any] = {}
        self.requests: dict[str, dict[str, str]] = {}
        """The authorization requests, by code."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages: dict[str, Callable[[], dict[str, Any]]] = {
                    "/realm/.well-known/openid-configuration": server.configuration,
                    "/realm/keys": lambda: {"keys": [public_key(KEY)]},
                }
                self._answer(pages[urlsplit(self.path).path]())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer(server.issue_tokens(QueryDict(body).dict()))

            def _answer(self, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(400 if "error" in body else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                pass

        return Handler

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer_in_configuration or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, address: str) -> dict[str, str]:
        """What a browser brings back from the provider after its user has logged in there."""
        assert address.startswith(f"{self.issuer}/authorize?")
        request = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert request["client_id"] == CLIENT_ID
        assert (request["response_type"], request["code_challenge_method"]) == ("code", "S256")
        assert "openid" in request["scope"].split()
        code = secrets.token_urlsafe(16)
        self.requests[code] = request
        return {"code": code, "state": request["state"]}

    def issue_tokens(self, form: dict[str, str]) -> dict[str, Any]:
        request = self.requests.pop(form.get("code", ""), None)
        if request is None or (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return {"error": "invalid_client"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_same_client = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == request["code_challenge"]
        if not is_same_client or form.get("redirect_uri") != request["redirect_uri"]:
            return {"error": "invalid_grant"}
        token = {"access_token": "of the user", "token_type": "Bearer", "expires_in": 60}
        return token | {"id_token": self._id_token(request["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        standard = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": nonce}
        claims = standard | self.claims | self.overrides
        key = "" if self.algorithm == "none" else self.key
        return jwt.encode(claims, key, self.algorithm, headers={"kid": "key-1"})


def public_key(key: Any) -> dict[str, Any]:
    described: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return described | {"kid": "key-1", "alg": "RS256", "use": "sig"}


@contextmanager
def run_oidc_server() -> Iterator[OIDCServer]:
    oidc = OIDCServer()
    thread = Thread(target=oidc.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield oidc
    finally:
        oidc.server.shutdown()
        oidc.server.server_close()
        thread.join()
