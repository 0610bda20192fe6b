"""Makes the row of a new execution: which nodes it starts at, its input checked, its time limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from treadle.domain.errors import DefinitionError, ExpressionError, Finding
from treadle.domain.expressions import compile_expression
from treadle.domain.graph import Graph
from treadle.domain.limits import stored_key
from treadle.domain.records import DEFAULT_QUEUE, NewExecution, Priority
from treadle.domain.schema import check_value, with_defaults
from treadle.domain.traces import TRACE
from treadle.domain.values import INPUT_LIMIT, decode, encode

MANUAL, SCHEDULE, WEBHOOK = "trigger.manual", "trigger.schedule", "trigger.webhook"
TEST = "test"
"""What starts a node that is tried alone: lists leave it out."""
TRIGGER = "trigger."


def new_execution(
    graph: Graph,
    *,
    id: str,
    workflow: str,
    version: int,
    input: object,
    kind: str = MANUAL,
    trigger: str | None = None,
    payload: object = None,
    priority: int = 0,
    by: str | None = None,
    queue: str = DEFAULT_QUEUE,
    trace: Mapping[str, str] | None = None,
) -> NewExecution:
    """DefinitionError when the input does not fit the schema or the trigger is not one of the graph's.

    `kind` is the trigger type preferred when `trigger` names no node; `payload` is what the trigger node puts out,
    the input if None; `by` who starts it, if known; `queue` is for a workflow that names none; `trace` the headers of the span
    that it belongs to.
    """
    if graph.input_schema is not None:
        input = with_defaults(graph.input_schema, {} if input is None else input)
        findings = check_value(graph.input_schema, input)
        if findings:
            raise DefinitionError(findings)
    node = trigger_node(graph, trigger, kind)
    payload = input if payload is None else payload
    known = {name: value for name, value in (("by", by), (TRACE, trace)) if value is not None}
    said = {"node": node, "type": kind, "payload": payload, **known}
    execution = NewExecution(
        id=id,
        workflow=workflow,
        version=version,
        input_json=encode(input, limit=INPUT_LIMIT, name="input"),
        trigger_json=encode(said, limit=2 * INPUT_LIMIT, name="input"),
        priority=priority,
        queue=graph.settings.queue or queue,
        timeout=graph.settings.timeout,
    )
    return _limited(execution, graph, {"input": input, "trigger": payload, "vars": graph.settings.vars})


def without_debounce(execution: NewExecution) -> NewExecution:
    """For one that someone waits for by its id: it must not become part of another."""
    return replace(execution, debounce_key=None, debounce_wait=None, debounce_max=None)


def starts_of(graph: Graph, trigger_json: str) -> Sequence[int]:
    """The nodes an execution with this trigger starts at: the trigger's, or every source of a graph without triggers."""
    node = decode(trigger_json).get("node")
    if node is not None:
        return [graph.index_of[node]]
    return [n.index for n in graph.nodes if not graph.incoming[n.index]]


def trigger_node(graph: Graph, trigger: str | None, kind: str) -> str | None:
    """The node that the trigger names, else the one for this kind of start. DefinitionError if that is none of the graph's."""
    triggers = [n for n in graph.nodes if n.type.startswith(TRIGGER)]
    names = [n.id for n in triggers]
    if trigger is not None:
        if trigger not in names:
            hint = f"triggers of this workflow: {', '.join(names)}" if names else "this workflow has no trigger nodes"
            raise DefinitionError([Finding("unknown_trigger", f"no trigger node {trigger!r}", "trigger", hint=hint)])
        return trigger
    if not triggers:
        return None
    for wanted in (kind, MANUAL):
        fitting = [n.id for n in triggers if n.type == wanted]
        if fitting:
            return fitting[0]
    if len(triggers) == 1:
        return names[0]
    message = "the workflow has several triggers; say which one"
    raise DefinitionError([Finding("which_trigger", message, "trigger", hint=f"one of {', '.join(names)}")])


def priority_level(priority: int | str) -> int:
    """A level from its name or number."""
    if isinstance(priority, str) and priority in Priority.LEVELS:
        return Priority.LEVELS[priority]
    if isinstance(priority, int) and not isinstance(priority, bool) and priority in Priority.NAMES:
        return priority
    names = ", ".join(Priority.LEVELS)
    raise DefinitionError([Finding("priority", f"{priority!r} is not a priority", "priority", hint=f"use one of {names}")])


def _limited(execution: NewExecution, graph: Graph, names: dict[str, object]) -> NewExecution:
    """With the keys of the workflow's concurrency limit and debounce. DefinitionError if a key has no value for this input."""
    concurrency, debounce = graph.settings.concurrency, graph.settings.debounce
    if concurrency is not None:
        execution = replace(
            execution,
            slot_key=_key(execution.workflow, concurrency.key, names, "concurrency"),
            slot_limit=concurrency.limit,
            on_limit=concurrency.on_limit,
        )
    if debounce is not None:
        execution = replace(
            execution,
            debounce_key=_key(execution.workflow, debounce.key, names, "debounce"),
            debounce_wait=debounce.wait,
            debounce_max=debounce.max_wait,
        )
    return execution


def _key(workflow: str, source: str | None, names: dict[str, object], setting: str) -> str:
    path = f"settings.{setting}.key"
    purpose = "" if setting == "concurrency" else setting
    if source is None:
        return stored_key(workflow, "", path=path, purpose=purpose)
    try:
        value = compile_expression(source).evaluate(names)
    except ExpressionError as error:
        hint = f"give the start an input for which {source!r} has a value"
        raise DefinitionError([Finding("key", f"the key of the workflow's {setting}: {error}", path, hint)]) from error
    return stored_key(workflow, value, path=path, purpose=purpose)
