"""Reads the results of executions from the database of a house."""

from __future__ import annotations

import re
from collections.abc import Sequence

from treadle.domain.records import ExecutionRecord, JournalRow
from treadle.domain.states import TERMINAL
from treadle.domain.values import decode
from treadle.engine.history import History
from treadle.engine.program import Programs
from treadle.testing.coverage import coverage_of, node_ids
from treadle.testing.results import Result, nodes_of, taken_over
from treadle.testing.waits import sentences
from treadle.testing.world import World

PAGE = 1000
_EXECUTION = re.compile(r"exec-[0-9a-f]+")


class Reader:
    def __init__(self, world: World) -> None:
        self._world = world
        self._programs = Programs(world.handlers)

    def result(self, execution_id: str) -> Result:
        """As it stands now. NotFoundError."""
        store = self._world.store
        record = store.executions.get(execution_id)
        version = store.workflows.get(record.workflow, record.version)
        program = self._programs.of(record, version.graph_json)
        journal = self.journal(execution_id)
        kept = taken_over(journal)
        return Result(
            id=record.id,
            workflow=record.workflow,
            status=str(record.status),
            input=_decoded(record.input_json),
            output=_decoded(record.output_json),
            error=_decoded(record.error_json),
            record=record,
            journal=journal,
            coverage=coverage_of(program, journal[kept:]),
            calls=[call for call in self._world.stage.calls if call.execution_id == execution_id],
            waits=() if record.status in TERMINAL else sentences(self._world.engine, execution_id),
            crashes=self._world.crew.crashes,
            children=[self.result(child.id) for child in _as_started(self.executions(parent=execution_id), journal)],
            _kept=kept,
            _nodes=nodes_of(History.of(record.id, journal).rows, node_ids(program)),
        )

    def journal(self, execution_id: str) -> list[JournalRow]:
        rows: list[JournalRow] = []
        while batch := self._world.store.executions.journal(execution_id, after=rows[-1].seq if rows else 0, limit=PAGE):
            rows.extend(batch)
        return rows

    def executions(self, *, workflow: str | None = None, parent: str | None = None) -> Sequence[ExecutionRecord]:
        """Oldest first."""
        found: list[ExecutionRecord] = []
        cursor = None
        while True:
            page = self._world.store.executions.list(workflow=workflow, parent=parent, limit=200, cursor=cursor)
            found.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return found[::-1]


def _as_started(children: Sequence[ExecutionRecord], journal: Sequence[JournalRow]) -> list[ExecutionRecord]:
    """Those of one moment in the order in which the journal names them: their ids are random."""
    named: dict[str, int] = {}
    for row in journal:
        for execution_id in _EXECUTION.findall(f"{row.detail_json} {row.output_json}"):
            named.setdefault(execution_id, len(named))
    return sorted(children, key=lambda child: (child.created_at, named.get(child.id, len(named))))


def _decoded(text: str | None) -> object:
    return None if text is None else decode(text)
