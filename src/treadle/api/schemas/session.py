"""What a browser sends and is answered when somebody logs in."""

from __future__ import annotations

from pydantic import Field

from treadle.api.schemas.fields import Answer, Body
from treadle.domain.access import Role


class OpenSession(Body):
    token: str = Field(min_length=1, max_length=1000, description="one of the server's tokens")


class Session(Answer):
    """`required`: the server has tokens. `authenticated`: the caller may use it, by a token, a cookie or because none is needed."""

    required: bool
    authenticated: bool
    role: Role | None = Field(description="what the caller may do; null: nothing")
    name: str | None = Field(description="the name of the caller's token, if it is a stored one")
    version: str
