"""The shipped examples: valid, loaded once, never written over a person's edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from treadle.bootstrap import open_treadle
from treadle.cli.examples import SCHEDULES, load_examples, shipped_examples
from treadle.settings import Settings

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

EXAMPLES = {example.name: example for example in shipped_examples()}


@pytest.fixture
def treadle(tmp_path: Path) -> Iterator[Treadle]:
    opened = open_treadle(Settings(database_url=f"sqlite:///{tmp_path}/test.db"), migrate=True)
    yield opened
    opened.close()


def graph_with(graph: Any, title: str) -> Any:
    changed = json.loads(json.dumps(graph))
    changed["nodes"][0]["name"] = title
    return changed


def test_the_examples_are_the_three_that_are_promised() -> None:
    assert set(EXAMPLES) == {"order_refund", "nightly_report", "review_loop"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid_without_a_warning(treadle: Treadle, name: str) -> None:
    findings = treadle.engine.validate(EXAMPLES[name].graph_config)

    assert [f"{finding.path}: {finding.message}" for finding in findings] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_explains_itself_and_uses_neither_network_nor_shell(name: str) -> None:
    example = EXAMPLES[name]

    kinds = {node["type"].split(".")[0] for node in example.graph_config["nodes"]}

    assert example.description
    assert any(node.get("notes") for node in example.graph_config["nodes"])
    assert all("position" in node for node in example.graph_config["nodes"])
    assert kinds <= {"demo", "if", "approval", "log", "set", "trigger", "fail"}


def test_loading_twice_saves_once(treadle: Treadle) -> None:
    first = load_examples(treadle, shipped_examples())

    second = load_examples(treadle, shipped_examples())

    assert set(first) == set(second) == set(EXAMPLES)
    assert [summary.version for summary in treadle.store.workflows.list().items] == [1, 1, 1]


def test_the_nightly_report_comes_with_its_schedule_once(treadle: Treadle) -> None:
    load_examples(treadle, shipped_examples())
    [schedule] = treadle.store.schedules.list().items
    treadle.store.schedules.delete(schedule.id)

    load_examples(treadle, shipped_examples())

    assert (schedule.workflow, schedule.cron, schedule.timezone, schedule.paused) == (
        "nightly_report",
        "0 2 * * *",
        "UTC",
        False,
    )
    assert treadle.store.schedules.list().items == ()
    assert set(SCHEDULES) <= set(EXAMPLES)


def test_an_example_that_a_person_edited_is_left_alone(treadle: Treadle) -> None:
    load_examples(treadle, shipped_examples())
    mine = graph_with(EXAMPLES["order_refund"].graph_config, "Mine")
    treadle.engine.save_workflow("order_refund", mine)

    loaded = load_examples(treadle, shipped_examples())

    assert "order_refund" not in loaded
    assert json.loads(treadle.store.workflows.get("order_refund").graph_json)["nodes"][0]["name"] == "Mine"


def test_a_newer_form_of_an_untouched_example_becomes_its_next_version(treadle: Treadle) -> None:
    load_examples(treadle, shipped_examples())
    old = EXAMPLES["order_refund"]

    for title in ("Second", "Third"):
        load_examples(treadle, [replace(old, graph_config=graph_with(old.graph_config, title))])

    latest = treadle.store.workflows.get("order_refund")
    assert (latest.version, json.loads(latest.graph_json)["nodes"][0]["name"]) == (3, "Third")


def test_a_workflow_that_only_has_an_examples_name_is_left_alone(treadle: Treadle) -> None:
    treadle.engine.save_workflow("order_refund", {"nodes": [{"id": "a", "type": "noop"}], "edges": []}, description="Ours.")

    loaded = load_examples(treadle, shipped_examples())

    assert "order_refund" not in loaded
    assert treadle.store.workflows.get("order_refund").version == 1
