"""The stored tokens as a server knows them: read every other second at most, however many requests come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

from treadle.domain.access import AccessToken
from treadle.domain.errors import StoreError

FRESH = 2.0
"""Seconds after which it is read again: so long a revoked token may still be let in."""
UNKNOWN_FRESH = 0.25
"""The same when somebody shows a token that is not on it: it may have been made just now."""
PATIENCE = 60.0
"""Seconds for which it holds while the database is away; after that nobody on it is let in."""


class TokenRoll:
    """`refresh` blocks, and is for a thread; the rest only looks at what was read last. `read` may raise StoreError."""

    def __init__(self, read: Callable[[], Sequence[AccessToken]], *, clock: Callable[[], float] = monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._asked_at = float("-inf")
        self._any = False
        self._by_digest: Mapping[str, AccessToken] = {}
        self._by_id: Mapping[str, AccessToken] = {}

    @property
    def is_known(self) -> bool:
        """Whether it was ever read, and not too long ago."""
        return self._read_at is not None and self._clock() - self._read_at < PATIENCE

    @property
    def ever(self) -> bool:
        """Whether there is a token, be it revoked or expired."""
        return self._any

    def is_stale(self, *, after: float = FRESH) -> bool:
        return self.stale_in(after=after) <= 0

    def stale_in(self, *, after: float) -> float:
        """Seconds, 0 for now."""
        return max(0.0, self._asked_at + after - self._clock())

    def refresh(self, *, after: float = FRESH) -> None:
        """Read it again if it is older than that. A database that does not answer leaves it as it is."""
        with self._lock:
            if not self.is_stale(after=after):
                return
            self._asked_at = self._clock()
            try:
                tokens = self._read()
            except StoreError:
                return
            valid = [token for token in tokens if token.revoked_at is None]
            self._by_digest = {token.digest: token for token in valid}
            self._by_id = {token.id: token for token in valid}
            self._any, self._read_at = bool(tokens), self._clock()

    def with_digest(self, digest: str) -> AccessToken | None:
        return self._by_digest.get(digest) if self.is_known else None

    def with_id(self, id: str) -> AccessToken | None:
        return self._by_id.get(id) if self.is_known else None
