"""Steps that tests of approvals share: an approval to ask for, found and looked at."""

from __future__ import annotations

from typing import Any

from engine_house import House, graph, node, until, value
from treadle.domain.records import Approval
from treadle.engine.approval_desk import ApprovalRecord

DAY = 86_400
TWO_OF_THREE = {"assignees": ["ann", "bob", "cy"], "required": 2}


def asking(*ports: str, **config: Any) -> dict[str, Any]:
    """An approval that ends in a pair of its port and its output."""
    ports = ports or ("approved", "rejected")
    ask = node("ask", "approval", {"title": "Refund?", **config})
    ends = [value(port, [port, "{{ nodes.ask.output }}"]) for port in (*ports, "expired")]
    return graph([ask, *ends], *(f"ask.{port} -> {port}" for port in (*ports, "expired")))


def asked(house: House, execution_id: str) -> Approval:
    until(lambda: house.store.executions.approvals(execution_id=execution_id, status="open").items)
    house.until_parked(execution_id)
    [approval] = house.store.executions.approvals(execution_id=execution_id, status="open").items
    return approval


def record(house: House, approval: Approval) -> ApprovalRecord:
    return house.engine.approvals.show(approval.id)
