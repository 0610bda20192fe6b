"""docs/web-ui.md is complete: it has every page, and in its table every key that a page listens to."""

from __future__ import annotations

import re

from acceptance.readme import ROOT

PAGE = (ROOT / "docs" / "web-ui.md").read_text(encoding="utf-8")
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "frontend" / "src").rglob("*.ts*"))
    if ".test." not in path.name and path.parts[-2:-1] != ("api",)
)
SHOWN = {"mod": "Ctrl", "shift": "Shift", "enter": "Enter", "escape": "Escape", "space": "Space", "up": "↑", "down": "↓"}
SHOWN |= {"home": "Home", "end": "End", "delete": "Delete", "backspace": "Backspace"}


def written(keys: str) -> str:
    """As the page writes them: `mod+shift+z` is Ctrl+Shift+Z, `g o` stays, and a key alone is in small letters."""
    if keys == "shift+?":
        return "?"
    parts = keys.split("+")
    return "+".join(SHOWN.get(part, part.upper() if len(parts) > 1 else part) for part in parts)


def test_every_key_is_in_the_table() -> None:
    keys = set(re.findall(r'\{[^{}]*?\bkeys: "([^"]+)", label:', SOURCES)) | set(re.findall(r'label: "[^"]+", icon: \w+, keys: "([^"]+)"', SOURCES))
    table = "\n".join(line for line in PAGE.partition("## Keys")[2].splitlines() if line.startswith("|"))

    assert len(keys) > 40
    assert sorted(key for key in keys if f"`{written(key)}`" not in table) == []


def test_every_page_is_told() -> None:
    routes = re.findall(r'createRoute\(\{ \.\.\.under, path: "([^"$]*)', SOURCES)
    told = set(re.findall(r"`(/[a-z]*)", PAGE))

    assert len(routes) > 9
    assert sorted({"/" + route.strip("/").partition("/")[0] for route in routes} - told) == []
