"""WorkflowEngine: everything one can do with workflows and executions. The API, the command line and tests talk to it.

Synchronous and thread-safe. It only ever writes messages: what an execution's owner does with them is in `actor`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, assert_never

from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import Message, MessageKind, MessageOutcome, MessageReply, StartReply
from treadle.domain.states import TERMINAL
from treadle.domain.traces import read_headers
from treadle.domain.values import SIGNAL_LIMIT, encode
from treadle.domain.workers import WorkerRecord
from treadle.engine.activity_views import Activities
from treadle.engine.approval_desk import ApprovalDesk, check_starter
from treadle.engine.bulk import Action, Bulk, Order, undone
from treadle.engine.definitions import Definitions
from treadle.engine.forking import Forks
from treadle.engine.inspection import Inspector
from treadle.engine.moving import Moving
from treadle.engine.names import check_name, check_path_name
from treadle.engine.node_tests import NodeTests
from treadle.engine.outcomes import Outcome
from treadle.engine.previews import Previews
from treadle.engine.program import Programs
from treadle.engine.replay_desk import ReplayDesk
from treadle.engine.retrying import Retries
from treadle.engine.schedule_desk import ScheduleDesk
from treadle.engine.schedule_runs import ScheduleRuns
from treadle.engine.secret_keys import KeySource
from treadle.engine.sights import Sights
from treadle.engine.starting import new_execution, priority_level
from treadle.engine.token_desk import TokenDesk
from treadle.engine.trials import try_node
from treadle.engine.vault import Vault
from treadle.engine.views import ExecutionView, Reason
from treadle.engine.webhook_deliveries import WebhookDeliveries
from treadle.engine.webhook_desk import WebhookDesk
from treadle.ports import Handlers, Ids, Store, Wakeup


class WorkflowEngine:
    """`link_key` signs links for people who decide an approval without an account; None: a key that the database keeps.

    `vault` has the secrets; None: one without a key, which knows those of the environment.
    """

    def __init__(
        self, store: Store, handlers: Handlers, *, ids: Ids, wakeup: Wakeup, link_key: str | None = None, vault: Vault | None = None
    ) -> None:
        self.store = store
        self.handlers = handlers
        self._ids = ids
        self._wakeup = wakeup
        self.vault = vault or Vault(store.secrets, KeySource())
        self._programs = Programs(handlers)
        self.tokens = TokenDesk(store.tokens)
        self.definitions = Definitions(store, handlers, self.vault)
        self.save_workflow, self.validate = self.definitions.save, self.definitions.validate
        self._inspector = Inspector(store, self._programs)
        self.scope, self.runs = self._inspector.inside.scope, self._inspector.inside.runs
        self.activities = Activities(store, self._programs)
        schedules, runs = ScheduleDesk(store, ids, self._programs), ScheduleRuns(store, wakeup, self._programs)
        self.add_schedule, self.change_schedule = schedules.add, schedules.change
        self.preview, self.upcoming = schedules.preview, schedules.upcoming
        self.run_schedule, self.backfill_schedule, self.fires = runs.run, runs.backfill, runs.fires
        self.webhooks = WebhookDesk(store, ids, self._programs, self.vault.resolve)
        self.deliveries = WebhookDeliveries(store, ids, wakeup, self._programs, self.vault.resolve)
        self.approvals = ApprovalDesk(store, wakeup, link_key=link_key)
        self.decide = self.approvals.decide
        self.fork = Forks(store, ids, wakeup, self._programs).fork
        self._retries = Retries(store, ids, self._programs)
        sights = Sights(store, handlers, self._programs)
        self.previews = Previews(sights)
        self.test_node = NodeTests(store, handlers, ids, wakeup, sights).start
        moving = Moving(store, wakeup, self._programs)
        self.move, self.move_all = moving.move, moving.move_all
        self.replay = ReplayDesk(store, handlers, self._programs).replay
        self.bulk = Bulk(store, self._steer, self._inspector.waits_for).steer

    # Control

    def create(
        self,
        workflow: str,
        *,
        input: object = None,
        priority: int | str = "normal",
        version: int | None = None,
        trigger: str | None = None,
        idempotency_key: str | None = None,
        by: str | None = None,
        trace: Mapping[str, str] | None = None,
    ) -> StartReply:
        """Start an execution. When this returns, it is durable. `by` is who starts it, for approvals that ask somebody else.

        `trace`: headers with the caller's `traceparent`, whose trace it then belongs to; those that are not valid are ignored.

        NotFoundError, DefinitionError (input, trigger or priority), IdempotencyError, UnstorableValueError, LimitExceededError.
        """
        level = priority_level(priority)
        found = self.store.workflows.get(workflow, version)
        program = self._programs.get(found.workflow, found.version, found.graph_json)
        check_starter(program, by)
        caller = read_headers(trace) if trace is not None else None
        execution = new_execution(
            program.graph, id=self._ids.execution(), workflow=found.workflow, version=found.version, input=input,
            trigger=trigger, priority=level, by=by, trace=caller.headers() if caller is not None else None,
        )  # fmt: skip
        if idempotency_key is not None:
            check_name(idempotency_key, "idempotency_key")
            body = f"{workflow}\0{version}\0{trigger}\0{level}\0{execution.input_json}"
            execution = replace(execution, idempotency_key=idempotency_key, body_hash=hashlib.sha256(body.encode()).hexdigest())
        reply = self.store.executions.start(execution)
        self._wakeup.notify()
        return reply

    def signal(self, execution_id: str, name: str, payload: object = None, *, signal_id: str | None = None) -> MessageReply:
        """Kept until something waits for it; twice with one `signal_id` counts once."""
        check_path_name(name, "name")
        if signal_id is not None:
            check_name(signal_id, "signal_id")
        text = encode(payload, limit=SIGNAL_LIMIT, name="signal")
        message_id = f"signal:{signal_id}" if signal_id is not None else self._ids.message()
        return self._send(Message(execution_id, MessageKind.SIGNAL, message_id, name, text))

    def cancel(
        self, execution_id: str, *, reason: str = "", compensate: bool = False, request_id: str | None = None
    ) -> MessageReply:
        """`compensate`: undo what has been done first, by the `compensate` of its nodes.

        Here and below: twice with one `request_id` counts once.
        """
        text = encode({"reason": reason, **({"compensate": True} if compensate else {})}, limit=SIGNAL_LIMIT, name="reason")
        return self._send(self._message(execution_id, MessageKind.CANCEL, request_id, text))

    def pause(self, execution_id: str, *, request_id: str | None = None) -> MessageReply:
        """Running nodes finish; nothing new starts until it is resumed."""
        return self._send(self._message(execution_id, MessageKind.PAUSE, request_id))

    def resume(self, execution_id: str, *, request_id: str | None = None) -> MessageReply:
        return self._send(self._message(execution_id, MessageKind.RESUME, request_id))

    def retry(self, execution_id: str, *, from_node: str | None = None, request_id: str | None = None) -> MessageReply:
        """Run the failed and interrupted nodes of a failed execution again. ConflictError if it has been undone.

        `from_node`: take back what descends from this node's last visit first, and run it again. Places are as in `fork`.
        """
        if undone(self.store.executions.get(execution_id).error_json):
            words = f"what execution {execution_id} did has been undone: it cannot go on; start it anew"
            raise ConflictError(words, state="failed")
        if from_node is not None:
            asked = self._retries.message(execution_id, from_node)
            return self._send(self._message(execution_id, MessageKind.RETRY, request_id, asked.payload_json))
        return self._send(self._message(execution_id, MessageKind.RETRY, request_id))

    def complete(self, execution_id: str, *, output: object = None) -> MessageReply:
        """End an open execution by hand as completed; its owner stops what runs. An accepted cancel still wins."""
        text = encode(output, limit=SIGNAL_LIMIT, name="output")
        return self._send(Message(execution_id, MessageKind.COMPLETE, self._ids.message(), payload_json=text))

    def fail_execution(self, execution_id: str, message: str, *, type: str = "failed_by_hand") -> MessageReply:
        """End an open execution by hand as failed; it can be retried like any other."""
        text = encode({"type": type, "message": message}, limit=SIGNAL_LIMIT, name="error")
        return self._send(Message(execution_id, MessageKind.FAIL, self._ids.message(), payload_json=text))

    def execute_node(self, node_type: str, config: Mapping[str, Any], *, names: Mapping[str, Any] | None = None) -> Outcome:
        """Run one node by itself, now, without storing anything: to try it while editing. `names` are its expressions' names.

        The outcome is what a worker would journal: Finished, Failure, or Park when it would wait. NotFoundError for the type.
        """
        handler = self.handlers.get(node_type)
        if handler is None:
            raise NotFoundError("node type", node_type, known=tuple(self.handlers.node_types))
        return try_node(handler, config, names or {}, now=self.store.now())

    # Seeing

    def show(self, execution_id: str, *, again: bool = False) -> ExecutionView:
        """NotFoundError. `again`: it will soon be asked for again, so it is worth to remember what was read."""
        return self._inspector.show(execution_id, again=again)

    def why(self, execution_id: str) -> tuple[Reason, ...]:
        """One sentence for each thing the execution waits for, with its mend."""
        return self._inspector.why(execution_id)

    def workers(self) -> Sequence[WorkerRecord]:
        return self.store.workers.list()

    def _message(self, execution_id: str, kind: MessageKind, request_id: str | None, payload_json: str = "null") -> Message:
        if request_id is not None:
            check_name(request_id, "request_id")
        message_id = self._ids.message() if request_id is None else f"request:{kind}:{request_id}"
        return Message(execution_id, kind, message_id, payload_json=payload_json)

    def _steer(self, execution_id: str, order: Order) -> MessageReply:
        """One of many."""
        match order.action:
            case Action.SIGNAL:
                return self.signal(execution_id, order.name, order.payload, signal_id=order.key)
            case Action.CANCEL:
                return self.cancel(execution_id, reason=order.reason, compensate=order.compensate, request_id=order.key)
            case Action.PAUSE:
                return self.pause(execution_id, request_id=order.key)
            case Action.RESUME:
                return self.resume(execution_id, request_id=order.key)
            case Action.RETRY:
                return self.retry(execution_id, request_id=order.key)
        assert_never(order.action)

    def _send(self, message: Message) -> MessageReply:
        return self._answered(message, self.store.executions.send(message))

    def _answered(self, message: Message, reply: MessageReply) -> MessageReply:
        if reply.outcome is MessageOutcome.NOT_FOUND:
            raise NotFoundError("execution", message.execution_id)
        if reply.outcome is MessageOutcome.REFUSED:
            state = str(reply.status)
            late = f"too late to {_verb(message)}"
            if message.kind is MessageKind.RETRY and reply.status not in TERMINAL:
                late = f"only a failed one can be retried; treadle executions why {message.execution_id} says what it does"
            raise ConflictError(f"execution {message.execution_id} is {state}: {late}", state=state)
        self._wakeup.notify()
        return reply


def _verb(message: Message) -> str:
    return f"signal it {message.name!r}" if message.kind is MessageKind.SIGNAL else f"{message.kind} it"
