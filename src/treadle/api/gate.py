"""Who may come in: Host, then token, then Origin, before any route sees the request.

Deny by default: a path is public only if it is in `PUBLIC`, compared exactly. What is there tells nothing and does nothing,
so it also answers under any Host, for the probes of load balancers. A path that is wholly of the form `BY_LINK` ends in a
signature that is checked behind it, so it needs neither token nor Origin.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from treadle.api.config import ApiConfig, token_digest
from treadle.api.problems import Problem

PUBLIC = frozenset({"/healthz", "/readyz"})
STYLE = "/style.css"
"""What the pages behind signed links look like; it tells nothing."""
BY_LINK = re.compile(r"/api/v1/approvals/by-link/[A-Za-z0-9_-]{1,1000}\.[A-Za-z0-9_-]{43}")
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
EVERY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to
"""To listen on these says nothing about the names people use."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """ASGI middleware that answers what may not pass."""

    def __init__(self, app: ASGIApp, *, config: ApiConfig) -> None:
        self._app = app
        self._any_host = "*" in config.allowed_hosts
        named = {host.strip("[]").lower() for host in (config.host, *config.allowed_hosts)}
        self._hosts = LOOPBACK_NAMES | (named - EVERY_ADDRESS)
        self._digests = tuple(token_digest(token) for token in config.tokens)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        if scope["path"] in PUBLIC:
            return None
        headers = Headers(scope=scope)
        if BY_LINK.fullmatch(scope["path"]) or (scope["path"] == STYLE and scope["method"] in SAFE_METHODS):
            return self._wrong_host(headers)
        return self._wrong_host(headers) or self._no_token(headers) or _foreign_origin(scope["method"], headers)

    def _wrong_host(self, headers: Headers) -> Problem | None:
        """A page of another site whose name was pointed at this machine (DNS rebinding) still says its own name."""
        if self._any_host or host_name(headers.get("host", "")) in self._hosts:
            return None
        detail = "this server does not answer to that Host; the setting for allowed hosts adds names"
        return Problem(400, "Unknown host", detail)

    def _no_token(self, headers: Headers) -> Problem | None:
        if not self._digests:
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            presented = hashlib.sha256(token.strip().encode("latin-1")).digest()
            # Every digest is compared, so that the time does not tell which one was near.
            if sum([hmac.compare_digest(presented, digest) for digest in self._digests]):
                return None
            challenge, detail = 'Bearer realm="treadle", error="invalid_token"', "this token is not known here"
        else:
            challenge, detail = 'Bearer realm="treadle"', "send a token: Authorization: Bearer …"
        return Problem(401, "Not authenticated", detail, headers={"WWW-Authenticate": challenge})


def host_name(host: str) -> str:
    """The Host header without its port, lower case; '' if it is no host at all."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _foreign_origin(method: str, headers: Headers) -> Problem | None:
    """A browser names the page that asks; only this server's own pages may change anything."""
    origin = headers.get("origin")
    if method in SAFE_METHODS or origin is None:
        return None
    if origin.lower() in (f"{scheme}://{headers.get('host', '').lower()}" for scheme in ("http", "https")):
        return None
    return Problem(403, "Foreign origin", "pages of other sites may not change anything here")
