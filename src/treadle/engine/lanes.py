"""The threads of one worker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from treadle.engine.threads import Completions, HandlerThreads, StoreThread
from treadle.engine.worker_config import WorkerConfig


@dataclass(slots=True)
class Lanes:
    """The threads that make store calls: commits, duties and claims, look-ups."""

    commits: Sequence[StoreThread]
    duty: StoreThread
    lookups: StoreThread
    handlers: HandlerThreads

    @classmethod
    def open(cls, config: WorkerConfig) -> Lanes:
        completions = Completions(asyncio.get_running_loop())
        return cls(
            [StoreThread(f"commit-{n}", completions) for n in range(config.commit_lanes)],
            StoreThread("duty", completions),
            StoreThread("lookup", completions),
            HandlerThreads(config.handler_threads, completions),
        )

    def close(self) -> None:
        for thread in (*self.commits, self.duty, self.lookups):
            thread.close()
        self.handlers.close()
