"""Part of phase 4: an execution that failed for good starts the workflow of its `settings.on_failure`, once an attempt."""

from __future__ import annotations

import logging
from dataclasses import replace

from treadle.domain.errors import ConcurrencyLimitError, LimitExceededError, StoreUnavailableError, TreadleError
from treadle.domain.records import ExecutionRecord, NewExecution
from treadle.domain.values import decode
from treadle.engine.children import MAX_DEPTH
from treadle.engine.program import Programs
from treadle.engine.starting import new_execution
from treadle.engine.system import TIME_PREFIX
from treadle.engine.waits import digest
from treadle.ports import Store

log = logging.getLogger("treadle.worker")

ON_FAILURE = "on_failure"
"""The kind of the trigger."""


class Failures:
    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._programs = programs

    def run_once(self) -> int:
        """How many failures were dealt with. One whose workflow cannot be started is logged, and not tried again."""
        followed = 0
        for failed_id, attempt in self._store.phases.failures_due():
            try:
                followed += self._follow(failed_id, attempt)
            except StoreUnavailableError:
                raise
            except Exception:  # one failure must not keep the others waiting
                log.exception("could not follow the failure of execution %s", failed_id, extra={"event": "failure_not_followed"})
        return followed

    def _follow(self, failed_id: str, attempt: int) -> bool:
        try:
            execution = self._execution(self._store.executions.get(failed_id), attempt)
            followed = self._store.phases.follow_failure(failed_id, attempt=attempt, execution=execution)
        except StoreUnavailableError:
            raise
        except TreadleError as error:
            return self._give_up(failed_id, attempt, error)
        if followed and execution is not None:
            fields = {"event": "failure_followed", "execution_id": execution.id, "failed_id": failed_id}
            log.info("started failure workflow %s for execution: %s", execution.workflow, failed_id, extra=fields)
        return followed

    def _give_up(self, failed_id: str, attempt: int, error: TreadleError) -> bool:
        """What stands in the way now, stands in the way for ever; but a taken slot is what was asked for, and no error."""
        level = logging.INFO if isinstance(error, ConcurrencyLimitError) else logging.ERROR
        fields = {"event": "failure_not_followed", "execution_id": failed_id}
        log.log(level, "the failure workflow of execution %s was not started: %s", failed_id, error, extra=fields)
        return self._store.phases.follow_failure(failed_id, attempt=attempt, execution=None)

    def _execution(self, failed: ExecutionRecord, attempt: int) -> NewExecution | None:
        """What is to be started. None: the version asks for nothing."""
        version = self._store.workflows.get(failed.workflow, failed.version)
        # Read from the stored text: a worker without the node types of the failed workflow can do this too.
        asked = decode(version.graph_json).get("settings", {}).get("on_failure")
        if asked is None:
            return None
        if failed.depth + 1 > MAX_DEPTH:
            raise LimitExceededError("failure workflows in a row", allowed=MAX_DEPTH, actual=failed.depth + 1, unit="executions")
        found = self._store.workflows.get(asked["workflow"], asked.get("version"))
        graph = self._programs.get(found.workflow, found.version, found.graph_json).graph
        execution = new_execution(
            graph,
            id=failure_id(failed.id, attempt),
            workflow=found.workflow,
            version=found.version,
            input=_input(failed),
            kind=ON_FAILURE,
            priority=failed.priority,
            queue=failed.queue,
        )
        return replace(execution, depth=failed.depth + 1)


def failure_id(failed_id: str, attempt: int) -> str:
    """The id of the execution that follows a failure: of this attempt, so that no repeat can start a second."""
    head = failed_id[: len("exec-") + TIME_PREFIX]
    return f"{head}{digest(f'{failed_id}/failure/{attempt}')[:16]}"


def _input(failed: ExecutionRecord) -> dict[str, object]:
    return {
        "execution": {"id": failed.id, "workflow": failed.workflow, "version": failed.version},
        "error": decode(failed.error_json or "null"),
        "input": decode(failed.input_json or "null"),
    }
