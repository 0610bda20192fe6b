"""`treadle nodes`: the node types a graph can use."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import click

from treadle.cli import shapes
from treadle.cli.grammar import Group, output_option
from treadle.cli.rendering import document, plain, write_list, write_one
from treadle.cli.session import Session
from treadle.domain.errors import NotFoundError


@click.group(cls=Group, examples=["treadle nodes list", "treadle nodes show http.request"])
def nodes() -> None:
    """See the node types a graph can use."""


@nodes.command("list", examples=["treadle nodes list", "treadle nodes list -o jsonl | jq -r .type"])
@output_option
@click.pass_obj
def list_nodes(session: Session, form: str) -> None:
    """List the node types by category; those of TREADLE_ACTIVITIES too."""
    with session.open_scratch() as treadle:
        found = treadle.engine.handlers.node_types.values()
    rows = [shapes.node_type(one) for one in sorted(found, key=lambda one: (one.category, one.type))]
    write_list(rows, form, columns=("type", "category", "ports", "summary"))


@nodes.command("show", examples=["treadle nodes show approval", "treadle nodes show http.request -o json"])
@click.argument("type_", metavar="TYPE")
@output_option
@click.pass_obj
def show_node(session: Session, type_: str, form: str) -> None:
    """Show a node type: its config, its ports, its output."""
    with session.open_scratch() as treadle:
        known = treadle.engine.handlers.node_types
    if type_ not in known:
        raise NotFoundError("node type", type_, known=get_close_matches(type_, known, n=1, cutoff=0.5))
    shape = shapes.node_type(known[type_])
    write_one(shape, form, people=lambda: _page(shape))


def _page(shape: dict[str, Any]) -> Iterator[str]:
    yield f"{shape['type']}  {plain(shape['summary'])}"
    named = "named by the config" if shape["dynamic_ports"] else ""
    ports = " or ".join(filter(None, (", ".join(shape["ports"]), named)))
    yield f"  ports       {ports or 'none'}; and error"
    yield f"  output      {plain(shape['output'])}"
    properties = shape["config_schema"].get("properties", {})
    required = shape["config_schema"].get("required", [])
    for name, schema in properties.items():
        need = "required" if name in required else "optional"
        yield f"  config      {name} ({need}): {plain(str(schema.get('description', '')))}".rstrip(": ")
    if properties:
        yield ""
        yield "  config schema"
        yield from (f"    {plain(line)}" for line in document(shape["config_schema"], "yaml").splitlines())
