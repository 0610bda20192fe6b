"""Tries one node of a graph that is being edited: a worker runs it alone, with what an execution or a person gives it to read.

The node becomes the only thing in a draft, a graph that is stored but no version, and runs there as an item of a map would:
its execution carries the names and results that its expressions see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from treadle.domain.drafts import DrawnNode, draft_of, find_node, parse_node
from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.expressions import Expression
from treadle.domain.graph_parser import graph_to_config, parse_graph
from treadle.domain.records import NewExecution
from treadle.domain.states import ExecutionStatus
from treadle.domain.values import DEFINITION_LIMIT, INPUT_LIMIT, encode
from treadle.engine.names import check_path_name
from treadle.engine.program import Program
from treadle.engine.sights import ABSENT, Question, Sight, Sights
from treadle.engine.starting import TEST
from treadle.engine.vocabulary import INCOMING, OF_A_PART
from treadle.ports import Handlers, Ids, Store, Wakeup


@dataclass(frozen=True, slots=True)
class NodeTest:
    """`reused` are the nodes whose results it was given."""

    id: str
    status: ExecutionStatus
    reused: tuple[str, ...]


class NodeTests:
    def __init__(self, store: Store, handlers: Handlers, ids: Ids, wakeup: Wakeup, sights: Sights) -> None:
        self._store = store
        self._handlers = handlers
        self._ids = ids
        self._wakeup = wakeup
        self._sights = sights

    def start(self, asked: Question, *, by: str | None = None) -> NodeTest:
        """Start it. When this returns, it is durable, and a worker will run it.

        NotFoundError: the node or the execution. DefinitionError: what is wrong with the node, or which results it lacks.
        """
        check_path_name(asked.workflow, "name")
        drawn = find_node(asked.graph_config, asked.node or "", self._handlers.node_types)
        _check_outputs(asked, drawn)
        node = parse_node(drawn, self._handlers.node_types)
        alone = Program(asked.workflow, 0, node, self._handlers)
        sight = self._sights.of(asked)
        given = _given(alone, asked, sight)
        config, holder = draft_of(drawn, node, alone.outer_nodes())
        draft = parse_graph(config, self._handlers.node_types, stored=True)
        draft_json = encode(graph_to_config(draft), limit=DEFINITION_LIMIT, name="definition")
        made = self._execution(asked, sight, given, holder=holder, by=by)
        execution = replace(made, timeout=draft.settings.timeout, queue=draft.settings.queue or made.queue)
        version = self._store.workflows.keep_draft(asked.workflow, draft_json)
        reply = self._store.executions.start(replace(execution, version=version))
        self._wakeup.notify()
        return NodeTest(reply.id, reply.status, tuple(given))

    def _execution(
        self, asked: Question, sight: Sight, given: Mapping[str, Any], *, holder: str, by: str | None
    ) -> NewExecution:
        part = {"place": [holder], "nodes": given, **{name: sight.names[name] for name in OF_A_PART if name in sight.names}}
        if sight.names.get(INCOMING):
            part[INCOMING] = sight.names[INCOMING]
        about = {"node_id": asked.node, "execution_id": asked.execution_id}
        payload = sight.names["trigger"] if asked.input is ABSENT else asked.input
        said = {"node": None, "type": TEST, "payload": payload, TEST: about, **({} if by is None else {"by": by}), "part": part}
        return NewExecution(
            id=self._ids.execution(),
            workflow=asked.workflow,
            version=0,
            input_json=encode(sight.names["input"], limit=INPUT_LIMIT, name="input"),
            trigger_json=encode(said, limit=2 * INPUT_LIMIT, name="outputs"),
        )


def _check_outputs(asked: Question, drawn: DrawnNode) -> None:
    findings = []
    for node_id in asked.outputs:
        if node_id not in drawn.seen:
            near = get_close_matches(node_id, drawn.seen, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "name nodes of the graph"
            findings.append(Finding("unknown_node", f"unknown node {node_id!r}", f"outputs.{node_id}", hint))
    if findings:
        raise DefinitionError(findings)


def _given(alone: Program, asked: Question, sight: Sight) -> dict[str, Any]:
    """The results that the node reads, by node id. DefinitionError if some are lacking that it reads in any case."""
    around = alone.outer_nodes()
    wanted, needed = set(around), set[str]()
    for expression in _expressions(alone):
        whole = any(read.name == "nodes" and not read.keys for read in expression.reads)
        if whole:
            wanted.update(sight.nodes.known())
        else:
            needed.update(str(read.keys[0]) for read in expression.reads if read.name == "nodes" and not read.conditional)
    lacking = [node_id for node_id in sorted(needed & around) if not sight.nodes.has(node_id)]
    if lacking:
        why = f"none is seen there in {asked.execution_id}" if asked.execution_id else "no execution_id is given"
        raise DefinitionError([_lack(node_id, why) for node_id in lacking])
    return {node_id: sight.nodes.get_item(node_id) for node_id in sorted(wanted) if sight.nodes.has(node_id)}


def _lack(node_id: str, why: str) -> Finding:
    hint = f'give it, "outputs": {{"{node_id}": …}}, or the execution_id of an execution in which it has run'
    return Finding("no_output", f"node {node_id!r} has no output to reuse: {why}", f"outputs.{node_id}", hint)


def _expressions(program: Program) -> Iterator[Expression]:
    for step in program.steps:
        yield from (located.expression for located in step.template.expressions)
        for leaving in step.exits.values():
            yield from (each for _, when, tokens in leaving.conditional for each in (when, tokens) if each is not None)
    if program.output is not None:
        yield program.output
    for inner in (*program.inner.values(), *program.parts.values()):
        yield from _expressions(inner)
