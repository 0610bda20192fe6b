"""What a program uses that runs Treadle inside itself: the worker and the engine on the database that the settings name."""

from __future__ import annotations

import threading
from typing import Any

from treadle.bootstrap import build_worker, open_treadle, shown_metrics
from treadle.engine.engine import WorkflowEngine as _WorkflowEngine
from treadle.engine.system import RandomIds
from treadle.settings import Settings


class WorkflowWorker:
    """A worker on the database that the settings name. Keyword arguments are settings, such as `poll_interval=0.5`."""

    def __init__(self, **settings: Any) -> None:
        self._treadle = open_treadle(Settings(**settings), migrate=True)
        self._worker = build_worker(self._treadle)

    def start(self) -> None:
        """Work until stopped, then close the database. In the main thread Ctrl-C and SIGTERM stop it."""
        try:
            with shown_metrics(self._treadle, self._worker):
                self._worker.start()
        finally:
            self._treadle.close()

    def start_in_thread(self) -> threading.Thread:
        """Work in a thread of its own; join it after `stop`."""
        thread = threading.Thread(target=self.start, name="treadle-worker", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Ask for a graceful stop, from any thread."""
        self._worker.stop()


class WorkflowEngine(_WorkflowEngine):
    """The engine on the database that the settings name. Keyword arguments are settings, such as `database_url=…`."""

    def __init__(self, **settings: Any) -> None:
        self._treadle = open_treadle(Settings(**settings), migrate=True)
        opened = self._treadle
        key, vault = opened.settings.link_key, opened.vault
        super().__init__(opened.store, opened.handlers, ids=RandomIds(), wakeup=opened.wakeup, link_key=key, vault=vault)

    def close(self) -> None:
        self._treadle.close()
