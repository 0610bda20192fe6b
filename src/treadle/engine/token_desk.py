"""Makes and ends tokens. Only their fingerprints are stored: a token is seen once, by who asked for it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from treadle.domain.access import AccessToken, Role
from treadle.domain.errors import ConflictError, DefinitionError, Finding, LimitExceededError, NotFoundError
from treadle.engine.names import check_path_name
from treadle.ports_access import TokenStore

PREFIX = "trd_"
"""By which a token is found where it should not be."""
MOST_TOKENS = 1_000
"""Valid ones: a server holds all of them in memory."""
LONGEST = 100 * 366 * 86400.0
"""Seconds."""


class TokenDesk:
    def __init__(self, store: TokenStore) -> None:
        self._store = store

    def create(self, name: str, role: Role, *, lifetime: float | None = None, by: str | None = None) -> str:
        """The token. `lifetime` in seconds, None: until it is revoked.

        ConflictError: a valid one has that name. DefinitionError: the name or the lifetime cannot be.
        """
        check_path_name(name, "name")
        if lifetime is not None and not 0 < lifetime <= LONGEST:
            raise DefinitionError([Finding("expires", "a token lives at least a moment, and at most a hundred years", "expires")])
        valid = sum(token.revoked_at is None for token in self._store.list())
        if valid >= MOST_TOKENS:
            raise LimitExceededError("tokens", allowed=MOST_TOKENS, actual=valid + 1, unit="tokens")
        token = f"{PREFIX}{secrets.token_urlsafe(32)}"
        digest = hashlib.sha256(token.encode()).hexdigest()
        if not self._store.add(f"tok-{secrets.token_hex(8)}", name=name, role=role, digest=digest, by=by, lifetime=lifetime):
            raise ConflictError(f"there is a token {name!r}; revoke it first, or choose another name", state="active")
        return token

    def list(self) -> Sequence[AccessToken]:
        """The oldest first, revoked ones included."""
        return self._store.list()

    def any_valid(self) -> bool:
        """Whether somebody could come in with one of them now."""
        now = datetime.now(UTC)
        return any(each.state(now) == "active" for each in self._store.list())

    def revoke(self, name: str) -> None:
        """NotFoundError."""
        if not self._store.revoke(name):
            raise self._unknown(name)

    def forget(self, name: str) -> None:
        """Delete all of that name from the list, revoked or not. NotFoundError."""
        if not self._store.forget(name):
            raise self._unknown(name)

    def _unknown(self, name: str) -> NotFoundError:
        return NotFoundError("token", name, known=[each.name for each in self._store.list() if each.revoked_at is None])
