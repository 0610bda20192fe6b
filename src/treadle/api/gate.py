"""Who may come in: Host, then token or cookie, then Origin, before any route sees the request.

Deny by default: a path is public only if it is in `PUBLIC`, compared exactly. What is there tells nothing and does nothing,
so it also answers under any Host, for the probes of load balancers. A path that is wholly of the form `BY_LINK` ends in a
signature that is checked behind it, so it needs neither token nor Origin; nor does one of the form `HOOK`, which nobody can
guess. The files of the web UI are the same for everybody, and `SESSION` is where a browser brings its token: both need none.
Behind the token, `permissions` says which role a route needs.
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from treadle.api.config import ApiConfig
from treadle.api.credentials import ANYBODY, COOKIE, Caller, Credentials
from treadle.api.permissions import needed_role
from treadle.api.problems import Problem
from treadle.api.token_roll import UNKNOWN_FRESH
from treadle.api.ui_files import UiFiles
from treadle.domain.access import Role
from treadle.engine.token_desk import PREFIX

PUBLIC = frozenset({"/healthz", "/readyz"})
SESSION = "/api/v1/session"
CALLER = "treadle.caller"
"""Where a request's scope says who asks."""
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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._refresh(scope)
        if refusal := self._refusal(scope):
            await refusal.response()(scope, receive, send)
            return
        caller: Caller = scope.get(CALLER, ANYBODY)
        if caller.token_id is None:
            await self._app(scope, receive, send)
        else:
            await self._answer_while_let_in(caller, scope, receive, send)

    async def _refresh(self, scope: Scope) -> None:
        """Know the stored tokens as they are. One that looks like one and is not among them may have been made just now: it is
        looked for anew, a moment later where that was just done, so that guesses cost the database nothing."""
        roll = self._credentials.roll
        if roll is None or scope["path"] in PUBLIC:
            return
        await self._reread()
        token = bearer_token(Headers(scope=scope))
        if token and token.startswith(PREFIX) and self._credentials.knows(token) is None:
            await asyncio.sleep(roll.stale_in(after=UNKNOWN_FRESH))
            await run_in_threadpool(roll.refresh, after=UNKNOWN_FRESH)

    async def _reread(self) -> None:
        roll = self._credentials.roll
        if roll is not None and roll.is_stale():
            await run_in_threadpool(roll.refresh)

    async def _answer_while_let_in(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """A live stream ends with the token that it was opened with."""
        streams = over = False

        async def watch(message: Message) -> None:
            nonlocal streams, over
            if message["type"] == "http.response.start":
                streams = Headers(raw=message["headers"]).get("content-type", "").startswith("text/event-stream")
            elif streams:
                await self._reread()
                over = not self._credentials.still_lets_in(caller)
            if over:
                raise OSError("the token is no longer valid")
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except (OSError, ClientDisconnect):
            if not over:
                raise
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _refusal(self, scope: Scope) -> Problem | None:
        path, method = scope["path"], scope["method"]
        if path in PUBLIC:
            return None
        headers = Headers(scope=scope)
        if BY_LINK.fullmatch(path) or HOOK.fullmatch(path) or (path == STYLE and method in SAFE_METHODS) or self._ui.answers(scope):
            return self._wrong_host(headers)
        if path == SESSION:
            return self._wrong_host(headers) or _foreign_origin(method, headers)
        if refusal := self._wrong_host(headers) or self._stranger(scope, headers) or _foreign_origin(method, headers):
            return refusal
        return _too_low(scope[CALLER], needed_role(method, path))

    def _wrong_host(self, headers: Headers) -> Problem | None:
        """A page of another site whose name was pointed at this machine (DNS rebinding) still says its own name."""
        if self._any_host or host_name(headers.get("host", "")) in self._hosts:
            return None
        detail = "this server does not answer to that Host; the setting for allowed hosts adds names"
        return Problem(400, "Unknown host", detail)

    def _stranger(self, scope: Scope, headers: Headers) -> Problem | None:
        """Without a token that is known, and without a cookie for one. Who is none is the scope's caller from here on."""
        scope[CALLER] = ANYBODY
        if self._credentials.undecided:
            detail = "the database has not answered, so nobody can be let in; send the same again"
            return Problem(503, "Database unavailable", detail, headers={"Retry-After": "1"})
        if not self._credentials.required:
            return None
        if "authorization" not in headers and (caller := session_of(self._credentials, headers)):
            scope[CALLER] = caller
            return None if scope["method"] in SAFE_METHODS else _from_elsewhere(headers)
        if token := bearer_token(headers):
            if caller := self._credentials.knows(token):
                scope[CALLER] = caller
                return None
            challenge, detail = 'Bearer realm="treadle", error="invalid_token"', "this token is not known here"
        else:
            challenge, detail = 'Bearer realm="treadle"', "send a token: Authorization: Bearer …"
        return Problem(401, "Not authenticated", detail, headers={"WWW-Authenticate": challenge})


def bearer_token(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def session_of(credentials: Credentials, headers: Headers) -> Caller | None:
    """Whose session the request's cookie is."""
    return credentials.accepts(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def host_name(host: str) -> str:
    """The Host header without its port, lower case; '' if it is no host at all."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _too_low(caller: Caller, needed: Role) -> Problem | None:
    if caller.role.includes(needed):
        return None
    detail = f"this needs the role {needed.value}, and the token {caller.name!r} has the role {caller.role.value}"
    return Problem(403, "Not allowed", detail, [{"path": "role", "message": f"{needed.value} is needed"}])


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
