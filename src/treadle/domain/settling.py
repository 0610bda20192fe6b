"""What happens by itself after each step: gates open, debts are paid, joins fire, and at the end the scope ends.

Everything goes by graph order and nothing is evaluated, so the same step leads to the same marking wherever it is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from treadle.domain.effects import Effects, Note, Producer
from treadle.domain.gates import miss_a_gate, open_gates
from treadle.domain.rules import Kind
from treadle.domain.scope import Scope
from treadle.domain.states import ActivityStatus
from treadle.domain.waiting import starved_message, starved_nodes


def settle(scope: Scope, effects: Effects) -> None:
    """Open gates, pay and forget debts, fire what is ready, pass after pass, until nothing changes.

    Gates come first, so that a token that is owed vanishes before it can make its join fire, whoever put it.
    """
    while scope.goes_on():
        fired = scope.fired
        opened = bool(scope.gates) and open_gates(scope, effects)
        if scope.debts_due:
            _settle_debts(scope)
        for node in scope.due.one_pass():
            _fire_while_ready(scope, node, effects)
            if not scope.goes_on():
                return
        gates_may_open = bool(scope.gates) and (opened or scope.fired > fired)
        if not (gates_may_open or scope.due or scope.debts_due) and not _last_resort(scope, effects):
            break
    if effects.withdrawn and effects.run:
        effects.run = [a for a in effects.run if a.status is not ActivityStatus.CANCELLED]


def _settle_debts(scope: Scope) -> None:
    for join in scope.debts_due.one_pass():
        scope.debts.settle(join)
        scope.lost(join)
        scope.due.add(join)


def _fire_while_ready(scope: Scope, node: int, effects: Effects) -> None:
    marked = scope.tokens.marked_before(node)
    if scope.rules.kinds[node] is Kind.EACH:
        for edge in sorted(marked):
            while scope.goes_on() and edge in scope.tokens.marked_before(node):
                _fire(scope, node, (edge,), effects)
        return
    while marked and scope.goes_on() and _is_ready(scope, node):
        _fire(scope, node, sorted(marked), effects)
        marked = scope.tokens.marked_before(node)


def _is_ready(scope: Scope, node: int) -> bool:
    """Whether a node that holds a marked edge fires."""
    kind = scope.rules.kinds[node]
    if kind is Kind.AUTO:
        return not scope.joins.must_wait(node)
    if kind is Kind.ALL:
        return len(scope.tokens.marked[node]) == len(scope.incoming[node])
    if kind is Kind.COUNT:
        rule = scope.rules.nodes[node]
        return len(scope.tokens.marked[node]) >= rule.need and not (rule.rest == "block" and node in scope.debts.owing)
    return True


def _fire(scope: Scope, node: int, edges: Sequence[int], effects: Effects) -> None:
    inputs: tuple[Producer, ...] = ()
    stamps: dict[int, int] = {}
    if scope.fired < scope.limit:  # else the tokens stay, and `begin` fails the scope
        inputs, stamps = _consume(scope, edges)
        scope.joins.release(node)
    scope.begin(node, inputs, stamps or None, effects)
    if scope.rules.kinds[node] is Kind.COUNT and scope.goes_on():
        _leave_the_rest(scope, node, edges, effects)


def _consume(scope: Scope, edges: Sequence[int]) -> tuple[tuple[Producer, ...], dict[int, int]]:
    inputs: list[Producer] = []
    stamps: dict[int, int] = {}
    for edge in edges:
        source = scope.rules.sources[edge]
        for visit, stamp in scope.tokens.take(edge):
            inputs.append((source, visit))
            if stamp:
                for join, firing in stamp.items():
                    stamps[join] = max(stamps.get(join, 0), firing)
    return tuple(inputs), stamps


def _leave_the_rest(scope: Scope, node: int, consumed: Sequence[int], effects: Effects) -> None:
    """What becomes of the branches that a counting join did not wait for."""
    incoming = scope.incoming[node]
    if scope.rules.nodes[node].rest == "cancel":
        scope.tokens.drop(incoming)
        scope.withdraw(scope.liveness.live_among(scope.topology.catchment(node)), effects)
        return
    scope.debts.incur(sorted(set(incoming).difference(consumed)), scope.visits[node])
    if node in scope.tokens.held:
        scope.debts_due.add(node)


def _last_resort(scope: Scope, effects: Effects) -> bool:
    """Nothing can go on by itself: end the scope, or let a gate or a tied join go on. True: look again."""
    if _somebody_runs(scope):
        return False
    if scope.active:
        return miss_a_gate(scope, effects)
    if not scope.tokens.count:
        scope.complete(effects)
        return False
    starved = starved_nodes(scope)
    if starved:
        scope.fail(effects, "starved", starved_message(scope, starved), starved)
        return False
    tied = min(scope.tokens.held, key=lambda node: (scope.topology.levels[node], node))
    _fire(scope, tied, sorted(scope.tokens.marked[tied]), effects)
    effects.notes.append(Note("tie", tied, scope.visits[tied], home=scope.home))
    scope.due.add(tied)
    return True


def _somebody_runs(scope: Scope) -> bool:
    """Whether an activity can still report: one that is not a gate, and not in line for what a gate of this scope holds."""
    if scope.detached:
        return True
    if not scope.gates:
        return bool(scope.active)
    return any(not scope.is_stuck(activity) for activity in scope.active.values())
