"""Tells others in this process that something was written, so that they need not wait to look."""

from __future__ import annotations

import threading
from collections.abc import Callable


class WriteHints:
    """Callbacks run in the thread that wrote and must return at once; a write that failed halfway may go untold."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: tuple[Callable[[], None], ...] = ()

    def tell(self) -> None:
        for callback in self._callbacks:
            callback()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Until the returned function is called."""
        with self._lock:
            self._callbacks = (*self._callbacks, callback)

        def leave() -> None:
            with self._lock:
                self._callbacks = tuple(each for each in self._callbacks if each is not callback)

        return leave
