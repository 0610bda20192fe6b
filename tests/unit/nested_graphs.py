"""Random structured graphs with graphs inside: maps, loops and blocks, forks, choices, failures, mutexes, early ends."""

from __future__ import annotations

from random import Random
from typing import Any

Config = dict[str, Any]


class NestedGraph:
    """One graph being drawn. Choices are `if` nodes, so that no edge needs a condition.

    Without `mutexes` nothing in it has one: a mutex inside of another one could wait for ever.
    """

    def __init__(self, random: Random, depth: int, *, mutexes: bool, gates: bool, prefix: str = "") -> None:
        self.random = random
        self.depth = depth
        self.mutexes = mutexes
        self.gates = gates
        self.prefix = prefix
        self.nodes: list[Config] = []
        self.edges: list[Config] = []

    def config(self, size: int) -> Config:
        first = self.node()
        self.edge(first, self.block(size)[0])
        if self.random.random() < 0.25:
            self._cancel_somebody()
        if self.gates and self.random.random() < 0.3:
            self._gate()
        return {"nodes": self.nodes, "edges": self.edges}

    def block(self, size: int) -> tuple[str, str]:
        """The nodes by which it is entered and left."""
        kind = self.random.choice(["task", "composite", "composite", "sequence", "fork", "choice", "loop", "stop", "caught"])
        if size <= 1 or kind in ("task", "composite"):
            node = self.composite() if self.depth and kind != "task" else self.node()
            return node, node
        if kind == "sequence":
            first, second = self.block(size // 2), self.block(size // 2)
            self.edge(first[1], second[0])
            return first[0], second[1]
        if kind == "loop":
            return self._loop(size)
        if kind == "stop":
            return self._stop(size)
        if kind == "caught":
            return self._caught()
        return self._branches(size, choice=kind == "choice")

    def node(self, node_type: str = "noop", **fields: Any) -> str:
        name = f"{self.prefix}n{len(self.nodes)}"
        if node_type == "noop" and self.mutexes and self.random.random() < 0.2:
            fields["mutex"] = self.random.choice("mw")
        if node_type == "if":
            fields["config"] = {"condition": "true"}
        self.nodes.append({"id": name, "type": node_type, **fields})
        return name

    def composite(self) -> str:
        random = self.random
        fields: Config = {}
        if self.mutexes and random.random() < 0.2:
            fields["mutex"] = random.choice("mw")
        name = self.node(random.choice(["for_each", "for_each", "repeat", "block"]), **fields)
        node = self.nodes[-1]
        free = self.mutexes and "mutex" not in fields
        inner = NestedGraph(random, self.depth - 1, mutexes=free, gates=self.gates, prefix=f"{name}_")
        config: Config = {"graph": inner.config(random.randint(1, 4))}
        if node["type"] == "repeat":
            config["max"] = random.randint(1, 3)
        if node["type"] == "for_each":
            config.update(self._map_fields())
        if random.random() < 0.2:
            node["on_error"] = "continue"
        node["config"] = config
        return name

    def edge(self, source: str, target: str, port: str = "out") -> None:
        is_if = next(node["type"] == "if" for node in self.nodes if node["id"] == source)
        self.edges.append({"source": source, "target": target, "port": "true" if is_if and port == "out" else port})

    def _map_fields(self) -> Config:
        random = self.random
        fields: Config = {"count": random.randint(0, 4), "concurrency": random.randint(1, 3)}
        fields["on_item_error"] = random.choice(["fail", "continue", "collect"])
        if random.random() < 0.4:
            fields["complete_after"] = random.randint(1, 3)
            fields["rest"] = random.choice(["cancel", "ignore"])
        if random.random() < 0.25:
            fields["wait"] = False
        return fields

    def _branches(self, size: int, *, choice: bool) -> tuple[str, str]:
        split = self.node("if") if choice else self.node()
        branches = [self.block(size // 2) for _ in range(2)]
        joins = (
            [{}] if choice else [{}, {"join": "all"}, {"join": "first", "rest": self.random.choice(["ignore", "cancel", "block"])}]
        )
        join = self.node(**self.random.choice(joins))
        for port, branch in zip(("true", "false") if choice else ("out", "out"), branches, strict=True):
            self.edge(split, branch[0], port)
            self.edge(branch[1], join)
        return split, join

    def _loop(self, size: int) -> tuple[str, str]:
        head = self.node()
        body = self.block(size - 1)
        decision = self.node("if")
        end = self.node()
        self.edge(head, body[0])
        self.edge(body[1], decision)
        self.edge(decision, head, "false")
        self.edge(decision, end, "true")
        return head, end

    def _stop(self, size: int) -> tuple[str, str]:
        """A choice to end the scope at once."""
        decision, stop = self.node("if"), self.node("terminate")
        body = self.block(size - 1)
        self.edge(decision, stop, "false")
        self.edge(decision, body[0], "true")
        return decision, body[1]

    def _caught(self) -> tuple[str, str]:
        """A node that may fail, with a way out for that."""
        risky = self.composite() if self.depth else self.node()
        handler, after = self.node(), self.node()
        self.edge(risky, handler, "error")
        self.edge(risky, after)
        self.edge(handler, after)
        return risky, after

    def _cancel_somebody(self) -> None:
        canceller, victim = self.random.choice(self.nodes), self.random.choice(self.nodes)
        if canceller["type"] != "terminate":
            canceller["cancels"] = [victim["id"]]

    def _gate(self) -> None:
        watched = self.random.choice(self.nodes)["id"]
        state = self.random.choice(["active", "finished"])
        fields: Config = {"mutex": self.random.choice("mw")} if self.mutexes and self.random.random() < 0.3 else {}
        gate = self.node("gate", config={"node": watched, "state": state}, **fields)
        self.edge(self.nodes[0]["id"], gate)
        self.edge(gate, self.node(), "missed")


def nested(random: Random, *, depth: int = 2) -> Config:
    kind = random.choice(["plain", "mutexes", "gates", "both"])
    graph = NestedGraph(random, depth, mutexes=kind in ("mutexes", "both"), gates=kind in ("gates", "both"))
    return graph.config(random.randint(2, 7))
