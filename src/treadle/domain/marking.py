"""The token game: one scope's tokens and activities, stepped by what its activities do.

A marking is a pure, deterministic fold of the rows of a journal. Between two steps it is settled: nothing more can fire,
open or be paid. Inner scopes are markings of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treadle.domain import marking_snapshot
from treadle.domain.effects import START, Activity, Blocked, Effects, Note, Producer
from treadle.domain.errors import MarkingError
from treadle.domain.graph import ERROR, OUT, Graph
from treadle.domain.mutexes import Mutexes
from treadle.domain.rules import Rule
from treadle.domain.scope import RUNNING, WAITING, Scope, Taken
from treadle.domain.settling import settle
from treadle.domain.states import ActivityStatus
from treadle.domain.waiting import blocked_joins

__all__ = ["START", "Activity", "Blocked", "Effects", "Marking", "Note", "Producer"]

TOKEN_LIMIT = 100_000


class Marking(Scope):
    """One scope, played. What others read of it: `active`, in order of firing, `visits`, `state` and `fired`."""

    __slots__ = ()

    @classmethod
    def start(
        cls, graph: Graph, starts: Sequence[int], *, home: Any = None, mutexes: Mutexes | None = None, limit: int | None = None
    ) -> tuple[Marking, Effects]:
        """Each of the nodes becomes an activity, whatever its join."""
        if not starts:
            raise MarkingError("no_start: there is no node to start with")
        marking = cls(graph, starts, home=home, mutexes=mutexes, limit=limit)
        effects = Effects()
        for node in sorted(set(starts)):
            if marking.goes_on():
                marking.begin(node, (START,), None, effects)
        settle(marking, effects)
        return marking, effects

    @classmethod
    def restore(cls, graph: Graph, snapshot: Mapping[str, Any]) -> Marking:
        """The marking whose `snapshot()` this is."""
        marking = cls(graph, snapshot.get("x", ()))
        marking_snapshot.unpack(marking, snapshot)
        if marking.goes_on():
            marking.find_witnesses()
        return marking

    def snapshot(self) -> dict[str, Any]:
        """JSON that `restore` makes an equal marking of."""
        return marking_snapshot.pack(self)

    def is_active(self, node: int, visit: int) -> bool:
        """Whether a result of this activity would be accepted now."""
        return self.state == "running" and (node, visit) in self.active

    def blocked(self) -> list[Blocked]:
        """The joins that hold tokens and wait, in graph order."""
        return blocked_joins(self)

    def done(self, node: int, visit: int, *, port: str = OUT, taken: Taken | None = None) -> Effects:
        """The activity left through `port`, putting `taken`: edges and how many tokens each.

        None: all edges of the port that are neither conditional nor default. MarkingError if the activity is not active.
        """
        key = (node, visit)
        activity = self.active.get(key)
        if activity is None or self.state != "running":
            raise self._inactive(node, visit)
        rule = self.rules.nodes[node]
        if taken is None:
            hop = rule.hops.get(port)
        else:
            hop = rule.edge_hops.get(taken[0][0]) if len(taken) == 1 and taken[0][1] == 1 else None
        if (
            hop is not None
            and not self.gates
            and (rule.one_way or node not in self.liveness.watches)
            and self.fired < self.limit
            and self.tokens.count < TOKEN_LIMIT
        ):
            return self._hop(activity, key, hop)
        return self._leave(activity, rule, port, self._steps(rule, port, taken))

    def failed(self, node: int, visit: int) -> Effects:
        """The activity failed and no edge takes that up: the scope failed, and is kept as it is."""
        self.status(node, visit, ActivityStatus.FAILED)
        self.state = "failed"
        return Effects(ended="failed")

    def status(self, node: int, visit: int, status: ActivityStatus) -> None:
        """The activity is running, waits, or will be tried again; nothing else changes."""
        if not self.is_active(node, visit):
            raise self._inactive(node, visit)
        self.active[node, visit].status = status

    def retry(self) -> Effects:
        """A failed scope goes on: all its activities run again, same visits, and what did not settle is settled."""
        if self.state != "failed":
            raise MarkingError(f"only a failed scope can be retried; this one is {self.state}")
        self.state = "running"
        effects = Effects()
        for key, activity in self.active.items():
            if key in self.gates or self.in_line(activity):
                activity.status = WAITING
            else:
                activity.status = RUNNING
                effects.run.append(activity)
        self.look_at_everything()
        settle(self, effects)
        return effects

    def detach(self) -> None:
        """Inner scopes run on after their activity has left: this one does not end before them."""
        self.detached += 1

    def landed(self) -> Effects:
        """Inner scopes that ran on have ended."""
        effects = Effects()
        if self.state == "running":
            self.detached -= 1
            settle(self, effects)
        return effects

    def settled(self) -> Effects:
        """What happens by itself after another scope's step gave a gate of this one its mutex."""
        effects = Effects()
        if self.state == "running":
            settle(self, effects)
        return effects

    def cancel(self) -> Effects:
        """The whole scope is withdrawn."""
        if self.state not in ("running", "failed"):
            raise MarkingError(f"the scope is {self.state} already")
        effects = Effects()
        self.cancel_all(effects)
        return effects

    def _hop(self, activity: Activity, key: Producer, target: int) -> Effects:
        """One token to a node with no other way in, which fires at once: what `_leave` does, when it can do nothing else."""
        node = activity.node
        visit = self.visits.get(target, 0) + 1
        self.visits[target] = visit
        self.fired += 1
        del self.active[key]
        successor = self.active[target, visit] = Activity(target, visit, RUNNING, (key,), activity.stamps, self.home)
        liveness = self.liveness
        busy = liveness.busy
        if busy[node] == 1:
            del busy[node]
        else:
            busy[node] -= 1
        busy[target] = busy.get(target, 0) + 1
        if liveness.touched is not None:
            liveness.touched.add(node)
            liveness.touched.add(target)
            if node in liveness.watches:
                liveness.follow(node, target)
        return Effects([successor])

    def _leave(self, activity: Activity, rule: Rule, port: str, steps: Taken) -> Effects:
        effects = Effects()
        if self.tokens.count + sum(count for _, count in steps) > TOKEN_LIMIT:
            activity.status = ActivityStatus.FAILED
            self.fail(effects, "token_limit", f"more than {TOKEN_LIMIT:,} tokens in the marking", (rule.node,))
            return effects
        self.end(activity, effects)
        if rule.terminates and port != ERROR:
            self.complete(effects)
            return effects
        if rule.is_watched:
            self.finished.add(rule.node)
        if rule.cancels and port != ERROR:
            self.withdraw(rule.cancels, effects)
        self.put(steps, (activity.visit, activity.stamps))
        settle(self, effects)
        return effects

    def _steps(self, rule: Rule, port: str, taken: Taken | None) -> Taken:
        if taken is None:
            if port in rule.by_data:
                name = self.graph.nodes[rule.node].id
                raise MarkingError(f"port {port!r} of {name!r} puts tokens by an expression: say how many")
            return rule.plain.get(port, ())
        for edge, count in taken:
            if not (0 <= edge < len(self.graph.edges) and self.rules.sources[edge] == rule.node and count >= 0):
                raise MarkingError(f"{self.graph.nodes[rule.node].id!r} cannot put {count} tokens on edge {edge}")
        return taken

    def _inactive(self, node: int, visit: int) -> MarkingError:
        name = self.graph.nodes[node].id if 0 <= node < len(self.graph.nodes) else node
        return MarkingError(f"{name}#{visit} is not active; the scope is {self.state}")
