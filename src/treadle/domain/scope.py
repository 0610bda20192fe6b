"""What one scope holds, and the moves that change it without deciding anything; `settling` decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from treadle.domain.agenda import Agenda
from treadle.domain.debts import Debts
from treadle.domain.effects import Activity, Effects, Producer, Stamps, State
from treadle.domain.errors import MarkingError
from treadle.domain.graph import Graph
from treadle.domain.joins import Joins
from treadle.domain.liveness import Liveness
from treadle.domain.mutexes import Mutexes
from treadle.domain.rules import Kind, Rules
from treadle.domain.states import ActivityStatus
from treadle.domain.tokens import Token, Tokens
from treadle.domain.topology import Topology

RUNNING = ActivityStatus.RUNNING
WAITING = ActivityStatus.WAITING

Taken = Sequence[tuple[int, int]]
"""Edges and how many tokens each gets."""


class Scope:
    """`active` is in order of firing; `visits` counts each node's firings, `fired` those of all.

    `gates` are the active gates, `finished` the watched nodes that a visit has left. `due` are nodes that may be ready,
    `debts_due` counting joins whose debts may be paid or forgotten. `home` is whatever its player keeps with it, `detached`
    counts inner scopes that run on without an activity.
    """

    __slots__ = (
        "active",
        "debts",
        "debts_due",
        "detached",
        "due",
        "finished",
        "fired",
        "gates",
        "graph",
        "home",
        "incoming",
        "joins",
        "limit",
        "liveness",
        "mutexes",
        "rules",
        "state",
        "tokens",
        "topology",
        "visits",
    )

    def __init__(
        self,
        graph: Graph,
        starts: Collection[int] = (),
        *,
        home: Any = None,
        mutexes: Mutexes | None = None,
        limit: int | None = None,
    ) -> None:
        """`limit` is how many activities it may have; `mutexes` are those of the scopes around it."""
        self.graph = graph
        self.home = home
        self.incoming = graph.incoming
        self.limit = graph.settings.max_activities if limit is None else limit
        self.detached = 0
        self.rules = Rules.of(graph)
        self.topology = Topology.of(graph, starts)
        self.active: dict[Producer, Activity] = {}
        self.visits: dict[int, int] = {}
        self.state: State = "running"
        self.fired = 0
        self.finished: set[int] = set()
        self.gates: dict[Producer, Activity] = {}
        self.tokens = Tokens(self.rules)
        self.liveness = Liveness(self.rules, self.topology, self.tokens.held)
        self.mutexes = Mutexes() if mutexes is None else mutexes
        self.debts = Debts(self.rules, self.tokens, self.liveness)
        self.joins = Joins(graph, self.tokens, self.liveness)
        self.due = Agenda()
        self.debts_due = Agenda()

    def goes_on(self) -> bool:
        return self.state == "running"

    def activities_of(self, node: int) -> list[Activity]:
        """The node's active activities, in order of firing."""
        count = self.liveness.busy.get(node, 0)
        if not count:
            return []
        latest = self.active.get((node, self.visits[node]))
        if count == 1 and latest is not None:
            return [latest]
        return [activity for activity in self.active.values() if activity.node == node]

    def in_line(self, activity: Activity) -> bool:
        """Whether the activity waits for a mutex."""
        mutex = self.rules.nodes[activity.node].mutex
        return mutex is not None and self.mutexes.waits(mutex, activity)

    def is_stuck(self, activity: Activity) -> bool:
        """Whether it can only go on when somebody of this scope does: a gate, or in line for what this scope holds."""
        mutex = self.rules.nodes[activity.node].mutex
        if mutex is not None and self.mutexes.waits(mutex, activity):
            return self.mutexes.holder(mutex) is self
        return (activity.node, activity.visit) in self.gates

    def begin(self, node: int, inputs: tuple[Producer, ...], stamps: Stamps | None, effects: Effects) -> None:
        """The node becomes an activity; it is to run unless it waits for a mutex or is a gate. Or the limit is reached."""
        if self.fired >= self.limit:
            self.fail(effects, "max_activities", "more activities than `settings.max_activities` allows", (node,))
            return
        self.fired += 1
        visit = self.visits[node] = self.visits.get(node, 0) + 1
        if node in self.topology.stamped:
            stamps = {**(stamps or {}), node: visit}
        activity = self.active[node, visit] = Activity(node, visit, RUNNING, inputs, stamps, self.home)
        self.liveness.enter(node)
        rule = self.rules.nodes[node]
        if rule.gate is not None:
            self.gates[node, visit] = activity
        if (rule.mutex is not None and not self.mutexes.join(rule.mutex, activity, self)) or rule.gate is not None:
            activity.status = WAITING
        else:
            effects.run.append(activity)

    def put(self, steps: Taken, token: Token) -> None:
        targets = self.rules.targets
        for edge, count in steps:
            if not count:
                continue
            target = targets[edge]
            newly_marked = self.tokens.put(edge, token, count)
            self.liveness.gained(target)
            if self.debts.owed and self.debts.look_at(edge):
                self.debts_due.add(target)
            if newly_marked and self._may_be_ready(target, edge):
                self.due.add(target)

    def end(self, activity: Activity, effects: Effects) -> None:
        """The activity is over; its mutex passes to the next in line."""
        node = activity.node
        key = (node, activity.visit)
        del self.active[key]
        self.gates.pop(key, None)
        self._leave_line(activity, effects)
        self.liveness.leave(node)
        self.lost(node)

    def lost(self, node: int) -> None:
        """An activity of the node ended or tokens before it vanished: those that waited for it look for somebody else."""
        for edge in self.liveness.lost(node):
            target = self.rules.targets[edge]
            if self.rules.kinds[target] is Kind.AUTO:
                self.due.add(target)
            elif self.debts.look_at(edge):
                self.debts_due.add(target)

    def withdraw(self, nodes: Iterable[int], effects: Effects) -> None:
        """Tokens before the nodes and their activities vanish; what they were to bring never comes."""
        for node in nodes:
            if node in self.tokens.held:
                self.tokens.drop(self.incoming[node])
                self.joins.release(node)
            for activity in self.activities_of(node):
                self.end(activity, effects)
                activity.status = ActivityStatus.CANCELLED
                effects.withdrawn.append(activity)
            self.lost(node)

    def complete(self, effects: Effects) -> None:
        self._end_with_all("completed", effects)
        effects.ended = "completed"

    def cancel_all(self, effects: Effects) -> None:
        self._end_with_all("cancelled", effects)
        effects.ended = "cancelled"

    def fail(self, effects: Effects, error_type: str, message: str, nodes: Iterable[int]) -> None:
        """The scope failed; all it holds is kept as it is, and nothing new starts."""
        self.state = "failed"
        effects.run = [activity for activity in effects.run if activity.home is not self.home]
        effects.ended = "failed"
        effects.error = (error_type, message, tuple(self.graph.nodes[node].id for node in nodes))

    def find_witnesses(self) -> None:
        """Look once at every join that holds tokens, and at every debt: a snapshot has no witnesses."""
        for node in sorted(self.tokens.marked):
            if self.rules.kinds[node] is Kind.AUTO and not self.joins.must_wait(node):
                raise MarkingError(f"the snapshot is not of a settled marking: {self.graph.nodes[node].id!r} can fire")
        for edge in sorted(self.debts.owed):
            self.liveness.watch(edge)

    def look_at_everything(self) -> None:
        """Have every join that holds tokens, and every debt, looked at when the scope settles."""
        self.due.clear()
        self.debts_due.clear()
        for node in self.tokens.held:
            self.due.add(node)
        for edge in self.debts.owed:
            self.debts.look_at(edge)
            self.debts_due.add(self.rules.targets[edge])

    def _leave_line(self, activity: Activity, effects: Effects) -> None:
        """Give its mutex to the next in line. A gate that has its turn still waits for what it watches."""
        mutex = self.rules.nodes[activity.node].mutex
        following = None if mutex is None else self.mutexes.leave(mutex, activity)
        if following is None:
            return
        successor, scope = following
        if scope.gates.get((successor.node, successor.visit)) is not successor:
            successor.status = RUNNING
            effects.run.append(successor)
        elif scope is not self:
            effects.unsettled.append(scope)

    def _may_be_ready(self, node: int, marked_edge: int) -> bool:
        kind = self.rules.kinds[node]
        if kind is Kind.AUTO:
            return self.joins.awaited.get(node, marked_edge) == marked_edge
        if kind is Kind.ALL:
            return len(self.tokens.marked[node]) == len(self.incoming[node])
        return kind is not Kind.COUNT or len(self.tokens.marked[node]) >= self.rules.nodes[node].need

    def _end_with_all(self, state: State, effects: Effects) -> None:
        for activity in self.active.values():
            self._leave_line(activity, effects)
        for activity in self.active.values():
            activity.status = ActivityStatus.CANCELLED
            effects.withdrawn.append(activity)
        effects.run = [activity for activity in effects.run if activity.home is not self.home]
        self.active.clear()
        self.gates.clear()
        self.tokens.clear()
        self.debts.clear()
        self.detached = 0
        self.liveness.busy.clear()
        self.state = state
