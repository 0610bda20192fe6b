"""Links that decide one approval without an account: what they allow is in them, signed.

A token is URL-safe: what it allows as JSON, a dot, the HMAC-SHA256 of that.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from treadle.domain.errors import NotFoundError

KEY_BYTES = 32
PURPOSE = b"treadle approval link\n"


@dataclass(frozen=True, slots=True)
class ApprovalLink:
    """`expires` in seconds since 1970. An approval id names one visit of one attempt, so a link never fits a later one."""

    approval_id: str
    expires: int
    person: str | None = None


class _UnknownLinkError(NotFoundError):
    def __init__(self) -> None:
        super().__init__("approval", "")
        self.args = ("this link leads to no approval: it is incomplete, or was made with another key; ask for a new one",)


class LinkSigner:
    """`key` is the key, or is asked for it at the first use, with a new one that it may keep."""

    def __init__(self, key: str | Callable[[str], str]) -> None:
        self._source = key
        self._key: bytes | None = None
        self._lock = threading.Lock()

    def token(self, link: ApprovalLink) -> str:
        said = orjson.dumps([link.approval_id, link.expires, link.person])
        return f"{_text(said)}.{_text(self._mac(said))}"

    def read(self, token: str) -> ApprovalLink:
        """NotFoundError, which does not repeat the token, for anything that was not signed here."""
        head, _, mac = token.partition(".")
        try:
            said, given = _bytes(head), _bytes(mac)
        except (ValueError, binascii.Error):
            said, given = b"", b""
        if not hmac.compare_digest(self._mac(said), given):
            raise _UnknownLinkError
        approval_id, expires, person = orjson.loads(said)
        return ApprovalLink(approval_id, expires, person)

    def _mac(self, said: bytes) -> bytes:
        with self._lock:
            if self._key is None:
                source = self._source
                text = source if isinstance(source, str) else source(secrets.token_hex(KEY_BYTES))
                self._key = hashlib.sha256(text.encode()).digest()
        return hmac.digest(self._key, PURPOSE + said, "sha256")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
