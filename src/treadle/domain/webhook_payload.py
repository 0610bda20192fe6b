"""What a webhook was sent, as the trigger's payload: the body read, and of the headers those that hold no secret."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from treadle.domain.errors import DefinitionError, Finding, UnstorableValueError
from treadle.domain.values import parse_body
from treadle.domain.webhook_signing import GITHUB, STANDARD, STRIPE, Headers

MOST_FIELDS = 1000
"""Of a form, or of a query."""
MOST_HEADERS = 64
LONGEST_HEADER = 1024
LONGEST_ID = 200

KEPT = frozenset({"content-type", "content-encoding", "content-language", "date", "user-agent"})
KEPT_PREFIXES = ("x-", "ce-", "webhook-", "treadle-")
NEVER_KEPT = re.compile(r"auth|cookie|credential|forwarded|key|pass|secret|session|sign|token|x-real-ip|cert")
"""Names of headers that may hold a secret, or say where the sender is."""

OWN_IDS = ("treadle-delivery", "idempotency-key")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came. `headers` have lower-case names; `query` is what stood behind the `?`."""

    method: str
    headers: Headers
    query: str
    body: bytes

    def content_type(self) -> str | None:
        """Without its parameters."""
        values = self.headers.get("content-type", ())
        return values[0].partition(";")[0].strip().lower()[:LONGEST_ID] or None if values else None


def payload_of(received: Received, *, delivery_id: str, webhook_id: str, body: Any) -> dict[str, Any]:
    return {
        "method": received.method,
        "headers": _kept_headers(received.headers),
        "query": _fields(received.query, "query"),
        "body": body,
        "content_type": received.content_type(),
        "delivery_id": delivery_id,
        "webhook_id": webhook_id,
    }


def body_of(received: Received, *, max_depth: int) -> Any:
    """JSON and forms as their values; other text as text; any other bytes, compressed ones too, as `{"base64": …}`.

    UnstorableValueError for JSON that cannot be read, DefinitionError for a form that cannot be.
    """
    data, kind = received.body, received.content_type() or ""
    if any(each.strip().lower() not in ("", "identity") for each in received.headers.get("content-encoding", ())):
        return _bytes(data)
    if kind == "application/json" or kind.endswith("+json"):
        return parse_body(data, max_bytes=len(data), max_depth=max_depth) if data.strip() else None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _bytes(data)
    if kind == FORM:
        return _fields(text, "body")
    return _bytes(data) if "\0" in text else text


def delivery_id_of(signing: str, received: Received, body: Any) -> str | None:
    """The id under which a delivery counts once, if the sender gave one. DefinitionError for one that cannot be kept.

    Where the format of the signature names an id that it covers, no other is looked at: somebody could change that.
    """
    if signing == STRIPE:
        return _usable(body.get("id"), "body.id") if isinstance(body, dict) else None
    names = {STANDARD: ("webhook-id",), GITHUB: ("x-github-delivery", *OWN_IDS)}.get(signing, OWN_IDS)
    for name in names:
        if values := received.headers.get(name):
            return _usable(values[0], f"header.{name}")
    return None


def _usable(value: object, path: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_ID or not value.isprintable():
        message = f"the id of a delivery must be a text of 1 to {LONGEST_ID} printable characters"
        raise DefinitionError([Finding("invalid_delivery_id", message, path)])
    return value


def _kept_headers(headers: Headers) -> dict[str, str]:
    kept = (name for name in headers if _is_kept(name))
    return {name: ", ".join(headers[name])[:LONGEST_HEADER] for name, _ in zip(kept, range(MOST_HEADERS), strict=False)}


def _is_kept(name: str) -> bool:
    return name in KEPT or (name.startswith(KEPT_PREFIXES) and not NEVER_KEPT.search(name))


def _fields(text: str, path: str) -> dict[str, Any]:
    """A text for each name; a list of texts where the name came more than once."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise UnstorableValueError(path, "is not valid UTF-8") from error
    except ValueError as error:
        raise DefinitionError([Finding("too_many_fields", f"has more than {MOST_FIELDS:,} fields", path)]) from error
    return _gathered(pairs)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: _one_or_all(values) for name, values in found.items()}


def _one_or_all(values: Sequence[str]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _bytes(data: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(data).decode()}
