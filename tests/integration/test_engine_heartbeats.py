"""Handlers that say that they are alive, how far they are, and where a next attempt may go on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine_house import PATIENCE, House, Steered, Steering, graph, node, open_house, until, value
from treadle.domain.activity import Context
from treadle.domain.errors import AttemptOverError
from treadle.engine.views import Progress

AGAIN = {"max_attempts": 3, "initial_interval": 0, "jitter": 0}
SILENT, OFTEN = 0.2, 0.01


class Says(Steered):
    """Beats with the details and the progress that the config has, then waits until its node is opened, or goes on beating."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self._begin(ctx, config)
        if ctx.attempt > config.get("fail", 0):
            return {"found": ctx.heartbeat_details}
        if config.get("raise"):
            raise ValueError("in the middle")
        try:
            while not self.steering.opened[ctx.node_id].wait(OFTEN):
                if config.get("beats"):
                    ctx.heartbeat()
                elif ctx.cancelled:
                    return None
        except AttemptOverError:
            self.steering.cancelled.append(ctx.node_id)
            raise
        return "done"

    def _begin(self, ctx: Context, config: Mapping[str, Any]) -> None:
        self.steering.note(ctx)
        if "details" in config:
            ctx.heartbeat(config["details"])
        if "progress" in config:
            ctx.progress(*config["progress"])
        self.steering.begun[ctx.node_id] = ctx


class SaysInLoop(Says):
    async def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self._begin(ctx, config)
        if ctx.attempt > config.get("fail", 0):
            return {"found": ctx.heartbeat_details}
        while not self.steering.opened[ctx.node_id].is_set():
            if config.get("beats"):
                ctx.heartbeat()
            await asyncio.sleep(OFTEN)
        return "done"


KINDS = ("test.says", "test.says.loop")


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        add_handlers(opened, opened.steering)
        opened.hire(grace=0.1)
        yield opened


def add_handlers(house: House, steering: Steering) -> None:
    house.registry.register(Says(steering, "test.says", mode="thread"))
    house.registry.register(SaysInLoop(steering, "test.says.loop", mode="async"))
    declared = Says(steering, "test.says.declared", mode="thread")
    declared.node_type = replace(declared.node_type, heartbeat=SILENT)
    house.registry.register(declared)


@pytest.mark.parametrize("kind", KINDS)
def test_a_handler_that_falls_silent_is_tried_again_and_finds_what_it_said(house: House, kind: str) -> None:
    says = node("a", kind, {"fail": 1, "details": {"page": 7}}, timeout={"heartbeat": SILENT}, retry=AGAIN)

    ended = house.run(graph([says]))

    assert ended.output == {"found": {"page": 7}}
    [first] = [row for row in house.journal(ended.record.id) if row.kind == "retrying"]
    assert '"type":"heartbeat_timeout"' in str(first.error_json)
    assert "no heartbeat for 200ms (timeout.heartbeat)" in str(first.error_json)


def test_a_handler_may_declare_how_often_it_beats(house: House) -> None:
    ended = house.run(graph([node("a", "test.says.declared", {"fail": 9})]))

    assert ended.error["type"] == "heartbeat_timeout"


@pytest.mark.parametrize("kind", KINDS)
def test_a_handler_that_beats_may_take_longer(house: House, kind: str) -> None:
    says = node("a", kind, {"fail": 1, "beats": True}, timeout={"heartbeat": SILENT})
    quiet = node("b", kind, {"fail": 1}, timeout={"heartbeat": SILENT}, on_error="continue")

    started = house.start(graph([says, quiet, value("after_b", 1)], "b -> after_b"))
    until(lambda: house.outputs(started, "after_b"))
    house.steering.opened["a"].set()
    ended = house.ended(started)

    assert house.outputs(started, "a") == ["done"]
    assert (ended.record.status, house.steering.attempts("a")) == ("completed", [1])


def test_details_survive_an_attempt_that_raises_at_once(house: House) -> None:
    ended = house.run(graph([node("a", "test.says", {"fail": 1, "raise": True, "details": [1, 2]}, retry=AGAIN)]))

    assert ended.output == {"found": [1, 2]}
    until(lambda: not house.store.heartbeats.of(ended.record.id))


