"""The lines that nodes have said. The engine writes them and never reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from treadle.domain.node_logs import LogLine, NewLogLine
from treadle.store.database import Database


class NodeLogs:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, lines: Sequence[NewLogLine]) -> None:
        if lines:
            with self._database.writing() as session:
                session.run_many("write_log_line", map(asdict, lines))

    def counts(self, execution_ids: Sequence[str], *, most: int) -> Mapping[str, int]:
        with self._database.reading() as session:
            counted = {each: session.rows("count_log_lines", execution_id=each, most=most) for each in execution_ids}
        return {execution_id: count for execution_id, [(count,)] in counted.items()}

    def list(
        self, execution_id: str, *, node_id: str | None = None, scope: str | None = None, visit: int | None = None,
        after: int = 0, limit: int = 200,
    ) -> Sequence[LogLine]:  # fmt: skip
        wanted = {"execution_id": execution_id, "node_id": node_id, "scope": scope, "visit": visit}
        with self._database.reading() as session:
            rows = session.rows("read_log_lines", **wanted, after=after, limit=limit)
        return [LogLine(seq, self._database.time(at), *rest) for seq, at, *rest in rows]
