"""Scopes inside scopes as plainly as they can be said: items, turns and blocks, each a token game of its own.

Shares no code with the engine. What is over is not told but found: after each move everything is looked at anew, and what has
lost the activity it belongs to is dropped. An address is `(path of the scope, node index, visit)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from treadle.domain.graph import Graph
from treadle.domain.graph_parser import inner_graphs
from unit.obvious_interpreter import Key, Lines, ObviousMarking, Refused

Address = tuple[str, int, int]
Due = tuple[str, Address, int]
"""What must be said next of a composite: ("item", its address, the number of the run that ended), or ("leave", its address, 0)."""

MAP, LOOP = "for_each", ("repeat", "block")


@dataclass
class ObviousComposite:
    """`runs` are the paths of the runs under way; `ended` and `completed` count those whose end has been told."""

    address: Address
    type: str
    config: dict[str, Any]
    runs: dict[int, str] = field(default_factory=dict)
    begun: int = 0
    ended: int = 0
    completed: int = 0
    closed: bool = False

    def total(self) -> int:
        if self.type == MAP:
            return int(self.config["count"])
        return 1 if self.type == "block" else int(self.config["max"])

    def at_once(self) -> int:
        return int(self.config.get("concurrency", 10)) if self.type == MAP else 1

    def wait(self) -> bool:
        return bool(self.config.get("wait", True))

    def enough(self) -> bool:
        """Whether no further run begins, because enough have completed."""
        after = self.config.get("complete_after")
        return self.closed or (after is not None and self.completed >= after)

    def all_ended(self) -> bool:
        return self.ended == self.total()

    def idle(self) -> bool:
        return not self.runs and (self.enough() or self.all_ended())

    def over(self) -> bool:
        return not self.wait() or self.enough() or self.all_ended()


class ObviousExecution:
    def __init__(self, graph: Graph) -> None:
        self.lines: Lines = {}
        self.scopes: dict[str, ObviousMarking] = {"": ObviousMarking(graph, self.lines)}
        self.composite_of: dict[str, ObviousComposite] = {}
        self.composites: dict[Address, ObviousComposite] = {}
        self.detached: set[Address] = set()

    # --- what there is

    def alive(self, path: str) -> bool:
        """Whether the scope and all scopes around it go on."""
        if self.scopes[path].state != "running":
            return False
        return path == "" or self.alive(self.composite_of[path].address[0])

    def running(self) -> list[Address]:
        """The activities that can do something: handlers, and composites that have not begun."""
        return [
            (path, node, visit)
            for path, scope in self.scopes.items()
            if self.alive(path)
            for (node, visit), activity in scope.active.items()
            if activity["status"] == "running" and not scope.is_gate(node) and (path, node, visit) not in self.composites
        ]

    def due(self) -> list[Due]:
        """What has ended and has not been told, in no order."""
        found: list[Due] = []
        for address, composite in self.composites.items():
            if not self.alive(address[0]):
                continue
            found += [("item", address, i) for i, path in composite.runs.items() if self.scopes[path].state != "running"]
            if composite.over() and address not in self.detached:
                found.append(("leave", address, 0))
        return found

    def name(self, address: Address) -> str:
        path, node, visit = address
        name = self.scopes[path].node(node).id + (f"#{visit}" if visit > 1 else "")
        return f"{path}/{name}" if path else name

    # --- moves

    def start(self) -> None:
        self.scopes[""].start(_sources(self.scopes[""].graph))
        self.look_at_everything()

    def begin(self, address: Address) -> None:
        """A composite begins."""
        node = self.scopes[address[0]].node(address[1])
        self.composites[address] = ObviousComposite(address, node.type, dict(node.config))
        self.fill(self.composites[address])
        self.look_at_everything()

    def finish(self, address: Address, port: str) -> None:
        path, node, visit = address
        if address not in self.running():
            raise Refused
        self.leave(path, (node, visit), port)

    def fail(self, address: Address) -> None:
        """It leaves through `error` if there is such an edge; else it goes on if it may; else its scope has failed."""
        path, node, visit = address
        scope = self.scopes[path]
        if scope.leaving(node, "error"):
            self.drop(address)
            self.leave(path, (node, visit), "error")
        elif scope.node(node).on_error == "continue":
            self.drop(address)
            self.leave(path, (node, visit), "out")
        else:
            scope.failed(node, visit)
            self.look_at_everything()

    def tell(self, due: Due) -> None:
        """One of those that are due."""
        kind, address, index = due
        if due not in self.due():
            raise Refused
        composite = self.composites[address]
        if kind == "leave":
            self.leave_composite(composite)
        else:
            self.end_run(composite, index)

    def end_run(self, composite: ObviousComposite, index: int) -> None:
        """A run has ended. A failed one fails the composite, if it is a loop or says so, and somebody still waits for it."""
        failed = self.scopes[composite.runs[index]].state == "failed"
        tolerant = composite.type == MAP and composite.config.get("on_item_error", "fail") != "fail"
        if failed and not tolerant and composite.address not in self.detached:
            self.fail(composite.address)
            return
        self.drop_scope(composite.runs.pop(index))
        composite.ended += 1
        composite.completed += not failed
        self.fill(composite)
        self.look_at_everything()

    def leave_composite(self, composite: ObviousComposite) -> None:
        """It leaves; runs under way are withdrawn, unless they run on without it."""
        path, node, visit = composite.address
        if composite.wait():
            composite.closed = True
        runs_on = not composite.wait() or composite.config.get("rest", "ignore") == "ignore"
        if not runs_on or composite.idle():
            self.drop(composite.address)
        else:
            self.detached.add(composite.address)
            self.scopes[path].detached += 1
        self.leave(path, (node, visit), "out")

    def leave(self, path: str, key: Key, port: str) -> None:
        scope = self.scopes[path]
        for address in list(self.detached):
            cancelled = scope.node(address[1]).id in scope.node(key[0]).cancels if address[0] == path else False
            if cancelled and port != "error":
                self.drop(address)
        scope.done(key[0], key[1], port, None)
        self.look_at_everything()

    # --- what follows by itself

    def fill(self, composite: ObviousComposite) -> None:
        """Begin as many runs as may be under way at the same time."""
        path, node, _ = composite.address
        graph = inner_graphs(self.scopes[path].graph)[node]
        while composite.begun < composite.total() and len(composite.runs) < composite.at_once() and not composite.enough():
            inner = f"{self.name(composite.address)}[{composite.begun}]"
            composite.runs[composite.begun] = inner
            composite.begun += 1
            self.composite_of[inner] = composite
            self.scopes[inner] = ObviousMarking(graph, self.lines)
            self.scopes[inner].start(_sources(graph))

    def look_at_everything(self) -> None:
        """Drop what has lost its activity, let scopes end that only waited for it, and settle all, until nothing changes."""
        while True:
            before = self.picture()
            for address in list(self.composites):
                if address in self.composites and self.is_lost(address):
                    self.drop(address)
            for path, scope in list(self.scopes.items()):
                if path in self.scopes and self.alive(path):
                    scope.settle()
            if self.picture() == before:
                return

    def is_lost(self, address: Address) -> bool:
        path, node, visit = address
        scope = self.scopes[path]
        if address not in self.detached:
            return (node, visit) not in scope.active
        return scope.state == "completed" or self.composites[address].idle()

    def drop(self, address: Address) -> None:
        """A composite and all that runs in it is gone."""
        composite = self.composites.pop(address, None)
        if composite is None:
            return
        if address in self.detached:
            self.detached.remove(address)
            self.scopes[address[0]].detached -= 1
        for path in list(composite.runs.values()):
            self.drop_scope(path)

    def drop_scope(self, path: str) -> None:
        for address in [address for address in self.composites if address[0] == path]:
            self.drop(address)
        scope = self.scopes.pop(path)
        del self.composite_of[path]
        scope.leave_lines()

    def picture(self) -> list[Any]:
        return [
            (path, s.state, list(s.visits), sorted(s.active), {e: len(q) for e, q in s.tokens.items()}, s.detached)
            for path, s in self.scopes.items()
        ]


def _sources(graph: Graph) -> list[int]:
    return [node.index for node in graph.nodes if not graph.incoming[node.index]]
