"""The worker's side of a move: an execution that is asked to have another version is moved before anything else of it runs.

Nothing of it is in memory then. The row that says so and the new version are written together, and it is given back:
whoever claims it next folds it under the graph that it has now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from treadle.domain.errors import DefinitionError, Finding, NotFoundError
from treadle.domain.records import Claim, InboxRow, JournalRow, Loaded, MessageKind, RowKind
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.engine.fitting import fit
from treadle.engine.frames import TOP
from treadle.engine.history import MOVE, NOT_MOVED, asked_for
from treadle.engine.hosting import WorkItem
from treadle.engine.mailbox import fields_of
from treadle.engine.outcomes import Failure
from treadle.engine.program import Programs
from treadle.ports import Store

NAMED = 100
"""How many findings a row keeps."""


def pending_move(loaded: Loaded) -> InboxRow | None:
    """The move that it is asked for. One that is to go back first has its turn after that."""
    consumed = {row.message_seq for row in loaded.rows}
    waiting = (each for each in loaded.inbox if each.kind is MessageKind.MOVE and each.seq not in consumed)
    return next(waiting, None) if asked_for(loaded.inbox, loaded.rows) is None else None


class Mover:
    """Implements `hosting.Owned`: an execution while it is moved, of which nothing runs."""

    def __init__(
        self, store: Store, programs: Programs, claim: Claim, loaded: Loaded, message: InboxRow, *, owner: str, now: datetime
    ) -> None:
        self.claim_no = claim.claim_no
        self.crashes = claim.crashes
        self.seen = claim.inbox_seq
        self.holds_slot = False
        self.next_due = None
        self.program = None
        self.record = loaded.record
        self.id = claim.execution_id
        self._store = store
        self._programs = programs
        self._claim = claim
        self._loaded = loaded
        self._message = message
        self._owner = owner
        self._now = now

    def move(self) -> bool:
        """In a thread of its own. False if it is no longer ours; StoreUnavailableError: try again, with what is then stored."""
        asked = fields_of(self._message)
        findings = self._findings(asked)
        verb = NOT_MOVED if findings else MOVE
        row = self._row(verb, asked, findings)
        version = None if findings else int(asked["version"])
        return self._store.ownership.move(self._owner, self._claim, row, version=version)

    def _findings(self, asked: dict[str, Any]) -> Sequence[Finding]:
        """Why it cannot be moved: looked at once more, as it may have gone on since it was asked."""
        record, rows = self._loaded.record, self._loaded.rows
        if asked.get("from") != record.version:
            words = f"it was asked of version {asked.get('from')}, and has version {record.version} now"
            return [Finding("outdated", words, "", "ask again")]
        program = self._programs.of(record, self._loaded.graph_json)
        try:
            version = self._store.workflows.get(record.workflow, asked["version"])
            target = self._programs.of(replace(record, version=version.version), version.graph_json)
        except DefinitionError as error:
            return error.findings
        except NotFoundError as error:
            return [Finding("no_version", str(error), "version")]
        if over(rows):
            return [Finding("over", "it is cancelled, or what it did is undone", "", "start it anew in the other version")]
        return fit(record.id, program, target, record.trigger_json, rows).findings

    def _row(self, verb: str, asked: dict[str, Any], findings: Sequence[Finding]) -> JournalRow:
        named = [{"place": each.path, "message": each.message, "hint": each.hint} for each in findings[:NAMED]]
        detail = {"verb": verb, **asked, **({"findings": named} if named else {})}
        error = Failure("does_not_fit", findings[0].message).to_json("") if findings else None
        seq = self._loaded.rows[-1].seq + 1 if self._loaded.rows else 1
        return JournalRow(
            self.id, seq, RowKind.CONTROL, "", TOP, 0, 0, verb, error_json=error,
            detail_json=encode(detail, limit=INPUT_LIMIT, name="detail"), message_seq=self._message.seq,
            started_at=self._message.created_at, finished_at=self._now, by=self._owner,
        )  # fmt: skip

    # What its worker asks of it meanwhile

    def committed(self, item: WorkItem, *, applied: bool) -> None:
        """It takes part in no group commit."""

    def notice(self, messages: Iterable[InboxRow]) -> None:
        """Whoever claims it next reads them."""

    def receive(self, messages: Iterable[InboxRow]) -> None:
        """It takes no decision that could be refused."""

    def tick(self) -> None:
        """Nothing is due."""

    def forget(self) -> None:
        """There is nothing in memory."""

    def places_of(self, rows: Iterable[JournalRow], words: str) -> dict[str, str]:
        return {}


def over(rows: Sequence[JournalRow]) -> bool:
    """Whether a cancel has been accepted, or it undoes what it has done."""
    return any(row.kind == RowKind.CONTROL and row.status in ("cancel", "compensate") for row in rows)
