"""Secrets and tokens as they are answered: never a value, never a fingerprint."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from treadle.domain.access import AccessToken, SealedSecret


def secret(found: SealedSecret, *, unopened: Collection[str]) -> dict[str, Any]:
    return {"name": found.name, "set_at": found.set_at, "set_by": found.set_by, "opens": found.name not in unopened}


def token(found: AccessToken, *, now: datetime) -> dict[str, Any]:
    return {
        "name": found.name,
        "role": found.role,
        "state": found.state(now),
        "created_at": found.created_at,
        "created_by": found.created_by,
        "expires_at": found.expires_at,
        "revoked_at": found.revoked_at,
    }
