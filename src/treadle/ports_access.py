"""What is asked of a store about secrets and tokens. It never sees a secret in plain, nor a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from treadle.domain.access import AccessToken, Role, SealedSecret


class SecretStore(Protocol):
    def put(self, name: str, *, sealed: str, key_id: str, by: str | None) -> None:
        """Keep it, in place of an earlier one of that name."""
        ...

    def reseal(self, secret: SealedSecret, *, sealed: str, key_id: str) -> bool:
        """Replace the ciphertext of the same value. False, and no change, if it was set anew or deleted meanwhile."""
        ...

    def get(self, name: str) -> SealedSecret | None: ...

    def list(self) -> Sequence[SealedSecret]:
        """By name."""
        ...

    def delete(self, name: str) -> bool: ...


class TokenStore(Protocol):
    def add(self, id: str, *, name: str, role: Role, digest: str, by: str | None, lifetime: float | None) -> bool:
        """Good for `lifetime` seconds, None: until it is revoked. False: one of that name is not revoked."""
        ...

    def list(self) -> Sequence[AccessToken]:
        """All there ever were but the forgotten, the oldest first."""
        ...

    def revoke(self, name: str) -> bool:
        """False: there is none of that name that is not revoked."""
        ...

    def forget(self, name: str) -> int:
        """Delete all of that name, revoked or not; how many."""
        ...
