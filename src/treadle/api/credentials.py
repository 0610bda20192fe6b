"""What lets somebody in: a configured or a stored token, or the signed cookie that a browser got for one.

A cookie is signed with a key derived from the token it was given for, so it ends with that token, or when it expires.
Nothing of it is stored.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time

from treadle.api.config import token_digest
from treadle.api.token_roll import TokenRoll
from treadle.domain.access import AccessToken, Role

COOKIE = "treadle_session"
SECONDS = 7 * 86400
_PURPOSE = b"treadle browser session, 1"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `name` is that of a stored token, and `token_id` its id; None for a configured one, and where none is needed."""

    role: Role = Role.ADMIN
    name: str | None = None
    token_id: str | None = None


ANYBODY = Caller()


class Credentials:
    """Configured tokens are for administrators. BadTokenError for one that protects nothing. `now` is seconds since 1970.

    `always` asks for a token although there is none: nobody is let in.
    """

    def __init__(
        self, tokens: Sequence[str], *, roll: TokenRoll | None = None, always: bool = False, now: Callable[[], float] = time
    ) -> None:
        self._digests = tuple(token_digest(token) for token in tokens)
        self._keys = tuple(_cookie_key(digest) for digest in self._digests)
        self.roll = roll
        self._always = always
        self._now = now

    @property
    def required(self) -> bool:
        """Once there was a stored token it is: that it is revoked must not open the door."""
        return self._always or bool(self._digests) or (self.roll is not None and (self.roll.ever or not self.roll.is_known))

    @property
    def undecided(self) -> bool:
        """Whether it cannot be told if a token is needed, nor which would do: the database has not answered."""
        return not self._digests and self.roll is not None and not self.roll.is_known

    def knows(self, token: str) -> Caller | None:
        """Who shows this token; None if it is not valid."""
        presented = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        # Every digest is compared, so that the time does not tell which one was near.
        if any([hmac.compare_digest(presented, digest) for digest in self._digests]):  # noqa: C419
            return ANYBODY
        return self._caller(None if self.roll is None else self.roll.with_digest(presented.hex()))

    def cookie_for(self, token: str) -> str | None:
        """The value of a new cookie, good for a week or as long as its token; None if the token is unknown."""
        caller = self.knows(token)
        if caller is None:
            return None
        expires = str(int(self._now()) + SECONDS)
        signature = _signature(_cookie_key(hashlib.sha256(token.encode()).digest()), expires)
        return f"{expires}.{signature}" if caller.token_id is None else f"{expires}.{signature}.{caller.token_id}"

    def accepts(self, cookie: str) -> Caller | None:
        """Who sends a cookie of ours, for a token that is still valid, and not expired; None for any other."""
        expires, _, rest = cookie.partition(".")
        signature, _, token_id = rest.partition(".")
        caller: Caller | None = ANYBODY
        keys = self._keys
        if token_id:
            token = None if self.roll is None else self.roll.with_id(token_id)
            caller, keys = self._caller(token), tuple(_cookie_key(bytes.fromhex(each.digest)) for each in (token,) if each)
        presented = signature.encode("latin-1", "replace")
        known = [hmac.compare_digest(presented, _signature(key, expires).encode()) for key in keys]
        return caller if any(known) and int(expires) > self._now() else None

    def still_lets_in(self, caller: Caller) -> bool:
        """Whether what let somebody in would do so now."""
        if caller.token_id is None:
            return True
        return self._caller(None if self.roll is None else self.roll.with_id(caller.token_id)) is not None

    def _caller(self, token: AccessToken | None) -> Caller | None:
        if token is None or token.state(datetime.fromtimestamp(self._now(), UTC)) != "active":
            return None
        return Caller(token.role, token.name, token.id)


def _cookie_key(digest: bytes) -> bytes:
    return hmac.digest(digest, _PURPOSE, "sha256")


def _signature(key: bytes, expires: str) -> str:
    mac = hmac.digest(key, expires.encode("utf-8", "surrogatepass"), "sha256")
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
