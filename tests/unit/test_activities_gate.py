"""Gates: what is refused when they are saved, and that nobody runs them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from treadle.activities.gate import Gate
from treadle.activities.registry import built_in_registry
from treadle.domain.activity import Context
from treadle.domain.errors import DefinitionError, Fatal
from treadle.domain.graph_parser import parse_graph
from treadle.domain.marking import Marking

NODE_TYPES = built_in_registry().node_types


def graph_with_gate(**config: Any) -> dict[str, Any]:
    return {
        "nodes": [
            {"id": "start", "type": "noop"},
            {"id": "charge", "type": "noop"},
            {"id": "door", "type": "gate", "config": config},
        ],
        "edges": [{"source": "start", "target": "charge"}, {"source": "start", "target": "door"}],
    }


def test_a_gate_opens_when_the_node_it_names_has_finished() -> None:
    graph = parse_graph(graph_with_gate(node="charge", state="finished"), NODE_TYPES)
    marking, _ = Marking.start(graph, [0])
    marking.done(0, 1)

    effects = marking.done(1, 1)

    assert [(note.kind, note.port) for note in effects.notes] == [("gate", "out")]


@pytest.mark.parametrize(("config", "path", "said"), [
    ({"node": "chrage", "state": "active"}, "nodes[2].config.node", "chrage"),
    ({"node": "{{ input.node }}", "state": "active"}, "nodes[2].config.node", "node"),
    ({"node": "door", "state": "active"}, "nodes[2].config.node", "watch itself"),
    ({"node": "charge", "state": "{{ input.state }}"}, "nodes[2].config.state", "no template"),
    ({"state": "active"}, "nodes[2].config", "'node'"),
])  # fmt: skip
def test_a_gate_that_could_not_be_played_is_refused_when_it_is_saved(config: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_graph(graph_with_gate(**config), NODE_TYPES)

    assert [finding.path for finding in refused.value.findings] == [path]
    assert said in refused.value.findings[0].message


def test_a_misspelt_node_is_named_with_the_likely_one() -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_graph(graph_with_gate(node="chrage", state="active"), NODE_TYPES)

    assert "charge" in str(refused.value.findings[0].hint)


def test_a_gate_is_never_run() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    context = Context(execution_id="e", workflow="w", node_id="door", scope="", visit=1, attempt=1, now=now)

    with pytest.raises(Fatal, match="the gate door cannot be run by itself"):
        Gate().run(context, {"node": "charge", "state": "active"})
