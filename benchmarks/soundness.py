"""What the check at save costs: `python benchmarks/soundness.py [NODES]`, for graphs of 500 nodes if not told otherwise."""

from __future__ import annotations

import sys
import time
from collections import Counter
from random import Random
from typing import Any

from treadle.activities.registry import built_in_registry
from treadle.domain.graph_parser import parse_graph
from treadle.domain.soundness import examine_graph

NODE_TYPES = built_in_registry().node_types
IF: dict[str, Any] = {"type": "if", "config": {"condition": "input.x > 1"}}

Config = dict[str, Any]


def graph(size: int, pairs: list[tuple[int, int, str]], fields: dict[int, Config] | None = None) -> Config:
    nodes = [{"id": f"n{index}", "type": "noop", **(fields or {}).get(index, {})} for index in range(size)]
    edges = [
        {"source": f"n{source}", "target": f"n{target}", **({"port": port} if port else {})} for source, target, port in pairs
    ]
    return {"nodes": nodes, "edges": edges}


def chain(size: int) -> Config:
    return graph(size, [(i, i + 1, "") for i in range(size - 1)])


def choices(size: int) -> Config:
    """One `if` after the other, its two sides joined each time."""
    count = size // 3
    sides = [(3 * i, 3 * i + 1 + side, ("true", "false")[side]) for i in range(count) for side in (0, 1)]
    joins = [(3 * i + 1 + side, 3 * i + 3, "") for i in range(count) for side in (0, 1)]
    return graph(3 * count + 1, sides + joins, {3 * i: IF for i in range(count)})


def fan(size: int) -> Config:
    """A fork into chains of three, joined by `all`: the most orders of completion."""
    width = (size - 2) // 3
    pairs = []
    for branch in range(width):
        first = 1 + 3 * branch
        pairs += [(0, first, ""), (first, first + 1, ""), (first + 1, first + 2, ""), (first + 2, 3 * width + 1, "")]
    return graph(3 * width + 2, pairs, {3 * width + 1: {"join": "all"}})


def racing(size: int) -> Config:
    """The same with a join that takes the first and cancels the rest."""
    config = fan(size)
    config["nodes"][-1].update(join="first", rest="cancel")
    return config


def irregular(size: int, *, loops: int = 0) -> Config:
    """Edges from each node to up to three later ones; with `loops`, as many ways back from an `if`."""
    random = Random(1)
    pairs = [(random.randrange(max(0, i - 8), i), i, "") for i in range(1, size)]
    pairs += [(i, min(size - 1, i + random.randint(2, 9)), "") for i in range(size - 1) if random.random() < 0.6]
    fields: dict[int, Config] = {}
    for place in random.sample(range(size // 4, size), loops):
        fields[place] = IF
        pairs = [(s, t, "true" if s == place else p) for s, t, p in pairs]
        pairs.append((place, random.randrange(max(0, place - 20), place), "false"))
    return graph(size, pairs, fields)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    cases = {
        "chain": chain(size),
        "choices in a row": choices(size),
        "fork into chains, all": fan(size),
        "fork into chains, first, rest cancel": racing(size),
        "irregular, acyclic": irregular(size),
        "irregular, 20 loops": irregular(size, loops=min(20, size // 5)),
    }
    print(f"{'graph':40} {'nodes':>6} {'edges':>6} {'ms':>8}  findings")
    for name, config in cases.items():
        parsed = parse_graph(config, NODE_TYPES)
        began = time.perf_counter()
        findings = examine_graph(parsed, NODE_TYPES)
        spent = time.perf_counter() - began
        counts = Counter(finding.code for finding in findings)
        told = ", ".join(f"{code} {count}" for code, count in counts.items())
        print(f"{name:40} {len(parsed.nodes):>6,} {len(parsed.edges):>6,} {1000 * spent:>8.0f}  {told}")


if __name__ == "__main__":
    main()
