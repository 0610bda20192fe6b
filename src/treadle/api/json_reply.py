"""JSON answers over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from treadle.engine.answers import encode


def reply(value: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    return Response(encode(value), status, headers=headers, media_type="application/json")
