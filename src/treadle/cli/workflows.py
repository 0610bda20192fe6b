"""`treadle workflows`: save, check, compare and export definitions."""

from __future__ import annotations

import sys

import click

from treadle.cli import shapes
from treadle.cli.failures import ExitCode, finding_lines
from treadle.cli.grammar import Group, output_option, page_options
from treadle.cli.rendering import document, plain, say, write_list, write_one
from treadle.cli.session import Session
from treadle.cli.versions import move_executions, replay_workflow
from treadle.cli.workflow_files import WorkflowFile, read_workflows
from treadle.domain.errors import DefinitionError, Finding

FILES = click.argument("files", metavar="FILE...", nargs=-1, required=True)


@click.group(cls=Group, examples=["treadle workflows apply refund.yaml", "treadle workflows list -o json"])
def workflows() -> None:
    """Save, check, compare and export workflows.

    A FILE is YAML or JSON: {name, description, graph_config: {nodes, edges}} or a bare {nodes, edges}, which takes its
    name from the file. `-` reads stdin. A YAML file may hold several documents, each with its name.
    """


@workflows.command("list", examples=["treadle workflows list", "treadle workflows list -o jsonl | jq -r .name"])
@page_options
@output_option
@click.pass_obj
def list_workflows(session: Session, form: str, limit: int, cursor: str | None) -> None:
    """List workflows by name, with their latest version."""
    with session.open() as treadle:
        page = treadle.store.workflows.list(limit=limit, cursor=cursor)
    write_list(
        map(shapes.workflow_row, page.items),
        form,
        columns=("name", "version", "description", "updated_at"),
        cursor=page.next_cursor,
        none="no workflows; `treadle workflows apply FILE` saves one",
    )


@workflows.command("show", examples=["treadle workflows show order_refund", "treadle workflows show order_refund --version 2"])
@click.argument("name")
@click.option("--version", type=click.IntRange(1), help="A version other than the latest.")
@output_option
@click.pass_obj
def show_workflow(session: Session, name: str, version: int | None, form: str) -> None:
    """Show one version of a workflow with its graph."""
    with session.open() as treadle:
        found = treadle.store.workflows.get(name, version)
    shape = shapes.workflow(found)
    write_one(shape, form, people=lambda: [document(shape, "yaml")])


@workflows.command(
    "apply", examples=["treadle workflows apply refund.yaml report.json", "cat all.yaml | treadle workflows apply -"]
)
@FILES
@output_option
@click.pass_obj
def apply_files(session: Session, files: tuple[str, ...], form: str) -> None:
    """Save the workflows of files; each that changed gets a new version.

    Every document is read and checked before the first is saved.
    """
    found = [one for name in files for one in read_workflows(name)]
    saved = []
    with session.open(prepare="sqlite") as treadle:
        _refuse_errors([(one, treadle.engine.validate(one.graph_config)) for one in found])
        for one in found:
            version, warnings = treadle.engine.save_workflow(one.name, one.graph_config, description=one.description)
            for line in finding_lines(warnings):
                say(f"{plain(one.source)}: {line}")
            saved.append({**shapes.version_row(version), "created": version.created})
    write_list(saved, form, columns=("name", "version", "created"))


@workflows.command("validate", examples=["treadle workflows validate refund.yaml", "treadle workflows validate *.yaml -o json"])
@FILES
@output_option
@click.pass_obj
def validate_files(session: Session, files: tuple[str, ...], form: str) -> None:
    """Check files without saving anything; exit code 5 if one has an error."""
    found = [one for name in files for one in read_workflows(name)]
    with session.open_scratch() as treadle:
        checked = [(one, treadle.engine.validate(one.graph_config)) for one in found]
    rows = [
        {
            "source": one.source,
            "name": one.name,
            "valid": not any(f.severity == "error" for f in findings),
            "findings": [shapes.finding(f) for f in findings],
        }
        for one, findings in checked
    ]
    if form == "table":
        for one, findings in checked:
            for line in finding_lines(findings):
                say(f"{plain(one.source)}: {line}")
    write_list(rows, form, columns=("source", "name", "valid"))
    if not all(row["valid"] for row in rows):
        raise click.exceptions.Exit(ExitCode.INVALID)


@workflows.command(
    "export", examples=["treadle workflows export order_refund > refund.yaml", "treadle workflows export order_refund -o json"]
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--version", type=click.IntRange(1), help="A version other than the latest.")
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(("yaml", "json")),
    default="yaml",
    show_default=True,
    help="The form of the file.",
)
@click.pass_obj
def export_workflows(session: Session, names: tuple[str, ...], version: int | None, form: str) -> None:
    """Print workflows as a file that `apply` reads."""
    if len(names) > 1 and (version is not None or form == "json"):
        raise click.UsageError("Several workflows can only be exported as YAML, at their latest versions.")
    with session.open() as treadle:
        found = [treadle.store.workflows.get(name, version) for name in names]
    click.echo("\n---\n".join(document(shapes.workflow_file(one), form) for one in found))


@workflows.command("versions", examples=["treadle workflows versions order_refund"])
@click.argument("name")
@output_option
@click.pass_obj
def list_versions(session: Session, name: str, form: str) -> None:
    """List the versions of a workflow, newest first."""
    with session.open() as treadle:
        found = treadle.engine.definitions.versions(name)
    rows = [shapes.open_version(each) for each in found]
    counted = [{**row, "open": sum(row["open"].values())} for row in rows] if form == "table" else rows
    write_list(counted, form, columns=("version", "created_at", "by", "open", "description"))


@workflows.command("diff", examples=["treadle workflows diff order_refund", "treadle workflows diff order_refund 2 5"])
@click.argument("name")
@click.argument("old", type=click.IntRange(1), required=False)
@click.argument("new", type=click.IntRange(1), required=False)
@click.pass_obj
def diff_versions(session: Session, name: str, old: int | None, new: int | None) -> None:
    """Show how two versions differ; by default the latest and the one before it.

    Where nodes are drawn does not count.
    """
    with session.open() as treadle:
        lines = treadle.engine.definitions.diff(name, old, new).text
    for line in lines:
        click.echo(click.style(plain(line), fg={"+": "green", "-": "red", "@": "cyan"}.get(line[:1])))


workflows.add_command(move_executions)
workflows.add_command(replay_workflow)


@workflows.command("delete", examples=["treadle workflows delete order_refund --yes"])
@click.argument("name")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete_workflow(session: Session, name: str, yes: bool) -> None:
    """Hide a workflow and stop its schedules; its finished executions stay."""
    confirm(f"Delete the workflow {name!r}?", yes=yes)
    with session.open() as treadle:
        treadle.store.workflows.delete(treadle.store.workflows.get(name).workflow)
    say(f"deleted {plain(name)}")


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if `--yes` was given or a person agrees."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody is there to ask: add --yes.")
    click.confirm(question, abort=True, err=True)


def _refuse_errors(checked: list[tuple[WorkflowFile, tuple[Finding, ...]]]) -> None:
    errors = [
        Finding(f.code, f.message, f"{one.source}: {f.path}" if f.path else one.source, f.hint)
        for one, findings in checked
        for f in findings
        if f.severity == "error"
    ]
    if errors:
        raise DefinitionError(errors)
