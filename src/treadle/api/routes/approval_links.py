"""Signed links to approvals: a page to look at and decide on, for people without an account.

Whoever has the token may decide this one approval and nothing else, so neither an account nor the asking page matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from treadle.api.access import Config, Engine
from treadle.api.approval_form import form_data
from treadle.api.approval_page import answer_page, link_path, question_page, refusal_page
from treadle.api.json_body import read_body
from treadle.api.json_reply import reply
from treadle.api.problems import problem_of
from treadle.domain.errors import ConflictError, DefinitionError, TreadleError
from treadle.domain.values import decode, parse_body
from treadle.engine import approval_shapes
from treadle.engine.approval_links import ApprovalLink
from treadle.engine.engine import WorkflowEngine

router = APIRouter(prefix="/approvals/by-link", include_in_schema=False)

LONGEST_FIELD = 64 * 1024
MOST_FIELDS = 1000
VIA = "link"


@router.get("/{token}")
def show_linked_approval(token: str, request: Request, engine: Engine) -> Response:
    """The question with a form; as JSON for who asks for that."""
    try:
        link = engine.approvals.open_link(token)
        record = engine.approvals.show(link.approval_id)
    except TreadleError as error:
        return _refused(request, error)
    if _wants_json(request):
        return reply(approval_shapes.approval_record(record))
    if record.approval.status != "open":
        return HTMLResponse(answer_page(record))
    return HTMLResponse(question_page(record, link, path=link_path(token), sent={}))


@router.post("/{token}")
async def decide_linked_approval(token: str, request: Request, engine: Engine, config: Config) -> Response:
    """Decide: a form as the page sends it, or JSON `{decision, by?, comment?, data?}`."""
    try:
        body = await read_body(request, max_bytes=config.max_signal_body)
    except TreadleError as error:
        return _refused(request, error)
    return await run_in_threadpool(_decide, token, request, engine, body)


def _decide(token: str, request: Request, engine: WorkflowEngine, body: bytes) -> Response:
    try:
        link = engine.approvals.open_link(token)
        if _is_json(request):
            return _decide_as_json(link, engine, body)
        return _decide_as_form(link, engine, body, path=link_path(token))
    except TreadleError as error:
        return _refused(request, error)


def _decide_as_json(link: ApprovalLink, engine: WorkflowEngine, body: bytes) -> Response:
    said = parse_body(body, max_bytes=len(body))
    fields = said if isinstance(said, dict) else {}
    texts = {key: str(fields.get(key) or "") for key in ("decision", "by", "comment")}
    _vote(link, engine, texts, fields.get("data"))
    return reply(approval_shapes.approval_record(engine.approvals.show(link.approval_id)))


def _decide_as_form(link: ApprovalLink, engine: WorkflowEngine, body: bytes, *, path: str) -> Response:
    record = engine.approvals.show(link.approval_id)
    sent: dict[str, str] = {}
    try:
        sent = _fields(body)
        data = form_data(decode(record.approval.form_json), sent, decode(record.approval.payload_json))
        _vote(link, engine, sent, data)
    except DefinitionError as error:
        errors = tuple(f"{each.message}{f' ({each.hint})' if each.hint else ''}" for each in error.findings)
        return HTMLResponse(question_page(record, link, path=path, sent=sent, errors=errors), 422)
    except ConflictError:
        record = engine.approvals.show(link.approval_id)
        return HTMLResponse(answer_page(record), 409)
    return HTMLResponse(answer_page(engine.approvals.show(link.approval_id)))


def _vote(link: ApprovalLink, engine: WorkflowEngine, texts: Mapping[str, str], data: Any) -> None:
    by = link.person or texts.get("by", "").strip()
    engine.decide(link.approval_id, texts.get("decision", ""), by=by, comment=texts.get("comment", ""), data=data, via=VIA)


def _fields(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def _refused(request: Request, error: TreadleError) -> Response:
    problem = problem_of(error)
    if _is_json(request) or _wants_json(request):
        return problem.response()
    return HTMLResponse(refusal_page(problem.title, problem.detail), problem.status, headers=dict(problem.headers))


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted
