"""Workflows and their immutable versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from operator import attrgetter

from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import Page, WorkflowSummary, WorkflowVersion
from treadle.store import rows
from treadle.store.database import Database, Session
from treadle.store.pages import page_by_name
from treadle.store.workflow_activity import activity


class Workflows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, name: str, graph_json: str, description: str | None) -> WorkflowVersion:
        with self._database.writing() as session:
            session.run("add_workflow", name=name)
            [(present, latest, _)] = session.rows("lock_workflow", name=name)
            row = session.row("get_version", workflow=name, version=latest)
            changed = row is None or row[2] != graph_json
            if changed:
                latest += 1
                session.run("add_version", workflow=name, version=latest, graph_json=graph_json)
            kept = present if description is None else description
            session.run("update_workflow", name=name, latest=latest, description=kept)
            [saved] = session.rows("get_version", workflow=name, version=latest)
        return rows.workflow_version(saved, self._database.time, created=changed)

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

    def _not_found(self, session: Session, name: str, version: int | None) -> NotFoundError:
        numbers = [str(number) for (number,) in session.rows("version_numbers", workflow=name, limit=20)]
        if version is not None and numbers:
            return NotFoundError(f"version of workflow {name!r}", str(version), known=numbers)
        names = [known for (known,) in session.rows("workflow_names", limit=1000)]
        return NotFoundError("workflow", name, known=get_close_matches(name, names, n=5, cutoff=0.5))
