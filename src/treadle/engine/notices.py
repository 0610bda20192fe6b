"""Part of phase 4: what happens to an approval starts the workflow of its `notify`, once each; nothing waits for that."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from treadle.domain.approvals import ApprovalEvent
from treadle.domain.errors import LimitExceededError, NotFoundError, StoreUnavailableError, TreadleError
from treadle.domain.records import Approval, ExecutionRecord, NewExecution
from treadle.domain.values import decode
from treadle.engine.answers import utc_text
from treadle.engine.children import MAX_DEPTH
from treadle.engine.program import Programs
from treadle.engine.starting import new_execution, without_debounce
from treadle.engine.system import TIME_PREFIX
from treadle.engine.waits import digest
from treadle.ports import Store

log = logging.getLogger("treadle.worker")

APPROVAL = "approval"
"""The kind of the trigger."""


class Notices:
    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._programs = programs

    def run_once(self) -> int:
        """How many notices were dealt with. One whose workflow cannot be started is logged, and not tried again."""
        followed = 0
        for notice in self._store.approvals.notices_due():
            try:
                followed += self._follow(notice)
            except StoreUnavailableError:
                raise
            except Exception:  # one notice must not keep the others waiting
                log.exception("could not tell of approval %s", notice.approval_id, extra={"event": "notice_not_followed"})
        return followed

    def _follow(self, notice: ApprovalEvent) -> bool:
        try:
            execution = self._execution(notice)
            followed = self._store.approvals.follow_notice(notice, execution)
        except StoreUnavailableError:
            raise
        except TreadleError as error:
            fields = {"event": "notice_not_followed", "approval_id": notice.approval_id}
            log.error("workflow %s was not started to tell of an approval: %s", notice.notify, error, extra=fields)
            return self._store.approvals.follow_notice(notice, None)
        if followed:
            fields = {"event": "notice_followed", "execution_id": execution.id, "approval_id": notice.approval_id}
            log.info("started %s to tell of an approval: %s", execution.workflow, notice.kind, extra=fields)
        return followed

    def _execution(self, notice: ApprovalEvent) -> NewExecution:
        """A child of the execution that asks; it is left alone when that ends."""
        approval = self._store.executions.approval(notice.approval_id)
        asking = self._store.executions.get(approval.execution_id)
        if asking.depth + 1 > MAX_DEPTH:
            raise LimitExceededError("workflows inside of each other", allowed=MAX_DEPTH, actual=asking.depth + 1, unit="levels")
        if notice.notify is None:
            raise NotFoundError("workflow", "")
        found = self._store.workflows.get(notice.notify)
        execution = new_execution(
            self._programs.get(found.workflow, found.version, found.graph_json).graph,
            id=notice_id(asking, notice),
            workflow=found.workflow,
            version=found.version,
            input=_input(approval, notice),
            kind=APPROVAL,
            priority=asking.priority,
        )
        return replace(
            without_debounce(execution),
            queue=asking.queue,
            parent_id=asking.id,
            on_parent_end="abandon",
            depth=asking.depth + 1,
        )


def notice_id(asking: ExecutionRecord, notice: ApprovalEvent) -> str:
    """The id of the execution that tells of a notice, so that no repeat can start a second."""
    head = asking.id[: len("exec-") + TIME_PREFIX]
    return f"{head}{digest(f'{notice.approval_id}/{notice.key}')[:16]}"


def _input(approval: Approval, notice: ApprovalEvent) -> dict[str, Any]:
    return {
        "event": notice.kind,
        "approval": {
            "id": approval.id,
            "title": approval.title,
            "body": approval.body,
            "status": approval.status,
            "assignees": decode(approval.assignees_json),
            "groups": decode(approval.groups_json),
            "due_at": approval.due_at and utc_text(approval.due_at),
        },
        "execution": {"id": approval.execution_id, "workflow": approval.workflow, "node_id": approval.node_id},
    }
