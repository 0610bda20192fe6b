"""A workflow under construction, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from treadle.builder.errors import BuilderError
from treadle.builder.expressions import Expr, config_of, source_of
from treadle.builder.graphs import Graph


class Saves(Protocol):
    """What keeps workflows: a WorkflowEngine, for instance."""

    def save_workflow(self, name: str, graph_config: object, *, description: str | None = None) -> Any: ...


class Workflow(Graph):
    """A workflow of that name, empty at first.

    `settings` are those of docs/control-flow.md: `timeout`, `retry`, `max_activities`, `vars`, `concurrency` and so on.
    `input`, `trigger`, `execution` and `vars` are what its expressions can see.
    """

    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        settings: Mapping[str, Any] | None = None,
        input_schema: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.name = name
        self.description = description
        self.settings = dict(settings or {})
        self.input_schema = input_schema

    input = Expr("input")
    trigger = Expr("trigger")
    execution = Expr("execution")
    vars = Expr("vars")

    def returns(self, output: Expr | str) -> None:
        """What the execution gives when it completes; otherwise it is the output of the last node."""
        self.settings["output"] = source_of(output) if isinstance(output, Expr) else output

    def graph_config(self) -> dict[str, Any]:
        """The JSON form, as `PUT /workflows/{name}` takes it."""
        if not self._nodes:
            raise BuilderError(f"workflow {self.name!r} has no nodes; add one, such as flow.log(\"hello\", \"hello\")")
        form = self.form()
        if self.settings:
            form["settings"] = config_of(self.settings)
        if self.input_schema is not None:
            form["input_schema"] = dict(self.input_schema)
        return form

    def save(self, to: Saves) -> Any:
        """Store it, as a new version if it changed. DefinitionError with all findings if it is not valid."""
        return to.save_workflow(self.name, self.graph_config(), description=self.description)

    def __repr__(self) -> str:
        return f"<Workflow {self.name}: {len(self._nodes)} nodes, {len(self._edges)} edges>"
