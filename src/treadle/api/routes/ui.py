"""The web UI, once it is built: its page at every address that is the UI's, and the files the page needs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from treadle.api.ui_files import UiFile, UiFiles

FOR_EVER = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"


class UiRoute(Route):
    """Matches what the UI answers, and nothing else: other methods and unknown addresses are refused as without a UI."""

    def __init__(self, ui: UiFiles) -> None:
        super().__init__("/{path:path}", self._show, methods=["GET", "HEAD"], include_in_schema=False)
        self._ui = ui

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not self._ui.answers(scope):
            return Match.NONE, {}
        return super().matches(scope)

    async def _show(self, request: Request) -> Response:
        found = self._ui.file_for(request.scope)
        return Response(status_code=404) if found is None else _answer(request, found)


def _answer(request: Request, found: UiFile) -> Response:
    headers = {"Cache-Control": FOR_EVER if found.immutable else ALWAYS_ASK, "ETag": found.etag, "Vary": "Accept-Encoding"}
    if found.etag in _listed(request, "if-none-match"):
        return Response(status_code=304, headers=headers)
    path = found.path
    wanted = _listed(request, "accept-encoding")
    for encoding, packed in found.packed.items():
        if encoding in wanted:
            path, headers["Content-Encoding"] = packed, encoding
            break
    # Compression belongs to the transfer: a cache is asked for the one ETag whatever it holds.
    return FileResponse(path, headers=headers, media_type=found.media_type)


def _listed(request: Request, header: str) -> set[str]:
    """The entries of a header that is a list; an encoding of quality 0 is not wanted."""
    entries = [entry.strip().partition(";") for entry in request.headers.get(header, "").split(",")]
    return {name.strip().removeprefix("W/") for name, _, rest in entries if rest.replace(" ", "") not in ("q=0", "q=0.0")}
