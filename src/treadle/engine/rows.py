"""Makes the journal rows of one execution: what an outcome, a message or an effect of the token game says in the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from treadle.domain.activity import Park
from treadle.domain.durations import format_duration
from treadle.domain.errors import ExpressionError, Fatal
from treadle.domain.graph import ERROR, OUT
from treadle.domain.limits import stored_key
from treadle.domain.marking import Activity, Effects
from treadle.domain.records import ExecutionRecord, InboxRow, JournalRow, NewApproval, RowKind
from treadle.domain.retry import RetryPolicy
from treadle.domain.states import ActivityStatus
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.engine.approvals import new_approval
from treadle.engine.data import Names, seen_error
from treadle.engine.execution_state import COMPENSATE, ExecutionState
from treadle.engine.frames import TOP, Frame
from treadle.engine.history import REWIND
from treadle.engine.outcomes import Failure, Finished, failure_of
from treadle.engine.program import Program, Step, Taken, journal_port
from treadle.engine.time_limits import no_time_for_another
from treadle.engine.vocabulary import Vocabulary
from treadle.engine.waits import ActiveWait


@dataclass(frozen=True, slots=True)
class Booking:
    """One start, to be booked in a rate of `limit` in `per` seconds."""

    key: str
    limit: int
    per: float


NAMED = 1_000
"""How many activities a row names."""


class RowMaker:
    """`seq` is the last one given out; a guarded row's seq is only kept once it is folded."""

    __slots__ = ("_random", "_vocabulary", "by", "record", "state", "taken_over_at")

    def __init__(
        self, record: ExecutionRecord, state: ExecutionState, vocabulary: Vocabulary, *, by: str, random: Random
    ) -> None:
        self.record = record
        self.state = state
        self.by = by
        self.taken_over_at = state.seq
        """The last row that was there when its present owner took it: what fired before may have been started before."""
        self._vocabulary = vocabulary
        self._random = random

    def names(self, activity: Activity) -> Names:
        """What the expressions of this activity see."""
        return self._vocabulary.of_activity(activity)

    def part(self, activity: Activity) -> dict[str, Any]:
        """What a child execution that runs this item of a map must know."""
        return self._vocabulary.part(activity)

    def address(self, activity: Activity) -> str:
        """Where this attempt stands: `node#visit@attempt`, after its scope's path and a slash."""
        home: Frame = activity.home
        address = f"{step_of(activity).node.id}#{activity.visit}@{activity.attempt}"
        return f"{home.path}/{address}" if home.path else address

    def total_until(self, activity: Activity) -> datetime | None:
        """When the time for all attempts is over; None where there is no such limit."""
        return self.state.total_until(activity, otherwise=self.record.started_at or self.record.created_at)

    def finished(
        self, activity: Activity, outcome: Finished, *, started_at: datetime | None, now: datetime, message: InboxRow | None = None
    ) -> JournalRow:
        """The row of a success; of a failure when choosing the edges raises. The handler's output is kept then."""
        try:
            self._check_ports(activity, outcome.ports)
            taken = self._leave(activity, outcome.ports, output=outcome.output)
        except (ExpressionError, Fatal) as error:
            failure = replace(failure_of(error), output_json=outcome.output_json)
            return self.failed(activity, failure, started_at=started_at, now=now, message=message)
        return self._row(
            RowKind.DONE,
            activity,
            outcome.status,
            port=journal_port(outcome.ports) if outcome.ports else OUT,
            taken_json=_taken_json(activity, taken) if outcome.ports else "{}",
            output_json=outcome.output_json,
            detail_json=outcome.detail_json,
            message_seq=message.seq if message else None,
            started_at=started_at,
            finished_at=now,
        )

    def failed(
        self, activity: Activity, failure: Failure, *, started_at: datetime | None, now: datetime, message: InboxRow | None = None
    ) -> JournalRow:
        """The row of a failed attempt: another follows, or it leaves through `error` or `out`, or the execution fails."""
        step = step_of(activity)
        error_json = failure.to_json(step.node.id)
        retry_at = self._retry_at(step.retry, activity, failure, now)
        total_until = None if retry_at is None else self.total_until(activity)
        if retry_at is not None and total_until is not None and retry_at >= total_until:
            failure = no_time_for_another(step.node.timeout, failure, retry_at)
            error_json, retry_at = failure.to_json(step.node.id), None
        if retry_at is not None:
            return self._row(
                RowKind.RETRYING,
                activity,
                ActivityStatus.RETRYING,
                error_json=error_json,
                detail_json=_json({"retry_at": retry_at.isoformat()}),
                message_seq=message.seq if message else None,
                started_at=started_at,
                finished_at=now,
            )
        port, taken = self._failure_exit(activity, failure, error_json)
        return self._row(
            RowKind.FAILED,
            activity,
            ActivityStatus.FAILED,
            port=port,
            taken_json=_taken_json(activity, taken),
            output_json=failure.output_json,
            error_json=error_json,
            message_seq=message.seq if message else None,
            started_at=started_at,
            finished_at=now,
        )

    def waiting(self, activity: Activity, park: Park, wait: ActiveWait) -> JournalRow:
        notices = [{"kind": n.kind, "at": n.at.isoformat()} for w in park.waits if w.approval for n in w.approval.notices]
        detail = wait.to_json() | ({"notices": notices} if notices else {})
        return self._row(RowKind.WAITING, activity, ActivityStatus.WAITING, detail_json=_json(detail), started_at=wait.started_at)

    def begun(self, activity: Activity, plan_json: str, wait: ActiveWait | None, *, started_at: datetime) -> JournalRow:
        """A composite begins: its list is fixed here."""
        waits = f',"wait":{_json(wait.to_json())}' if wait is not None else ""
        detail = f'{{"plan":{plan_json}{waits}}}'
        return self._row(RowKind.BEGIN, activity, ActivityStatus.RUNNING, detail_json=detail, started_at=started_at)

    def grown(self, activity: Activity, items: Sequence[Any] | None, message: InboxRow, now: datetime) -> JournalRow:
        """A signal added items to a map; None: it closed the map."""
        detail = {"closed": True} if items is None else {"items": list(items)}
        return self._row(
            RowKind.MORE, activity, ActivityStatus.RUNNING, detail_json=_json(detail), message_seq=message.seq, finished_at=now
        )

    def item(
        self,
        activity: Activity,
        index: int,
        status: str,
        *,
        now: datetime,
        output_json: str | None = None,
        error_json: str | None = None,
        **detail: bool,
    ) -> JournalRow:
        """An item or turn of a composite has ended; `detail` is what was decided after it: `again`, `enough`.

        The composite itself is still running: that is the row's own status.
        """
        return self._row(
            RowKind.ITEM,
            activity,
            ActivityStatus.RUNNING,
            output_json=output_json,
            error_json=error_json,
            detail_json=_json({"index": index, "status": status, **detail}),
            finished_at=now,
        )

    def booked(self, activity: Activity, at: datetime) -> JournalRow:
        """An attempt has its place in a rate, and starts then."""
        detail = _json({"booked": at.isoformat()})
        return self._row(RowKind.WAITING, activity, ActivityStatus.WAITING, detail_json=detail)

    def rates(self, activity: Activity) -> list[Booking]:
        """The rates that this start counts in. ExpressionError, DefinitionError: a key that has no value."""
        booked = []
        for rate in step_of(activity).rates:
            value = "" if rate.key is None else rate.key.evaluate(self.names(activity))
            key = stored_key(self.record.workflow, value, path="settings.rate_limits.key", purpose=rate.purpose)
            booked.append(Booking(key, rate.limit, rate.per))
        return booked

    def started(self, activity: Activity, now: datetime) -> JournalRow:
        """The start mark of an activity that must not be started twice."""
        return self._row(RowKind.RUNNING, activity, ActivityStatus.RUNNING, started_at=now)

    def control(
        self,
        verb: str,
        message: InboxRow,
        now: datetime,
        *,
        reason: str = "",
        output_json: str | None = None,
        error_json: str | None = None,
        compensate: bool = False,
        rewind: Mapping[str, Any] | None = None,
    ) -> JournalRow:
        """A message about the whole execution, consumed."""
        asked = {"reason": reason, COMPENSATE: compensate, REWIND: rewind}
        return JournalRow(
            self.record.id,
            self.state.seq + 1,
            RowKind.CONTROL,
            "",
            TOP,
            0,
            0,
            verb,
            output_json=output_json,
            error_json=error_json,
            detail_json=_json({"verb": verb, **{name: what for name, what in asked.items() if what}}),
            message_seq=message.seq,
            started_at=message.created_at,
            finished_at=now,
            by=self.by,
        )

    def compensation(self, now: datetime) -> JournalRow:
        """What has been done begins to be undone."""
        return JournalRow(
            self.record.id, self.state.seq + 1, RowKind.CONTROL, "", TOP, 0, 0, COMPENSATE,
            detail_json=_json({"verb": COMPENSATE, "places": [each.place for each in reversed(self.state.undoable)][:NAMED]}),
            started_at=now, finished_at=now, by=self.by,
        )  # fmt: skip

    def deadline(self, message: InboxRow, now: datetime) -> JournalRow:
        timeout = format_duration(self.state.program.graph.settings.timeout or 0)
        failure = Failure("timeout", f"the execution did not end within its timeout of {timeout}", retryable=False)
        return self.control("deadline", message, now, error_json=failure.to_json(""))

    def approvals(self, activity: Activity, park: Park, wait: ActiveWait) -> list[NewApproval]:
        """The approvals that a park opens, or has news of."""
        passing = {asked.name for asked in park.waits if asked.passing}
        due_at = min((w.until for w in wait.waits if w.until is not None and w.name not in passing), default=None)
        return [
            new_approval(
                self.record,
                asked.approval,
                id=pending.approval,
                place=(step_of(activity).node.id, activity.home.path, activity.visit),
                due_at=due_at,
            )
            for asked, pending in zip(park.waits, wait.waits, strict=False)
            if asked.approval is not None and pending.approval is not None
        ]

    def effects(self, effects: Effects, now: datetime) -> list[JournalRow]:
        """Rows for what a step brought about by itself: withdrawn activities, ties broken, gates opened."""
        rows = self.withdrawn(effects.withdrawn, now)
        first = self.state.seq + 1 + len(rows)
        for offset, note in enumerate(effects.notes):
            home: Frame = note.home
            detail = _json({"note": note.kind})
            rows.append(
                JournalRow(
                    self.record.id, first + offset, RowKind.NOTE, home.program.graph.nodes[note.node].id, home.path, note.visit, 0,
                    note.kind, port=note.port, detail_json=detail, finished_at=now, by=self.by,
                )
            )  # fmt: skip
        return rows

    def withdrawn(self, activities: Sequence[Activity], now: datetime) -> list[JournalRow]:
        first = self.state.seq + 1
        return [
            self._row(RowKind.CANCELLED, a, ActivityStatus.CANCELLED, finished_at=now)._replace(seq=first + offset)
            for offset, a in enumerate(activities)
        ]

    def _row(self, kind: RowKind, activity: Activity, status: str, **fields: Any) -> JournalRow:
        home: Frame = activity.home
        node_id = home.program.graph.nodes[activity.node].id
        return JournalRow(
            self.record.id, self.state.seq + 1, kind, node_id, home.path, activity.visit, activity.attempt, status, by=self.by,
            **fields,
        )  # fmt: skip

    def _retry_at(self, policy: RetryPolicy, activity: Activity, failure: Failure, now: datetime) -> datetime | None:
        used = self.state.attempts_used(activity)
        if not failure.retryable or not policy.allows(used, error_type=failure.type):
            return None
        if failure.delay is not None:
            return now + timedelta(seconds=failure.delay)
        return now + policy.delay_after(used, self._random)

    def _failure_exit(self, activity: Activity, failure: Failure, error_json: str) -> tuple[str | None, Taken | None]:
        """Through `error` if an edge of it is taken; else through `out` where the node goes on; else nowhere (port None)."""
        try:
            program = program_of(activity)
            if program.error_edges(activity.node):
                taken = self._leave(activity, (ERROR,), output=None, error=seen_error(error_json))
                if program.leads_on(activity.node, ERROR, taken):
                    return ERROR, taken
            if step_of(activity).node.on_error == "continue":
                return OUT, self._leave(activity, (OUT,), output=None)
        except ExpressionError:
            return None, None
        return None, None

    def _leave(self, activity: Activity, ports: tuple[str, ...], **more: Any) -> Taken | None:
        return program_of(activity).leave(activity.node, ports, lambda: self.names(activity).plus(**more)) if ports else ()

    def _check_ports(self, activity: Activity, ports: tuple[str, ...]) -> None:
        known = step_of(activity).ports
        unknown = [port for port in ports if port not in known]
        if unknown:
            raise Fatal(f"the handler left through {unknown[0]!r}; its ports are {', '.join(sorted(known))}", type="unknown_port")


def program_of(activity: Activity) -> Program:
    """The program of the scope it is active in."""
    home: Frame = activity.home
    return home.program


def step_of(activity: Activity) -> Step:
    home: Frame = activity.home
    return home.program.steps[activity.node]


def _taken_json(activity: Activity, taken: Taken | None) -> str | None:
    if taken is None:
        return None
    edges = program_of(activity).graph.edges
    return _json({edges[index].id: count for index, count in taken})


def _json(value: object) -> str:
    return encode(value, limit=INPUT_LIMIT, name="journal detail")
