"""`treadle run`: start an execution, and watch it to its end."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import click

from treadle.cli.arguments import duration, input_value, login_name, priority, text_hints
from treadle.cli.failures import finding_lines
from treadle.cli.grammar import Command, output_option
from treadle.cli.local_worker import has_worker, worker_for
from treadle.cli.rendering import plain, say, write_one
from treadle.cli.session import Session, host_in_url
from treadle.cli.watching import detachable, watch
from treadle.cli.workflow_files import is_file_name, read_workflows
from treadle.domain.errors import DefinitionError

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle
    from treadle.settings import Settings


@click.command(
    cls=Command,
    examples=[
        "treadle run order_refund",
        "treadle run order_refund -i order_id=A-7 -i urgent=true --priority high",
        "treadle run report.yaml --input @input.json --local",
        "treadle run nightly_report --detach -o json",
    ],
)
@click.argument("workflow", metavar="NAME_OR_FILE")
@click.option(
    "-i", "pairs", metavar="KEY=VALUE", multiple=True, help="A key of the input; JSON if it is JSON, else text. Repeatable."
)
@click.option("--input", "document", metavar="JSON|@FILE", help="The whole input; @- reads stdin.")
@click.option(
    "--priority", type=priority, default="normal", show_default=True, help="low, normal, high, critical, or a whole number."
)
@click.option("--version", type=click.IntRange(1), help="A version other than the latest.")
@click.option("--by", metavar="NAME", help="Who starts it, for approvals that ask somebody else.  [default: your login name]")
@click.option("--idempotency-key", metavar="KEY", help="The same key twice starts one execution.")
@click.option("--wait/--detach", "wait", default=True, help="Watch it to its end, or only start it.  [default: wait]")
@click.option("--timeout", type=duration, help="Stop watching after this long (exit code 124); the execution goes on.")
@click.option("--local", is_flag=True, help="Run a worker in this process while watching.")
@output_option
@click.pass_obj
def run(
    session: Session,
    workflow: str,
    pairs: tuple[str, ...],
    document: str | None,
    priority: int | str,
    version: int | None,
    by: str | None,
    idempotency_key: str | None,
    wait: bool,
    timeout: float | None,
    local: bool,
    form: str,
) -> None:
    """Start an execution of a workflow, and watch it to its end.

    A FILE (YAML or JSON, or `-`) is saved first, under its `name` or the file's name. The output goes to stdout; the
    exit code is 0 when the execution completed and 1 when it failed or was cancelled. Ctrl-C stops watching, not the
    execution.
    """
    if local and not wait:
        raise click.UsageError("--local runs the execution while watching; it cannot be detached.")
    value = input_value(pairs, document)
    settings = session.settings()
    with session.open(settings, prepare="sqlite") as treadle:
        name = save_file(treadle, workflow) if is_file_name(workflow) else workflow
        try:
            started = treadle.engine.create(
                name,
                input=value,
                priority=priority,
                version=version,
                idempotency_key=idempotency_key,
                by=(login_name() if by is None else by) or None,
            )
        except DefinitionError as error:
            raise text_hints(error, pairs) from error
        if not started.created:
            how = "joined the start that is waiting" if idempotency_key is None else "started before with this idempotency key"
            say(f"{how}: {started.id}")
        if not wait:
            _detached(treadle, started.id, form)
            return
        with detachable(started.id):
            say(f"➜ {'  '.join([started.id, *link(settings, started.id)])}")
            with worker_for(treadle, started.id, local=local):
                watch(treadle, started.id, timeout=timeout, form=form)


def save_file(treadle: Treadle, file: str) -> str:
    """Save the one workflow of a file; its name."""
    found = read_workflows(file)
    if len(found) != 1:
        raise click.UsageError(f"{file} holds {len(found)} workflows; `treadle workflows apply {file}` saves them all.")
    version, warnings = treadle.engine.save_workflow(found[0].name, found[0].graph_config, description=found[0].description)
    for line in finding_lines(warnings):
        say(line)
    if version.created:
        say(f"saved {plain(version.workflow)} version {version.version}")
    return version.workflow


def link(settings: Settings, execution_id: str) -> list[str]:
    """The page of the execution; nothing when no server listens there."""
    try:
        socket.create_connection((settings.host.strip("[]"), settings.port), timeout=0.2).close()
    except OSError:
        return []
    return [f"http://{host_in_url(settings.host)}:{settings.port}/x/{execution_id}"]


def _detached(treadle: Treadle, execution_id: str, form: str) -> None:
    if form == "table":
        click.echo(execution_id)
    else:
        write_one({"id": execution_id, "status": str(treadle.store.executions.get(execution_id).status)}, form)
    if not has_worker(treadle):
        say("no worker is running: start one with `treadle worker`")
