"""What a server refuses, and that it cannot be reached.

ApiError                     any answer of 400 and above: status, title, detail, errors
├── InvalidRequestError      400, 413, 415, 422: `errors` names each place
├── RefusedError             401, 403: no token, an unknown one, or not from here
├── MissingError             404
├── ConflictingError         409: too late; `state` is the state that won
└── UnreachableError         503, or no answer at all; what was asked may have been done or not
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from treadle.domain.errors import TreadleError


class ApiError(TreadleError):
    """The server refused; `errors` are `{path, message, hint?}`, `status` is 0 where there was no answer."""

    def __init__(
        self, status: int, title: str, detail: str = "", *, errors: Sequence[Mapping[str, Any]] = (), state: str | None = None
    ) -> None:
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.state = state
        super().__init__(_sentence(status, title, detail, self.errors))


class InvalidRequestError(ApiError):
    """What was sent is not valid."""


class RefusedError(ApiError):
    """Not allowed: the token is missing or unknown, or the request comes from elsewhere."""


class MissingError(ApiError):
    """There is no such thing."""


class ConflictingError(ApiError):
    """Too late: something else has happened first."""


class UnreachableError(ApiError):
    """No answer, or none from the database behind it; whether the request was carried out is unknown."""


_KINDS: Mapping[int, type[ApiError]] = {
    400: InvalidRequestError,
    401: RefusedError,
    403: RefusedError,
    404: MissingError,
    409: ConflictingError,
    413: InvalidRequestError,
    415: InvalidRequestError,
    422: InvalidRequestError,
    503: UnreachableError,
}


def refusal(response: httpx.Response) -> ApiError:
    """The answer as an exception, whether it is a problem of ours or a page of a proxy in between."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"title": response.reason_phrase, "detail": f"{response.request.url} is not answered by Treadle"}
    return _KINDS.get(response.status_code, ApiError)(
        response.status_code,
        str(problem.get("title", response.reason_phrase)),
        str(problem.get("detail", "")),
        errors=problem.get("errors") or (),
        state=problem.get("state"),
    )


def _sentence(status: int, title: str, detail: str, errors: Sequence[Mapping[str, Any]]) -> str:
    places = "; ".join(f"{each.get('path')}: {each.get('message')}" for each in errors)
    said = ": ".join(part for part in (title, detail if detail != places else "") if part)
    return f"{said} [{places}]" if places and places not in said else f"{said} ({status})" if status else said
