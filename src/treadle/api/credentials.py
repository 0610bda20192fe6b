"""What lets somebody in: a configured token, or the signed cookie that a browser got for one. Nothing of it is stored.

A cookie is signed with a key derived from the token it was given for, so it ends with that token, or when it expires.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from time import time

from treadle.api.config import token_digest

COOKIE = "treadle_session"
SECONDS = 7 * 86400
_PURPOSE = b"treadle browser session, 1"


class Credentials:
    """BadTokenError for a token that protects nothing. `now` is seconds since 1970."""

    def __init__(self, tokens: Sequence[str], *, now: Callable[[], float] = time) -> None:
        self._digests = tuple(token_digest(token) for token in tokens)
        self._keys = tuple(hmac.digest(digest, _PURPOSE, "sha256") for digest in self._digests)
        self._now = now

    @property
    def required(self) -> bool:
        return bool(self._digests)

    def knows(self, token: str) -> bool:
        return self._place_of(token) is not None

    def cookie_for(self, token: str) -> str | None:
        """The value of a new cookie, good for a week; None if the token is unknown."""
        place = self._place_of(token)
        if place is None:
            return None
        expires = str(int(self._now()) + SECONDS)
        return f"{expires}.{_signature(self._keys[place], expires)}"

    def accepts(self, cookie: str) -> bool:
        """Whether a cookie is one of ours, for a token that is still configured, and not expired."""
        expires, _, signature = cookie.partition(".")
        presented = signature.encode("latin-1", "replace")
        known = [hmac.compare_digest(presented, _signature(key, expires).encode()) for key in self._keys]
        return bool(sum(known)) and int(expires) > self._now()

    def _place_of(self, token: str) -> int | None:
        presented = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        # Every digest is compared, so that the time does not tell which one was near.
        known = [hmac.compare_digest(presented, digest) for digest in self._digests]
        return known.index(True) if any(known) else None


def _signature(key: bytes, expires: str) -> str:
    mac = hmac.digest(key, expires.encode("utf-8", "surrogatepass"), "sha256")
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
