"""docs/handlers.md is true: its activities are declared as they stand there, and do what the page says."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from treadle.activities import decorator
from treadle.activities.registry import default_registry
from treadle.domain.activity import Context
from treadle.testing import run_workflow

PAGE = (Path(__file__).parents[2] / "docs" / "handlers.md").read_text(encoding="utf-8")
CODE = "\n\n".join(re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL))


@pytest.fixture(autouse=True)
def _activities_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test imports them anew, and leaves none behind."""
    (tmp_path / "shop_activities.py").write_text(CODE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(decorator, "DECLARED", [])
    monkeypatch.delitem(sys.modules, "shop_activities", raising=False)
    importlib.import_module("shop_activities")


def ran(type: str, config: dict[str, Any], **node: Any) -> Any:
    return run_workflow({"nodes": [{"id": "a", "type": type, "config": config, **node}], "edges": []}, secrets={"shop": "hush"})


def test_every_activity_of_the_page_can_be_registered() -> None:
    types = default_registry(entry_points=False).node_types

    assert {name for name in types if name.startswith("shop.")} == set(re.findall(r'@activity\("(shop\.\w+)"', PAGE))
    assert types["shop.import"].heartbeat == 60
    assert types["shop.ship"].ports == ("out", "refused")


def test_they_do_what_the_page_says() -> None:
    assert ran("shop.price", {"sku": "pen", "count": 3}).output == 4.5
    assert ran("shop.ship", {"weight": 2, "speed": "fast"}).output == {"parcel": "2 kg", "speed": "fast"}
    assert ran("shop.login", {"user": "ann", "password": {"secret": "shop"}}).output == "ann:4"
    assert ran("shop.render", {"pages": 3}).output == {"pages": 3}


def test_what_is_raised_is_tried_again_or_not() -> None:
    again = {"max_attempts": 5}
    fatal, later = ran("shop.book", {"seat": "none"}, retry=again), ran("shop.book", {"seat": "busy"}, retry=again)

    assert (fatal.error["type"], len(fatal.calls_of("a"))) == ("no_seat", 1)
    assert (later.output.split()[0], len(later.calls_of("a"))) == ("busy", 2)


def test_a_retry_goes_on_where_the_heartbeat_was() -> None:
    assert ran("shop.import", {"pages": 5}, retry={"max_attempts": 2}).output == 3


def test_everything_a_context_offers_is_on_the_page() -> None:
    internal = {"trigger", "secrets", "secret_places", "emit", "lookup", "pulse"}
    public = {name for name in Context.__dataclass_fields__ if not name.startswith("_")} - internal
    public |= {name for name, _ in inspect.getmembers(Context) if not name.startswith("_")} - internal

    assert [name for name in sorted(public) if not re.search(rf"\b{name}\b", PAGE)] == []
    declared = inspect.signature(decorator.activity).parameters.keys() - {"icon", "output"}
    assert [name for name in sorted(declared) if name not in PAGE] == []
