"""What the worker says when an execution has come to an end: one line, in the words people search for."""

from __future__ import annotations

import logging

from treadle.domain.records import Decision
from treadle.domain.states import ExecutionStatus
from treadle.domain.values import decode

log = logging.getLogger("treadle.worker")


def announce_end(decision: Decision) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    fields = {"event": f"execution_{decision.status}", "execution_id": decision.execution_id}
    match decision.status:
        case ExecutionStatus.COMPLETED:
            log.info("✅ Execution completed: %s", decision.execution_id, extra=fields)
        case ExecutionStatus.CANCELLED:
            log.info("🚫 Execution cancelled: %s", decision.execution_id, extra=fields)
        case _:
            error = decode(decision.error_json) if decision.error_json else {}
            place = f" at node {error['node_id']}" if error.get("node_id") else ""
            again = f"; next try in {decision.retry_in:.0f} s" if decision.retry_in is not None else ""
            log.warning(
                "⚠️ Error processing execution %s: %s%s%s", decision.execution_id, error.get("type"), place, again, extra=fields
            )  # the message of the error may hold data of the user's: it is in the journal
