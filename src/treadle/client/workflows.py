"""Workflows of a server: saved, looked at, started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from treadle.api.schemas.executions import StartedExecution
from treadle.api.schemas.versions import Moves, Replays
from treadle.api.schemas.workflows import Findings, SavedWorkflow, VersionRow, Workflow, WorkflowRow
from treadle.client.answers import given, model_of, pages_of, part
from treadle.client.transport import Transport


class Workflows:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(self) -> Iterator[WorkflowRow]:
        """All, by name."""
        return pages_of(WorkflowRow, self._transport, "/workflows", {"limit": 200})

    def get(self, name: str, version: int | None = None) -> Workflow:
        """A version with its graph; the latest if none is named."""
        path = f"/workflows/{part(name)}" + ("" if version is None else f"/versions/{version}")
        return model_of(Workflow, self._transport.ask("GET", path))

    def versions(self, name: str) -> Iterator[VersionRow]:
        """Newest first."""
        return pages_of(VersionRow, self._transport, f"/workflows/{part(name)}/versions", {"limit": 200})

    def save(self, name: str, graph_config: object, *, description: str | None = None) -> SavedWorkflow:
        """Store it, as a new version if it changed. InvalidRequestError with every finding if it is not valid."""
        body = {"graph_config": graph_config} | given(description=description)
        return model_of(SavedWorkflow, self._transport.ask("PUT", f"/workflows/{part(name)}", body=body))

    def validate(self, graph_config: object) -> Findings:
        """What saving would find; nothing is stored."""
        answer = self._transport.ask("POST", "/workflows/validate", body={"graph_config": graph_config}, repeatable=True)
        return model_of(Findings, answer)

    def move(
        self, name: str, from_version: int, version: int, *, by: str | None = None, dry_run: bool = False, cursor: str | None = None
    ) -> Moves:
        """Move a page of its open executions to another version; what does not fit stays. `next_cursor` goes on."""
        body = {"from_version": from_version, "version": version, "dry_run": dry_run, "limit": 200} | given(by=by, cursor=cursor)
        return model_of(Moves, self._transport.ask("POST", f"/workflows/{part(name)}/move", body=body))

    def replay(
        self, name: str, graph_config: object = None, *, version: int | None = None, limit: int = 200, cursor: str | None = None
    ) -> Replays:
        """What its latest executions would have done under a graph, or a version; None of both: the latest version."""
        body = {"limit": limit} | given(graph_config=graph_config, version=version, cursor=cursor)
        return model_of(Replays, self._transport.ask("POST", f"/workflows/{part(name)}/replay", body=body, repeatable=True))

    def delete(self, name: str) -> None:
        """Hide it. ConflictingError while executions of it are open."""
        self._transport.ask("DELETE", f"/workflows/{part(name)}")

    def run(
        self,
        name: str,
        input: Any = None,
        *,
        priority: str | int | None = None,
        version: int | None = None,
        trigger: str | None = None,
        idempotency_key: str | None = None,
        by: str | None = None,
    ) -> StartedExecution:
        """Start an execution. A key is made where none is given, so that a repeated request never starts a second one."""
        body = {"input": input} | given(priority=priority, version=version, trigger=trigger, by=by)
        headers = {"Idempotency-Key": idempotency_key or uuid4().hex}
        path = f"/workflows/{part(name)}/run"
        return model_of(StartedExecution, self._transport.ask("POST", path, body=body, headers=headers, repeatable=True))
