"""Activities that run in processes of their own, for the tests of isolation. What they meet outside is in the folder `at`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from opentelemetry import trace
from pydantic import BaseModel

from treadle import Context, Fatal, RetryAfter, activity
from treadle.activities.secrets import Secret
from treadle.domain.activity import Done, Park, Terminate, Wait

PATIENCE = 60.0


class Order(BaseModel):
    sku: str
    count: int = 1


@activity("iso.order", isolation="process", ports=("out", "many"))
def order(order: Order, ctx: Context) -> Any:
    told = {"sku": order.sku, "count": order.count, "pid": os.getpid(), "attempt": ctx.attempt, "key": ctx.idempotency_key}
    print("printed by a handler")  # noqa: T201  # where it goes is tested
    return Done(told, "many") if order.count > 1 else told


@activity("iso.model", isolation="process")
async def model(sku: str) -> Order:
    return Order(sku=sku)


@activity("iso.once", isolation="process", max_calls=2)
def once() -> int:
    return os.getpid()


@activity("iso.raise", isolation="process")
def raises(kind: str, ctx: Context) -> Any:
    if kind == "fatal":
        raise Fatal("beyond repair", type="broken", details={"part": 7})
    if kind == "after" and ctx.attempt == 1:
        raise RetryAfter("0s", "in a moment")
    if kind == "zero":
        return 1 // 0
    if kind == "exit":
        sys.exit("usage")
    if kind == "set":
        return {"found": {1, 2}}
    if kind == "park":
        return Park((Wait(signal="go"),))
    if kind == "lookup":
        return ctx.lookup["input"]
    return Terminate(output="early") if kind == "terminate" else ctx.attempt


@activity("iso.die", isolation="process")
def dies(how: str, ctx: Context, attempts: int = 1) -> int:
    """The process ends in the middle of its first attempts."""
    if ctx.attempt <= attempts:
        if how == "exit":
            os._exit(3)
        os.kill(os.getpid(), signal.SIGSEGV if how == "segfault" else signal.SIGKILL)
    return ctx.attempt


@activity("iso.says", isolation="process")
def says(ctx: Context, token: Secret) -> Any:
    if ctx.attempt == 1:
        ctx.log("at work", page=7)
        ctx.progress(0.5, message="half")
        ctx.heartbeat({"page": 7, "letters": len(token)})
        raise ValueError("once")
    return ctx.heartbeat_details


@activity("iso.silent", isolation="process")
def silent(ctx: Context) -> Any:
    """Says one thing, and then nothing for ever, as something in C does that hangs."""
    if ctx.attempt > 1:
        return ctx.heartbeat_details
    ctx.heartbeat("begun")
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    time.sleep(PATIENCE)
    return None


@activity("iso.hang", isolation="process")
def hang(at: str, ctx: Context) -> None:
    """Leaves its process's id and that of a process it has started, and hangs, whatever it is told."""
    helper = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({PATIENCE})"])
    _leave(at, f"{ctx.node_id}.pids", f"{os.getpid()} {helper.pid}")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        time.sleep(0.01)


@activity("iso.polite", isolation="process")
def polite(at: str, ctx: Context) -> int:
    """Ends as soon as it is told."""
    _leave(at, f"{ctx.node_id}.pids", str(os.getpid()))
    deadline = time.monotonic() + PATIENCE
    while not ctx.cancelled and time.monotonic() < deadline:
        time.sleep(0.01)
    _leave(at, f"{ctx.node_id}.told", "told")
    return os.getpid()


def _leave(at: str, name: str, text: str) -> None:
    """Whole or not at all: a test looks again and again."""
    unfinished = Path(at, f"{name}.new")
    unfinished.write_text(text)
    unfinished.rename(Path(at, name))


@activity("iso.traces", isolation="process", max_calls=1)
def traces(ctx: Context) -> dict[str, str]:
    with trace.get_tracer("user").start_as_current_span("inside the process"):
        return ctx.trace_headers()
