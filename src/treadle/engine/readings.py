"""Journals as people read them, folded; of long ones that are looked at again and again only the new rows are read."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from treadle.domain.errors import DefinitionError, MarkingError
from treadle.domain.records import ExecutionRecord, JournalRow
from treadle.domain.states import TERMINAL
from treadle.engine.execution_state import ExecutionState
from treadle.engine.history import MOVE, REWIND, History, version_of
from treadle.engine.program import Program, Programs
from treadle.engine.starting import starts_of
from treadle.ports import Store

if TYPE_CHECKING:
    from treadle.engine.node_states import NodeTally

WORTH_KEEPING = 500
"""Rows; shorter journals are read anew."""
MOST_READINGS = 64
MOST_ROWS = 100_000
MOST_CHARACTERS = 32 << 20


@dataclass(slots=True)
class Reading:
    """`program` is None when the version cannot be read here, `state` also for an execution that is over."""

    rows: list[JournalRow]
    program: Program | None = None
    state: ExecutionState | None = None
    tally: NodeTally | None = None
    tallied: int = 0
    """How many rows are in the tally."""

    def counted(self) -> Sequence[JournalRow]:
        """The rows without those that a retry from an earlier node has taken back."""
        try:
            return History.of("", self.rows).rows
        except MarkingError:
            return self.rows


class Readings:
    """Safe to use from any thread: a kept reading is used by one at a time, the others read anew."""

    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._programs = programs
        self._lock = threading.Lock()
        self._kept: dict[str, Reading] = {}

    @contextmanager
    def of(self, record: ExecutionRecord, *, again: bool = False) -> Iterator[Reading]:
        """What the journal says now; only to be looked at inside the `with`. `again`: it will soon be asked for again."""
        reading = self._go_on(record) or self._read(record)
        yield reading
        self._keep(record.id, reading, fewest=1 if again else WORTH_KEEPING)

    def _read(self, record: ExecutionRecord) -> Reading:
        reading = Reading(self._rows(record.id, after=0))
        record = replace(record, version=version_of(reading.rows, record.version))  # it may have moved since it was read
        try:
            version = self._store.workflows.get(record.workflow, record.version)
            reading.program = program = self._programs.of(record, version.graph_json)
            if record.status not in TERMINAL:
                starts = starts_of(program.graph, record.trigger_json)
                reading.state = ExecutionState.fold(record.id, program, starts, reading.rows)
        except (DefinitionError, MarkingError):
            reading.state = None
        return reading

    def _go_on(self, record: ExecutionRecord) -> Reading | None:
        """The kept reading with the rows that are new; None if there is none, or the journal is not what it was."""
        with self._lock:
            reading = self._kept.pop(record.id, None)
        if reading is None or reading.state is None or record.status in TERMINAL:
            return None
        last = reading.rows[-1]
        found = self._rows(record.id, after=last.seq - 1)
        if not found or found[0] != last or any(row.status in (REWIND, MOVE) for row in found):
            return None
        try:
            reading.state.go_on(found[1:])
        except MarkingError:
            return None
        reading.rows.extend(found[1:])
        return reading

    def _keep(self, execution_id: str, reading: Reading, *, fewest: int) -> None:
        if reading.state is None or len(reading.rows) < fewest or reading.state.characters > MOST_CHARACTERS:
            return
        with self._lock:
            self._kept[execution_id] = reading
            while self._too_much():
                del self._kept[next(iter(self._kept))]

    def _too_much(self) -> bool:
        kept = self._kept.values()
        characters = sum(each.state.characters for each in kept if each.state is not None)
        return len(kept) > MOST_READINGS or sum(len(each.rows) for each in kept) > MOST_ROWS or characters > 2 * MOST_CHARACTERS

    def _rows(self, execution_id: str, *, after: int) -> list[JournalRow]:
        rows: list[JournalRow] = []
        while batch := self._store.executions.journal(execution_id, after=rows[-1].seq if rows else after):
            rows.extend(batch)
        return rows
