"""The body of a response as JSON can carry it, never larger than its limit, compressed or not."""

from __future__ import annotations

import base64
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import orjson

from treadle.domain.errors import Fatal

if TYPE_CHECKING:
    import httpx

BODY_LIMIT = 1 << 20
ACCEPT_ENCODING = "gzip"


async def read_body(response: httpx.Response) -> bytes:
    """The decompressed body; Fatal `http.too_large` as soon as it is known to be over the limit."""
    whole = bytearray()
    async with aclosing(_decompressed(response)) as parts:
        async for part in parts:
            whole += part
            if len(whole) > BODY_LIMIT:
                raise Fatal(f"the response is larger than {BODY_LIMIT:,} bytes", type="http.too_large")
    return bytes(whole)


def body_fields(response: httpx.Response, body: bytes) -> dict[str, Any]:
    """`{"body": …}`: parsed JSON, a text, or for binary data base64 and `"base64": true`."""
    content_type = response.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        if not body.strip():
            return {"body": None}
        try:
            return {"body": orjson.loads(body)}
        except orjson.JSONDecodeError:
            # The server is wrong about its own content type; what it sent is still worth seeing.
            kind = "text/plain"
    text = _text(response, body, said=_is_text(kind))
    if text is None:
        return {"body": base64.b64encode(body).decode("ascii"), "base64": True}
    return {"body": text}


def excerpt(response: httpx.Response, body: bytes, *, limit: int = 2000) -> str:
    """The beginning of a body, for an error's details."""
    text = _text(response, body, said=True) or ""
    return text if len(text) <= limit else text[:limit] + "…"


async def _decompressed(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        async for part in response.aiter_raw():
            yield part
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Fatal(f"the response is encoded as {encoding!r}; only gzip and deflate are understood", type="http.encoding")
    # 32 + 15 bits: gzip or zlib by the header. Output is asked for piece by piece, so a bomb never unfolds.
    inflate = zlib.decompressobj(wbits=47)
    try:
        async for part in response.aiter_raw():
            rest = part
            while rest:
                yield inflate.decompress(rest, BODY_LIMIT + 1)
                rest = inflate.unconsumed_tail
        yield inflate.flush()
        if response.num_bytes_downloaded and not inflate.eof:
            raise zlib.error("it ends too early")
    except zlib.error as error:
        raise Fatal(f"the response is not the {encoding} it says it is: {error}", type="http.encoding") from error


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind.endswith(("+xml", "/xml", "/javascript", "/x-www-form-urlencoded", "/yaml"))


def _text(response: httpx.Response, body: bytes, *, said: bool) -> str | None:
    """The body as text; None if it is none: not `said` to be, and not UTF-8 either."""
    charset = response.charset_encoding or "utf-8"
    try:
        text = body.decode(charset, "replace" if said else "strict")
    except (LookupError, UnicodeError):
        if not said:
            return None
        text = body.decode("utf-8", "replace")
    return None if "\0" in text else text
