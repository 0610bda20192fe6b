"""A worker inside this process, for as long as a command needs one."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

import click

from treadle.cli.rendering import say

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle


class Worker(Protocol):
    def start(self) -> None:
        """Work until stopped."""
        ...

    def stop(self) -> None:
        """Ask for a graceful stop, from any thread."""
        ...


def collect_garbage_seldom() -> None:
    """For a process that is a worker's own: most of what it makes dies by its reference count.

    With Python's thresholds the collector takes 10 to 20 % of `benchmarks/throughput.py`.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextmanager
def working(worker: Worker) -> Iterator[None]:
    """The worker in a thread of its own, stopped gracefully at the end. If it breaks, the command ends with its error."""
    broken: list[BaseException] = []

    def work() -> None:
        try:
            worker.start()
        except BaseException as error:  # a defect; it is raised again in the thread that waits
            broken.append(error)
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=work, name="treadle-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()
        if broken:
            raise broken[0]


def worker_for(treadle: Treadle, execution_id: str, *, local: bool) -> AbstractContextManager[None]:
    """A worker here if asked for; if there is none anywhere, says so and, on a terminal, offers one."""
    if not local and not has_worker(treadle):
        say(f"no worker is running: start one with `treadle worker`, or here: treadle executions watch {execution_id} --local")
        asked = sys.stdin.isatty() and sys.stderr.isatty()
        local = asked and click.confirm("Run a worker here until it has ended?", default=True, err=True)
    if not local:
        return nullcontext()
    from treadle.bootstrap import build_worker

    return working(build_worker(treadle))


def has_worker(treadle: Treadle) -> bool:
    """Whether some worker holds its lease and still claims."""
    now = treadle.store.now()
    return any(worker.lease_until > now and not worker.draining for worker in treadle.store.workers.list())
