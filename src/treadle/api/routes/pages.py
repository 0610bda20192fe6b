"""The pages for people: what is running, and the API's documentation. No script, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from treadle.api.access import Config, Engine
from treadle.api.overview import overview
from treadle.api.pages import docs_page, start_page

router = APIRouter(include_in_schema=False)

STYLE = Path(__file__).parents[1] / "style.css"


@router.get("/")
def show_start(engine: Engine, config: Config) -> Response:
    return HTMLResponse(start_page(overview(engine, config)))


@router.get("/docs")
def show_docs(request: Request) -> Response:
    return HTMLResponse(docs_page(request.app.openapi()))


@router.get("/style.css")
def show_style() -> Response:
    return Response(STYLE.read_text(encoding="utf-8"), media_type="text/css", headers={"Cache-Control": "max-age=3600"})
