"""The process that runs isolated handlers, one call after another, until its worker is gone or closes the pipe.

The main thread runs handlers. A second one listens: it tells of a cancel, brings secrets, and ends the process with its worker.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import inspect
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from queue import SimpleQueue
from typing import Any

from treadle.activities import decorator
from treadle.activities.function_handler import FunctionHandler
from treadle.activities.isolated_answers import answer_of, failure_of
from treadle.activities.isolated_frames import Channel, Frame
from treadle.domain.activity import Context
from treadle.domain.errors import ActivityError, Fatal, NotFoundError

PR_SET_PDEATHSIG = 1
LAST_WORDS = 1.0
"""Seconds; less than the pool gives a process that it lets go."""


def serve(fd: int, parent: int) -> None:
    """Run what is asked for over the socket `fd`; does not return. `parent` is the worker's process id."""
    _die_with(parent)
    process = _Process(Channel(fd))
    threading.Thread(target=process.listen, name="treadle-listener", daemon=True).start()
    process.work()


class _Process:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._calls: SimpleQueue[tuple[Frame, Context]] = SimpleQueue()
        self._secrets: SimpleQueue[Frame] = SimpleQueue()
        self._asking = threading.Lock()
        self._handlers: dict[tuple[str, str, str], FunctionHandler] = {}
        self._context: Context | None = None

    def listen(self) -> None:
        while (frame := self._channel.receive()) is not None:
            if frame["op"] == "call":  # its context is there before a cancel of it can come
                self._context = context = self._context_of(frame)
                self._calls.put((frame, context))
            elif frame["op"] == "secret":
                self._secrets.put(frame)
            elif self._context is not None:
                self._context.cancelled = True
        # Whatever the handler does now is for nobody; what it has started itself goes with it.
        _send_traces()
        os.killpg(0, signal.SIGKILL)

    def work(self) -> None:
        self._channel.send({"op": "ready"})
        while True:
            self._channel.send(self._answer(*self._calls.get()))

    def _answer(self, call: Frame, context: Context) -> Frame:
        try:
            with _traced(context):
                result = self._handler(*call["entry"]).run(context, call["config"])
                return answer_of(asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result)
        except BaseException as error:  # the handler's code: even `sys.exit` is only its failure
            return failure_of(error)

    def _handler(self, module: str, name: str, type: str) -> FunctionHandler:
        key = (module, name, type)
        if key not in self._handlers:
            importlib.import_module(module)
            found = [each for each in decorator.DECLARED if (each.qualified_name, each.type) == (name, type)]
            if not found:
                raise Fatal(
                    f"a fresh process that imports {module} finds no {name} there with @activity({type!r}): declare it at the top "
                    "level of the module, not under a condition",
                    type="process_import",
                )
            self._handlers[key] = FunctionHandler(found[-1])
        return self._handlers[key]

    def _context_of(self, call: Frame) -> Context:
        fields: dict[str, Any] = dict(call["context"])
        has_secrets = fields.pop("has_secrets")
        fields["secret_places"] = tuple(tuple(place) for place in fields["secret_places"])
        fields["now"] = datetime.fromisoformat(fields["now"])
        secrets, pulse = self._secret if has_secrets else None, _Forwarded(self._channel)
        return Context(**fields, secrets=secrets, emit=self._log, lookup=_Unreachable(), pulse=pulse)

    def _log(self, message: str, fields: Mapping[str, Any]) -> None:
        self._channel.send({"op": "log", "message": message, "fields": dict(fields)})

    def _secret(self, name: str) -> str:
        with self._asking:
            self._channel.send({"op": "secret", "name": name})
            frame = self._secrets.get()
        if "refused" in frame:
            raise (Fatal if frame["final"] else ActivityError)(frame["refused"], type="secret")
        if "value" not in frame:
            raise NotFoundError("secret", name)
        return str(frame["value"])


class _Forwarded:
    """Signs of life go to the worker."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def begin(self) -> None:
        """The worker knows when it has called."""

    def beat(self, *, details_json: str | None = None, progress_json: str | None = None) -> None:
        self._channel.send({"op": "beat", "details": details_json, "progress": progress_json})


class _Unreachable(Mapping[str, Any]):
    """The names of the workflow stay in the worker."""

    def __getitem__(self, name: str) -> Any:
        raise Fatal(f"ctx.lookup[{name!r}]: with isolation='process' a handler sees its config only; pass the value in the config")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _traced(context: Context) -> AbstractContextManager[object]:
    """While the block runs, what the handler traces by itself is under the attempt's span, and sent from here."""
    if context.trace is None:
        return nullcontext()
    from treadle.tracing import current, exporting

    exporting.open_once()
    return current.under(context.trace)


def _send_traces() -> None:
    """Send what has been traced here, if anything has, for no longer than a moment."""
    exporting = sys.modules.get("treadle.tracing.exporting")
    if exporting is not None:
        exporting.close_opened(within=LAST_WORDS)


async def _awaited(result: Any) -> Any:
    return await result


def _die_with(parent: int) -> None:
    """On Linux the kernel ends this process with its worker, even while a handler lets no other thread run."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
