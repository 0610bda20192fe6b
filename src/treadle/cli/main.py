"""The `treadle` command: its table of commands, and the one place where errors become exit codes.

Nothing but click is imported before a command is chosen, so that `treadle --help` stays instant.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

import click

from treadle.cli.grammar import LazyGroup
from treadle.cli.session import Session

COMPLETE = "_TREADLE_COMPLETE"

COMMANDS = {
    "up": ("treadle.cli.serving:up", "Start everything here: database, examples, worker and server."),
    "server": ("treadle.cli.serving:server", "Start the HTTP API only."),
    "worker": ("treadle.cli.worker:worker", "Start a worker."),
    "run": ("treadle.cli.running:run", "Start an execution of a workflow, and watch it."),
    "workflows": ("treadle.cli.workflows:workflows", "Save, check, compare and export workflows."),
    "executions": ("treadle.cli.executions:executions", "See and steer executions."),
    "signals": ("treadle.cli.signals:signals", "Send a signal to many executions."),
    "approvals": ("treadle.cli.approvals:approvals", "See and decide approvals."),
    "schedules": ("treadle.cli.schedules:schedules", "Start workflows at times, by cron, by interval or once."),
    "webhooks": ("treadle.cli.webhooks:webhooks", "Let other systems start workflows and signal executions."),
    "workers": ("treadle.cli.workers:workers", "See, drain and evict workers."),
    "nodes": ("treadle.cli.nodes:nodes", "See the node types a graph can use."),
    "secrets": ("treadle.cli.secrets:secrets", "Set and delete the secrets that graphs name."),
    "tokens": ("treadle.cli.tokens:tokens", "Make and revoke tokens for the server."),
    "db": ("treadle.cli.database:db", "Prepare, check, prune and copy the database."),
    "doctor": ("treadle.cli.doctor:doctor", "Look for what is wrong, and say how to mend it."),
    "completion": ("treadle.cli.completion:completion", "Print the completion script for your shell."),
}


@click.group(
    "treadle",
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    examples=["treadle up", "treadle run order_refund -i order_id=A-7", "treadle executions list --status failed"],
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda c, _, v: _show_version(c, v),
    help="Show the version and exit.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Durable workflows on the database you already have."""
    context.obj = context.obj or Session()


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(status_of(args))


def status_of(args: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Every error has been said on stderr."""
    if COMPLETE in os.environ:
        cli.main(prog_name="treadle")  # a shell asks for completions; click answers and exits
    try:
        color = False if os.environ.get("NO_COLOR") else None
        with cli.make_context("treadle", list(sys.argv[1:] if args is None else args), color=color) as context:
            cli.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("TREADLE_DEBUG"):
            raise
        from treadle.cli.failures import report

        return report(error)
    return 0


def _show_version(context: click.Context, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"treadle {version('treadle')}")
        context.exit()
