"""docs/python.md is true: each of its examples is a test that passes, and what the builder offers is in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from treadle import Client
from treadle.builder import Workflow
from treadle.builder.nodes import NodeSettings

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES: dict[str, Any] = {}
exec("\n".join(re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL)), EXAMPLES)  # the page is ours
TESTS = [name for name in EXAMPLES if name.startswith("test_")]


@pytest.mark.parametrize("name", TESTS)
def test_an_example_passes(name: str) -> None:
    EXAMPLES[name]()


def test_every_example_is_run() -> None:
    assert len(TESTS) == PAGE.count("\ndef test_")


def test_everything_a_workflow_offers_is_told() -> None:
    inner = {"connect", "form", "name", "description", "settings", "input_schema"}
    offered = {name for kind in Workflow.__mro__[:-1] for name in vars(kind) if not name.startswith("_")} - inner

    missing = [name for name in sorted(offered | set(NodeSettings.__annotations__)) if not re.search(rf"\b{name}\b", PAGE)]

    assert missing == []


def test_every_call_of_a_client_is_told() -> None:
    with Client() as client:
        groups = [
            client.workflows, client.executions, client.approvals, client.schedules, client.secrets, client.tokens,
        ]  # fmt: skip
    calls = {name for group in groups for name in vars(type(group)) if not name.startswith("_")}
    calls |= {name for name in vars(Client) if not name.startswith("_")} - {"close", "save_workflow"}

    missing = [name for name in sorted(calls) if not re.search(rf"[`.]{name}\b", PAGE)]

    assert missing == []
