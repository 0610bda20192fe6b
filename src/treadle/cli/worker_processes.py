"""`treadle worker --processes N`: a parent that starts workers, watches them, starts them anew and stops them.

A worker hears that it shall stop by the end of its stdin, which also comes when the parent is killed: none is left behind.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from treadle.engine.supervision import ADDRESS, BEATS, DRAINED, WATCHDOG, WATCHED, Supervisor

log = logging.getLogger("treadle.worker")

TICK = 0.2
FREEZE = 5.0
"""A parent that did not turn for so long was itself away: the silence of its workers proves nothing."""
SHORT_LIFE = 60.0
"""A worker that lived for longer is started again at once; before, the delays double."""
LONGEST_DELAY = 60.0
LEAVING = 10.0
"""Seconds a stopping worker has beyond its grace."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run and how patiently, in seconds. `silence` is what a worker may be silent for before it is killed.

    The first shows its metrics on `metrics_port`, the others on those that follow.
    """

    command: Sequence[str]
    count: int
    environment: Mapping[str, str]
    grace: float
    silence: float
    metrics_port: int | None = None


@dataclass(slots=True)
class Place:
    """One of the N: the process that has it, if any, and what is known of it."""

    number: int
    ear: socket.socket
    address: str
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    heard_at: float = 0.0
    ready: bool = False
    drained: bool = False
    start_at: float = 0.0
    kill_at: float | None = None
    """When it is killed, once it was told to stop."""
    short_lives: int = 0
    retired: bool = False
    """Its worker was drained: nobody comes after it."""


def run_processes(plan: Plan, supervisor: Supervisor) -> int:
    """Until SIGTERM, Ctrl-C, or all are drained; the exit code. SIGHUP replaces one worker after the other."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="treadle-")))
        places = [Place(number, *stack.enter_context(_ear(folder / str(number)))) for number in range(1, plan.count + 1)]
        parent = _Parent(plan, places, supervisor)
        stack.enter_context(_signals(parent))
        return parent.run()


