"""What people are asked on a server, and what they answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from treadle.api.schemas.approvals import Approval, ApprovalLink, ApprovalRecord
from treadle.client.answers import given, model_of, pages_of, part
from treadle.client.transport import Transport


class Approvals:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(
        self,
        *,
        status: str | None = None,
        execution_id: str | None = None,
        workflow: str | None = None,
        assignee: str | None = None,
        group: str | None = None,
        overdue: bool = False,
    ) -> Iterator[Approval]:
        """Newest first; `status` is `open`, `decided` or `expired`."""
        query = given(status=status, execution_id=execution_id, workflow=workflow, assignee=assignee, group=group)
        return pages_of(Approval, self._transport, "/approvals", {"limit": 200, "overdue": overdue, **query})

    def get(self, approval_id: str) -> ApprovalRecord:
        """One approval with what each person says now and all that happened."""
        return model_of(ApprovalRecord, self._transport.ask("GET", f"/approvals/{part(approval_id)}"))

    def decide(self, approval_id: str, decision: str, *, by: str = "", comment: str = "", data: Any = None) -> ApprovalRecord:
        """`decision` is the port of an outcome, such as `approved`. ConflictingError if it is no longer open."""
        body = {"decision": decision, "by": by, "comment": comment} | given(data=data)
        answer = self._transport.ask("POST", f"/approvals/{part(approval_id)}", body=body, repeatable=bool(by))
        return model_of(ApprovalRecord, answer)

    def delegate(self, approval_id: str, *, by: str, to: str, comment: str = "") -> ApprovalRecord:
        """`to` is asked instead of `by`."""
        body = {"by": by, "to": to, "comment": comment}
        return model_of(ApprovalRecord, self._transport.ask("POST", f"/approvals/{part(approval_id)}/delegate", body=body))

    def link(self, approval_id: str, *, person: str | None = None, expires: str | None = None) -> ApprovalLink:
        """A link that decides it without a token of the API."""
        body = given(person=person, expires=expires)
        return model_of(ApprovalLink, self._transport.ask("POST", f"/approvals/{part(approval_id)}/link", body=body))
