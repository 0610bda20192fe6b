"""Calling an HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from treadle.activities import secrets
from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.http_response import ACCEPT_ENCODING, body_fields, excerpt, read_body
from treadle.activities.waits import DURATION
from treadle.domain.activity import Context, Done
from treadle.domain.durations import parse_duration
from treadle.domain.errors import ActivityError, DefinitionError, Fatal, RetryAfter
from treadle.domain.node_types import NodeType

if TYPE_CHECKING:
    import httpx

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SCALAR = ["string", "number", "boolean"]
_MOST_REDIRECTS = 5
_LONGEST_DELAY = 86400.0

# What may follow a redirect to another origin; any other header may be a credential.
_HARMLESS = frozenset({
    "accept", "accept-encoding", "accept-language", "content-length", "content-type", "host", "idempotency-key", "user-agent",
})  # fmt: skip


class HttpRequest(Immediate):
    """One client, and so one pool of connections, for each event loop; `aclose` closes the running loop's."""

    mode = "async"
    node_type = NodeType(
        type="http.request",
        summary="Calls an HTTP API.",
        category="network",
        example={"method": "POST", "url": "https://api.example.com/orders/{{ input.order_id }}", "json": {"paid": True}},
        config_schema={
            "type": "object",
            "properties": {
                "method": {"title": "Method", "description": "The HTTP method.", "enum": list(METHODS), "default": "GET"},
                "url": {
                    "title": "URL",
                    "description": "Such as https://api.example.com/orders/7.",
                    "type": "string",
                    "minLength": 1,
                },
                "headers": {
                    "title": "Headers",
                    "description": 'By name; a value may be a secret: {"secret": "name"}.',
                    "type": "object",
                    "additionalProperties": {"anyOf": [{"type": _SCALAR}, dict(secrets.REFERENCE)]},
                },
                "query": {
                    "title": "Query",
                    "description": "Parameters added to the URL; a list repeats its parameter.",
                    "type": "object",
                    "additionalProperties": {
                        "anyOf": [
                            {"type": [*_SCALAR, "null"]},
                            {"type": "array", "items": {"type": _SCALAR}},
                            dict(secrets.REFERENCE),
                        ]
                    },
                },
                "json": {"title": "JSON body", "description": "Any JSON, sent as the body. Give this or a text body."},
                "body": {"title": "Text body", "description": "A text, sent as it is.", "type": "string", "format": "multiline"},
                "timeout": {"title": "Timeout", "description": "For the whole call.", "default": "30s", **DURATION},
                "ok": {
                    "title": "Good statuses",
                    "description": "Any other status fails the activity; 200 to 299 if not given.",
                    "type": "array",
                    "items": {"type": "integer", "minimum": 100, "maximum": 599},
                    "minItems": 1,
                },
            },
            "required": ["url"],
            "additionalProperties": False,
        },
        icon="globe",
        output="{status, headers, body}; body is parsed JSON, a text, or base64 with base64: true",
    )

    def __init__(self, *, allow_private: bool = False) -> None:
        self.allow_private = allow_private
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    async def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        import httpcore
        import httpx

        timeout = _timeout(config.get("timeout", "30s"))
        request = self._request(ctx, secrets.resolve(ctx, config))
        where = f"{request.method} {request.url.host}"
        try:
            async with asyncio.timeout(timeout):
                return await self._answer(ctx, request, config.get("ok"))
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise ActivityError(f"{where}: no answer within {timeout:g} s", type="http.timeout") from error
        except (httpcore.ConnectError, OSError) as error:
            raise ActivityError(f"{where}: cannot connect: {error}", type="http.connect") from error
        except httpcore.LocalProtocolError:
            # Its message quotes the header, which may be a secret.
            refuse_config("headers", "a name or value has a character that no header can carry")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError) as error:
            said = str(error) or type(error).__name__
            raise ActivityError(f"{where}: the connection broke: {said}", type="http.protocol") from error

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def _client(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = _new_client(allow_private=self.allow_private)
        return client

    def _request(self, ctx: Context, config: Mapping[str, Any]) -> httpx.Request:
        import httpx

        method = str(config.get("method", "GET")).upper()
        headers = httpx.Headers({"Accept-Encoding": ACCEPT_ENCODING})
        if method in _UNSAFE:
            headers["Idempotency-Key"] = ctx.idempotency_key
        headers.update(ctx.trace_headers())
        url = _url(str(config["url"]), config.get("query", {}))
        try:
            headers.update({name: _header(name, value) for name, value in config.get("headers", {}).items()})
            return self._client().build_request(method, url, headers=headers, timeout=None, **_body(config))
        except (UnicodeError, TypeError, ValueError) as error:
            refuse_config("headers" if isinstance(error, UnicodeError) else "json", f"cannot be sent: {error}")

    async def _answer(self, ctx: Context, request: httpx.Request, ok: list[int] | None) -> Done:
        response = await self._follow(request, ok or [])
        try:
            body = b"" if request.method == "HEAD" else await read_body(response)
        finally:
            await response.aclose()
        status = response.status_code
        if status in ok if ok else 200 <= status <= 299:
            return Done({"status": status, "headers": dict(response.headers), **body_fields(response, body)})
        message = f"{request.method} {request.url.host} answered {status} {response.reason_phrase}".rstrip()
        delay = _retry_after(response, ctx) if status in (429, 503) else None
        details: dict[str, object] = {"status": status, "body": excerpt(response, body)}
        if delay is not None:
            raise RetryAfter(delay, message, type="http.status", details=details)
        raise ActivityError(message, type="http.status", details=details)

    async def _follow(self, request: httpx.Request, ok: list[int]) -> httpx.Response:
        """The first response that is no redirect, or is wanted as it is; each hop connects through the check of its address."""
        client = self._client()
        for _ in range(_MOST_REDIRECTS + 1):
            response = await client.send(request, stream=True)
            following = response.next_request
            if following is None or response.status_code in ok:
                return response
            await response.aclose()
            request = _redirected(request, following)
        raise Fatal(f"more than {_MOST_REDIRECTS} redirects, the last to {request.url.host}", type="http.redirect")


def _new_client(*, allow_private: bool) -> httpx.AsyncClient:
    """No cookies: the client is shared by all workflows. No environment: a proxy would go around the address check."""
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    from treadle.activities.http_transport import CheckedTransport

    return httpx.AsyncClient(
        transport=CheckedTransport(allow_private=allow_private),
        headers={"User-Agent": "treadle"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
    )


def _url(text: str, query: Mapping[str, Any]) -> httpx.URL:
    import httpx

    try:
        url = httpx.URL(text).copy_merge_params(query)
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError) as error:
        refuse_config("url", f"{text[:200]!r} is not a URL: {error}")
    if url.scheme not in ("http", "https") or not url.host or (url.port is not None and not 0 < url.port < 65536):
        refuse_config("url", f"{text[:200]!r} is not an http or https URL with a host")
    return url


def _body(config: Mapping[str, Any]) -> dict[str, Any]:
    if "json" in config and "body" in config:
        refuse_config("body", "give either `json` or `body`")
    if "json" in config:
        return {"json": config["json"]}
    content = config.get("body")
    if content is not None and not isinstance(content, str):
        refuse_config("body", f"is a {type(content).__name__}, not a text; `json` takes any value")
    return {} if content is None else {"content": content}


def _header(name: str, value: object) -> str:
    """A text from a header's value, which a template may have made a number or boolean."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bool | int | float):
        refuse_config(f"headers.{name}", f"is a {type(value).__name__}, not a text")
    return str(value).lower()


def _redirected(before: httpx.Request, after: httpx.Request) -> httpx.Request:
    """The request of the next hop, without what may be a credential if it goes to another origin."""
    old, new = before.url, after.url
    if new.scheme not in ("http", "https") or (old.scheme == "https" and new.scheme == "http"):
        raise Fatal(f"{old.host} redirects to {new.scheme}://{new.host}, which is not followed", type="http.redirect")
    if (old.scheme, old.host, old.port) != (new.scheme, new.host, new.port):
        for name in [name for name in after.headers if name.lower() not in _HARMLESS]:
            del after.headers[name]
    return after


def _retry_after(response: httpx.Response, ctx: Context) -> float | None:
    """Seconds from the `Retry-After` header, a number or a date; at most a day. None if it says nothing usable."""
    said = response.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), _LONGEST_DELAY)
    try:
        seconds = (parsedate_to_datetime(said) - ctx.now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _LONGEST_DELAY)


def _timeout(value: object) -> float:
    try:
        seconds = parse_duration(value)
    except DefinitionError as error:
        refuse_config("timeout", str(error))
    if seconds <= 0:
        refuse_config("timeout", "must be more than 0")
    return seconds
