"""The workflows of the simulation: what the protocol must carry, each as small as it can be."""

from __future__ import annotations

from typing import Any


def _node(id: str, type: str = "sim.inline", needs: str = "", **more: Any) -> dict[str, Any]:
    config = more.pop("config", {"needs": needs.split(), **more.pop("work", {})})
    return {"id": id, "type": type, "config": config, **more}


def _graph(nodes: list[dict[str, Any]], edges: str, **settings: Any) -> dict[str, Any]:
    parsed = []
    for edge in edges.split():
        source, target = edge.split(">")
        source, _, port = source.partition(".")
        parsed.append({"source": source, "target": target, **({"port": port} if port else {})})
    return {"nodes": nodes, "edges": parsed, "settings": settings}


RETRY = {"max_attempts": 3, "initial_interval": "2s", "backoff": 2, "max_interval": "1m", "jitter": 0.2}

WORKFLOWS: dict[str, Any] = {
    "sequence": _graph(
        [_node("a"), _node("b", needs="a", retry=RETRY, work={"fail": 1}), _node("c", "sim.thread", needs="a b")], "a>b b>c"
    ),
    "fork": _graph(
        [
            _node("a"),
            _node("b", "sim.thread", needs="a"),
            _node("c", "sim.thread", needs="a", retry=RETRY, work={"fail": 2}),
            _node("d", needs="a"),
            _node("e", needs="b c d"),
        ],
        "a>b a>c a>d b>e c>e d>e",
    ),
    "signal": _graph(
        [
            _node("a"),
            _node("s", "signal.wait", config={"signal": "go", "timeout": "7s"}),
            _node("said", "sim.thread", needs="s"),
            _node("late", needs="s"),
        ],
        "a>s s>said s.timeout>late",
    ),
    "beside": _graph(
        [
            _node("a"),
            _node("s", "signal.wait", config={"signal": "go", "timeout": "3s"}),
            _node("b", "sim.thread", needs="a"),
            _node("c", "sim.thread", needs="b"),
            _node("end", needs="s c"),
        ],
        "a>s a>b b>c s>end s.timeout>end c>end",
    ),
    "approval": _graph(
        [_node("ask", "approval", config={"title": "ok?"}), _node("yes", needs="ask"), _node("no", "sim.thread", needs="ask")],
        "ask.approved>yes ask.rejected>no",
    ),
    "once": _graph(
        [
            _node("a", "sim.thread", delivery="at_most_once", work={"once": True}),
            _node("b", "sim.inline", needs="a", delivery="at_most_once", work={"once": True}),
        ],
        "a>b",
    ),
    "timer": _graph([_node("a"), _node("w", "wait", config={"duration": "5s"}), _node("b", needs="w")], "a>w w>b", timeout="40s"),
    "again": _graph(
        [_node("a"), _node("b", "sim.thread", needs="a", work={"fail": 1})], "a>b", retry={**RETRY, "initial_interval": "1s"}
    ),
    "map": _graph(
        [
            _node("a"),
            _node(
                "each",
                "for_each",
                config={
                    "count": 4,
                    "concurrency": 2,
                    "graph": _graph(
                        [
                            _node("x", "sim.thread", retry=RETRY, work={"fail": 1}),
                            _node("s", "signal.wait", config={"signal": "go", "timeout": "4s"}),
                            _node("y", "sim.thread"),
                            _node("z"),
                        ],
                        "x>s x>y s>z s.timeout>z y>z",
                    ),
                },
            ),
            _node("b", needs="each"),
        ],
        "a>each each>b",
    ),
    "shaky map": _graph(
        [
            _node(
                "each",
                "for_each",
                config={
                    "items": [1, 2, 3],
                    "graph": _graph([_node("x", "sim.thread", work={"fail": 1}), _node("y", "sim.thread", work={"fail": 1})], "x>y"),
                },
                retry={**RETRY, "max_attempts": 5},
            ),
            _node("b", "sim.thread", needs="each"),
        ],
        "each>b",
    ),
    "loop": _graph(
        [
            _node(
                "loop",
                "repeat",
                config={
                    "max": 3,
                    "graph": _graph([_node("x", "sim.thread", mutex="m"), _node("s", "wait", config={"duration": "2s"})], "x>s"),
                },
            ),
            _node("m", "sim.thread", mutex="m"),
            _node("b", needs="loop m"),
        ],
        "loop>b m>b",
    ),
    "race": _graph(
        [
            _node(
                "each",
                "for_each",
                config={"count": 3, "complete_after": 1, "rest": "ignore", "graph": _graph([_node("x", "sim.thread")], "")},
            ),
            _node("b", "sim.thread", needs="each"),
        ],
        "each>b",
    ),
    "family": _graph(
        [
            _node("a"),
            _node(
                "each",
                "for_each",
                config={"count": 2, "distribute": True, "graph": _graph([_node("x", "sim.thread"), _node("y")], "x>y")},
            ),
            _node("b", needs="each"),
        ],
        "a>each each>b",
    ),
    "undone": _graph(
        [
            _node("a", compensate={"type": "sim.thread", "config": {}}),
            _node(
                "each",
                "for_each",
                config={
                    "count": 2,
                    "graph": _graph([_node("x", "sim.thread", compensate={"type": "sim.thread", "config": {"fail": 1}, "retry": RETRY})], ""),
                },
            ),
            _node("s", "signal.wait", config={"signal": "go", "timeout": "3s"}),
            _node("b", needs="each", work={"fail": 99}),
        ],
        "a>each a>s each>b",
    ),
    "doomed": _graph(
        [
            _node("a"),
            _node("b", needs="a", work={"fail": 99}),
            _node("c", "sim.thread", needs="a", delivery="at_most_once", work={"once": True}),
        ],
        "a>b a>c",
    ),
    "kin": _graph(
        [
            _node("a"),
            _node("child", "workflow", config={"workflow": "late kin"}),
            _node("ask", "wait_any", config={"any": [{"port": "out", "signal": "go"}, {"port": "out", "duration": "4s"}]}),
            _node("b", "sim.thread", needs="ask", work={"fail": 2}),
        ],
        "a>child a>ask ask>b",
    ),
    "late kin": _graph([_node("s", "signal.wait", config={"signal": "go", "timeout": "30s"})], ""),
}
