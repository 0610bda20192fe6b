"""What is sent and answered about secrets and tokens. A value or a token is said once, in one direction."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from treadle.api.schemas.fields import Answer, Body, Key, Time
from treadle.domain.access import Role


class SetSecret(Body):
    value: str = Field(min_length=1, max_length=65_536, description="never answered again", repr=False)


class Secret(Answer):
    """`opens`: whether this server has the key that it is sealed with."""

    name: str
    set_at: Time
    set_by: str | None
    opens: bool


class SecretUse(Secret):
    workflows: list[str] = Field(description="those whose latest version names it, or one of whose webhooks does")


class SecretPage(Answer):
    items: list[Secret]
    next_cursor: str | None


class CreateToken(Body):
    name: Key
    role: Role = Field(default=Role.VIEWER, strict=False)
    expires: str | None = Field(default=None, description="a duration, such as 90d; without it the token is good until revoked")


class CreatedToken(Answer):
    name: str
    role: Role
    token: str = Field(description="said this once; only its fingerprint is stored")


class Token(Answer):
    name: str
    role: Role
    state: Literal["active", "expired", "revoked"]
    created_at: Time
    created_by: str | None
    expires_at: Time | None
    revoked_at: Time | None


class TokenPage(Answer):
    items: list[Token]
    next_cursor: str | None
