"""Which versions a past fits: always its own, and those it fits it goes on with to an end."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from treadle.domain.errors import DefinitionError
from treadle.domain.graph_parser import parse_graph
from treadle.domain.records import JournalRow, RowKind
from treadle.engine.fitting import Fit, fit
from treadle.engine.frames import TOP
from treadle.engine.program import Program
from unit.lonely_worker import RECORD, REGISTRY, LonelyWorker
from unit.lonely_worker import START as NOON
from unit.nested_graphs import nested
from unit.test_nesting_folds import Story, picture, shaken

STORIES = 40


def story_and_config(seed: int) -> tuple[Story, dict[str, Any]]:
    """The same random choices as a story makes for its graph."""
    random = Random(seed)
    config = shaken(random, nested(random, depth=random.choice((1, 2, 2, 3))))
    story = Story(seed)
    story.worker.failing = 0.0
    return story, config


def of_all_scopes(config: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [node["config"]["graph"] for node in config["nodes"] if "graph" in node.get("config", {})]
    return [config, *(each for graph in inner for each in of_all_scopes(graph))]


def changed(random: Random, config: dict[str, Any]) -> dict[str, Any]:
    """The same graph, edited as people do."""
    config = deepcopy(config)
    graph = random.choice(of_all_scopes(config))
    kind = random.choice(("append", "remove", "beside", "uncancel", "reconnect"))
    nodes, edges = graph["nodes"], graph["edges"]
    if kind in ("append", "beside"):
        source = random.choice(nodes)
        nodes.append({"id": "new", "type": "noop"})
        edges.append({"source": source["id"], "target": "new", "port": "true" if source["type"] == "if" else "out"})
        if kind == "append" and (behind := [e for e in edges if e["source"] == source["id"] and e["target"] != "new"]):
            edges.append({"source": "new", "target": random.choice(behind)["target"]})
    elif kind == "remove":
        gone = random.choice(nodes)["id"]
        graph["nodes"] = [each for each in nodes if each["id"] != gone]
        graph["edges"] = [each for each in edges if gone not in (each["source"], each["target"])]
    elif kind == "uncancel":
        for node in nodes:
            node.pop("cancels", None)
            node.pop("join", None)
            node.pop("rest", None)
    elif edges:
        edges.pop(random.randrange(len(edges)))
    return config


def looked_at(worker: LonelyWorker, target: Program, rows: list[JournalRow]) -> Fit:
    return fit("e", worker.program, target, RECORD.trigger_json, rows)


def moved(seed: int, config: dict[str, Any], worker: LonelyWorker, rows: list[JournalRow]) -> Story:
    """Another owner takes it with its new graph, and plays it to its end."""
    story = Story(seed)
    story.seen["crash"] = 1  # an attempt whose start is the last row
    again = story.worker = LonelyWorker(config, story.random)
    again.time = worker.time
    again.inbox = worker.inbox[: max((row.message_seq or 0 for row in rows), default=0)]
    row = JournalRow("e", len(rows) + 1, RowKind.CONTROL, "", TOP, 0, 0, "move", detail_json='{"verb":"move","version":2}', finished_at=NOON)
    again.journal = [*rows, row]
    again.take()
    story.wind_up()
    return story


def test_every_past_fits_its_own_graph_as_it_stands() -> None:
    for seed in range(STORIES):
        story = Story(seed)
        story.play()
        worker = story.worker
        rows = worker.journal[: Random(seed).randint(0, len(worker.journal))]
        worker.journal, worker.inbox = rows, []

        found = looked_at(worker, Program("w", 2, worker.program.graph, REGISTRY), rows)

        assert (found.findings, found.begins, found.changed) == ((), (), ()), f"seed {seed}, {len(rows)} rows"
        assert found.state is not None
        assert picture(found.state) == picture(worker.fold())


def test_what_fits_a_changed_graph_goes_on_with_it_to_an_end() -> None:
    codes, fits = Counter[str](), 0
    for seed in range(STORIES):
        story, config = story_and_config(seed)
        story.play()
        worker, random = story.worker, Random(seed)
        if worker.program.graph.settings.max_activities != 100_000:
            continue
        for _ in range(3):
            after = changed(random, config)
            rows = worker.journal[: random.randint(0, len(worker.journal))]
            try:
                target = Program("w", 2, parse_graph(after, REGISTRY.node_types), REGISTRY)
            except DefinitionError:
                continue
            if not target.starts:
                continue
            found = looked_at(worker, target, rows)
            codes.update({finding.code for finding in found.findings})
            if found.state is None or found.state.over:
                continue
            fits += 1
            try:
                moved(seed, after, worker, rows)
            except BaseException as error:
                error.add_note(f"seed {seed}, {len(rows)} rows")
                raise

    assert fits > STORIES / 3
    assert {"node_gone", "not_reached"} <= set(codes), codes


# Small ones, by hand


def box(id: str, type: str = "noop", config: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "config": config or {}, **keys}


def graph(*nodes: dict[str, Any], edges: tuple[dict[str, Any], ...] = (), **keys: Any) -> dict[str, Any]:
    return {"nodes": list(nodes), "edges": list(edges), **keys}


def arrow(source: str, target: str, **keys: Any) -> dict[str, Any]:
    return {"source": source, "target": target, **keys}


WAIT = box("w", "signal.wait", {"signal": "go"})
CASES = {"cases": [{"port": "small", "when": "true"}]}
START = box("t", "trigger.manual")
BOTH = (arrow("a", "j"), arrow("b", "w"), arrow("w", "j"))


def parked(config: dict[str, Any]) -> LonelyWorker:
    worker = LonelyWorker(config, Random(1))
    worker.failing, worker.inline = 0.0, 1.0
    worker.take()
    while worker.status == "running":
        worker.commit()
    return worker


@pytest.mark.parametrize(
    ("before", "after", "code", "path"),
    [
        (graph(box("c", "switch", CASES), WAIT, edges=(arrow("c", "w", port="small"),)),
         graph(box("c", "switch", {"cases": [{"port": "tiny", "when": "true"}]}), WAIT, edges=(arrow("c", "w", port="tiny"),)),
         "port_gone", "c"),
        (graph(box("a"), WAIT, edges=(arrow("a", "w", when="true"),)),
         graph(box("a"), WAIT, edges=(arrow("a", "w", when="true", id="other"),)),
         "edge_gone", "a"),
        (graph(START, WAIT, edges=(arrow("t", "w"),)), graph(box("t", "trigger.schedule"), WAIT, edges=(arrow("t", "w"),)), "other_type", "t"),
        (graph(box("a"), box("b"), WAIT, box("j", join="all"), edges=BOTH),
         graph(box("a"), box("b"), WAIT, box("j", join="all"), box("k"), edges=(*BOTH[1:], arrow("b", "j"))),
         "token_lost", "j"),
        (graph(box("a"), WAIT, edges=(arrow("a", "w"),)),
         graph(box("a"), WAIT, edges=(arrow("a", "w"),), settings={"max_activities": 1}),
         "not_reached", "w"),
        (graph(box("a"), WAIT, edges=(arrow("a", "w"),)), graph(box("a"), WAIT), "", ""),
    ],
)  # fmt: skip
def test_each_thing_that_does_not_fit_has_its_place(before: dict[str, Any], after: dict[str, Any], code: str, path: str) -> None:
    worker = parked(before)
    target = Program("w", 2, parse_graph(after, REGISTRY.node_types), REGISTRY)

    found = looked_at(worker, target, worker.journal)

    assert [(each.code, each.path) for each in found.findings] == ([(code, path)] if code else [])
    assert all(each.hint for each in found.findings)


def test_a_trigger_that_is_gone_is_said() -> None:
    worker = parked(graph(START, WAIT, edges=(arrow("t", "w"),)))
    target = Program("w", 2, parse_graph(graph(WAIT), REGISTRY.node_types), REGISTRY)

    found = fit("e", worker.program, target, '{"node":"t"}', [])

    assert [each.code for each in found.findings] == ["start_gone"]


def test_what_fails_for_want_of_a_way_may_be_mended_by_a_move() -> None:
    nodes = (box("a"), box("b"), box("j", join="all"))
    stuck = parked(graph(*nodes, box("s", "if", {"condition": "true"}), edges=(arrow("a", "j"), arrow("s", "b", port="false"), arrow("b", "j"))))
    assert stuck.ended is not None
    assert stuck.ended.status == "failed"
    mended = graph(*nodes[:2], box("j"), box("s", "if", {"condition": "true"}), edges=(arrow("a", "j"), arrow("s", "b", port="false"), arrow("b", "j")))

    found = looked_at(stuck, Program("w", 2, parse_graph(mended, REGISTRY.node_types), REGISTRY), stuck.journal)

    assert (found.findings, found.begins) == ((), ("j",))
