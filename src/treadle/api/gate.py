"""Who may come in: Host, then token or cookie, then Origin, before any route sees the request.

Deny by default: a path is public only if it is in `PUBLIC`, compared exactly. What is there tells nothing and does nothing,
so it also answers under any Host, for the probes of load balancers. A path that is wholly of the form `BY_LINK` ends in a
signature that is checked behind it, so it needs neither token nor Origin; nor does one of the form `HOOK`, which nobody can
guess. The files of the web UI are the same for everybody, and `SESSION` is where a browser brings its token: both need none.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from treadle.api.config import ApiConfig
from treadle.api.credentials import COOKIE, Credentials
from treadle.api.problems import Problem
from treadle.api.ui_files import UiFiles

PUBLIC = frozenset({"/healthz", "/readyz"})
SESSION = "/api/v1/session"
STYLE = "/style.css"
"""What the pages behind signed links look like; it tells nothing."""
HOOK = re.compile(r"/hooks/[A-Za-z0-9_-]{22}")
"""The address of a webhook, whose last part nobody can guess."""
BY_LINK = re.compile(r"/api/v1/approvals/by-link/[A-Za-z0-9_-]{1,1000}\.[A-Za-z0-9_-]{43}")
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
EVERY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to
"""To listen on these says nothing about the names people use."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """ASGI middleware that answers what may not pass."""

    def __init__(self, app: ASGIApp, *, config: ApiConfig, credentials: Credentials, ui: UiFiles) -> None:
        self._app = app
        self._any_host = "*" in config.allowed_hosts
        named = {host.strip("[]").lower() for host in (config.host, *config.allowed_hosts)}
        self._hosts = LOOPBACK_NAMES | (named - EVERY_ADDRESS)
        self._credentials = credentials
        self._ui = ui

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        path, method = scope["path"], scope["method"]
        if path in PUBLIC:
            return None
        headers = Headers(scope=scope)
        if BY_LINK.fullmatch(path) or HOOK.fullmatch(path) or (path == STYLE and method in SAFE_METHODS) or self._ui.answers(scope):
            return self._wrong_host(headers)
        if path == SESSION:
            return self._wrong_host(headers) or _foreign_origin(method, headers)
        return self._wrong_host(headers) or self._stranger(method, headers) or _foreign_origin(method, headers)

    def _wrong_host(self, headers: Headers) -> Problem | None:
        """A page of another site whose name was pointed at this machine (DNS rebinding) still says its own name."""
        if self._any_host or host_name(headers.get("host", "")) in self._hosts:
            return None
        detail = "this server does not answer to that Host; the setting for allowed hosts adds names"
        return Problem(400, "Unknown host", detail)

    def _stranger(self, method: str, headers: Headers) -> Problem | None:
        """Without a token that is known, and without a cookie for one."""
        if not self._credentials.required:
            return None
        if "authorization" not in headers and has_session(self._credentials, headers):
            return None if method in SAFE_METHODS else _from_elsewhere(headers)
        if token := bearer_token(headers):
            if self._credentials.knows(token):
                return None
            challenge, detail = 'Bearer realm="treadle", error="invalid_token"', "this token is not known here"
        else:
            challenge, detail = 'Bearer realm="treadle"', "send a token: Authorization: Bearer …"
        return Problem(401, "Not authenticated", detail, headers={"WWW-Authenticate": challenge})


def bearer_token(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def has_session(credentials: Credentials, headers: Headers) -> bool:
    return credentials.accepts(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def host_name(host: str) -> str:
    """The Host header without its port, lower case; '' if it is no host at all."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _from_elsewhere(headers: Headers) -> Problem | None:
    """A cookie goes along with whatever page asks, so the page must be named, and be one of this server."""
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return Problem(403, "Foreign origin", "pages of other sites may not change anything here")
    if headers.get("origin") is None:
        detail = "with a cookie, only this server's own pages change anything: send an Origin, or a token instead of the cookie"
        return Problem(403, "No origin", detail)
    return None


def _foreign_origin(method: str, headers: Headers) -> Problem | None:
    """A browser names the page that asks; only this server's own pages may change anything."""
    origin = headers.get("origin")
    if method in SAFE_METHODS or origin is None:
        return None
    if origin.lower() in (f"{scheme}://{headers.get('host', '').lower()}" for scheme in ("http", "https")):
        return None
    return Problem(403, "Foreign origin", "pages of other sites may not change anything here")
