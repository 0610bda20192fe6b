"""What an owner reads and gives back (T6, T7, T10); claims and commits have modules of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter

from treadle.domain.records import (
    Claim,
    ClaimReply,
    Commit,
    CommitReply,
    ExecutionRecord,
    InboxRow,
    JournalRow,
    Known,
    Loaded,
)
from treadle.store import rows
from treadle.store.claims import Claims
from treadle.store.commits import Commits
from treadle.store.database import Database, Session

SET_ASIDE = 3
"""With so many crashes the next owner ends an execution without loading its journal."""

NOTHING = Known()

_PLACE = itemgetter(0, 1)


class Ownership:
    def __init__(self, database: Database, *, claims: Claims, commits: Commits, head_start: int) -> None:
        self._database = database
        self._claims = claims
        self._commits = commits
        self._head_start = head_start

    def claim(
        self, owner: str, *, queues: Sequence[str], limit: int, after_key: int | None = None, owns_nothing: bool = False
    ) -> ClaimReply:
        return self._claims.claim(owner, queues=queues, limit=limit, after_key=after_key, owns_nothing=owns_nothing)

    def commit(self, owner: str, commit: Commit) -> CommitReply:
        return self._commits.commit(owner, commit)

    def owned(self, owner: str) -> Sequence[Claim] | None:
        with self._database.reading() as session:
            found = session.rows("owned", owner=owner)
        if not found:
            return None
        return [rows.claim(row) for row in found if row[0] is not None]

    def move(self, owner: str, claim: Claim, row: JournalRow, *, version: int | None) -> bool:
        with self._database.writing() as session:
            if session.row("fence", owner=owner) is None:
                return False
            mine = {"id": claim.execution_id, "owner": owner, "claim_no": claim.claim_no}
            if session.row("lock_owned", **mine) is None:
                return False
            session.run("copy_row", **row._replace(by=owner)._asdict())
            session.run("move_execution", id=claim.execution_id, version=version, head_start=self._head_start)
        return True

    def release(self, owner: str, claims: Sequence[tuple[str, int]]) -> int | None:
        with self._database.writing() as session:
            if session.row("fence", owner=owner) is None:
                return None
            pairs = rows.json_list([list(claim) for claim in claims])
            return session.run("give_back", owner=owner, pairs=pairs, head_start=self._head_start)

    def load(self, execution_ids: Sequence[str], *, after: Mapping[str, Known] | None = None) -> Sequence[Loaded]:
        known = after or {}
        # The rows are read before the inboxes: an inbox may then be ahead of its row, never behind.
        with self._database.reading() as session:
            found = session.rows("load_executions", ids=list(execution_ids))
            records = {row[0]: rows.execution_record(row, self._database.time) for row in found}
            graphs = self._graphs(session, {(each.workflow, each.version) for each in records.values()})
            whole = [each.id for each in records.values() if each.crashes < SET_ASIDE]
            journals = self._journals(session, [(each, known.get(each, NOTHING).seq) for each in whole])
            for execution_id in records.keys() - set(whole):
                journals[execution_id] = self._last_row(session, execution_id)
            inboxes = self._inboxes(session, [(each, known.get(each, NOTHING).inbox_seq) for each in records])
        ordered = [records[execution_id] for execution_id in execution_ids if execution_id in records]
        return [
            Loaded(each, graphs[each.workflow, each.version], journals.get(each.id, ()), inboxes.get(each.id, ()))
            for each in ordered
        ]

    def inbox(self, execution_id: str, *, after: int) -> Sequence[InboxRow]:
        with self._database.reading() as session:
            found = session.rows("read_inbox", execution_id=execution_id, after=after)
        return [rows.inbox_row(row, self._database.time) for row in found]

    def state(self, execution_id: str) -> ExecutionRecord | None:
        with self._database.reading() as session:
            row = session.row("get_state", id=execution_id)
        return None if row is None else rows.execution_record(row, self._database.time)

    def journal_rows(self, execution_id: str, seqs: Sequence[int]) -> Sequence[JournalRow]:
        with self._database.reading() as session:
            found = session.rows("journal_rows", execution_id=execution_id, seqs=list(seqs))
        return [rows.journal_row(row, self._database.time) for row in found]

    def _graphs(self, session: Session, versions: set[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """One text for each version, shared by its executions. The store starts no execution without one."""
        found = {}
        for workflow, version in versions:
            [(found[workflow, version],)] = session.rows("load_graph", workflow=workflow, version=version)
        return found

    def _journals(self, session: Session, known: Sequence[tuple[str, int]]) -> dict[str, tuple[JournalRow, ...]]:
        time = self._database.time
        found = sorted(session.rows("load_journal", known=rows.json_list(known)), key=_PLACE)
        journal = [rows.journal_row(row, time) for row in found]
        return {execution_id: tuple(group) for execution_id, group in groupby(journal, key=itemgetter(0))}

    def _last_row(self, session: Session, execution_id: str) -> tuple[JournalRow, ...]:
        row = session.row("load_last_row", execution_id=execution_id)
        return () if row is None else (rows.journal_row(row, self._database.time),)

    def _inboxes(self, session: Session, known: Sequence[tuple[str, int]]) -> dict[str, tuple[InboxRow, ...]]:
        time = self._database.time
        found = sorted(session.rows("load_inbox", known=rows.json_list(known)), key=_PLACE)
        inbox = [rows.inbox_row(row, time) for row in found]
        return {execution_id: tuple(group) for execution_id, group in groupby(inbox, key=attrgetter("execution_id"))}
