"""Waiting for the first of several things."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.activities.wait_any import WaitAny, any_ports
from treadle.domain.activity import ApprovalRequest, Context, Done, Event, Park, Wait
from treadle.domain.errors import DefinitionError, Fatal
from treadle.domain.graph_parser import parse_graph

NOW = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
CONTEXT = Context(execution_id="exec-1", workflow="w", node_id="n", scope="", visit=1, attempt=1, now=NOW)
CONFIG: Mapping[str, Any] = {"any": [
    {"port": "paid", "signal": "payment", "when": "payload.id == 7", "keep": False},
    {"port": "late", "duration": "2d"},
    {"port": "late", "until": "2026-04-01T00:00:00+02:00"},
    {"port": "decided", "approval": {"title": "Waive it?", "assignees": ["ann"]}},
]}  # fmt: skip


def event(wait: int, kind: str, payload: Any = None) -> Event:
    return Event(wait=wait, name="", kind=kind, payload=payload, at=NOW)


def graph_with(entries: Any, port: str = "paid") -> dict[str, Any]:
    return {
        "nodes": [{"id": "race", "type": "wait_any", "config": {"any": entries}}, {"id": "then", "type": "noop"}],
        "edges": [{"source": "race", "port": port, "target": "then"}],
    }


def test_it_parks_for_all_of_them_at_once() -> None:
    parked = WaitAny().run(CONTEXT, CONFIG)

    assert parked == Park((
        Wait(name="paid", signal="payment", when="payload.id == 7", keep=False),
        Wait(name="late", until=NOW + timedelta(days=2)),
        Wait(name="late", until=datetime(2026, 3, 31, 22, 0, tzinfo=UTC)),
        Wait(name="decided", approval=ApprovalRequest("Waive it?", assignees=("ann",))),
    ))  # fmt: skip


@pytest.mark.parametrize(("came", "done"), [
    (event(0, "signal", {"id": 7}), Done({"id": 7}, "paid")),
    (event(1, "time"), Done("2026-03-29T01:00:00Z", "late")),
    (event(2, "time"), Done("2026-03-29T01:00:00Z", "late")),
    (
        event(3, "approval", {"decision": "rejected", "by": "ann"}),
        Done({"decision": "rejected", "by": "ann", "comment": None, "data": None}, "decided"),
    ),
])  # fmt: skip
def test_what_comes_first_says_the_port_and_the_output(came: Event, done: Done) -> None:
    assert WaitAny().resume(CONTEXT, CONFIG, came) == done


@pytest.mark.parametrize(("entries", "said"), [
    ([], r"config\.any: needs at least one"),
    ([{"port": "a"}], r"config\.any\[0\]: needs exactly one of signal, duration, until, approval, and has none"),
    ([{"port": "a", "signal": "s"}, {"port": "b", "signal": "s", "until": "x"}], r"config\.any\[1\].*signal and until"),
    ([{"port": "a", "duration": "soon"}], r"config\.any\[0\]\.duration: 'soon'"),
    ([{"port": "a", "until": "2026-03-29T01:00:00"}], r"config\.any\[0\]\.until.*no time zone"),
])  # fmt: skip
def test_what_cannot_be_waited_for_names_the_entry(entries: Any, said: str) -> None:
    with pytest.raises(Fatal, match=said):
        WaitAny().run(CONTEXT, {"any": entries})


@pytest.mark.parametrize(("config", "ports"), [
    (CONFIG, ("paid", "late", "decided")),
    ({"any": "{{ input.ways }}"}, ()),
    ({"any": [1, {"port": ""}, {"port": None}]}, ()),
    ({}, ()),
])  # fmt: skip
def test_its_ports_are_those_named_each_once(config: Mapping[str, Any], ports: tuple[str, ...]) -> None:
    assert any_ports(config) == ports


def test_its_filter_may_use_the_payload_and_nothing_that_does_not_exist() -> None:
    node_types = built_in_registry().node_types

    graph = parse_graph(graph_with([{"port": "paid", "signal": "s", "when": "payload.id == 7"}]), node_types)
    with pytest.raises(DefinitionError) as refused:
        parse_graph(graph_with([{"port": "paid", "signal": "s", "when": "paylod.id == 7"}]), node_types)

    assert graph.edges[0].port == "paid"
    assert refused.value.findings[0].path == "nodes[0].config.any[0].when"


def test_an_edge_from_a_port_that_no_entry_names_is_refused() -> None:
    with pytest.raises(DefinitionError, match="payed"):
        parse_graph(graph_with([{"port": "paid", "signal": "s"}], port="payed"), built_in_registry().node_types)
