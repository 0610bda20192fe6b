"""Which nodes a new execution starts at, and what it is given."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.errors import DefinitionError, LimitExceededError, UnstorableValueError
from treadle.domain.graph import Graph
from treadle.domain.graph_parser import parse_graph
from treadle.domain.node_types import EMPTY_CONFIG, NodeType
from treadle.domain.records import NewExecution
from treadle.domain.values import decode
from treadle.engine.starting import new_execution, priority_level, starts_of

HOOKED = NodeType(type="trigger.test", summary="For tests.", category="trigger", config_schema=EMPTY_CONFIG, trigger=True)
TYPES = {**built_in_registry().node_types, HOOKED.type: HOOKED}
MANUAL, HOOK, CLOCK = ({"id": n, "type": f"trigger.{t}"} for n, t in (("hand", "manual"), ("hook", "test"), ("clock", "schedule")))
PLAIN = {"id": "a", "type": "noop"}


def parsed(*nodes: dict[str, Any], edges: tuple[tuple[str, str], ...] = (), **more: Any) -> Graph:
    config = {"nodes": list(nodes), "edges": [{"source": s, "target": t} for s, t in edges], **more}
    return parse_graph(config, TYPES)


def started(graph: Graph, **fields: Any) -> NewExecution:
    return new_execution(graph, **{"id": "exec-1", "workflow": "w", "version": 3, "input": None, **fields})


def start_ids(graph: Graph, execution: NewExecution) -> list[str]:
    return [graph.nodes[index].id for index in starts_of(graph, execution.trigger_json)]


def test_a_workflow_names_its_queue_or_takes_that_of_whoever_starts_it() -> None:
    silent, named = parsed(PLAIN), parsed(PLAIN, settings={"queue": "reports"})

    assert [started(silent).queue, started(silent, queue="heavy").queue] == ["default", "heavy"]
    assert [started(named).queue, started(named, queue="heavy").queue] == ["reports", "reports"]


def test_a_graph_without_triggers_starts_at_every_source() -> None:
    graph = parsed(PLAIN, {"id": "b", "type": "noop"}, {"id": "c", "type": "noop"}, edges=(("a", "c"),))

    assert start_ids(graph, started(graph)) == ["a", "b"]


def test_the_manual_trigger_is_preferred_by_hand_and_the_schedule_by_a_fire() -> None:
    graph = parsed(HOOK, MANUAL, CLOCK, PLAIN)

    by_hand, by_clock = started(graph), started(graph, kind="trigger.schedule")

    assert start_ids(graph, by_hand) == ["hand"]
    assert start_ids(graph, by_clock) == ["clock"]


@pytest.mark.parametrize("only", [HOOK, CLOCK])
def test_the_only_trigger_is_taken_whatever_its_type(only: dict[str, Any]) -> None:
    graph = parsed(only, PLAIN)

    assert start_ids(graph, started(graph)) == [only["id"]]


def test_a_named_trigger_is_taken() -> None:
    graph = parsed(HOOK, MANUAL, PLAIN)

    assert start_ids(graph, started(graph, trigger="hook")) == ["hook"]


@pytest.mark.parametrize("nodes", [(PLAIN,), (MANUAL, PLAIN)])
def test_a_trigger_that_does_not_exist_is_refused_with_those_that_do(nodes: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(DefinitionError) as refused:
        started(parsed(*nodes), trigger="a")

    assert [f.code for f in refused.value.findings] == ["unknown_trigger"]
    assert ("hand" in (refused.value.findings[0].hint or "")) is (MANUAL in nodes)


def test_several_triggers_need_a_choice() -> None:
    with pytest.raises(DefinitionError) as refused:
        started(parsed(HOOK, CLOCK, PLAIN))

    assert [(f.code, f.hint) for f in refused.value.findings] == [("which_trigger", "one of hook, clock")]


def test_the_payload_of_a_trigger_is_the_input_unless_it_has_its_own() -> None:
    graph = parsed(MANUAL)

    plain, with_payload = started(graph, input={"n": 1}), started(graph, input={"n": 1}, payload={"at": "x"})

    assert decode(plain.trigger_json)["payload"] == {"n": 1}
    assert (decode(with_payload.trigger_json)["payload"], decode(with_payload.input_json)) == ({"at": "x"}, {"n": 1})


def test_the_input_is_checked_and_its_defaults_are_filled_in() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "m": {"type": "string", "default": "x"}}, "required": ["n"]}
    graph = parsed(PLAIN, input_schema=schema)

    assert decode(started(graph, input={"n": 1}).input_json) == {"n": 1, "m": "x"}
    for wrong in (None, {"n": "1"}, {}):
        with pytest.raises(DefinitionError):
            started(graph, input=wrong)


def test_an_input_that_cannot_be_stored_is_refused() -> None:
    graph = parsed(PLAIN)

    with pytest.raises(UnstorableValueError):
        started(graph, input={"n": float("nan")})
    with pytest.raises(LimitExceededError):
        started(graph, input="x" * (8 * 1024 * 1024))


def test_the_timeout_of_the_workflow_goes_with_its_execution() -> None:
    assert started(parsed(PLAIN, settings={"timeout": "2h"})).timeout == 7200
    assert started(parsed(PLAIN)).timeout is None


@pytest.mark.parametrize(("given", "level"), [("low", -1), ("normal", 0), ("high", 1), ("critical", 2), (-1, -1), (2, 2)])
def test_a_priority_is_a_name_or_a_number(given: int | str, level: int) -> None:
    assert priority_level(given) == level


@pytest.mark.parametrize("given", ["urgent", 3, -2, True, 1.0, None])
def test_other_priorities_are_refused(given: Any) -> None:
    with pytest.raises(DefinitionError):
        priority_level(given)
