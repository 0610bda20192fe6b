"""Taking runnable executions, most urgent first (T5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from treadle.domain.records import ClaimReply
from treadle.store import rows
from treadle.store.database import SMALLEST_KEY, Database, Row

SUSPECT = 2
"""With so many crashes an execution runs alone. `queries/ownership.sql` repeats it."""


class Claims(Protocol):
    def claim(
        self, owner: str, *, queues: Sequence[str], limit: int, after_key: int | None, owns_nothing: bool
    ) -> ClaimReply: ...


class PostgresClaims:
    """One statement, one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, owner: str, *, queues: Sequence[str], limit: int, after_key: int | None, owns_nothing: bool
    ) -> ClaimReply:
        with self._database.writing_once() as session:
            found = session.rows(
                "claim",
                owner=owner,
                queues=list(queues),
                limit=limit,
                after_key=SMALLEST_KEY if after_key is None else after_key,
                owns_nothing=owns_nothing,
            )
        fence, now = found[0][:2]
        taken = [row[2:] for row in found if row[2] is not None]
        return ClaimReply(
            fenced=not fence,
            now=now,
            claims=tuple(rows.claim(row[:4]) for row in taken),
            last_key=taken[-1][4] if taken else None,
        )


class SqliteClaims:
    """One transaction; a writer has the database to itself, so nothing is skipped."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, owner: str, *, queues: Sequence[str], limit: int, after_key: int | None, owns_nothing: bool
    ) -> ClaimReply:
        with self._database.writing() as session:
            [(now,)] = session.rows("clock")
            now = self._database.time(now)
            fence = session.row("fence", owner=owner)
            if fence is None:
                return ClaimReply(fenced=True, now=now)
            if fence[0]:
                return ClaimReply(fenced=False, now=now)
            candidates: list[Row] = []
            for queue in queues:
                candidates += session.rows(
                    "runnable",
                    queue=queue,
                    limit=limit,
                    after_key=SMALLEST_KEY if after_key is None else after_key,
                    owns_nothing=owns_nothing,
                )
            chosen = _chosen(sorted(candidates), limit)
            taken = sorted(session.rows("take", owner=owner, ids=chosen)) if chosen else []
        return ClaimReply(
            fenced=False,
            now=now,
            claims=tuple(rows.claim(row[1:]) for row in taken),
            last_key=taken[-1][0] if taken else None,
        )


def _chosen(candidates: list[Row], limit: int) -> list[str]:
    """The ids to take of (claim_key, id, crashes) in order: a suspect that is first alone, otherwise no suspects."""
    if candidates and candidates[0][2] >= SUSPECT:
        return [candidates[0][1]]
    return [execution_id for _, execution_id, crashes in candidates[:limit] if crashes < SUSPECT]
