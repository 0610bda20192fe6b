"""Who may do what, and what a graph may name without saying it: roles, tokens, secrets as they are stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SECRET_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
SECRET_LIMIT = 64 * 1024
"""Bytes of a secret's value."""
ENVIRONMENT_PREFIX = "TREADLE_SECRET_"


class Role(StrEnum):
    """From the least to the most: who has one may do all that those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        return _RANK[self] >= _RANK[other]


_RANK: Mapping[Role, int] = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """`sealed` is ciphertext; `key_id` names the key that opens it."""

    name: str
    sealed: str = field(repr=False)
    key_id: str
    set_at: datetime
    set_by: str | None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """`digest` is the SHA-256 of the token in hexadecimal; the token itself is nowhere."""

    id: str
    name: str
    role: Role
    digest: str = field(repr=False)
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> str:
        """active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


def environment_name(secret: str) -> str:
    """The variable that may hold a secret which is not stored: `api-key` → `TREADLE_SECRET_API_KEY`."""
    return ENVIRONMENT_PREFIX + re.sub(r"[^A-Z0-9]", "_", secret.upper())
