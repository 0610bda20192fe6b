"""Errors as people and programs read them: `application/problem+json` (RFC 9457), one shape for every refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any, get_args

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from treadle.api.patterns import IN_WORDS
from treadle.domain.errors import (
    ConflictError,
    DataRejectedError,
    DefinitionError,
    ExpressionError,
    Finding,
    IdempotencyError,
    LeaseLostError,
    LimitExceededError,
    MarkingError,
    NoSigningSecretError,
    NotFoundError,
    SchemaError,
    SecretsKeyError,
    SignatureError,
    StoreError,
    StoreUnavailableError,
    StuckHandlersError,
    TreadleError,
    UnstorableValueError,
)

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal. `errors` are `{path, message, hint?, code?, severity?}`; `state` is the state that won a race."""

    status: int
    title: str
    detail: str
    errors: Sequence[Mapping[str, Any]] = ()
    state: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        content: dict[str, Any] = {"title": self.title, "status": self.status, "detail": self.detail}
        content["errors"] = list(self.errors)
        if self.state is not None:
            content["state"] = self.state
        return Response(orjson.dumps(content), self.status, headers=dict(self.headers), media_type=MEDIA_TYPE)


class ProblemError(Exception):
    """A refusal that only the HTTP side knows (a media type, a cursor), on its way to the answer."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error that a route raises with a problem; what is not listed here is for `LastResort`."""
    app.add_exception_handler(TreadleError, _answer_treadle_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(ProblemError, _answer_problem)


def problem_of(error: TreadleError) -> Problem:
    """How an error of Treadle is told over HTTP."""
    match error:
        case ExpressionError():
            return Problem(422, "Invalid expression", str(error), [{"path": "", "message": str(error)}])
        case DefinitionError():
            return _not_valid(error)
        case UnstorableValueError():
            path = error.path.removeprefix("$").removeprefix(".")
            return Problem(422, "Unusable JSON", str(error), [{"path": path, "message": error.reason}])
        case LimitExceededError():
            return Problem(413, "Too large", str(error), [{"path": "", "message": str(error), "code": error.limit}])
        case NotFoundError():
            return _not_found(error)
        case ConflictError():
            return Problem(409, "Conflict", str(error), state=error.state)
        case IdempotencyError():
            return Problem(422, "Idempotency key used before", str(error), [{"path": "idempotency_key", "message": str(error)}])
        case NoSigningSecretError():
            detail = "deliveries cannot be checked here at present; send the same again later"
            return Problem(503, "Not ready", detail, headers={"Retry-After": "60"})
        case SignatureError():
            detail = "the signature is missing, does not fit, or is too old"
            return Problem(401, "Not authenticated", detail, headers={"WWW-Authenticate": 'Signature realm="webhook"'})
        case SecretsKeyError():
            return Problem(409, "No key for this secret", str(error))
        case DataRejectedError():
            return Problem(422, "Refused by the database", "the database cannot store this content")
        case SchemaError():
            return Problem(503, "Database not ready", str(error))
        case StoreUnavailableError():
            detail = "the database did not answer; whether the request took effect is unknown, so send the same again"
            return Problem(503, "Database unavailable", detail, headers={"Retry-After": "1"})
        case MarkingError():
            return Problem(500, "Damaged execution", str(error))
        case StoreError() | LeaseLostError() | StuckHandlersError():
            return unexpected_problem()
        case _:
            return Problem(400, "Refused", str(error))


def error_of(finding: Finding) -> dict[str, Any]:
    """A finding as one entry of `errors`."""
    entry = {"path": finding.path, "message": finding.message, "code": finding.code, "severity": finding.severity}
    return entry if finding.hint is None else {**entry, "hint": finding.hint}


def unexpected_problem() -> Problem:
    """What a caller learns of a defect: nothing of its inside."""
    return Problem(500, "Internal error", "something went wrong that should not have; the server's log has the details")


def _not_valid(error: DefinitionError) -> Problem:
    errors = [error_of(finding) for finding in error.findings]
    if errors and all(entry["code"] == "cursor" for entry in errors):
        return Problem(400, "Bad cursor", str(error), errors)
    return Problem(422, "Not valid", str(error), errors)


def _not_found(error: NotFoundError) -> Problem:
    entry: dict[str, Any] = {"path": error.kind, "message": str(error)}
    if error.known:
        entry["hint"] = f"there are: {', '.join(error.known)}"
    return Problem(404, "Not found", str(error), [entry])


async def _answer_treadle_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TreadleError)
    return problem_of(error).response()


async def _answer_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return error.problem.response()


async def _answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    place = f"{request.method} {request.url.path}"
    details = {404: f"there is nothing at {place}", 405: f"{request.method} is not possible here"}
    title = HTTPStatus(error.status_code).phrase
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else dict(error.headers or {})
    return Problem(error.status_code, title, details.get(error.status_code, str(error.detail)), headers=headers).response()


def _allowed(request: Request) -> str:
    """The methods of this path: those that a route takes; a route by itself knows only its own."""
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    taken = [method for method, scope in scopes.items() if any(each.matches(scope)[0] is Match.FULL for each in request.app.routes)]
    return ", ".join(taken)


async def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    known = _body_keys(request)
    errors = [_entry_of(item, known) for item in error.errors()]
    detail = "; ".join(f"{entry['path']}: {entry['message']}" if entry["path"] else entry["message"] for entry in errors)
    return Problem(422, "Not valid", detail, errors).response()


def _entry_of(item: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    place, *rest = item["loc"] or ("body",)
    path = readable_path(rest if place == "body" else (place, *rest))
    if item["type"] == "missing" and not rest:
        return {"path": path, "message": "a JSON body is required"}
    if item["type"] in ("model_attributes_type", "model_type", "dict_type") and not rest:
        return {"path": path, "message": "a JSON object is expected"}
    if item["type"] == "missing":
        return {"path": path, "message": "required"}
    if item["type"] == "string_pattern_mismatch":
        return {"path": path, "message": IN_WORDS[item["ctx"]["pattern"]]}
    if item["type"] == "extra_forbidden":
        return _unknown_key(path, str(rest[-1]), known if place == "body" and len(rest) == 1 else ())
    return {"path": path, "message": str(item["msg"]).removeprefix("Value error, ")}


def _unknown_key(path: str, key: str, known: Sequence[str]) -> dict[str, Any]:
    entry = {"path": path, "message": "unknown key"}
    if near := get_close_matches(key, known, n=1):
        entry["hint"] = f"did you mean {near[0]!r}?"
    elif known:
        entry["hint"] = f"known keys: {', '.join(known)}"
    return entry


def readable_path(parts: Sequence[Any]) -> str:
    """`("form", "fields", 3)` as `form.fields[3]`, the way findings name places."""
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def _body_keys(request: Request) -> tuple[str, ...]:
    field_info = getattr(getattr(request.scope.get("route"), "body_field", None), "field_info", None)
    annotation = getattr(field_info, "annotation", None)
    # An optional body is annotated as a union with None.
    models = get_args(annotation) or (annotation,)
    return tuple(key for model in models for key in getattr(model, "model_fields", ()))
