"""Whether what an execution has done fits another version of its workflow, and how it would stand there.

All rows are folded under the other graph, as after a move they are at every load: what does not fit is found here or never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from treadle.domain.errors import ExpressionError, Finding, MarkingError
from treadle.domain.graph import ERROR, OUT, Node
from treadle.domain.marking import Activity
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.values import decode
from treadle.engine.compensation import UNDO
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import place_of_row
from treadle.engine.history import History
from treadle.engine.program import Program
from treadle.engine.starting import starts_of

NAMED = 1_000
"""How many places are named."""
_EFFECTS = frozenset({RowKind.CONTROL, RowKind.CANCELLED, RowKind.NOTE})
_LEAVING = frozenset({RowKind.DONE, RowKind.FAILED})
_FORK = "or leave it on its version, and fork from a node before"


@dataclass(frozen=True, slots=True)
class ChangedNode:
    """A node that is not the same in the other version; `change` is `added`, `removed` or `changed`.

    `place` has the composites around it before it, `each/fetch`. `under_way`: one of its visits is active now.
    """

    place: str
    change: str
    under_way: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """How an execution would stand. Without findings it fits, and `state` is what it would go on with.

    A finding's path is a place in the execution. `begins` are places that the other version adds to what is under way.
    """

    findings: tuple[Finding, ...]
    changed: tuple[ChangedNode, ...]
    begins: tuple[str, ...] = ()
    state: ExecutionState | None = None


def fit(execution_id: str, program: Program, target: Program, trigger_json: str, rows: Sequence[JournalRow]) -> Fit:
    """MarkingError when the rows do not even fit the version that they were written under."""
    before = ExecutionState.fold(execution_id, program, starts_of(program.graph, trigger_json), rows)
    active = _active(before)
    changed = tuple(_changed(program, target, {_static(place) for place in active}))[:NAMED]
    history = History.of(execution_id, rows)
    findings = list(_misfits(program, target, history.rows))
    after = None
    if not findings:
        after, findings = _played(execution_id, target, trigger_json, history)
    if after is None:
        return Fit(tuple(findings[:NAMED]), changed)
    there = _active(after)
    ran = {place_of_row(row) for row in history.rows if row.node_id}
    begins = [place for place in there if place not in active]
    findings = [
        *_lost(before, target, [place for place in active if place not in there]),
        *_come_back(target, [place for place in begins if place in ran]),
        *_fails(before, after, target),
    ]
    if findings:
        return Fit(tuple(findings[:NAMED]), changed)
    return Fit((), changed, tuple(begins[:NAMED]), after)


# Row by row


def _misfits(program: Program, target: Program, rows: Sequence[JournalRow]) -> Iterator[Finding]:
    """What the rows name and the other version does not have; each node once."""
    seen: set[tuple[str, str, str | None]] = set()
    for row in rows:
        key = (_static(row.scope), row.node_id, row.port if row.kind in _LEAVING else None)
        if row.kind in _EFFECTS or (key in seen and row.taken_json is None):
            continue
        seen.add(key)
        found = _misfit(row, program_at(program, row.scope), program_at(target, row.scope))
        if found is not None:
            yield found


def _misfit(row: JournalRow, program: Program | None, target: Program | None) -> Finding | None:
    place, node_id = place_of_row(row), row.node_id
    if program is None or target is None or node_id not in program.graph.index_of or node_id not in target.graph.index_of:
        version = "the other version" if target is None else f"version {target.version}"
        words = f"{node_id!r} has run, and {version} has no such node there"
        return _finding("node_gone", words, place, f"keep the node in the new version, {_FORK}")
    was, now = program.graph.node(node_id), target.graph.node(node_id)
    if was.type != now.type:
        words = f"{node_id!r} has run as a {was.type!r}, and in version {target.version} it is a {now.type!r}"
        return _finding("other_type", words, place, f"give the new node an id of its own, {_FORK}")
    return _wrong_exit(row, program, target) if row.kind in _LEAVING and row.port is not None else None


def _wrong_exit(row: JournalRow, program: Program, target: Program) -> Finding | None:
    """Edges that were taken must be there, and be taken without asking where nobody was asked."""
    assert row.port is not None
    node, place = target.graph.index_of[row.node_id], place_of_row(row)
    ports = target.steps[node].ports | {OUT, ERROR}
    if row.port not in ports and not all(port in ports for port in row.port.split(",")):
        words = f"{row.node_id!r} left through {row.port!r}, and in version {target.version} it has no such exit"
        return _finding("port_gone", words, place, f"keep the exit, {_FORK}")
    if row.taken_json is not None:
        gone = [edge for edge in decode(row.taken_json) if edge not in target.graph.edge_of]
        if gone:
            words = f"the edge {gone[0]!r} was taken, and version {target.version} has no such edge"
            return _finding("edge_gone", words, place, f"keep the edge with its id, {_FORK}")
        return None
    now = target.steps[node].exits.get(row.port)
    was = program.steps[program.graph.index_of[row.node_id]].exits.get(row.port)
    if now is None or was is None:
        return None
    plain = {target.graph.edges[index].id for index in now.always}
    asked = [program.graph.edges[index].id for index in was.always]
    asked = [edge for edge in asked if edge in target.graph.edge_of and edge not in plain]
    if asked:
        words = f"the edge {asked[0]!r} was taken without a condition, and has one in version {target.version}"
        return _finding("edge_asks", words, place, f"put the condition on a later edge, {_FORK}")
    return None


def _played(
    execution_id: str, target: Program, trigger_json: str, history: History
) -> tuple[ExecutionState | None, list[Finding]]:
    """The fold under the other graph, or where it broke off."""
    try:
        state = ExecutionState(execution_id, target, starts_of(target.graph, trigger_json), history.attempts)
    except (MarkingError, LookupError) as error:
        words = f"version {target.version} does not begin where it began: {_said(error)}"
        return None, [_finding("start_gone", words, "", "keep the trigger it was started by")]
    for row in history.rows:
        try:
            state.apply(row)
        except (MarkingError, LookupError, ValueError, ExpressionError) as error:
            words = f"it ran, and version {target.version} does not reach it at that point: {_said(error)}"
            hint = f"keep the way that led to it, {_FORK}"
            return None, [_finding("not_reached", words, place_of_row(row) if row.node_id else "", hint)]
    return state, []


# As a whole


def _lost(before: ExecutionState, target: Program, places: Sequence[str]) -> Iterator[Finding]:
    """What is under way, and tokens that wait before a join."""
    for place in places:
        words = f"it is under way, and version {target.version} does not reach it"
        yield _finding("would_be_lost", words, place, "keep the way that led to it, or move when it has finished")
    for path, frame in before.frames.by_path.items():
        there = program_at(target, path) if path != UNDO else None
        for index in frame.marking.tokens.on if there is not None else ():
            edge = frame.program.graph.edges[index]
            if frame.marking.tokens.on[index] and there is not None and edge.id not in there.graph.edge_of:
                words = f"a token waits on the edge {edge.id!r}, and version {target.version} has no such edge"
                place = f"{path}/{frame.program.graph.nodes[edge.target].id}".lstrip("/")
                yield _finding("token_lost", words, place, "keep the edge with its id, or move when the join has fired")


def _come_back(target: Program, places: Sequence[str]) -> Iterator[Finding]:
    for place in places:
        words = f"it was over or withdrawn, and in version {target.version} it would be under way again"
        yield _finding("comes_back", words, place, "keep what ended it: the `cancels`, the join, or the exit that was taken")


def _fails(before: ExecutionState, after: ExecutionState, target: Program) -> Iterator[Finding]:
    if after.failure_json is not None and before.failure_json is None:
        error = decode(after.failure_json)
        words = f"under version {target.version} it fails: {error.get('message', error.get('type'))}"
        yield _finding("would_fail", words, str(error.get("node_id") or ""), _FORK.removeprefix("or "))


def _active(state: ExecutionState) -> dict[str, Activity]:
    """What is under way in all scopes, those of failed ones too, by place."""
    return {
        frame.place_of(activity): activity
        for path, frame in state.frames.by_path.items()
        if path != UNDO
        for activity in (*frame.marking.active.values(), *frame.detached.values())
    }


# Nodes


def _changed(program: Program, target: Program, under_way: set[str], path: str = "") -> Iterator[ChangedNode]:
    was, now = _nodes(program), _nodes(target)
    for node_id in dict.fromkeys((*was, *now)):
        place = f"{path}{node_id}"
        if node_id not in now or node_id not in was:
            yield ChangedNode(place, "removed" if node_id in was else "added", place in under_way)
            continue
        if _plain(was[node_id]) != _plain(now[node_id]):
            yield ChangedNode(place, "changed", place in under_way)
        inner, other = program.inner.get(was[node_id].index), target.inner.get(now[node_id].index)
        if inner is not None and other is not None:
            yield from _changed(inner, other, under_way, f"{place}/")


def _nodes(program: Program) -> Mapping[str, Node]:
    return {node.id: node for node in program.graph.nodes}


def _plain(node: Node) -> Node:
    """What makes it run as it does: not where it is drawn, and not the graph inside, which is compared by itself."""
    config = {key: value for key, value in node.config.items() if key != "graph"}
    return replace(node, index=0, position=None, notes="", name="", config=config)


def program_at(program: Program, path: str) -> Program | None:
    """The program of a scope's path, None where there is no inner graph."""
    for part in path.split("/") if path else ():
        found = program.inner.get(program.graph.index_of.get(_bare(part), -1))
        if found is None:
            return None
        program = found
    return program


def _static(place: str) -> str:
    """A place without the numbers of visits, items and turns."""
    return "/".join(map(_bare, place.split("/")))


def _bare(part: str) -> str:
    return part.partition("[")[0].partition("#")[0]


def _finding(code: str, words: str, place: str, hint: str) -> Finding:
    return Finding(code, words, place, hint)


def _said(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, LookupError) and error.args else str(error)


