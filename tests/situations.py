"""Executions in every state and in every kind of waiting, for tests that must look at all of them.

Each situation is a function that brings about one in a house, and gives its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine_house import IN_LOOP, IN_THREAD, PATIENCE, House, Steered, graph, node, until, value
from store_steps import NEW_WORKER
from treadle.domain.activity import Context

Situation = Callable[[House], str]

DAY = 86_400
DOOR = graph([node("door", "signal.wait", {"signal": "open"})])
POLICY = {"max_attempts": 2, "initial_interval": "1d", "max_interval": "1d", "jitter": 0}
BAD = node("bad", "fail", {"message": "no", "type": "odd"})


class Deaf(Steered):
    """Blocks its thread until the house closes, whatever it is told."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self.steering.begun[ctx.node_id] = ctx
        self.steering.opened["deaf"].wait(PATIENCE)


def undoable(id: str, **undo: Any) -> dict[str, Any]:
    return value(id, 0, compensate={"type": "set", "config": {"value": 0}, **undo})


def parked(house: House, nodes: list[dict[str, Any]], *edges: str, **more: Any) -> str:
    """Started with a worker, once nothing of it runs."""
    house.hire()
    started = house.start(graph(nodes, *edges, **more))
    house.until_parked(started)
    return started


# Running


def nobody_works(house: House) -> str:
    return house.start(graph([node("a")]))


def nobody_serves_its_queue(house: House) -> str:
    house.hire(queues=("other",))
    until(house.engine.workers)
    return house.start(graph([node("a")]))


def every_worker_is_full(house: House) -> str:
    house.hire(concurrency=1)
    house.start(graph([node("a", IN_LOOP)]), "first")
    house.until_begun("a")
    return house.start(graph([node("b")]), "second")


def every_worker_drains(house: House) -> str:
    house.hire()
    house.start(graph([node("a", IN_LOOP)]), "first")
    house.until_begun("a")
    house.store.workers.drain(house.engine.workers()[0].id)
    return house.start(graph([node("b")]), "second")


def nobody_has_the_node_type(house: House) -> str:
    house.store.workers.register(NEW_WORKER, lease=DAY)
    return house.start(graph([node("each", "for_each", {"items": [1], "graph": graph([node("a")])})]))


def a_coroutine_runs(house: House) -> str:
    house.hire()
    started = house.start(graph([node("a", IN_LOOP), node("b")], "a -> b"))
    house.until_begun("a")
    return started


def a_thread_runs(house: House) -> str:
    house.hire()
    started = house.start(graph([node("a", IN_THREAD), node("b")], "a -> b"))
    house.until_begun("a")
    return started


def a_handler_hangs(house: House) -> str:
    house.registry.register(Deaf(house.steering, "test.deaf", mode="thread"))
    house.hire(grace=0.1)
    started = house.start(graph([node("a", "test.deaf"), node("b")], "a -> b"))
    house.until_begun("a")
    return started


def its_worker_is_silent(house: House) -> str:
    """Owned by one that does nothing, with a lease of half a day."""
    started = house.start(graph([node("a")]))
    house.store.workers.register(NEW_WORKER, lease=DAY / 2)
    house.store.ownership.claim(NEW_WORKER.id, queues=("default",), limit=1)
    return started


def its_worker_is_gone(house: House) -> str:
    started = its_worker_is_silent(house)
    house.clock.advance(DAY)
    return started


def it_has_crashed_its_workers(house: House) -> str:
    """Twice; the only worker there is has other work."""
    started = house.start(graph([node("a")]))
    for _ in range(2):
        house.store.workers.register(NEW_WORKER, lease=DAY)
        house.store.ownership.claim(NEW_WORKER.id, queues=("default",), limit=1, owns_nothing=True)
        house.store.workers.evict(NEW_WORKER.id)
    other = house.start(graph([node("b")]), "other", priority="critical")
    house.store.workers.register(NEW_WORKER, lease=DAY)
    [claim] = house.store.ownership.claim(NEW_WORKER.id, queues=("default",), limit=1).claims
    assert claim.execution_id == other
    return started


def it_is_to_pause(house: House) -> str:
    started = a_coroutine_runs(house)
    house.engine.pause(started)
    until(lambda: any(row.status == "pause" for row in house.journal(started)))
    return started


def it_undoes_what_it_has_done(house: House) -> str:
    slow = undoable("slow", type="signal.wait", config={"signal": "go"})
    return parked(house, [slow, undoable("quick"), BAD], "slow -> quick", "quick -> bad")


def it_was_asked_and_its_worker_is_silent(house: House) -> str:
    started = its_worker_is_silent(house)
    house.engine.cancel(started)
    return started


# Waiting


def it_waits_for_time(house: House) -> str:
    return parked(house, [node("w", "wait", {"duration": "7d"})])


def it_waits_for_a_signal(house: House) -> str:
    return parked(house, [node("door", "signal.wait", {"signal": "open"})])


def it_waits_for_a_decision(house: House) -> str:
    return parked(house, [node("ask", "approval", {"title": "Refund?"})])


def it_waits_for_several_decisions(house: House) -> str:
    return parked(house, [node("ask", "approval", {"title": "Refund?", "assignees": ["ann", "bob", "cy"], "required": 2})])


def it_waits_for_the_first_of_several(house: House) -> str:
    ways = [{"port": "paid", "signal": "paid"}, {"port": "late", "duration": "2d"}, {"port": "ok", "approval": {"title": "Waive?"}}]
    return parked(house, [node("race", "wait_any", {"any": ways})])


