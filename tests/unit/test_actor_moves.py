"""An execution that is to be moved lets what runs finish, starts nothing new, and is given up."""

from __future__ import annotations

from random import Random
from typing import Any

from treadle.domain.records import MessageKind
from treadle.engine.outcomes import Finished
from unit.lonely_worker import LonelyWorker

MOVE = '{"version": 2, "from": 1}'


def started(*nodes: dict[str, Any], edges: tuple[tuple[str, str], ...] = ()) -> LonelyWorker:
    config = {"nodes": list(nodes), "edges": [{"source": source, "target": target} for source, target in edges]}
    worker = LonelyWorker(config, Random(1))
    worker.inline, worker.failing = 0.0, 0.0
    worker.take()
    return worker


def told_to_move(worker: LonelyWorker) -> None:
    assert worker.actor is not None
    worker.tell(MessageKind.MOVE, payload=MOVE)
    worker.actor.notice([m for m in worker.inbox if m.seq > worker.actor.seen])


def finish(worker: LonelyWorker, node_id: str) -> None:
    assert worker.actor is not None
    [activity] = [a for a in worker.running if worker.program.graph.nodes[a.node].id == node_id]
    del worker.running[activity]
    worker.actor.finished(activity, Finished("1", ("out",), 1), started_at=worker.time)


def names(worker: LonelyWorker) -> list[str]:
    return [worker.program.graph.nodes[activity.node].id for activity in worker.running]


def box(id: str, **keys: Any) -> dict[str, Any]:
    return {"id": id, "type": "noop", **keys}


def test_what_runs_finishes_and_what_follows_is_left_to_the_next_owner() -> None:
    worker = started(box("a"), box("b"), box("c"), edges=(("a", "b"), ("a", "c")))

    told_to_move(worker)
    assert (names(worker), worker.abandoned) == (["a"], False)
    finish(worker, "a")
    worker.commit()

    assert worker.abandoned
    assert worker.running == {}
    assert [(row.node_id, row.kind) for row in worker.journal] == [("a", "done")]


def test_all_that_run_side_by_side_finish_first() -> None:
    worker = started(box("a"), box("b"))

    told_to_move(worker)
    finish(worker, "a")
    worker.commit()
    assert (names(worker), worker.abandoned) == (["b"], False)
    finish(worker, "b")
    worker.commit()

    assert worker.ended is not None, "it has come to its end, which is too late for a move"


def test_one_whose_start_is_marked_is_started_all_the_same() -> None:
    worker = started(box("a", delivery="at_most_once"), box("b"), edges=(("a", "b"),))

    told_to_move(worker)
    worker.commit()
    assert (names(worker), worker.abandoned) == (["a"], False)
    finish(worker, "a")
    worker.commit()

    assert worker.abandoned
    assert [(row.node_id, row.kind) for row in worker.journal] == [("a", "running"), ("a", "done")]


def test_one_in_which_nothing_runs_is_given_up_at_once() -> None:
    worker = started({"id": "w", "type": "signal.wait", "config": {"signal": "go"}}, box("b"))

    told_to_move(worker)
    worker.commit()
    finish(worker, "b")
    worker.commit()

    assert worker.abandoned
    assert [(row.node_id, row.kind) for row in worker.journal] == [("w", "waiting"), ("b", "done")]


def test_one_that_reads_a_pause_and_a_move_together_is_not_put_aside_before_it_is_moved() -> None:
    worker = started({"id": "w", "type": "signal.wait", "config": {"signal": "go"}})

    worker.tell(MessageKind.PAUSE)
    worker.tell(MessageKind.MOVE, payload=MOVE)
    worker.commit()
    worker.reread_inbox()
    while worker.commits:
        worker.commit()

    assert (worker.abandoned, worker.status) == (True, "running")
    assert [row.status for row in worker.journal] == ["waiting", "pause"]
