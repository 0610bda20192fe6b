"""The key that makes a request count once, in the body or in the header `Idempotency-Key`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from treadle.api.patterns import VISIBLE
from treadle.domain.errors import DefinitionError, Finding

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200, pattern=VISIBLE)]


def one_key(in_body: str | None, in_header: str | None, *, path: str = "idempotency_key") -> str | None:
    """DefinitionError if both are there and differ."""
    if in_body is not None and in_header is not None and in_body != in_header:
        raise DefinitionError([Finding("two_keys", "differs from the header Idempotency-Key", path, "send it in one place")])
    return in_header if in_body is None else in_body
