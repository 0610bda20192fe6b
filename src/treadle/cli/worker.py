"""`treadle worker`: one worker in this process, or several in processes of their own."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from treadle.cli.arguments import duration
from treadle.cli.grammar import Command
from treadle.cli.local_worker import collect_garbage_seldom
from treadle.cli.serving import on_stop_signals, showing_metrics
from treadle.cli.session import Session

if TYPE_CHECKING:
    from treadle.settings import Settings


@click.command(
    cls=Command,
    examples=["treadle worker", "treadle worker --concurrency 20 --queue default --queue reports", "treadle worker --processes 4"],
)
@click.option(
    "--poll-interval", type=duration, metavar="SECONDS", help="Between two poll cycles.  [default: TREADLE_POLL_INTERVAL, 1]"
)
@click.option(
    "--concurrency", type=click.IntRange(1, 10_000), help="Executions at a time.  [default: WORKFLOW_WORKER_CONCURRENCY, 10]"
)
@click.option("--queue", "queues", multiple=True, help="A queue to serve. Repeatable.  [default: TREADLE_QUEUES]")
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Run N workers in processes of their own, and start another for one that ends or hangs.  [default: this process]",
)
@click.option("--until-stdin-ends", "leashed", is_flag=True, hidden=True, help="Stop when stdin ends, as --processes wants it.")
@click.pass_obj
def worker(
    session: Session, poll_interval: float | None, concurrency: int | None, queues: tuple[str, ...], processes: int | None,
    leashed: bool,
) -> None:  # fmt: skip
    """Start a worker.

    It claims executions and runs their nodes until Ctrl-C or SIGTERM; running nodes then have time to finish. A second
    Ctrl-C stops at once, and other workers take over when the lease has run out.
    """
    settings = session.settings(poll_interval=poll_interval, worker_concurrency=concurrency, queues=queues or None)
    if processes is not None:
        sys.exit(_run_several(session, settings, processes))
    from treadle.bootstrap import build_worker
    from treadle.engine.supervision import Supervisor

    supervisor = Supervisor.of_environment()
    with session.open(settings, prepare="sqlite") as treadle:
        running = build_worker(treadle, supervisor=supervisor)
        collect_garbage_seldom()
        if leashed:
            threading.Thread(target=_stop_at_end_of_stdin, args=(running.stop,), name="treadle-leash", daemon=True).start()
        with showing_metrics(treadle, running), on_stop_signals(running.stop):
            running.start()


def _run_several(session: Session, settings: Settings, count: int) -> int:
    from treadle.cli.worker_processes import Plan, run_processes
    from treadle.engine.supervision import Supervisor
    from treadle.logs import configure_logging

    configure_logging(settings.log_format, settings.log_level, stream=sys.stderr)
    supervisor = Supervisor.of_environment()
    with session.open(settings, prepare="sqlite"):
        pass  # what no worker could start with is said once, here
    environment = {
        **os.environ,  # not on the command line, which everybody on the machine can read: an address may hold a password
        "TREADLE_DATABASE_URL": settings.database_url,
        "TREADLE_POLL_INTERVAL": str(settings.poll_interval),
        "WORKFLOW_WORKER_CONCURRENCY": str(settings.worker_concurrency),
        "TREADLE_QUEUES": ",".join(settings.queues),
    }
    command = (sys.executable, "-m", "treadle", "worker", "--until-stdin-ends")
    silence = settings.stall_seconds + settings.lease_seconds
    plan = Plan(command, count, environment, settings.grace_seconds, silence, settings.metrics_port)
    return run_processes(plan, supervisor)


def _stop_at_end_of_stdin(stop: Callable[[], None]) -> None:
    while os.read(0, 4096):
        pass
    stop()
