"""How programs use the public names, for the type checker alone: `make check` reads it strictly, and nothing runs it.

An `ignore` here is a mistake that types must find; mypy complains of one that is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, assert_type

from treadle import (
    Client,
    Context,
    Expr,
    Fatal,
    RetryAfter,
    TreadleError,
    Workflow,
    WorkflowEngine,
    WorkflowWorker,
    activity,
    choose,
    expr,
    fn,
    is_in,
)
from treadle.builder import Composite, Node
from treadle.client import ApiError, ConflictingError
from treadle.testing import Result, run_workflow


@activity("orders.total")
def total(ctx: Context, prices: list[float], discount: float = 0.0) -> float:
    """What an order costs."""
    if not prices:
        raise Fatal("an order needs prices")
    if ctx.attempt == 1:
        raise RetryAfter(5)
    return sum(prices) * (1 - discount)


@activity("orders.ship")
async def ship(address: dict[str, str]) -> str:
    return address["street"]


def keeps_the_types_of_functions() -> None:
    ship({"street": 7})  # type: ignore[dict-item, unused-coroutine]
    total("no context", [1.0])  # type: ignore[arg-type]


def builds_a_workflow() -> Workflow:
    flow = Workflow("orders", input_schema={"type": "object"})
    cost = flow.call("cost", total, prices=flow.input.prices)
    each = flow.for_each("each", flow.input.lines)
    assert_type(cost, Node)
    assert_type(each, Composite)
    assert_type(cost.output > 100, Expr)
    assert_type(choose(is_in(cost.output, [1, 2]), fn.str(cost.output), expr("input.name")), Expr)
    cost >> each
    return flow


def saves_and_starts(flow: Workflow) -> str:
    engine = WorkflowEngine(database_url="sqlite:///./orders.db")
    try:
        flow.save(engine)
        return engine.create("orders", input={"prices": [1.5]}).id
    finally:
        engine.close()


def works() -> None:
    worker = WorkflowWorker(poll_interval=0.5)
    worker.start_in_thread().join()
    worker.stop()


def speaks_to_a_server() -> datetime | None:
    with Client("http://127.0.0.1:8765", token="…") as client:
        try:
            started = client.run("orders", {"prices": [2.5]})
            status: str = client.wait(started.id).status
            assert status
            client.wait(started)  # type: ignore[arg-type]
            rows: Iterator[Any] = client.executions.journal(started.id)
            next(rows)
            return client.executions.get(started.id).created_at
        except ConflictingError as late:
            assert_type(late.status, int)
            raise
        except ApiError as refused:
            raise RuntimeError(refused.title) from refused


def is_tested() -> None:
    assert_type(run_workflow(builds_a_workflow(), input={}), Result)


def has_one_root_of_its_errors(error: ApiError | Fatal | RetryAfter) -> TreadleError:
    return error
