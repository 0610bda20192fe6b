"""Where a test's workflows come from: a file, or a graph written down in Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from typing import Any

from treadle.builder import Workflow
from treadle.cli.workflow_files import is_file_name, read_workflows
from treadle.domain.graph import Graph
from treadle.domain.graph_parser import inner_graphs
from treadle.testing.errors import SetUpError
from treadle.testing.naming import undo_of

Source = str | PathLike[str] | Mapping[str, Any] | Workflow
"""The path of a YAML or JSON file, a mapping `{name?, graph_config}` or a bare `{nodes, edges}`, or a Workflow."""

Sources = Mapping[str, Source] | Sequence[Source]

UNNAMED = "workflow"


@dataclass(frozen=True, slots=True)
class Definition:
    name: str
    graph_config: Any


def definitions(source: Source, *, name: str | None = None) -> list[Definition]:
    """The workflows of a source, at least one; the first takes `name` if given."""
    if isinstance(source, Workflow):
        found = [Definition(source.name, source.graph_config())]
    else:
        found = [_of_mapping(source)] if isinstance(source, Mapping) else _of_file(fspath(source))
    return [replace(found[0], name=name), *found[1:]] if name else found


def all_definitions(sources: Sources) -> Iterator[Definition]:
    if isinstance(sources, Mapping):
        for name, source in sources.items():
            yield from definitions(source, name=name)
    else:
        for source in sources:
            yield from definitions(source)


def types_of(graph: Graph) -> dict[str, str]:
    """The node type of each node, inner graphs and compensations included, by what a test calls it."""
    found = {node.id: node.type for node in graph.nodes}
    found |= {undo_of(node.id): node.compensate.type for node in graph.nodes if node.compensate is not None}
    for inner in inner_graphs(graph).values():
        found |= types_of(inner)
    return found


def _of_mapping(source: Mapping[str, Any]) -> Definition:
    fields = dict(source)
    name = fields.pop("name", UNNAMED)
    if "graph_config" in fields:
        return Definition(name, fields["graph_config"])
    if "nodes" not in fields:
        keys = ", ".join(map(str, source))
        raise SetUpError(f"a workflow is {{nodes, edges}} or {{name, graph_config}}, not a mapping of {keys}")
    fields.pop("description", None)
    return Definition(name, fields)


def _of_file(path: str) -> list[Definition]:
    if not is_file_name(path):
        raise SetUpError(f"{path!r} is no workflow of this house and no file name; a file ends with .yaml, .yml or .json")
    return [Definition(found.name, found.graph_config) for found in read_workflows(path)]
