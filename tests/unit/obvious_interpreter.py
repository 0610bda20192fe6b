"""The rules of the token game as slowly and plainly as they can be said; shares no code with the marking it checks.

Reachability is searched anew for every question, liveness is read off the tokens, and settling starts over from the first
node until nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from treadle.domain.graph import Edge, Graph, Node

Key = tuple[int, int]


class Refused(Exception):
    """The activity is not active."""


Lines = dict[str, list[tuple["ObviousMarking", Key]]]
"""By mutex who holds it and who waits for it, in order; the scopes of an execution share them."""


class ObviousMarking:
    def __init__(self, graph: Graph, lines: Lines | None = None) -> None:
        self.graph = graph
        self.starts: set[int] = {n.index for n in graph.nodes if n.type.startswith("trigger.")}
        self.starts = self.starts or {n.index for n in graph.nodes if not graph.incoming[n.index]}
        self.tokens: dict[int, list[tuple[int, dict[int, int]]]] = {e.index: [] for e in graph.edges}
        self.active: dict[Key, dict[str, object]] = {}
        self.visits = [0] * len(graph.nodes)
        self.owed: dict[int, list[int]] = {e.index: [] for e in graph.edges}
        self.lines: Lines = {} if lines is None else lines
        self.detached = 0
        self.finished: set[int] = set()
        self.state = "running"
        self.error: tuple[str, tuple[int, ...]] | None = None
        self.run: list[Key] = []
        self.withdrawn: list[Key] = []
        self.notes: list[tuple[str, int, int]] = []

    # --- steps

    def start(self, nodes: Iterable[int]) -> None:
        self._new_step()
        self.starts |= set(nodes)
        for node in sorted(set(nodes)):
            if not self.begin(node, ((-1, 0),), {}):
                return
        self.settle()

    def done(self, node: int, visit: int, port: str, taken: Sequence[tuple[int, int]] | None) -> None:
        self._new_step()
        if self.state != "running" or (node, visit) not in self.active:
            raise Refused
        stamps = self.active[node, visit]["stamps"]
        assert isinstance(stamps, dict)
        self.end((node, visit))
        self.finished.add(node)
        if self.node(node).type == "terminate" and port != "error":
            self.tokens = {edge: [] for edge in self.tokens}
            self.withdrawn, self.run = list(self.active), []
            self.leave_lines()
            self.active = {}
            self.state = "completed"
            return
        if port != "error":
            self.withdraw(sorted(self.graph.index_of[name] for name in self.node(node).cancels))
        if taken is None:
            taken = [(e.index, int(e.tokens)) for e in self.leaving(node, port) if e.when is None and not e.default]
        for edge, count in taken:
            self.tokens[edge] += [(visit, stamps)] * count
        self.settle()

    def failed(self, node: int, visit: int) -> None:
        self._new_step()
        self.active[node, visit]["status"] = "failed"
        self.state = "failed"

    def retry(self) -> None:
        self._new_step()
        self.state, self.error = "running", None
        for key, activity in self.active.items():
            if activity["status"] != "queued":
                activity["status"] = "running"
                if not self.is_gate(key[0]):
                    self.run.append(key)
        self.settle()

    # --- static

    def node(self, index: int) -> Node:
        return self.graph.nodes[index]

    def leaving(self, node: int, port: str) -> list[Edge]:
        return [e for e in self.graph.edges if e.source == node and e.port == port]

    def into(self, node: int) -> list[Edge]:
        return [e for e in self.graph.edges if e.target == node]

    def is_gate(self, node: int) -> bool:
        return self.node(node).type == "gate"

    def counting(self) -> list[int]:
        return [n.index for n in self.graph.nodes if n.join == "first" or isinstance(n.join, int)]

    def join(self, node: int) -> str:
        declared = self.node(node).join
        if declared == "first" or isinstance(declared, int):
            return "count"
        if declared == "auto" and self.into(node) and all(e.port == "error" for e in self.into(node)):
            return "each"
        return str(declared)

    def need(self, node: int) -> int:
        declared = self.node(node).join
        return declared if isinstance(declared, int) else 1

    def walk(self, sources: Iterable[int], *, without: Iterable[int]) -> set[int]:
        """All nodes on paths from the sources, themselves included, that touch none of `without`."""
        found: set[int] = set()
        front = [node for node in sources if node not in set(without)]
        while front:
            node = front.pop()
            if node not in found:
                found.add(node)
                front += [e.target for e in self.graph.edges if e.source == node and e.target not in set(without)]
        return found

    def on_cycle(self, node: int) -> bool:
        return node in self.walk([e.target for e in self.graph.edges if e.source == node], without=())

    def dominator(self, node: int) -> int | None:
        if node in self.starts or node not in self.walk(self.starts, without=()):
            return None
        all_nodes = range(len(self.graph.nodes))
        strict = [d for d in all_nodes if d != node and node not in self.walk(self.starts, without=[d])]
        for d in strict:
            if all(other == d or d not in self.walk(self.starts, without=[other]) for other in strict):
                return d
        return None

    def level(self, node: int) -> int:
        front, level = set(self.starts), 0
        while node not in front and level <= len(self.graph.nodes):
            front |= {e.target for e in self.graph.edges if e.source in front}
            level += 1
        return level

    def reach(self, x: int, edge: Edge) -> bool:
        without = [edge.target]
        if self.on_cycle(edge.target):
            without += [d for d in [self.dominator(edge.target)] if d is not None]
        return edge.source in self.walk([x], without=without)

    def between(self, x: int, edge: Edge) -> bool:
        without = [edge.target, *[d for d in [self.dominator(edge.target)] if d is not None]]
        return edge.source in self.walk([x], without=without)

    # --- dynamic

    def marked(self, node: int) -> list[Edge]:
        return [e for e in self.into(node) if len(self.tokens[e.index]) >= e.take]

    def unmarked(self, node: int) -> list[Edge]:
        return [e for e in self.into(node) if len(self.tokens[e.index]) < e.take]

    def live(self) -> list[int]:
        return [
            n.index
            for n in self.graph.nodes
            if any(self.tokens[e.index] for e in self.into(n.index)) or any(key[0] == n.index for key in self.active)
        ]

    def ready(self, node: int) -> bool:
        marked = self.marked(node)
        match self.join(node):
            case "each":
                return bool(marked)
            case "all":
                return bool(marked) and not self.unmarked(node)
            case "auto":
                return bool(marked) and not any(self.reach(x, e) for x in self.live() if x != node for e in self.unmarked(node))
            case _:
                blocked = self.node(node).rest == "block" and any(self.owed[e.index] for e in self.into(node))
                return len(marked) >= self.need(node) and not blocked

    def settle(self) -> None:
        while self.state == "running":
            changed = False
            for key in sorted(key for key in self.active if self.is_gate(key[0])):
                if key in self.active:
                    changed |= self.open_gate(key)
            for join in self.counting():
                changed |= self.pay(join)
                changed |= self.forget(join)
            for node in range(len(self.graph.nodes)):
                while self.state == "running" and self.ready(node):
                    self.fire(node)
                    changed = True
            if not changed and not self.nothing_can_go_on():
                break
        self.run = [key for key in self.run if key in self.active and self.state != "failed"]

    def nothing_can_go_on(self) -> bool:
        if self.detached or any(self.may_go_on(key) for key in self.active):
            return False
        gates = sorted(key for key in self.active if self.is_gate(key[0]))
        for key in gates:
            missed = [e for e in self.leaving(key[0], "missed") if e.when is None and not e.default]
            if missed and self.active[key]["status"] != "queued":
                self.leave_gate(key, "missed")
                return True
        before = [n for n in range(len(self.graph.nodes)) if any(self.tokens[e.index] for e in self.into(n))]
        starving = [
            n
            for n in before
            if self.join(n) in ("all", "count") or any(0 < len(self.tokens[e.index]) < e.take for e in self.into(n))
        ]
        if self.active or starving:
            self.state = "failed"
            stuck = {key[0] for key in self.active} | set(self.waiting(before))
            self.error = ("starved" if len(self.active) == len(gates) else "mutex_deadlock", tuple(sorted(stuck)))
            return False
        if not before:
            self.state = "completed"
            return False
        least = min(before, key=lambda n: (self.level(n), n))
        self.fire(least)
        self.notes.append(("tie", least, self.visits[least]))
        return True

    def may_go_on(self, key: Key) -> bool:
        """Whether an activity can still report, or waits in line for one that can, here or in another scope."""
        if self.active[key]["status"] != "queued":
            return not self.is_gate(key[0])
        holder, held = self.lines[str(self.node(key[0]).mutex)][0]
        return holder is not self or not self.is_gate(held[0])

    def waiting(self, before: list[int]) -> list[int]:
        return [
            n for n in before if self.join(n) != "auto" or any(0 < len(self.tokens[e.index]) < e.take for e in self.into(n))
        ]

    def fire(self, node: int) -> None:
        if sum(self.visits) >= self.graph.settings.max_activities:
            self.state, self.error = "failed", ("max_activities", (node,))
            return
        marked = self.marked(node)
        if self.join(node) == "each":
            marked = marked[:1]
        producers: list[Key] = []
        stamps: dict[int, int] = {}
        for edge in marked:
            for _ in range(edge.take):
                visit, stamp = self.tokens[edge.index].pop(0)
                producers.append((edge.source, visit))
                stamps = {join: max(stamps.get(join, 0), stamp.get(join, 0)) for join in {*stamps, *stamp}}
        self.begin(node, tuple(producers), stamps)
        if self.join(node) != "count":
            return
        others = self.into(node)
        if self.node(node).rest == "cancel":
            for edge in others:
                self.tokens[edge.index] = []
            self.withdraw([x for x in range(len(self.graph.nodes)) if any(self.between(x, e) for e in others)])
        else:
            for edge in others:
                if edge not in marked and any(self.between(x, edge) for x in self.live() if x != node):
                    self.owed[edge.index].append(self.visits[node])

    def begin(self, node: int, producers: tuple[Key, ...], stamps: dict[int, int]) -> bool:
        if sum(self.visits) >= self.graph.settings.max_activities:
            self.state, self.error = "failed", ("max_activities", (node,))
            return False
        self.visits[node] += 1
        key = (node, self.visits[node])
        if self.join(node) == "count":
            stamps = {**stamps, node: key[1]}
        self.active[key] = {"inputs": producers, "stamps": stamps, "status": "running"}
        mutex = self.node(node).mutex
        if mutex is not None:
            self.lines.setdefault(mutex, []).append((self, key))
            if self.lines[mutex][0] != (self, key):
                self.active[key]["status"] = "queued"
                return True
        if not self.is_gate(node):
            self.run.append(key)
        return True

    def end(self, key: Key) -> None:
        del self.active[key]
        mutex = self.node(key[0]).mutex
        if mutex is None:
            return
        self.lines[mutex].remove((self, key))
        self.pass_on(mutex)

    def leave_lines(self) -> None:
        """All activities of this scope are over at once."""
        for mutex in list(self.lines):
            self.lines[mutex] = [(scope, key) for scope, key in self.lines[mutex] if scope is not self]
            self.pass_on(mutex)

    def pass_on(self, mutex: str) -> None:
        if not self.lines[mutex]:
            return
        scope, key = self.lines[mutex][0]
        if scope.active[key]["status"] == "queued":
            scope.active[key]["status"] = "running"
            if not scope.is_gate(key[0]):
                scope.run.append(key)

    def withdraw(self, nodes: Iterable[int]) -> None:
        for node in nodes:
            for edge in self.into(node):
                self.tokens[edge.index] = []
            for key in [key for key in self.active if key[0] == node]:
                self.end(key)
                self.withdrawn.append(key)

    def pay(self, join: int) -> bool:
        paid = False
        for edge in self.into(join):
            for token in list(self.tokens[edge.index]):
                payable = [v for v in self.owed[edge.index] if token[1].get(join, 0) < v]
                if payable:
                    self.owed[edge.index].remove(min(payable))
                    at = next(i for i, kept in enumerate(self.tokens[edge.index]) if kept is token)
                    del self.tokens[edge.index][at]
                    paid = True
        return paid

    def forget(self, join: int) -> bool:
        forgotten = False
        for edge in self.into(join):
            if self.owed[edge.index] and not any(self.between(x, edge) for x in self.live() if x != join):
                self.owed[edge.index] = []
                forgotten = True
        return forgotten

    def open_gate(self, key: Key) -> bool:
        config = self.node(key[0]).config
        watched = self.graph.index_of[config["node"]]
        holds = any(k[0] == watched for k in self.active) if config["state"] == "active" else watched in self.finished
        if not holds or self.active[key]["status"] == "queued":
            return False
        self.leave_gate(key, "out")
        return True

    def leave_gate(self, key: Key, port: str) -> None:
        stamps = self.active[key]["stamps"]
        assert isinstance(stamps, dict)
        self.end(key)
        self.finished.add(key[0])
        self.withdraw(sorted(self.graph.index_of[name] for name in self.node(key[0]).cancels))
        for edge in self.leaving(key[0], port):
            if edge.when is None and not edge.default:
                self.tokens[edge.index] += [(key[1], stamps)] * int(edge.tokens)
        self.notes.append(("gate", key[0], key[1]))

    def _new_step(self) -> None:
        self.run, self.withdrawn, self.notes = [], [], []
