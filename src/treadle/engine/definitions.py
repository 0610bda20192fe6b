"""What is done with definitions: check, save, compare. Nothing here runs anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.graph_diff import GraphDiff, graph_diff, text_diff
from treadle.domain.graph_parser import graph_to_config, parse_graph
from treadle.domain.records import WorkflowVersion
from treadle.domain.soundness import check_graph, examine_graph
from treadle.domain.states import ExecutionStatus
from treadle.domain.values import DEFINITION_LIMIT, decode, encode
from treadle.engine.names import check_name, check_path_name
from treadle.engine.secret_references import SCRATCH, unknown_secrets
from treadle.engine.vault import Vault
from treadle.ports import Handlers, Store

OPEN = (ExecutionStatus.RUNNING, ExecutionStatus.WAITING, ExecutionStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A version, and how many executions of it are running, waiting and paused."""

    version: WorkflowVersion
    open: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`text` are the lines of a unified diff of the YAML forms."""

    workflow: str
    before: int
    after: int
    parts: GraphDiff
    text: Sequence[str]


class Definitions:
    def __init__(self, store: Store, handlers: Handlers, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._handlers = handlers

    def save(
        self,
        name: str,
        graph_config: object,
        *,
        description: str | None = None,
        expected_version: int | None = None,
        by: str | None = None,
    ) -> tuple[WorkflowVersion, tuple[Finding, ...]]:
        """A new version if the graph changed in more than where it is drawn, and the warnings.

        DefinitionError with all findings if it is not valid; ConflictError if it changed and the latest version is not the
        expected one.
        """
        check_path_name(name, "name")
        if description is not None:
            encode(description, limit=DEFINITION_LIMIT, name="description")
        if by is not None:
            check_name(by, "by")
        graph = parse_graph(graph_config, self._handlers.node_types)
        findings = tuple(check_graph(graph, self._handlers.node_types))
        errors = [f for f in findings if f.severity == "error"]
        if errors:
            raise DefinitionError(errors)
        config = graph_to_config(graph)
        graph_json = encode(config, limit=DEFINITION_LIMIT, name="definition")
        saved = self._store.workflows.save(name, graph_json, description, expected_version=expected_version, by=by)
        return saved, (*findings, *self._unknown_secrets(config))

    def validate(self, graph_config: object) -> tuple[Finding, ...]:
        """Errors, warnings and what else is worth a look; nothing is stored."""
        try:
            graph = parse_graph(graph_config, self._handlers.node_types)
        except DefinitionError as error:
            return error.findings
        return (*examine_graph(graph, self._handlers.node_types), *self._unknown_secrets(graph_to_config(graph)))

    def _unknown_secrets(self, config: Mapping[str, Any]) -> Sequence[Finding]:
        return () if self._store.url.endswith(SCRATCH) else tuple(unknown_secrets(config, self._vault))

    def versions(self, name: str) -> Sequence[OpenVersion]:
        """Newest first. NotFoundError."""
        found = self._store.workflows.versions(self._store.workflows.get(name).workflow)
        counts = self._store.workflows.open_counts(name)
        return [
            OpenVersion(each, {status.value: counts.get(each.version, {}).get(status.value, 0) for status in OPEN})
            for each in found
        ]

    def diff(self, name: str, before: int | None = None, after: int | None = None) -> Comparison:
        """How two versions differ; by default the latest and the one before it. NotFoundError."""
        new = self._store.workflows.get(name, after)
        old = self._store.workflows.get(name, before or max(new.version - 1, 1))
        graphs = decode(old.graph_json), decode(new.graph_json)
        names = f"{name} version {old.version}", f"{name} version {new.version}"
        return Comparison(name, old.version, new.version, graph_diff(*graphs), text_diff(*graphs, names=names))
