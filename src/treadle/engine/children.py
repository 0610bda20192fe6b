"""Prepares the child executions that an attempt asks for: the workflow looked up, the input checked, the id fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from treadle.domain.activity import ChildRequest, Park, Spawn
from treadle.domain.errors import DefinitionError, Fatal, NotFoundError
from treadle.domain.records import ExecutionRecord, NewExecution
from treadle.domain.traces import TRACE
from treadle.domain.values import INPUT_LIMIT, decode, encode
from treadle.engine.outcomes import Finished, Started, outcome_of
from treadle.engine.program import Programs
from treadle.engine.starting import TEST, new_execution, without_debounce
from treadle.engine.waits import LINGERS, child_id
from treadle.ports import WorkflowStore

MAX_DEPTH = 20


def asks_for_children(result: object) -> bool:
    return isinstance(result, Spawn) or (isinstance(result, Park) and any(w.child for w in result.waits))


def asks_for_a_part(result: object) -> bool:
    """Whether a child is to run an inner graph of the same workflow."""
    return isinstance(result, Park) and any(w.child.inner for w in result.waits if w.child)


class Children:
    """Reads the store, so it runs in a store thread."""

    def __init__(self, workflows: WorkflowStore, programs: Programs) -> None:
        self._workflows = workflows
        self._programs = programs

    def prepare(
        self, parent: ExecutionRecord, address: str, result: Park | Spawn, *, part: Mapping[str, Any] | None = None,
        trace: Mapping[str, str] | None = None,
    ) -> Started:  # fmt: skip
        """Fatal when there is no such workflow, the input does not fit, or children nest too deep.

        `part` is what a child that runs an inner graph must know, `trace` the headers of the attempt.
        """
        if isinstance(result, Spawn):
            child = self._child(parent, address, 0, result.child, trace)
            finished = outcome_of({"execution_id": child.id})
            assert isinstance(finished, Finished)
            if result.child.on_parent_end == "wait":
                finished = replace(finished, detail_json=encode({LINGERS: child.id}, limit=INPUT_LIMIT, name="detail"))
            return Started((child,), Park(()), finished)
        asked = [(index, wait.child) for index, wait in enumerate(result.waits) if wait.child is not None]
        if part is not None:
            return Started(tuple(self._part(parent, address, index, part, trace) for index, _ in asked), result)
        return Started(tuple(self._child(parent, address, index, request, trace) for index, request in asked), result)

    def _part(
        self, parent: ExecutionRecord, address: str, index: int, part: Mapping[str, Any], trace: Mapping[str, str] | None
    ) -> NewExecution:
        if parent.depth + 1 > MAX_DEPTH:
            raise Fatal(f"workflows are nested more than {MAX_DEPTH} deep", type="too_deep")
        trigger = decode(parent.trigger_json)
        kind = TEST if trigger.get("type") == TEST else "item"
        said = {"node": None, "type": kind, "payload": trigger.get("payload"), "by": trigger.get("by"), "part": part}
        if trace is not None:
            said[TRACE] = trace
        return NewExecution(
            id=child_id(parent.id, f"{address}/{index}"),
            workflow=parent.workflow,
            version=parent.version,
            input_json=parent.input_json or "null",
            trigger_json=encode(said, limit=2 * INPUT_LIMIT, name="item"),
            priority=parent.priority,
            queue=parent.queue,
            parent_id=parent.id,
            parent_activity=address,
            depth=parent.depth + 1,
        )

    def _child(
        self, parent: ExecutionRecord, address: str, index: int, request: ChildRequest, trace: Mapping[str, str] | None
    ) -> NewExecution:
        if parent.depth + 1 > MAX_DEPTH:
            raise Fatal(f"workflows are nested more than {MAX_DEPTH} deep", type="too_deep")
        try:
            found = self._workflows.get(request.workflow, request.version)
            graph = self._programs.get(found.workflow, found.version, found.graph_json).graph
            child = new_execution(
                graph,
                id=child_id(parent.id, f"{address}/{index}"),
                workflow=found.workflow,
                version=found.version,
                input=request.input,
                priority=parent.priority,
                by=decode(parent.trigger_json).get("by"),
                queue=parent.queue,
                trace=trace,
            )
        except NotFoundError as error:
            raise Fatal(str(error), type="workflow_not_found") from error
        except DefinitionError as error:
            raise Fatal(f"workflow {request.workflow!r}: {error}", type="invalid_input") from error
        return replace(
            without_debounce(child),
            parent_id=parent.id,
            parent_activity=address,
            # A parent that waits ends after its child: there is nothing to do to the child then.
            on_parent_end="cancel" if request.on_parent_end == "cancel" else "abandon",
            depth=parent.depth + 1,
        )
