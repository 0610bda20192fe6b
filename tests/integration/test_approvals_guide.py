"""docs/approvals.md is true: each of its workflows comes out as the page shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine_house import House, open_house, until

PAGE = (Path(__file__).parents[2] / "docs" / "approvals.md").read_text(encoding="utf-8")
EXAMPLES = {
    name: (json.loads(flow), json.loads(output))
    for name, flow, output in re.findall(r"```json (\w+)\n(.*?)\n```.*?```json\n(.*?)\n```", PAGE, re.S)
}
SAID: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "approve": ({"amount": 120}, [{"decision": "approved", "by": "ann"}]),
    "agree": (None, [{"decision": "approved", "by": "ann"}, {"decision": "approved", "by": "cy"}]),
    "decide": (None, [{"decision": "needs_work", "comment": "no sources"}]),
    "change": ({"to": "bob"}, [{"decision": "approved", "data": {"to": "bob", "amount": 25}}]),
}
"""The input and the decisions that the page's text names."""


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with open_house(sqlite_url) as opened:
        opened.hire()
        yield opened


def without_times(value: Any) -> Any:
    return re.sub(r'"at": "[^"]*"', '"at": "…"', json.dumps(value, ensure_ascii=False))


def test_every_example_is_played() -> None:
    assert set(EXAMPLES) == set(SAID)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_out_as_the_page_shows(house: House, name: str) -> None:
    flow, output = EXAMPLES[name]
    input, decisions = SAID[name]
    started = house.start(flow, input=input)
    [approval] = until(lambda: house.store.executions.approvals(execution_id=started).items)

    for decision in decisions:
        house.engine.decide(approval.id, **decision)

    assert without_times(house.ended(started).output) == without_times(output)
