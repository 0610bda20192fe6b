"""Nodes of type `gate`: activities that nobody runs; they leave when another node of their scope is in a given state."""

from __future__ import annotations

from treadle.domain.effects import Activity, Effects, Note
from treadle.domain.graph import OUT
from treadle.domain.scope import Scope
from treadle.domain.waiting import starved_message, starved_nodes

MISSED = "missed"


def open_gates(scope: Scope, effects: Effects) -> bool:
    """Open each gate whose condition holds, in graph order; whether there was any."""
    opened = False
    for activity in _in_order(scope):
        was_withdrawn = (activity.node, activity.visit) not in scope.gates  # by a gate that opened before it
        if not was_withdrawn and _holds(scope, activity.node) and not scope.in_line(activity):
            _open(scope, activity, OUT, effects)
            opened = True
    return opened


def miss_a_gate(scope: Scope, effects: Effects) -> bool:
    """Only gates are left, and what waits for them: the first that has a way out for this takes it, else the scope failed."""
    for activity in _in_order(scope):
        if MISSED in scope.rules.nodes[activity.node].plain and not scope.in_line(activity):
            _open(scope, activity, MISSED, effects)
            return True
    stuck = sorted({activity.node for activity in scope.active.values()}.union(starved_nodes(scope)))
    error_type = "starved" if len(scope.active) == len(scope.gates) else "mutex_deadlock"
    scope.fail(effects, error_type, starved_message(scope, stuck), stuck)
    return False


def _in_order(scope: Scope) -> list[Activity]:
    return [scope.gates[key] for key in sorted(scope.gates)]


def _holds(scope: Scope, node: int) -> bool:
    gate = scope.rules.nodes[node].gate
    return gate is not None and gate.node in (scope.liveness.busy if gate.state == "active" else scope.finished)


def _open(scope: Scope, activity: Activity, port: str, effects: Effects) -> None:
    rule = scope.rules.nodes[activity.node]
    scope.end(activity, effects)
    if rule.is_watched:
        scope.finished.add(rule.node)
    scope.withdraw(rule.cancels, effects)
    scope.put(rule.plain.get(port, ()), (activity.visit, activity.stamps))
    effects.notes.append(Note("gate", activity.node, activity.visit, port, scope.home))
