"""Executions of a server: found, followed, steered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal
from uuid import uuid4

from treadle.api.schemas.bulk import Steered
from treadle.api.schemas.executions import Execution, ExecutionRow, Fork, JournalItem, Reason, SignalReply
from treadle.api.schemas.fields import Reply
from treadle.api.schemas.versions import Move
from treadle.client.answers import given, model_of, pages_of, part
from treadle.client.transport import Transport


class Executions:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(
        self, *, status: str | None = None, workflow: str | None = None, parent: str | None = None, q: str | None = None
    ) -> Iterator[ExecutionRow]:
        """Newest first, without payloads; page after page as you go on."""
        query = given(status=status, workflow=workflow, parent=parent, q=q)
        return pages_of(ExecutionRow, self._transport, "/executions", {"limit": 200, **query})

    def get(self, execution_id: str) -> Execution:
        """One execution with input, output, what it waits for and the state of its nodes."""
        return model_of(Execution, self._transport.ask("GET", _path(execution_id)))

    def journal(self, execution_id: str) -> Iterator[JournalItem]:
        """What has happened, in order."""
        return pages_of(JournalItem, self._transport, _path(execution_id, "journal"), {"limit": 1000})

    def follow(self, execution_id: str) -> Iterator[JournalItem]:
        """What has happened and what happens, in order, until the execution is over."""
        for event in self._transport.events(_path(execution_id, "events")):
            if event.name == "journal":
                yield model_of(JournalItem, event.data)

    def wait(self, execution_id: str) -> Execution:
        """Wait until it is over, however long that takes; a failed one that is tried again is not over."""
        for _ in self._transport.events(_path(execution_id, "events")):
            pass
        return self.get(execution_id)

    def why(self, execution_id: str) -> list[Reason]:
        """Why it is where it is, and what mends it."""
        return [model_of(Reason, each) for each in self._transport.ask("GET", _path(execution_id, "why"))["reasons"]]

    def cancel(self, execution_id: str, *, reason: str = "", compensate: bool = False) -> Reply:
        return self._steer(execution_id, "cancel", reason=reason, compensate=compensate)

    def pause(self, execution_id: str) -> Reply:
        """Let running nodes finish and start no more."""
        return self._steer(execution_id, "pause")

    def resume(self, execution_id: str) -> Reply:
        return self._steer(execution_id, "resume")

    def retry(self, execution_id: str, *, from_node: str | None = None) -> Reply:
        """Run the failed nodes of a failed execution again; with `from_node`, that node and all that descends from it."""
        return self._steer(execution_id, "retry", **given(from_node=from_node))

    def fork(self, execution_id: str, from_node: str, *, version: int | None = None, dry_run: bool = False, **changed: Any) -> Fork:
        """Go on from a node in a new execution. `input=…` replaces the input, also with None; `by=…` says who."""
        body = {"from_node": from_node, "dry_run": dry_run} | given(version=version) | changed
        return model_of(Fork, self._transport.ask("POST", _path(execution_id, "fork"), body=body))

    def move(self, execution_id: str, version: int, *, by: str | None = None, dry_run: bool = False) -> Move:
        """Go on with another version. InvalidRequestError with each place that does not fit, if it is no dry run."""
        body = {"version": version, "dry_run": dry_run} | given(by=by)
        return model_of(Move, self._transport.ask("POST", _path(execution_id, "move"), body=body))

    def signal(self, execution_id: str, name: str, payload: Any = None, *, signal_id: str | None = None) -> SignalReply:
        """Say something to it; kept until a node waits for it. An id is made where none is given, so that it counts once."""
        body = {"payload": payload, "signal_id": signal_id or uuid4().hex}
        path = _path(execution_id, f"signals/{part(name)}")
        return model_of(SignalReply, self._transport.ask("POST", path, body=body, repeatable=True))

    def bulk(self, action: Literal["retry", "cancel", "pause", "resume", "signal"], **asked: Any) -> Steered:
        """Do it with all that fit, page after page, as one answer.

        `asked` are the keys of `POST /executions/bulk`; `limit` is that of a page. A key is made where none is
        given, so that nobody is told twice when a request is repeated.
        """
        key = "signal_id" if action == "signal" else "idempotency_key"
        body = {"action": action, key: uuid4().hex} | asked
        total = Steered(matched=0, done=0, refused=[], refused_count=0, next=None)
        while True:
            answer = model_of(Steered, self._transport.ask("POST", "/executions/bulk", body=body, repeatable=True))
            total.matched += answer.matched
            total.done += answer.done
            total.refused += answer.refused
            total.refused_count += answer.refused_count
            if answer.next is None:
                return total
            body["cursor"] = answer.next

    def _steer(self, execution_id: str, verb: Literal["cancel", "pause", "resume", "retry"], **body: Any) -> Reply:
        return model_of(Reply, self._transport.ask("POST", _path(execution_id, verb), body=body))


def _path(execution_id: str, below: str = "") -> str:
    return f"/executions/{part(execution_id)}" + (f"/{below}" if below else "")
