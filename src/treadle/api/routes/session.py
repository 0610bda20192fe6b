"""Sessions of browsers: a token is exchanged for a cookie, which is good for all that the token is good for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from treadle.api.access import Config
from treadle.api.credentials import COOKIE, SECONDS, Credentials
from treadle.api.gate import bearer_token, has_session
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.problems import Problem, ProblemError
from treadle.api.schemas import session as schemas

router = APIRouter(tags=["session"], route_class=json_route("max_small_body"))

ANYBODY: dict[str, Any] = {"security": []}


@router.get("/session", response_model=schemas.Session, openapi_extra=ANYBODY)
def get_session(request: Request, config: Config) -> Response:
    """Whether a token is needed, and whether the caller is let in. Public."""
    credentials = _credentials(request)
    token = bearer_token(request.headers)
    known = credentials.knows(token) if token is not None else has_session(credentials, request.headers)
    required = credentials.required
    return reply({"required": required, "authenticated": known or not required, "version": config.version})


@router.post("/session", status_code=204, response_class=Response, openapi_extra=ANYBODY)
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


@router.delete("/session", status_code=204, response_class=Response, openapi_extra=ANYBODY)
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
