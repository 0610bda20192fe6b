"""Moves: an open execution goes on with another version of its workflow, if what it has done fits that version.

Only its owner changes it, as with everything else: what is checked here is checked again when the message is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from treadle.domain.errors import ConflictError, DefinitionError, Finding, MarkingError, NotFoundError
from treadle.domain.records import ExecutionRecord, JournalRow, Message, MessageKind, MessageOutcome, RowKind
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.engine.fitting import ChangedNode, Fit, fit
from treadle.engine.history import MOVE, NOT_MOVED, version_of
from treadle.engine.inspection import waiting_on
from treadle.engine.mover import over
from treadle.engine.program import Programs
from treadle.engine.retrying import journal_of
from treadle.ports import Store, Wakeup

OPEN = (ExecutionStatus.RUNNING, ExecutionStatus.WAITING, ExecutionStatus.PAUSED, ExecutionStatus.FAILED)
"""Statuses in which an execution may be open: a failed one while it is to be tried again by its own policy."""

PAGE = 20


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes, or would become, of one execution. `begins` are places that the new version adds to what is under way.

    A finding's path is a place in the execution. `waiting` is what it goes on to wait for, as `waiting_on` says it.
    """

    id: str
    status: ExecutionStatus
    from_version: int
    version: int
    findings: tuple[Finding, ...]
    waiting: tuple[dict[str, Any], ...]
    begins: tuple[str, ...]
    changed: tuple[ChangedNode, ...]

    @property
    def fits(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Moves:
    """One page of the open executions of a workflow: `conflicts` are those that ended, or were moved by others, meanwhile."""

    items: tuple[Move, ...]
    conflicts: tuple[tuple[str, str], ...]
    next_cursor: str | None


class Moving:
    def __init__(self, store: Store, wakeup: Wakeup, programs: Programs) -> None:
        self._store = store
        self._wakeup = wakeup
        self._programs = programs

    def move(self, execution_id: str, version: int, *, by: str | None = None, dry_run: bool = False) -> Move:
        """Ask the owner to go on with another version; `dry_run`: only say whether it fits.

        NotFoundError (execution, version). ConflictError: it is over, or another move is under way. DefinitionError with all
        places that do not fit, if it is no dry run.
        """
        rows, record, moved = self._look(execution_id, version)
        if dry_run:
            return moved
        if not moved.fits:
            raise DefinitionError(moved.findings)
        return self._send(record, rows, moved, by)

    def move_all(
        self, workflow: str, from_version: int, version: int, *, by: str | None = None, dry_run: bool = False, limit: int = 100,
        cursor: str | None = None, seconds: float = 20.0,
    ) -> Moves:  # fmt: skip
        """The same for all open executions of one version; those that do not fit are left as they are, and say why.

        A page looks at `limit` open executions of the workflow at most, whatever their version, and ends early after `seconds`:
        it may be empty and not be the last.
        """
        for each in (from_version, version):
            self._store.workflows.get(workflow, each)
        until = self._store.now() + timedelta(seconds=seconds)
        items: list[Move] = []
        conflicts: list[tuple[str, str]] = []
        while limit > 0:
            found, cursor = self._open(workflow, min(PAGE, limit), cursor)
            limit -= max(1, len(found))
            for listed in found:
                if listed.version != from_version or not _is_open(listed):
                    continue
                try:
                    rows, record, moved = self._look(listed.id, version)
                    items.append(moved if dry_run or not moved.fits else self._send(record, rows, moved, by))
                except (ConflictError, NotFoundError) as late:
                    conflicts.append((listed.id, str(late)))
            if cursor is None or self._store.now() >= until:
                break
        return Moves(tuple(items), tuple(conflicts), cursor)

    def _open(self, workflow: str, limit: int, cursor: str | None) -> tuple[Sequence[ExecutionRecord], str | None]:
        """The next executions of one status, and where to go on: there, or with the next status."""
        first, _, inner = (cursor or OPEN[0].value).partition("~")
        if first not in OPEN:
            raise DefinitionError([Finding("cursor", "not a cursor of this list", "cursor", "pass `next_cursor` as it was given")])
        status = ExecutionStatus(first)
        page = self._store.executions.list(status=status, workflow=workflow, limit=limit, cursor=inner or None)
        if page.next_cursor is not None:
            return page.items, f"{status}~{page.next_cursor}"
        rest = OPEN[OPEN.index(status) + 1 :]
        return page.items, rest[0].value if rest else None

    def _send(self, record: ExecutionRecord, rows: Sequence[JournalRow], moved: Move, by: str | None) -> Move:
        reply = self._store.executions.send(_message(record, rows, moved, by))
        if reply.outcome is MessageOutcome.REFUSED:
            raise _too_late(replace(record, status=reply.status or record.status), moved.version)
        if reply.outcome is MessageOutcome.NOT_FOUND:
            raise NotFoundError("execution", record.id)
        if reply.outcome is MessageOutcome.DUPLICATE:
            words = f"execution {record.id} is being moved already; its journal says what becomes of it"
            raise ConflictError(words, state=str(record.status))
        self._wakeup.notify()
        return replace(moved, status=reply.status or record.status)

    def _look(self, execution_id: str, version: int) -> tuple[Sequence[JournalRow], ExecutionRecord, Move]:
        """The rows are read before the record: the version that it has then is one that they fit."""
        rows = journal_of(self._store, execution_id)
        record = self._store.executions.get(execution_id)
        now = version_of(rows, record.version)
        if not _is_open(record):
            raise _too_late(record, version)
        record = replace(record, version=now)
        if version == now:
            words = f"execution {record.id} has version {now} already"
            raise DefinitionError([Finding("same_version", words, "version", "name another version")])
        if over(rows):
            raise ConflictError(f"execution {record.id} is being cancelled or undone: too late to move it", state="cancelled")
        here = self._store.workflows.get(record.workflow, now)
        there = self._store.workflows.get(record.workflow, version)
        program = self._programs.of(record, here.graph_json)
        target = self._programs.of(replace(record, version=version), there.graph_json)
        try:
            found = fit(record.id, program, target, record.trigger_json, rows)
        except MarkingError as error:
            words = f"execution {record.id} cannot be read under its own version: {error}"
            raise ConflictError(words, state="unreadable") from error
        waiting = _waiting(record, found)
        move = Move(record.id, record.status, now, version, found.findings, waiting, found.begins, found.changed)
        return rows, record, move


def _is_open(record: ExecutionRecord) -> bool:
    return record.status not in TERMINAL or record.next_retry_at is not None


def _waiting(record: ExecutionRecord, found: Fit) -> tuple[dict[str, Any], ...]:
    return tuple(waiting_on(record, found.state)) if found.state is not None else ()


def _message(record: ExecutionRecord, rows: Sequence[JournalRow], move: Move, by: str | None) -> Message:
    """Numbered by the moves that came before it: of two that are asked for at the same time one wins."""
    earlier = sum(row.kind == RowKind.CONTROL and row.status in (MOVE, NOT_MOVED) for row in rows)
    asked = {"version": move.version, "from": move.from_version, **({"by": by} if by is not None else {})}
    payload = encode(asked, limit=INPUT_LIMIT, name="move")
    return Message(record.id, MessageKind.MOVE, f"move:{earlier + 1}", payload_json=payload)


def _too_late(record: ExecutionRecord, version: int) -> ConflictError:
    hint = f"go on in a new one: treadle executions fork {record.id} --from NODE --version {version}"
    return ConflictError(f"execution {record.id} is {record.status}: too late to move it; {hint}", state=str(record.status))

