"""The HTTP API as Python calls, typed: for programs that start and steer workflows on a server."""

from __future__ import annotations

from treadle.client.client import Client
from treadle.client.errors import ApiError, ConflictingError, InvalidRequestError, MissingError, RefusedError, UnreachableError

__all__ = ["ApiError", "Client", "ConflictingError", "InvalidRequestError", "MissingError", "RefusedError", "UnreachableError"]
