"""Handlers that never come back: the node times out, and a worker with too many of them ends for its supervisor."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine_house import PATIENCE, House, Steered, graph, node, open_house, until
from treadle.domain.activity import Context
from treadle.domain.errors import StuckHandlersError
from treadle.engine.system import RandomIds
from treadle.engine.worker import WorkflowWorker
from treadle.engine.worker_config import WorkerConfig, WorkerDeps


class Deaf(Steered):
    """Blocks its thread until the house closes, whatever it is told."""

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        self.steering.opened["deaf"].wait(PATIENCE)


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.registry.register(Deaf(opened.steering, "test.deaf", mode="thread"))
        yield opened


def test_a_worker_whose_threads_hang_gives_its_work_back_and_ends(house: House) -> None:
    deps = WorkerDeps(house.store, house.registry, house.clock, RandomIds(), house.wakeup)
    worker = WorkflowWorker(WorkerConfig(poll_interval=0.02, lease=3600, grace=1, handler_threads=2), deps)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            worker.start()
        except StuckHandlersError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    hung = house.start(graph([node("hang", "test.deaf", timeout=0.05)]))
    assert house.ended(hung).error["type"] == "timeout"
    until(lambda: worker.incarnation is not None)

    house.clock.advance(31)
    thread.join(PATIENCE)

    assert [type(error) for error in raised] == [StuckHandlersError]
    assert house.store.workers.list() == []


def test_an_abandoned_thread_is_said_counted_and_shown_with_its_worker(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.hire(lease=3, handler_threads=8)
    hung = house.start(graph([node("hang", "test.deaf", timeout=0.05)]))
    house.ended(hung)

    until(lambda: [worker.abandoned_threads for worker in house.store.workers.list()] == [1])

    [said] = [record.getMessage() for record in caplog.records if record.__dict__.get("event") == "thread_abandoned"]
    assert said.startswith("abandoned thread treadle-handler-1: handler test.deaf of node hang goes on")
    assert said.endswith("1 abandoned so far, 1 still at work")
    house.steering.opened["deaf"].set()
    until(lambda: [worker.abandoned_threads for worker in house.store.workers.list()] == [0])


def test_its_place_is_free_for_the_next_one(house: House) -> None:
    house.hire(handler_threads=1, handler_limit=1, abandoned_limit=9)

    hung = [house.start(graph([node("hang", "test.deaf", timeout=0.05)])) for _ in range(3)]
    works = house.run(graph([node("works", "test.exit.thread")]), "works")

    assert {house.ended(each).error["type"] for each in hung} == {"timeout"}
    assert works.error["type"] == "SystemExit"
