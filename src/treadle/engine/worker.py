"""The worker process: lives one incarnation after another until it is stopped.

`python -m treadle.engine.worker` is `treadle worker`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from types import FrameType

from treadle.engine.incarnation import Incarnation
from treadle.engine.lanes import Lanes
from treadle.engine.program import Programs
from treadle.engine.supervision import DRAINED, Supervisor, watched
from treadle.engine.system import host_label
from treadle.engine.worker_config import WorkerConfig, WorkerDeps

log = logging.getLogger("treadle.worker")


class WorkflowWorker:
    """Polls the database and runs executions: time-outs, schedules, retries, signals, then the nodes themselves."""

    def __init__(self, config: WorkerConfig, deps: WorkerDeps, *, supervisor: Supervisor | None = None) -> None:
        self.config = config
        self.deps = deps
        self._supervisor = supervisor or Supervisor()
        self._stop_asked = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self.incarnation: Incarnation | None = None

    def start(self) -> None:
        """Work until stopped. In the main thread Ctrl-C and SIGTERM stop it gracefully; a second one ends the process."""
        if threading.current_thread() is threading.main_thread():
            self._handle_signals()
        asyncio.run(self._work())

    def start_in_thread(self) -> threading.Thread:
        """Work in a thread of its own; signals are the caller's matter. Join it after `stop`."""
        thread = threading.Thread(target=self.start, name="treadle-worker", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Ask for a graceful stop, from any thread or a signal handler."""
        if not self._stop_asked.is_set():
            self._supervisor.stopping()
        self._stop_asked.set()
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            try:
                loop.call_soon_threadsafe(stopping.set)
            except RuntimeError:  # the loop is closed: it has stopped already
                return

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        if self._stop_asked.is_set():
            return
        log.info("🚀 Workflow worker started (poll_interval=%ss)", self.config.poll_interval, extra={"event": "worker_started"})
        lanes = Lanes.open(self.config)
        self._supervisor.ready(f"queues: {', '.join(self.config.queues)}; {self.config.concurrency} executions at once")
        try:
            async with watched(self._supervisor):
                while not self._stopping.is_set():
                    programs = Programs(self.deps.handlers)
                    self.incarnation = Incarnation(self.config, self.deps, programs, lanes, host=host_label(), pid=os.getpid())
                    await self.incarnation.run(self._stopping)
            if not self._stop_asked.is_set():
                self._supervisor.status(DRAINED)
        finally:
            lanes.close()
            await self.deps.handlers.aclose()
            if self.deps.logs is not None:
                self.deps.logs.close()
            log.info("🛑 Worker stopped", extra={"event": "worker_stopped"})

    def _handle_signals(self) -> None:
        def stop(number: int, _frame: FrameType | None) -> None:
            if self._stop_asked.is_set():
                os._exit(128 + number)
            self.stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)


if __name__ == "__main__":
    import runpy
    import sys

    sys.argv.insert(1, "worker")
    runpy.run_module("treadle", run_name="__main__", alter_sys=True)
