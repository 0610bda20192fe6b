"""Sessions of browsers: a token is exchanged for a cookie, which is good for all that the token is good for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from treadle.api.access import Config
from treadle.api.credentials import ANYBODY, COOKIE, SECONDS, Credentials
from treadle.api.gate import bearer_token, session_of
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.problems import Problem, ProblemError
from treadle.api.schemas import session as schemas

router = APIRouter(tags=["session"], route_class=json_route("max_small_body"))

NEEDS_NOTHING: dict[str, Any] = {"security": []}


@router.get("/session", response_model=schemas.Session, openapi_extra=NEEDS_NOTHING)
def get_session(request: Request, config: Config) -> Response:
    """Whether a token is needed, and whether the caller is let in, as what. Public."""
    credentials = _credentials(request)
    token = bearer_token(request.headers)
    caller = credentials.knows(token) if token is not None else session_of(credentials, request.headers)
    if not credentials.required:
        caller = ANYBODY
    said = {"authenticated": caller is not None, "role": caller and caller.role, "name": caller and caller.name}
    return reply({"required": credentials.required, **said, "version": config.version})


@router.post("/session", status_code=204, response_class=Response, openapi_extra=NEEDS_NOTHING)
def open_session(request: Request, body: schemas.OpenSession) -> Response:
    """Exchange a token for a cookie of seven days; 401 if it is unknown. Public."""
    credentials = _credentials(request)
    response = Response(status_code=204)
    if not credentials.required:
        return response
    cookie = credentials.cookie_for(body.token.strip())
    if cookie is None:
        wrong = [{"path": "token", "message": "not one of this server's tokens"}]
        raise ProblemError(Problem(401, "Not authenticated", "this token is not known here", wrong))
    response.set_cookie(COOKIE, cookie, max_age=SECONDS, httponly=True, samesite="strict", secure=_is_https(request))
    return response


@router.delete("/session", status_code=204, response_class=Response, openapi_extra=NEEDS_NOTHING)
def close_session(request: Request) -> Response:
    """Forget the cookie. Public."""
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_is_https(request))
    return response


def _credentials(request: Request) -> Credentials:
    credentials: Credentials = request.app.state.credentials
    return credentials


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