class _Parent:
    def __init__(self, plan: Plan, places: Sequence[Place], supervisor: Supervisor) -> None:
        self.stop_asked = False
        self.replace_asked = False
        self._plan = plan
        self._places = places
        self._supervisor = supervisor
        self._to_replace: deque[Place] = deque()
        self._stopping = False
        self._told_ready = False
        self._unclean = False
        self._turned_at = self._fed_at = time.monotonic()

    def run(self) -> int:
        log.info("starting %d worker processes", self._plan.count, extra={"event": "crew_started", "count": self._plan.count})
        try:
            while self._turn():
                pass
        finally:
            self.kill_all()
        log.info("all worker processes have ended", extra={"event": "crew_stopped"})
        return 1 if self._unclean else 0

    def kill_all(self) -> None:
        for place in self._places:
            if place.process is not None:
                with suppress(ProcessLookupError):
                    place.process.kill()

    def _turn(self) -> bool:
        """One look at everything; False when nothing is left to do."""
        self._listen()
        now = time.monotonic()
        if now - self._turned_at > FREEZE:
            for place in self._places:
                place.heard_at = now
        self._turned_at = now
        if self.stop_asked and not self._stopping:
            self._stop_all(now)
        for place in self._places:
            self._tend(place, now)
        self._replace_next(now)
        self._tell(now)
        return any(place.process is not None for place in self._places) or not (
            self._stopping or all(place.retired for place in self._places)
        )

    def _listen(self) -> None:
        by_ear = {place.ear: place for place in self._places}
        for ear in select.select(list(by_ear), [], [], TICK)[0]:
            self._hear(by_ear[ear])

    def _hear(self, place: Place) -> None:
        with suppress(BlockingIOError):
            while True:
                words = place.ear.recv(4096).decode(errors="replace").splitlines()
                place.heard_at = time.monotonic()
                place.ready = place.ready or "READY=1" in words
                place.drained = place.drained or f"STATUS={DRAINED}" in words

    def _tend(self, place: Place, now: float) -> None:
        if place.process is None:
            if not (self._stopping or place.retired) and now >= place.start_at:
                self._start(place, now)
            return
        code = place.process.poll()
        if code is not None:
            self._hear(place)
            self._ended(place, code, now)
        elif place.kill_at is not None and now >= place.kill_at:
            self._kill(place, "did not stop in time")
        elif now - place.heard_at > self._plan.silence:
            self._kill(place, f"has not shown a sign of life for {self._plan.silence:.0f} s")

    def _start(self, place: Place, now: float) -> None:
        environment = {
            **self._plan.environment, ADDRESS: place.address, WATCHDOG: str(round(self._plan.silence * 1_000_000)),
        }  # fmt: skip
        environment.pop(WATCHED, None)
        if self._plan.metrics_port is not None:
            environment["TREADLE_METRICS_PORT"] = str(self._plan.metrics_port + place.number - 1)
        self._hear(place)  # what its predecessor said last is not about this one
        # In a session of its own Ctrl-C reaches the parent alone, which then stops each in good order.
        place.process = subprocess.Popen(  # noqa: S603 - this very program
            self._plan.command, stdin=subprocess.PIPE, env=environment, start_new_session=True
        )
        place.started_at = place.heard_at = now
        place.ready, place.drained, place.kill_at = False, False, None
        fields = {"event": "process_started", "number": place.number, "pid": place.process.pid}
        log.info("worker process %d started: pid %d", place.number, place.process.pid, extra=fields)

    def _ended(self, place: Place, code: int, now: float) -> None:
        assert place.process is not None
        told, pid = place.kill_at is not None, place.process.pid
        _let_go(place.process)
        place.process, place.ready, place.kill_at = None, False, None
        fields = {"event": "process_ended", "number": place.number, "pid": pid, "code": code}
        if told:
            self._unclean = self._unclean or code != 0
            place.start_at = now
            log.info("worker process %d ended as told: pid %d, %s", place.number, pid, _reason(code), extra=fields)
        elif code == 0 and place.drained:
            place.retired = True
            log.info("worker process %d was drained: pid %d", place.number, pid, extra=fields)
        else:
            place.short_lives = 0 if now - place.started_at > SHORT_LIFE else place.short_lives + 1
            delay = min(LONGEST_DELAY, 2.0 ** (place.short_lives - 1)) if place.short_lives else 0.0
            place.start_at = now + delay
            words = "worker process %d ended: pid %d, %s; another is started in %.0f s"
            log.error(words, place.number, pid, _reason(code), delay, extra=fields)

    def _kill(self, place: Place, reason: str) -> None:
        assert place.process is not None
        fields = {"event": "process_killed", "number": place.number, "pid": place.process.pid}
        log.error("worker process %d %s: killing pid %d", place.number, reason, place.process.pid, extra=fields)
        place.process.kill()
        place.process.wait()

    def _stop(self, place: Place, now: float) -> None:
        if place.process is not None and place.kill_at is None:
            place.kill_at = now + self._plan.grace + LEAVING
            place.ready = False
            _let_go(place.process)

    def _stop_all(self, now: float) -> None:
        self._stopping = True
        self._to_replace.clear()
        self._supervisor.stopping()
        for place in self._places:
            self._stop(place, now)

    def _replace_next(self, now: float) -> None:
        """The next is stopped when the one before has a successor that is ready: one that cannot start stops the round."""
        if self.replace_asked and not self._stopping:
            self.replace_asked = False
            self._to_replace.extend(place for place in self._places if not place.retired and place not in self._to_replace)
        if self._to_replace and all(place.ready or place.retired for place in self._places):
            self._stop(self._to_replace.popleft(), now)

    def _tell(self, now: float) -> None:
        ready = sum(place.ready for place in self._places)
        if not self._told_ready and all(place.ready or place.retired for place in self._places):
            self._told_ready = True
            self._supervisor.ready(f"{ready} workers")
        patience = self._supervisor.patience
        if patience and now - self._fed_at >= patience / BEATS:
            self._fed_at = now
            self._supervisor.alive()
            self._supervisor.status(f"{ready} of {len(self._places)} workers are ready")


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """End its stdin: the worker stops in good order."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


@contextmanager
def _ear(path: Path) -> Iterator[tuple[socket.socket, str]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(path))
        ear.setblocking(False)
        yield ear, str(path)


@contextmanager
def _signals(parent: _Parent) -> Iterator[None]:
    """SIGTERM and Ctrl-C stop, a second one at once. SIGHUP replaces, but on a terminal, where it means that this was closed."""

    def stop(number: int, _frame: FrameType | None) -> None:
        if parent.stop_asked:
            parent.kill_all()
            os._exit(128 + number)
        parent.stop_asked = True

    def replace(_number: int, _frame: FrameType | None) -> None:
        parent.replace_asked = True

    handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]] = {signal.SIGTERM: stop, signal.SIGINT: stop}
    if not os.isatty(0):
        handlers[signal.SIGHUP] = replace
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
