"""`treadle up` and `treadle server`: the commands that listen."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from treadle.cli.grammar import Command, Shown
from treadle.cli.local_worker import collect_garbage_seldom, working
from treadle.cli.rendering import plain, say
from treadle.cli.session import Session, host_in_url, sqlite_path

if TYPE_CHECKING:
    from fastapi import FastAPI

    from treadle.bootstrap import Treadle
    from treadle.engine.supervision import Supervisor
    from treadle.engine.worker import WorkflowWorker
    from treadle.settings import Settings

log = logging.getLogger("treadle.api")

FIRST = "order_refund"
DRAIN_SECONDS = 3
"""How long open requests and live streams may delay a stop."""


def address_options(command: Shown) -> Shown:
    command = click.option(
        "--port", type=click.IntRange(0, 65535), help="Port, 0 for any free one.  [default: TREADLE_PORT, 8765]"
    )(command)
    return click.option("--host", help="Address to listen on.  [default: TREADLE_HOST, 127.0.0.1]")(command)


@click.command(
    cls=Command, examples=["treadle up", "treadle up --port 9000 --db sqlite:///./demo.db", "treadle up --no-examples"]
)
@address_options
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=1,
    show_default=True,
    help="Workers in this process; one is best on SQLite.",
)
@click.option("--examples/--no-examples", default=True, help="Load the example workflows that are missing.  [default: load]")
@click.pass_obj
def up(session: Session, host: str | None, port: int | None, workers: int, examples: bool) -> None:
    """Start everything here: database, examples, worker and server.

    Ctrl-C stops it; work in progress resumes at the next start. Examples you have changed are left alone.
    """
    from treadle.bootstrap import build_app, build_worker
    from treadle.cli.examples import load_examples, shipped_examples
    from treadle.engine.supervision import Supervisor

    settings = session.settings(host=host, port=port)
    path = sqlite_path(settings.database_url)
    created = path is not None and not path.exists()
    with ExitStack() as stack:
        listener = stack.enter_context(listening(settings))
        treadle = stack.enter_context(session.open(settings, prepare="any"))
        check_door(treadle)
        loaded = load_examples(treadle, shipped_examples()) if examples else []
        running = [build_worker(treadle) for _ in range(workers)]
        collect_garbage_seldom()
        for one in running:
            stack.enter_context(working(one))
        url = f"http://{host_in_url(settings.host)}:{listener.getsockname()[1]}/"
        lines = list(welcome(treadle, created=created, workers=workers, url=url, examples=loaded))
        lines += parting(session, loaded)
        serve(build_app(treadle), listener, Supervisor.of_environment(), ready=lambda: say("\n".join(lines)))
        say("\nstopping …")
    say("stopped; running work resumes at the next start")


@click.command(
    cls=Command, examples=["treadle server", "treadle server --host 0.0.0.0 --db postgresql://treadle@db.example/treadle"]
)
@address_options
@click.pass_obj
def server(session: Session, host: str | None, port: int | None) -> None:
    """Start the HTTP API only.

    It stores workflows, starts executions and shows them; workers (`treadle worker`) run their nodes. An address other
    than this machine's needs tokens.
    """
    from treadle.bootstrap import build_app
    from treadle.engine.supervision import Supervisor
    from treadle.logs import configure_logging

    settings = session.settings(host=host, port=port)
    configure_logging(settings.log_format, settings.log_level, stream=sys.stderr)
    with listening(settings) as listener, session.open(settings, prepare="sqlite") as treadle:
        check_door(treadle)
        url = f"http://{host_in_url(settings.host)}:{listener.getsockname()[1]}/"
        ready = partial(_tell, settings, f"➜ listening on {url}", "server_listening")
        serve(build_app(treadle), listener, Supervisor.of_environment(), ready=ready)
        _tell(settings, "stopped", "server_stopped")


def _tell(settings: Settings, words: str, event: str) -> None:
    """To people as a line; where machines read the log, as a record like all others."""
    if settings.log_format == "json":
        log.info(words, extra={"event": event})
    else:
        say(words)


@contextmanager
def showing_metrics(treadle: Treadle, worker: WorkflowWorker) -> Iterator[None]:
    """The worker's metrics on the port of the settings, if they name one. UsageError if it is taken."""
    from treadle.bootstrap import shown_metrics

    settings = treadle.settings
    with ExitStack() as stack:
        try:
            stack.enter_context(shown_metrics(treadle, worker))
        except OSError as error:
            raise click.UsageError(
                f"Cannot show metrics on {settings.metrics_host}:{settings.metrics_port}: {_reason(error)}. "
                "Choose another TREADLE_METRICS_PORT; each worker of a machine needs one of its own."
            ) from error
        yield


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The bound socket, before anything else is started. UsageError if the address is taken."""
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # With the protocol named, asyncio turns Nagle's algorithm off: each answer comes 40 ms sooner.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen(2048)
    except OSError as error:
        raise click.UsageError(
            f"Cannot listen on {host}:{port}: {_reason(error)}. Stop what uses it, or choose another --port."
        ) from error
    with listener:
        yield listener


def check_door(treadle: Treadle) -> None:
    """UsageError if anybody on the network could do anything: there is no token, configured or stored."""
    from treadle.api.config import InsecureBindError, check_bind

    settings = treadle.settings
    try:
        check_bind(settings.host, settings.tokens, stored=treadle.engine.tokens.any_valid())
    except InsecureBindError as error:
        raise click.UsageError(str(error)) from error


def serve(app: FastAPI, listener: socket.socket, supervisor: Supervisor, *, ready: Callable[[], object]) -> None:
    """Serve until Ctrl-C or SIGTERM; `ready` is called when requests are answered."""
    import uvicorn

    from treadle.engine.supervision import watched

    class Server(uvicorn.Server):
        async def serve(self, sockets: list[socket.socket] | None = None) -> None:
            async with watched(supervisor):
                await super().serve(sockets)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()
            supervisor.ready("answers requests")

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            supervisor.stopping()
            app.state.streams.close()
            await super().shutdown(sockets)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn would raise the signal again after its stop, and so end the process before the worker has stopped.
            yield

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=DRAIN_SECONDS, lifespan="auto"
    )
    running = Server(config)

    def stop() -> None:
        running.should_exit = True

    with on_stop_signals(stop):
        running.run(sockets=[listener])


@contextmanager
def on_stop_signals(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` at the first Ctrl-C or SIGTERM; leave at once at the second, and let the lease do the rest."""
    asked = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(128 + number)
        asked = True
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def welcome(treadle: Treadle, *, created: bool, workers: int, url: str, examples: Sequence[str]) -> Iterator[str]:
    """What `up` says when everything runs."""
    from treadle.api.config import UI_FOLDER

    settings = treadle.settings
    path = sqlite_path(settings.database_url)
    facts = treadle.store.describe()
    place = path or facts.get("location", "")
    yield _ticked("database", plain(f"{place} ({facts['kind']}{', created' if created else ''})"))
    if workers:
        where = "in this process" if workers == 1 else f"{workers} in this process, each"
        types = len(treadle.engine.handlers.node_types)
        yield _ticked("worker", f"{where} {settings.worker_concurrency} slots, {types} node types")
    if FIRST in examples:
        yield _ticked("examples", f'"{FIRST}" is ready to run')
    yield f"  {click.style('➜', fg='cyan')} {'open':<10} {url}{f'w/{FIRST}' if FIRST in examples else ''}"
    if not (UI_FOLDER / "index.html").exists():
        yield f"  {click.style('!', fg='yellow')} {'web UI':<10} not built, so this page shows figures only; to build it: make ui"


def parting(session: Session, examples: Sequence[str]) -> Iterator[str]:
    """What to do next, and how to stop."""
    yield ""
    if FIRST in examples:
        # An address of a server may hold a password; it is not repeated.
        same = session.database_url if session.database_url and sqlite_path(session.database_url) else None
        yield f"  Or in the terminal: {command_name()} run {FIRST} --wait{f' --db {same}' if same else ''}"
    yield "  Stop: Ctrl-C (running work resumes at the next start)   Production: treadle server --help"


def command_name() -> str:
    """What to type here: the path of the command where it is not on PATH, as after `make up`."""
    beside = Path(sys.executable).with_name("treadle")
    if shutil.which("treadle") or not beside.exists():
        return "treadle"
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)


def _ticked(name: str, text: str) -> str:
    return f"  {click.style('✓', fg='green')} {name:<10} {text}"


def _reason(error: OSError) -> str:
    return "the address is in use" if error.errno == errno.EADDRINUSE else (error.strerror or str(error)).lower()
