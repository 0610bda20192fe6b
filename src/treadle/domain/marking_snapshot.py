"""A marking as compact JSON, and back. Edges and nodes by index; what is empty is left out.

`rules` version of the game · `t` tokens: edge → visits of its source · `a` active: [node, visit, status, inputs, attempt],
inputs flat, attempt where it is not 1 · `n` visits · `o` owed: edge → firings · `p` stamps: [node, visit, join, firing, …] ·
`m` mutexes: name → [node, visit, …] in line · `g` nodes that gates have seen finish · `s` state · `f` fired · `x` starts
besides the graph's own. Detached scopes (`d`) belong to composites.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from treadle.domain.effects import Activity, Producer, Stamps
from treadle.domain.errors import MarkingError
from treadle.domain.scope import Scope
from treadle.domain.states import ActivityStatus
from treadle.domain.topology import own_starts

RULES = 1


def pack(scope: Scope) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "t": {str(edge): [visit for visit, _ in queue] for edge, queue in sorted(scope.tokens.on.items())},
        "a": [_pack_activity(activity) for activity in scope.active.values()],
        "n": {str(node): visits for node, visits in sorted(scope.visits.items())},
        "o": {str(edge): list(firings) for edge, firings in sorted(scope.debts.owed.items())},
        "p": _pack_stamps(scope),
        "m": {name: _flat((a.node, a.visit) for a in line) for name, line in sorted(scope.mutexes.lines.items())},
        "g": sorted(scope.finished),
        "x": sorted(set(scope.topology.starts).difference(own_starts(scope.graph))),
    }
    return {
        "rules": RULES,
        "s": scope.state,
        "f": scope.fired,
        **{name: part for name, part in parts.items() if part},
    }


def unpack(scope: Scope, snapshot: Mapping[str, Any]) -> None:
    """Fill an empty scope."""
    if snapshot.get("rules") != RULES:
        raise MarkingError(f"a snapshot by rules {snapshot.get('rules')!r}; this release knows {RULES}")
    stamps = {(row[0], row[1]): dict(_pairs(row[2:])) for row in snapshot.get("p", ())}
    scope.state = snapshot["s"]
    scope.fired = snapshot["f"]
    scope.visits.update((int(node), visits) for node, visits in snapshot.get("n", {}).items())
    scope.finished.update(snapshot.get("g", ()))
    for row in snapshot.get("a", ()):
        activity = _unpack_activity(row, stamps.get((row[0], row[1])))
        scope.active[activity.node, activity.visit] = activity
        scope.liveness.enter(activity.node)
        if scope.rules.nodes[activity.node].gate is not None:
            scope.gates[activity.node, activity.visit] = activity
    for name, edge, visits in ((name, int(name), visits) for name, visits in snapshot.get("t", {}).items()):
        if edge >= len(scope.rules.sources):
            raise MarkingError(f"the snapshot has tokens on edge {name}, the graph has not")
        for visit in visits:
            scope.tokens.put(edge, (visit, stamps.get((scope.rules.sources[edge], visit))))
        scope.liveness.gained(scope.rules.targets[edge])
    for name, firings in snapshot.get("o", {}).items():
        scope.debts.add(int(name), list(firings))
    for name, line in snapshot.get("m", {}).items():
        for activity_key in _pairs(line):
            scope.mutexes.join(name, scope.active[activity_key], scope)


def _pack_activity(activity: Activity) -> list[Any]:
    row = [activity.node, activity.visit, activity.status.value, _flat(activity.inputs)]
    return row if activity.attempt == 1 else [*row, activity.attempt]


def _unpack_activity(row: list[Any], stamps: Stamps | None) -> Activity:
    activity = Activity(row[0], row[1], ActivityStatus(row[2]), tuple(_pairs(row[3])), stamps)
    if len(row) > 4:
        activity.attempt = row[4]
    return activity


def _pack_stamps(scope: Scope) -> list[list[int]]:
    if not scope.topology.stamped:
        return []
    sources = scope.rules.sources
    stamps: dict[Producer, Stamps | None] = {key: activity.stamps for key, activity in scope.active.items()}
    for edge, queue in scope.tokens.on.items():
        stamps.update(((sources[edge], visit), stamp) for visit, stamp in queue)
    return [[*producer, *_flat(sorted(stamp.items()))] for producer, stamp in sorted(stamps.items()) if stamp]


def _flat(pairs: Iterable[Producer]) -> list[int]:
    return list(chain.from_iterable(pairs))


def _pairs(flat: list[int]) -> Iterable[Producer]:
    return zip(flat[::2], flat[1::2], strict=True)
