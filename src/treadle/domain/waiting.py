"""Why a scope does not go on: joins that wait for somebody, and joins that wait for nobody."""

from __future__ import annotations

from collections.abc import Sequence

from treadle.domain.effects import Activity, Blocked
from treadle.domain.rules import Kind
from treadle.domain.scope import Scope

NAMED = 5
"""How many nodes a message names."""


def blocked_joins(scope: Scope) -> list[Blocked]:
    """The joins that hold tokens and wait, in graph order."""
    return [_blocked(scope, node) for node in sorted(scope.tokens.held)]


def starved_nodes(scope: Scope) -> list[int]:
    """Nodes before which tokens lie that can never be consumed when nothing is active: all but tied `auto` joins."""
    kinds = scope.rules.kinds
    return [node for node in sorted(scope.tokens.held) if kinds[node] is not Kind.AUTO or _holds_too_few(scope, node)]


def starved_message(scope: Scope, nodes: Sequence[int]) -> str:
    names = ", ".join(repr(scope.graph.nodes[node].id) for node in nodes[:NAMED])
    more = f" and {len(nodes) - NAMED} more" if len(nodes) > NAMED else ""
    return f"nothing can come any more to what {names}{more} waits for"


def _holds_too_few(scope: Scope, node: int) -> bool:
    marked = scope.tokens.marked_before(node)
    return any(edge in scope.tokens.on and edge not in marked for edge in scope.graph.incoming[node])


def _blocked(scope: Scope, node: int) -> Blocked:
    marked = scope.tokens.marked_before(node)
    incoming = scope.graph.incoming[node]
    rule = scope.rules.nodes[node]
    if rule.kind is Kind.COUNT and len(marked) >= rule.need:
        missing = tuple(edge for edge in incoming if edge in scope.debts.owed)
    else:
        missing = tuple(edge for edge in incoming if edge not in marked)
    return Blocked(node, tuple(sorted(marked)), missing, _because(scope, missing))


def _because(scope: Scope, missing: Sequence[int]) -> Activity | int | None:
    for edge in missing:
        node = scope.liveness.supplier(edge)
        if node is not None:
            activities = scope.activities_of(node)
            return activities[0] if activities else node
    return None
