"""What is started when, with commits under way and messages between them: marks come first, and nothing begins twice."""

from __future__ import annotations

from random import Random
from typing import Any

from treadle.domain.records import MessageKind
from treadle.domain.values import decode
from unit.lonely_worker import LonelyWorker

ONCE = {"id": "once", "type": "noop", "delivery": "at_most_once"}
A = {"id": "a", "type": "noop"}
ITEM = {"nodes": [{"id": "x", "type": "noop"}], "edges": []}


def worker_of(nodes: list[dict[str, Any]], *edges: dict[str, Any]) -> LonelyWorker:
    """It has begun; its handlers never fail, and are done when the test says so."""
    worker = LonelyWorker({"nodes": nodes, "edges": list(edges)}, Random(0))
    worker.failing = worker.inline = 0.0
    worker.take()
    return worker


def edge(source: str, target: str, **keys: Any) -> dict[str, Any]:
    return {"source": source, "target": target, **keys}


def tell(worker: LonelyWorker, kind: MessageKind) -> None:
    worker.tell(kind)
    assert worker.actor is not None
    worker.actor.notice(worker.inbox[-1:])


def running(worker: LonelyWorker) -> list[str]:
    return [activity.home.place_of(activity) for activity in worker.running]


def test_an_at_most_once_start_waits_for_its_own_mark_whatever_else_is_committed() -> None:
    worker = worker_of([A, ONCE], edge("a", "once"))
    worker.finish(1)
    tell(worker, MessageKind.RESUME)

    worker.commit()
    worker.commit()
    before = running(worker)
    worker.commit()

    assert (before, running(worker)) == ([], ["once"])
    assert [row.kind for row in worker.journal] == ["done", "control", "running"]


def test_a_pause_between_the_mark_and_the_start_does_not_lose_the_start() -> None:
    worker = worker_of([ONCE])
    tell(worker, MessageKind.PAUSE)

    worker.commit()
    worker.commit()

    assert running(worker) == ["once"]
    assert worker.status == "running"


def test_a_map_whose_start_was_on_its_way_when_it_was_resumed_begins_once() -> None:
    worker = worker_of([A, {"id": "map", "type": "for_each", "config": {"count": 2, "graph": ITEM}}], edge("a", "map"))
    worker.finish(1)
    tell(worker, MessageKind.RESUME)

    while worker.commits:
        worker.commit()

    assert [row.kind for row in worker.journal] == ["done", "control", "begin"]
    assert running(worker) == ["map[0]/x", "map[1]/x"]


def test_a_scope_that_starves_when_its_last_detached_item_ends_says_so() -> None:
    detached = {"id": "map", "type": "for_each", "config": {"count": 1, "wait": False, "graph": ITEM}}
    nodes: list[dict[str, Any]] = [A, detached, {"id": "j", "type": "noop", "join": 2}]
    worker = worker_of(nodes, edge("a", "map"), edge("map", "j"), edge("a", "j", when="False"))
    while worker.running or worker.commits:
        worker.finish(1)
        while worker.commits:
            worker.commit()

    assert worker.ended is not None
    assert decode(worker.ended.error_json or "{}")["type"] == "starved"


def test_a_time_out_that_is_refused_does_not_lose_a_start_whose_mark_is_on_its_way() -> None:
    ask = {"id": "ask", "type": "signal.wait", "config": {"signal": "go"}, "timeout": "5m"}
    worker = worker_of([A, ONCE, ask], edge("a", "once"))
    worker.commit()
    worker.finish(1)
    worker.pass_time(301)
    worker.commit()
    worker.tell(MessageKind.SIGNAL, "go")
    worker.commit()
    for _ in range(10):
        if worker.actor is None:
            worker.take()
        elif worker.rereads:
            worker.reread_inbox()
        elif worker.commits:
            worker.commit()

    assert running(worker) == ["once"]
    assert [row.status for row in worker.journal if row.node_id == "ask"] == ["waiting", "completed"]