@pytest.mark.parametrize("kind", KINDS)
def test_details_survive_the_death_of_their_worker(house: House, kind: str) -> None:
    started = house.start(graph([node("a", kind, {"fail": 1, "details": {"page": 7}}), value("x", "{{ nodes.a.output }}")], "a -> x"))
    house.until_begun("a")
    until(lambda: house.store.heartbeats.of(started))
    first = house.steering.begun["a"]

    house.evict_all()
    until(lambda: house.steering.begun["a"] is not first)

    assert house.steering.begun["a"].heartbeat_details == {"page": 7}
    assert house.steering.attempts("a") == [1, 1]


def test_details_survive_the_stop_of_their_worker(house: House) -> None:
    started = house.start(graph([node("a", "test.says", {"fail": 1, "details": 1}), value("x", "{{ nodes.a.output }}")], "a -> x"))
    house.until_begun("a")
    first = house.steering.begun["a"]
    until(lambda: house.store.heartbeats.of(started))
    first.heartbeat(2)

    [(worker, _)] = house.workers
    house.steering.begun.clear()
    house.dismiss(worker)
    house.hire()
    house.until_begun("a")

    assert house.steering.begun["a"].heartbeat_details == 2


def test_another_visit_does_not_find_what_was_said(house: House) -> None:
    head = node("a", "test.says", {"details": 1})
    look = node("again", "if", {"condition": "nodes.a.output.found == null and get(nodes, ['b'], null) == null"})
    once = node("b", "test.count")

    ended = house.run(graph([value("s", 1), head, look, once], "s -> a", "a -> again", "again.true -> b", "b -> a"))

    assert house.outputs(ended.record.id, "a") == [{"found": None}, {"found": None}]


def test_progress_is_shown_while_the_handler_is_at_work(house: House) -> None:
    said = {"fail": 1, "progress": [3, 10, "reading"]}
    started = house.start(graph([node("a", "test.says", said), node("b", "test.says", {"fail": 1, "progress": ["half"]})]))
    house.until_begun("a", "b")

    def shown() -> list[Progress]:
        nodes = house.engine.show(started).nodes.values()
        return [each.progress for each in nodes if each.progress is not None]

    until(lambda: len(shown()) == 2)

    assert [(each.done, each.total, each.message) for each in shown()] == [(3, 10, "reading"), (None, None, "half")]
    for name in ("a", "b"):
        house.steering.opened[name].set()
    assert {node.progress for node in house.ended(started).nodes.values()} == {None}
    until(lambda: not house.store.heartbeats.of(started))


def test_a_heartbeat_of_an_abandoned_handler_raises_and_frees_its_thread(house: House) -> None:
    started = house.start(graph([node("a", "test.says", {"fail": 1, "beats": True})]))
    house.until_begun("a")

    house.engine.cancel(started)
    house.ended(started)

    until(lambda: "a" in house.steering.cancelled)


def test_details_that_are_no_json_fail_the_attempt(house: House) -> None:
    class Wrong(Steered):
        def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
            ctx.heartbeat({"found": {1, 2}})

    house.registry.register(Wrong(house.steering, "test.wrong", mode="thread"))

    ended = house.run(graph([node("a", "test.wrong")]), "wrong")

    assert ended.error["type"] == "UnstorableValueError"
    assert "$.found" in ended.error["message"]


def test_the_time_of_a_plain_function_counts_from_when_its_thread_begins(store_url: str) -> None:
    with open_house(store_url) as house:
        first_done = threading.Event()

        class First(Steered):
            """Holds the only thread for longer than the second one's time-out."""

            def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
                self.steering.begun[ctx.node_id] = ctx
                return first_done.wait(PATIENCE)

        house.registry.register(First(house.steering, "test.first", mode="thread"))
        house.hire(handler_threads=1, abandoned_limit=9)
        holds = house.start(graph([node("first", "test.first")]), "first")
        house.until_begun("first")
        timed = house.start(graph([node("second", "test.exit.thread", timeout=0.1)]), "second")
        marker = house.run(graph([node("slow", "wait", {"duration": 0.4})]), "marker")

        assert marker.record.status == "completed"
        assert house.rows(timed, "second") == []
        first_done.set()

        assert house.ended(timed).error["type"] == "SystemExit"
        assert house.ended(holds).record.status == "completed"