def it_waits_for_a_child(house: House) -> str:
    house.engine.save_workflow("door", DOOR)
    started = parked(house, [node("call", "workflow", {"workflow": "door"})])
    until(lambda: [each for each in house.store.executions.list(parent=started).items if each.status == "waiting"])
    return started


def its_end_waits_for_a_child(house: House) -> str:
    house.engine.save_workflow("door", DOOR)
    call = node("call", "workflow", {"workflow": "door", "wait": False, "on_parent_end": "wait"})
    started = parked(house, [call, value("x", 7)], "call -> x")
    until(lambda: house.engine.why(started)[0].kind == "child")
    return started


def it_waits_for_a_nodes_retry(house: House) -> str:
    return parked(house, [node("a", "test.flaky", retry={"max_attempts": 2, "initial_interval": "1d"})])


def it_waits_for_its_place_in_a_rate(house: House) -> str:
    each = node("each", "for_each", {"count": 2, "graph": graph([node("call")])})
    return parked(house, [each], settings={"rate_limits": [{"node": "call", "limit": 1, "per": "2h"}]})


def it_waits_for_a_mutex(house: House) -> str:
    holder = node("x", "signal.wait", {"signal": "go"}, mutex="m")
    return parked(house, [value("a", 0), holder, node("y", mutex="m")], "a -> x", "a -> y")


def it_waits_at_a_gate(house: House) -> str:
    door = node("gate", "gate", {"node": "work", "state": "finished"})
    return parked(house, [value("a", 0), node("work", "signal.wait", {"signal": "go"}), door], "a -> work", "a -> gate")


def it_waits_at_a_join(house: House) -> str:
    slow = node("slow", "signal.wait", {"signal": "go"})
    return parked(house, [value("a", 0), value("quick", 1), slow, node("end")], "a -> quick", "a -> slow", "quick -> end", "slow -> end")


def it_waits_in_a_map(house: House) -> str:
    ask = graph([node("ask", "signal.wait", {"signal": "on"})])
    return parked(house, [node("each", "for_each", {"items": [0, 1], "graph": ask})])


def it_waits_in_a_loop(house: House) -> str:
    ask = graph([node("ask", "signal.wait", {"signal": "on"})])
    return parked(house, [node("loop", "repeat", {"max": 2, "graph": ask})])


def it_waits_for_a_slot(house: House) -> str:
    house.hire()
    limited = graph([node("door", "signal.wait", {"signal": "open"})], settings={"concurrency": 1})
    house.until_parked(house.start(limited, "limited"))
    return house.start(limited, "limited")


def it_is_debounced(house: House) -> str:
    house.hire()
    until(house.engine.workers)
    return house.start(graph([value("say", 0)], settings={"debounce": {"wait": "10m"}}))


def it_waits_and_every_worker_is_gone(house: House) -> str:
    started = it_waits_for_time(house)
    for worker, _ in list(house.workers):
        house.dismiss(worker)
    return started


def it_was_told_something_that_nobody_reads(house: House) -> str:
    started = it_waits_for_a_signal(house)
    for worker, _ in list(house.workers):
        house.dismiss(worker)
    house.engine.signal(started, "open")
    return started


# Paused, failed and to be retried


def it_is_paused(house: House) -> str:
    started = it_waits_for_a_decision(house)
    house.engine.pause(started)
    house.until_status(started, "paused")
    return started


def its_retry_is_to_come(house: House) -> str:
    house.hire()
    started = house.start(graph([node("a", "test.flaky")], settings={"retry": POLICY}))
    until(lambda: house.record(started).next_retry_at)
    return started


# Over


def it_is_completed(house: House) -> str:
    house.hire()
    return house.run(graph([value("a", 1)])).record.id


def it_is_cancelled(house: House) -> str:
    started = it_waits_for_a_signal(house)
    house.engine.cancel(started, reason="ordered twice")
    house.ended(started)
    return started


def it_has_failed(house: House) -> str:
    house.hire()
    return house.run(graph([BAD])).record.id


def it_has_failed_and_was_undone(house: House) -> str:
    house.hire()
    return house.run(graph([undoable("a"), BAD], "a -> bad")).record.id


OPEN: tuple[Situation, ...] = (
    nobody_works, nobody_serves_its_queue, every_worker_is_full, every_worker_drains, nobody_has_the_node_type, a_coroutine_runs,
    a_thread_runs, a_handler_hangs, its_worker_is_silent, its_worker_is_gone, it_has_crashed_its_workers, it_is_to_pause,
    it_undoes_what_it_has_done, it_was_asked_and_its_worker_is_silent, it_waits_for_time, it_waits_for_a_signal,
    it_waits_for_a_decision, it_waits_for_several_decisions, it_waits_for_the_first_of_several, it_waits_for_a_child,
    its_end_waits_for_a_child,
    it_waits_for_a_nodes_retry, it_waits_for_its_place_in_a_rate, it_waits_for_a_mutex, it_waits_at_a_gate, it_waits_at_a_join,
    it_waits_in_a_map, it_waits_in_a_loop, it_waits_for_a_slot, it_is_debounced, it_waits_and_every_worker_is_gone,
    it_was_told_something_that_nobody_reads, it_is_paused, its_retry_is_to_come,
)  # fmt: skip
OVER: tuple[Situation, ...] = (it_is_completed, it_is_cancelled, it_has_failed, it_has_failed_and_was_undone)


def name_of(situation: Situation) -> str:
    return situation.__name__
