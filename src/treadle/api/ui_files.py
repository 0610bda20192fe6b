"""The built web UI: which files there are, and which requests they answer.

A file is found by its address in a table made from the folder, so no address leads out of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import Scope

ASSETS = "/assets/"
HOW_TO_BUILD = "make ui"
PAGES = frozenset({"/", "/w", "/x", "/approvals", "/schedules", "/webhooks", "/secrets", "/health", "/login"})
PAGES_UNDER = ("/w/", "/x/", "/approvals/", "/schedules/", "/webhooks/")
NO_PAGES = frozenset({"api", "docs", "openapi.json", "healthz", "readyz", "metrics", "hooks", "assets", "style.css"})
"""First parts of paths at which the UI shows nothing, whatever is asked for."""
ENCODINGS = {"br": ".br", "gzip": ".gz"}
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}
_TEXTS = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class UiFile:
    """`packed` are compressed copies by the encoding's name."""

    path: Path
    media_type: str
    etag: str
    packed: Mapping[str, Path] = field(default_factory=dict)

    @property
    def immutable(self) -> bool:
        return self.path.parent.name == ASSETS.strip("/")


class UiFiles:
    """The folder is read again when its index.html is another one: a UI may be built while the server runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "index.html"
        self._seen: tuple[int, int] | None = None
        self._files: dict[str, UiFile] = {}

    def answers(self, scope: Scope) -> bool:
        """Whether this request is for the UI: one of its files or pages, or a page that nobody has, asked for by a browser."""
        return self.file_for(scope) is not None

    def file_for(self, scope: Scope) -> UiFile | None:
        if scope["method"] not in ("GET", "HEAD"):
            return None
        path: str = scope["path"]
        if _first_part(path) in NO_PAGES:
            return self._now().get(path) if path.startswith(ASSETS) else None
        files = self._now()
        if path in files:
            return files[path]
        is_page = path in PAGES or path.startswith(PAGES_UNDER) or "text/html" in Headers(scope=scope).get("accept", "")
        return files.get("/") if is_page else None

    def _now(self) -> dict[str, UiFile]:
        try:
            status = self._index.stat()
        except OSError:
            return {}
        if (seen := (status.st_mtime_ns, status.st_size)) != self._seen:
            self._files, self._seen = _read(self._folder), seen
        return self._files


def _read(folder: Path) -> dict[str, UiFile]:
    """The files at the top, and those in `assets`, by their addresses; index.html is at `/`."""
    found = {}
    for path in sorted((*folder.iterdir(), *(folder / "assets").glob("**/*"))):
        if path.is_file() and path.suffix not in ENCODINGS.values() and path.suffix != ".map":
            address = f"/{path.relative_to(folder).as_posix()}"
            found["/" if address == "/index.html" else address] = _file(path)
    return found


def _first_part(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]


def _file(path: Path) -> UiFile:
    packed = {name: other for name, suffix in ENCODINGS.items() if (other := path.with_name(path.name + suffix)).is_file()}
    media_type = _TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith(_TEXTS):
        media_type += "; charset=utf-8"
    etag = f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"'
    return UiFile(path, media_type, etag, packed)
