"""Retries from an earlier node: a failed execution takes back what descends from it, and goes on there."""

from __future__ import annotations

from treadle.domain.errors import ConflictError
from treadle.domain.records import ExecutionRecord, JournalRow, Message, MessageKind
from treadle.domain.states import ExecutionStatus
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.engine.history import REWIND
from treadle.engine.program import Program, Programs
from treadle.engine.rewinding import rewind, to_rewind
from treadle.engine.starting import starts_of
from treadle.ports import Ids, Store


def journal_of(store: Store, execution_id: str) -> list[JournalRow]:
    """All rows there are now: rows are only ever added, so what is read is a state that it was in."""
    rows: list[JournalRow] = []
    while batch := store.executions.journal(execution_id, after=rows[-1].seq if rows else 0):
        rows.extend(batch)
    return rows


def program_of(store: Store, programs: Programs, record: ExecutionRecord) -> Program:
    found = store.workflows.get(record.workflow, record.version)
    return programs.of(record, found.graph_json)


class Retries:
    def __init__(self, store: Store, ids: Ids, programs: Programs) -> None:
        self._store = store
        self._ids = ids
        self._programs = programs

    def message(self, execution_id: str, from_node: str) -> Message:
        """What asks for it. It is only taken up if the journal is then as it is now.

        NotFoundError, DefinitionError: the place. ConflictError: it is not failed, or has been undone.
        """
        record = self._store.executions.get(execution_id)
        if record.status is not ExecutionStatus.FAILED:
            hint = f"only failed ones are retried; go on in a new one: treadle executions fork {record.id} --from {from_node}"
            raise ConflictError(f"execution {record.id} is {record.status}: {hint}", state=str(record.status))
        program = program_of(self._store, self._programs, record)
        rows = journal_of(self._store, record.id)
        rewound = rewind(record.id, program, starts_of(program.graph, record.trigger_json), rows, from_node)
        asked = {"from_node": str(rewound.place), REWIND: to_rewind(rewound, rows).to_json()}
        payload = encode(asked, limit=INPUT_LIMIT, name="rewind")
        return Message(record.id, MessageKind.RETRY, self._ids.message(), payload_json=payload)
