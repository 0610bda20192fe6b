"""Lay the pages of the documentation site together in build/docs: `python scripts/stage_docs.py` (or `make docs`).

The pages stand where a reader of the repository finds them, and link to each other as files of it.
The site also has pages from outside of docs/, so every link is led to where its page is on the site.
One that leads nowhere is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
STAGE = ROOT / "build" / "docs"
OUTSIDE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "examples/README.md": "examples/README.md",
}
"""Files outside of docs/, and where they are on the site. The README's place is taken by docs/index.md."""

_FENCE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")
_MARKED = re.compile(r"^(```\w+) [\w.]+$", re.MULTILINE)
_TIGHT_LIST = re.compile(r"^((?![*-] |\d+\. |[|#> ]).+\n)(?=(?:[*-]|1\.) )", re.MULTILINE)


class LostLinkError(Exception):
    """A link leads to nothing that is on the site."""


def places() -> dict[str, str]:
    """Where each file of the repository that the site shows is on the site."""
    inside = {path.relative_to(ROOT).as_posix(): path.relative_to(ROOT / "docs").as_posix() for path in _files(ROOT / "docs")}
    patterns = {name: name for name in (f"examples/patterns/{path.name}" for path in ROOT.glob("examples/patterns/*.yaml"))}
    packaged = {f"src/treadle/examples/{path.name}": f"examples/{path.name}" for path in ROOT.glob("src/treadle/examples/*.yaml")}
    deployed = {name: name for name in (path.relative_to(ROOT).as_posix() for path in _files(ROOT / "deploy"))}
    return inside | patterns | packaged | deployed | {name: place for name, place in OUTSIDE.items() if (ROOT / name).exists()}


def page(text: str, *, source: str, known: Mapping[str, str]) -> str:
    """A page as the site's Markdown wants it: links led anew, marks of tests off, a blank line before a list."""
    parts = _CODE.split(text)
    for number, part in enumerate(parts):
        if number % 2:
            parts[number] = _MARKED.sub(r"\1", part)
        else:
            parts[number] = _LINK.sub(lambda found: found[1] + _led(found[2], source, known) + found[3], part)
    return _spaced("".join(parts)) if source.endswith(".md") else text


def _spaced(text: str) -> str:
    """With a blank line before each list, but for what looks like one inside of code."""
    parts = _FENCE.split(text)
    parts[::2] = [_TIGHT_LIST.sub(r"\1\n", part) for part in parts[::2]]
    return "".join(parts)


def _led(link: str, source: str, known: Mapping[str, str]) -> str:
    target, mark, anchor = link.partition("#")
    if not target or "://" in target or target.startswith("mailto:"):
        return link
    wanted = os.path.normpath(os.path.join(os.path.dirname(source), target)).replace(os.sep, "/")
    if wanted not in known and f"{wanted}/README.md" in known:
        wanted += "/README.md"
    if wanted not in known:
        raise LostLinkError(f"{source}: the site has no {wanted}, to which ({link}) leads; link to a page, or name it in OUTSIDE")
    return os.path.relpath(known[wanted], os.path.dirname(known[source]) or ".").replace(os.sep, "/") + mark + anchor


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def stage() -> None:
    """Write build/docs anew."""
    shutil.rmtree(STAGE, ignore_errors=True)
    known = places()
    for source, place in known.items():
        if source == "README.md":
            continue
        written = STAGE / place
        written.parent.mkdir(parents=True, exist_ok=True)
        if source.endswith(".md"):
            written.write_text(page((ROOT / source).read_text(encoding="utf-8"), source=source, known=known), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / source, written)


if __name__ == "__main__":
    try:
        stage()
    except LostLinkError as error:
        sys.exit(str(error))
    print(f"laid {sum(1 for _ in _files(STAGE))} files in {STAGE}")
