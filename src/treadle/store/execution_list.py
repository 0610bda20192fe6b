"""The list of executions, newest first: a merge of indexed streams, bounded where no index answers the filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from treadle.domain.execution_filter import ExecutionFilter
from treadle.domain.records import ExecutionRecord, Page
from treadle.store import rows
from treadle.store.database import Database, Row, Session
from treadle.store.execution_streams import OF_WORKFLOWS, Stream, bounds, edge, streams
from treadle.store.pages import cursor_before, page, place


class ExecutionList:
    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: ExecutionFilter, *, limit: int, cursor: str | None) -> Page[ExecutionRecord]:
        at = place(cursor)
        within = bounds(wanted)
        before_id = at.before_id if at.before <= within["before"] else ""
        within["before"] = min(at.before, within["before"])
        with self._database.snapshot() as session:
            chosen = streams(session, wanted)
            until = edge(session, [each for each in chosen if each.looks_at_rows], **within, before_id=before_id)
            if until is not None:
                within["since"] = self._database.time(until)
            bounded = {**within, "before_id": before_id, "limit": limit + 1, "all": None}
            found = page([self._fetch(session, each, bounded) for each in chosen], limit=limit)
        if until is None or found.next_cursor is not None:
            return found
        return replace(found, next_cursor=cursor_before(within["since"]), searched_until=within["since"])

    def _fetch(self, session: Session, stream: Stream, bounded: Mapping[str, Any]) -> Sequence[ExecutionRecord]:
        if stream.source is OF_WORKFLOWS:
            found = _of_workflows(session, stream, bounded)
        else:
            found = session.rows(stream.listing, **stream.parameters, **bounded)
        return [rows.execution_record(row, self._database.time) for row in found]


def _of_workflows(session: Session, stream: Stream, bounded: Mapping[str, Any]) -> list[Row]:
    """Hundreds of reads at random are saved by first finding, in the index, how far down the page can reach."""
    limit = bounded["limit"]
    [(edge_at,)] = session.rows("edge_of_workflows", **stream.parameters, **bounded, scan=limit - 1)
    if edge_at is not None:
        found = session.rows(stream.listing, **stream.parameters, **{**bounded, "since": edge_at})
        if len(found) == limit:  # else trials took their places
            return found
    return session.rows(stream.listing, **stream.parameters, **bounded)
