"""A few processes that run isolated handlers, each one call at a time; started when needed, used again and again.

A process whose call is cancelled has a moment to end it; then it is killed, with all that it has started.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from treadle.activities.isolated_frames import Frame, packed, read_frame
from treadle.domain.errors import ActivityError

log = logging.getLogger("treadle.worker")

PATIENCE = 2.0
"""Seconds that a cancelled call has before it is killed; less than what is left of a lease when a worker gives up on it."""
START_LIMIT = 60.0
"""Seconds a process may take until it is ready."""
_BOOT = (
    "import os, sys; sys.path[:] = sys.argv[3].split(os.pathsep); "
    "from treadle.activities.isolated_child import serve; serve(int(sys.argv[1]), int(sys.argv[2]))"
)

Hear = Callable[[Frame], Frame | None]
"""Is told what the process says during a call; what it returns is the answer."""


class Child:
    """One process. Its stdout is the worker's stderr, so that what handlers print is no output of a command."""

    def __init__(self, process: asyncio.subprocess.Process, end: socket.socket) -> None:
        self.calls = 0
        self.busy = False
        """Whether it is in the middle of a call; one that is left there cannot be used again."""
        self._process = process
        self._end = end
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._exit = asyncio.create_task(self._watch())

    @classmethod
    async def start(cls) -> Self:
        """ActivityError `process_died` if it does not become ready."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", _BOOT, str(theirs.fileno()), str(os.getpid()), os.pathsep.join(sys.path),
                    stdin=asyncio.subprocess.DEVNULL, stdout=2, pass_fds=[theirs.fileno()], start_new_session=True,
                )  # fmt: skip
            except BaseException:
                ours.close()
                raise
        child = cls(process, ours)
        try:
            child._reader, child._writer = await asyncio.open_connection(sock=ours)
            async with asyncio.timeout(START_LIMIT):
                await child._hear()
        except TimeoutError:
            await child.kill()
            raise ActivityError(f"the handler's process was not ready within {START_LIMIT:g} s", type="process_died") from None
        except BaseException:
            await child.kill()
            raise
        log.debug("started process %d for handlers", process.pid)
        return child

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def call(self, call: Frame, hear: Hear) -> Frame:
        """The last frame of the call. ActivityError `process_died` if the process ends before."""
        self.calls += 1
        self.busy = True
        self.tell(call)
        while True:
            frame = await self._hear()
            if frame["op"] in ("done", "failed"):
                self.busy = False
                return frame
            answer = hear(frame)
            if answer is not None:
                self.tell(answer)

    def tell(self, frame: Frame) -> None:
        self._writer.write(packed(frame))

    async def leave(self) -> None:
        """Let an idle process end."""
        self._writer.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.shield(self._exit)
        await self.kill()

    async def kill(self) -> None:
        """End it at once, with the processes it has started, and wait until it is gone."""
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        await asyncio.shield(self._exit)
        if hasattr(self, "_writer"):
            self._writer.close()
        else:
            self._end.close()

    async def _hear(self) -> Frame:
        try:
            return await read_frame(self._reader)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)  # it may have closed the pipe and live on
            code = await asyncio.shield(self._exit)
            raise ActivityError(f"the handler's process {_how_it_ended(code)}", type="process_died") from error

    async def _watch(self) -> int:
        code = await self._process.wait()
        # A process of its own that outlives it may hold the other end: what has been said is read, then nothing more comes.
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RD)
        return code


class ProcessPool:
    """At most `size` processes, on one loop."""

    def __init__(self, size: int, *, patience: float = PATIENCE) -> None:
        self._size = size
        self._free = asyncio.Semaphore(size)
        self._patience = patience
        self._idle: list[Child] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def run(self, call: Frame, hear: Hear, *, max_calls: int | None, begin: Callable[[], None]) -> Frame:
        """Run one call; `begin` when a process is there for it. Cancelled, the call is ended, and killed if need be."""
        await self._free.acquire()
        # What is begun here is brought to its end whatever becomes of the caller: nothing is left half started.
        taking = asyncio.create_task(self._child(max_calls))
        try:
            child = await asyncio.shield(taking)
        except BaseException:
            self._later(self._take_back(taking))
            raise
        answer = asyncio.create_task(child.call(call, hear))
        try:
            begin()
            return await asyncio.shield(answer)
        finally:
            if answer.done():
                self._give_back(child)
            else:
                self._later(self._end(child, answer))

    async def close(self) -> None:
        """When nobody waits for a call any more: see those to their end that were given up, and end the processes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_LIMIT):
                for _ in range(self._size):
                    await self._free.acquire()
        idle, self._idle = self._idle, []
        await asyncio.gather(*(child.leave() for child in idle))
        while self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)

    async def _child(self, max_calls: int | None) -> Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive and (max_calls is None or child.calls < max_calls):
                return child
            self._later(child.leave())
        return await Child.start()

    async def _take_back(self, taking: asyncio.Task[Child]) -> None:
        """A process nobody waits for any more is there for the next one."""
        await asyncio.wait({taking})
        self._give_back(None if taking.cancelled() or taking.exception() is not None else taking.result())

    async def _end(self, child: Child, answer: asyncio.Task[Frame]) -> None:
        """A call nobody waits for: told, given a moment, killed."""
        try:
            child.tell({"op": "cancel"})
            done, _ = await asyncio.wait({answer}, timeout=self._patience)
            if not done or answer.exception() is not None:
                if not done:
                    fields = {"event": "process_killed"}
                    log.warning("killed process %d: its handler did not end when told", child.pid, extra=fields)
                await child.kill()
                await asyncio.gather(answer, return_exceptions=True)
        finally:
            self._give_back(child)

    def _give_back(self, child: Child | None) -> None:
        if child is not None and child.alive and not child.busy:
            self._idle.append(child)
        elif child is not None:
            self._later(child.kill())
        self._free.release()

    def _later(self, ending: Any) -> None:
        task = asyncio.get_running_loop().create_task(ending)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was killed by {name}" + (" (out of memory?)" if code == -signal.SIGKILL else "")
