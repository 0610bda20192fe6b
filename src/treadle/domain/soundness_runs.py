"""What playing the graph shows: runs that get stuck, joins and gates that wait in vain, cancels that find nothing.

That a run gets stuck is shown by that run, however much was played. That something never happens is only said when every
run was played, or the shape of the graph alone tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from treadle.domain.errors import Finding
from treadle.domain.graph import Node
from treadle.domain.soundness_choices import Leave
from treadle.domain.soundness_exploration import Deadlock, Exploration
from treadle.domain.soundness_flow import Flow

_TOLD = 3
"""Decisions that a message tells of, the latest."""


def check_runs(flow: Flow, found: Exploration, *, path: str, reported: Iterable[str]) -> Iterator[Finding]:
    """`reported` are the paths that have a finding already: what follows from those is not said again."""
    known = set(reported)
    never = [*_gates(flow, found, path), *_joins(flow, found, path, known)]
    yield from never
    yield from _cancels(flow, found, path)
    known.update(finding.path for finding in never if finding.severity == "error")
    deadlocks = [d for d in found.deadlocks.values() if not any(_places(flow, name, path) & known for name in d.nodes)]
    certain = found.complete and not found.completed and len(deadlocks) == len(found.deadlocks)
    seen: set[str] = set()
    for deadlock in sorted(deadlocks, key=lambda deadlock: len(deadlock.story)):
        if seen.isdisjoint(deadlock.nodes):
            seen.update(deadlock.nodes)
            yield _stuck(flow, deadlock, path, certain=certain)


def _places(flow: Flow, name: str, path: str) -> set[str]:
    place = f"{path}nodes[{flow.graph.index_of[name]}]"
    return {place, f"{place}.join", f"{place}.config.node"}


def _stuck(flow: Flow, deadlock: Deadlock, path: str, *, certain: bool) -> Finding:
    names = ", ".join(map(repr, deadlock.nodes[:_TOLD])) + (", …" if len(deadlock.nodes) > _TOLD else "")
    place = f"{path}nodes[{flow.graph.index_of[deadlock.nodes[0]]}]"
    if deadlock.kind == "mutex_deadlock":
        message = f"{names} would wait for each other for ever{_when(deadlock.story, certain)}: a gate holds their mutex"
        hint = "leave the mutex of the gate out, or give the gate an edge from its port 'missed'"
        return Finding("may_deadlock", message, place, hint, severity="warning")
    message = f"{names} would wait for what cannot come any more{_when(deadlock.story, certain)}; the execution fails (starved)"
    hint = 'use "join": "auto", which waits only for branches that still come, or see that each branch gets there'
    if certain:
        return Finding("always_starves", message, place, hint)
    return Finding("may_starve", message, place, hint, severity="warning")


def _when(story: tuple[Leave, ...], certain: bool) -> str:
    if certain:
        return " in every run"
    told = [leave.words for leave in story[-_TOLD:]]
    return f" when {', then '.join(told)}" if told else ""


def _joins(flow: Flow, found: Exploration, path: str, known: set[str]) -> Iterator[Finding]:
    if not found.complete:
        return
    waiting = {flow.graph.edges[edge].target for edge in found.taken} - found.fired
    for index in sorted(waiting):
        node = flow.graph.nodes[index]
        if not _places(flow, node.id, path) & known:
            message = f"node {node.id!r} can never run: no run brings it all the tokens that it waits for at the same time"
            hint = "use auto, which waits for every branch that still comes, or each; look at take and tokens of its edges"
            yield Finding("join_never_fires", message, f"{path}nodes[{index}].join", hint)


def _gates(flow: Flow, found: Exploration, path: str) -> Iterator[Finding]:
    for node in flow.graph.nodes:
        if node.type != "gate" or node.disabled or not flow.reachable(node.index):
            continue
        watched = flow.graph.index_of.get(str(node.config.get("node")))
        if watched is None:
            continue
        in_vain = found.complete and node.index in found.fired and node.index not in found.opened
        if not in_vain and not _comes_too_late(flow, node, watched):
            continue
        name, state = flow.graph.nodes[watched].id, node.config.get("state", "finished")
        missed = (node.index, "missed") in flow.edges_of
        end = "so it always leaves through 'missed'" if missed else "so it waits for ever"
        message = f"gate {node.id!r} never opens: {name!r} is never {state} while it waits, {end}"
        hint = "watch a node that runs before the gate or beside it"
        severity = "warning" if missed or found.withdrew else "error"
        yield Finding("gate_never_opens", message, f"{path}nodes[{node.index}].config.node", hint, severity=severity)


def _comes_too_late(flow: Flow, gate: Node, watched: int) -> bool:
    """Whether the watched node cannot run before the gate has opened, by the shape of the graph alone."""
    if not flow.reachable(watched):
        return True
    opened = flow.port_of.get((gate.index, "out"))
    return opened is not None and flow.reachable(opened) and flow.tree.dominates(opened, watched)


def _cancels(flow: Flow, found: Exploration, path: str) -> Iterator[Finding]:
    index_of = flow.graph.index_of
    for node in flow.graph.nodes:
        if not flow.reachable(node.index) or node.type == "gate" or (node.type == "terminate" and not node.disabled):
            continue
        for number, name in enumerate(node.cancels):
            victim = index_of.get(name)
            if victim is None:
                continue
            in_vain = found.complete and node.index in found.fired and (node.index, victim) not in found.withdrew
            if in_vain or not flow.reachable(victim) or (victim == node.index and flow.once[victim]):
                message = f"node {node.id!r} cancels {name!r}, which never runs or waits at that time"
                hint = "cancel a node of a branch beside it, or leave it out"
                yield Finding("cancels_nothing", message, f"{path}nodes[{node.index}].cancels[{number}]", hint, severity="warning")
