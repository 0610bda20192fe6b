"""Large things to look at: a graph of hundreds of nodes, a long history, an output of megabytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw

SLOW = {
    "nodes": [
        {"id": "begin", "type": "signal.wait", "name": "Begin", "config": {"signal": "begin"}},
        {"id": "work", "type": "demo.work", "name": "Work", "config": {"seconds": "2s"}},
        {"id": "door", "type": "signal.wait", "name": "Door", "config": {"signal": "open"}},
        {"id": "last", "type": "log", "name": "Last", "config": {"message": "done"}},
    ],
    "edges": [{"source": "begin", "target": "work"}, {"source": "work", "target": "door"}, {"source": "door", "target": "last"}],
}
"""Waits for the signal `begin`, works for two seconds, waits for the signal `open`, and ends."""


HEAVY = {
    "nodes": [
        {
            "id": "each", "type": "for_each",
            "config": {"items": "[1, 2, 3, 4, 5, 6]", "graph": {"nodes": [{"id": "copy", "type": "set", "config": {"value": "{{ input }}"}}], "edges": []}},
        },
        {"id": "end", "type": "log", "config": {"message": "done"}},
    ],
    "edges": [{"source": "each", "target": "end"}],
}  # fmt: skip
"""The output of `each` is six times its input."""


def wide_graph(count: int, width: int = 25) -> dict[str, Any]:
    """Rows of nodes side by side, each joined to two of the row before."""
    nodes = [{"id": f"n{number}", "type": "noop", "name": f"Step {number}"} for number in range(count)]
    edges = [
        {"source": f"n{source}", "target": f"n{number}"}
        for number in range(width, count)
        for source in sorted({number - width, number - width + (1 if number % width + 1 < width else 0)})
    ]
    return {"nodes": nodes, "edges": edges}


def copy_execution(database: Path, execution_id: str, count: int) -> None:
    """Add copies of an execution, each begun a second before the one before it. Their ids are `exec-copy-00001` and on."""
    connection = apsw.Connection(str(database))
    connection.set_busy_timeout(30_000)
    columns = [str(row[1]) for row in connection.execute("PRAGMA table_info(execution)")]
    new = {"id": "printf('exec-copy-%05d', n)", "created_at": "created_at - n * 1000000", "idempotency_key": "NULL"}
    connection.execute(
        f"""INSERT INTO execution ({", ".join(columns)})
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
            SELECT {", ".join(new.get(column, column) for column in columns)} FROM execution, numbers WHERE id = ?""",
        (count, execution_id),
    )
    connection.close()


def large_rows(size: int) -> list[dict[str, Any]]:
    """A list whose JSON has about so many bytes."""
    return [{"number": number, "name": f"customer {number}", "note": "lorem ipsum " * 15} for number in range(size // 225)]
