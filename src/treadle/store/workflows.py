"""Workflows and their immutable versions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from operator import attrgetter

from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.positions import positions_of, without_positions
from treadle.domain.records import Page, WorkflowSummary, WorkflowVersion
from treadle.domain.values import decode
from treadle.store import rows
from treadle.store.database import Database, Session
from treadle.store.pages import page_by_name
from treadle.store.workflow_activity import activity

MOST_COUNTED = 10_000
"""Open executions of a status that are counted; more are told as so many."""


class Workflows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, name: str, graph_json: str, description: str | None, *, expected_version: int | None = None, by: str | None = None
    ) -> WorkflowVersion:
        with self._database.writing() as session:
            session.run("add_workflow", name=name)
            [(present, latest, deleted_at)] = session.rows("lock_workflow", name=name)
            row = session.row("get_version", workflow=name, version=latest)
            found = None if row is None else rows.workflow_version(row, self._database.time)
            changed = found is None or not _means_the_same(found.graph_json, graph_json)
            if changed:
                _refuse_overtaken(name, None if deleted_at is not None else found, expected_version)
                latest += 1
                session.run("add_version", workflow=name, version=latest, graph_json=graph_json, saved_by=by)
            elif found is not None:
                self._place_nodes(session, found, graph_json)
            kept = present if description is None else description
            session.run("update_workflow", name=name, latest=latest, description=kept)
            [saved] = session.rows("get_version", workflow=name, version=latest)
        return rows.workflow_version(saved, self._database.time, created=changed)

    def _place_nodes(self, session: Session, found: WorkflowVersion, graph_json: str) -> None:
        placed = rows.json_object(positions_of(decode(graph_json)))
        before = found.positions_json or rows.json_object(positions_of(decode(found.graph_json)))
        if placed != before:
            session.run("place_nodes", workflow=found.workflow, version=found.version, positions_json=placed)

    def keep_draft(self, name: str, graph_json: str) -> int:
        version = -int.from_bytes(hashlib.sha256(graph_json.encode()).digest()[:6], "big") - 1
        with self._database.writing() as session:
            session.run("add_hidden_workflow", name=name)
            [(kept,)] = session.rows("keep_draft", workflow=name, version=version, graph_json=graph_json)
        if kept != graph_json:
            words = f"another draft of workflow {name!r} has the same number: change something in the node"
            raise ConflictError(words, state="draft")
        return version

    def open_counts(self, name: str) -> Mapping[int, Mapping[str, int]]:
        with self._database.reading() as session:
            found = session.rows("open_by_version", workflow=name, most=MOST_COUNTED)
        counts: dict[int, dict[str, int]] = {}
        for version, status, count in found:
            counts.setdefault(int(version), {})[status] = int(count)
        return counts

    def get(self, name: str, version: int | None = None) -> WorkflowVersion:
        """A version asked for by its number is found even when its workflow is deleted: old executions show it."""
        with self._database.reading() as session:
            if version is None:
                row = session.row("get_latest", workflow=name)
            else:
                row = session.row("get_version", workflow=name, version=version)
            if row is None:
                raise self._not_found(session, name, version)
        return rows.workflow_version(row, self._database.time)

    def list(self, *, limit: int = 50, cursor: str | None = None) -> Page[WorkflowSummary]:
        time = self._database.time
        with self._database.reading() as session:
            found = session.rows("list_workflows", after=cursor or "", limit=limit + 1)
            listed = page_by_name([rows.workflow_summary(row, time) for row in found], attrgetter("name"), limit=limit)
            active = activity(session, [each.name for each in listed.items], time)
        return replace(listed, items=tuple(replace(each, activity=active[each.name]) for each in listed.items))

    def versions(self, name: str) -> Sequence[WorkflowVersion]:
        with self._database.reading() as session:
            found = session.rows("list_versions", workflow=name)
            if not found:
                raise self._not_found(session, name, None)
        return [rows.workflow_version(row, self._database.time) for row in found]

    def delete(self, name: str) -> None:
        with self._database.writing() as session:
            locked = session.row("lock_workflow", name=name)
            if locked is None or locked[2] is not None:
                raise self._not_found(session, name, None)
            if session.row("open_execution_of_workflow", workflow=name) is not None:
                raise ConflictError(f"workflow {name!r} has executions that are not finished", state="open")
            session.run("hide_workflow", name=name)
            session.run("stop_schedules", workflow=name)
            session.run("pause_webhooks", workflow=name)

    def _not_found(self, session: Session, name: str, version: int | None) -> NotFoundError:
        numbers = [str(number) for (number,) in session.rows("version_numbers", workflow=name, limit=20)]
        if version is not None and numbers:
            return NotFoundError(f"version of workflow {name!r}", str(version), known=numbers)
        names = [known for (known,) in session.rows("workflow_names", limit=1000)]
        return NotFoundError("workflow", name, known=get_close_matches(name, names, n=5, cutoff=0.5))


def _means_the_same(before: str, after: str) -> bool:
    """Whether two graphs differ at most in where their nodes are drawn. Compared as text, in which true is not 1."""
    if before == after:
        return True
    return rows.json_object(without_positions(decode(before))) == rows.json_object(without_positions(decode(after)))


def _refuse_overtaken(name: str, found: WorkflowVersion | None, expected: int | None) -> None:
    """ConflictError if the graph was changed since the version that its editor began with; 0 is none at all."""
    current = 0 if found is None else found.version
    if expected is None or expected == current:
        return
    if found is None:
        words = f"workflow {name!r} is not there any more: save it without expected_version, or with 0"
    else:
        by = f" by {found.saved_by}" if found.saved_by else ""
        at = found.created_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        words = f"workflow {name!r} is at version {current}, saved {at}{by}, and not at {expected}: compare, then save again"
    raise ConflictError(words, state=str(current))
