"""The state of one execution: the fold of its journal. No I/O, no clock, no expression is evaluated here.

The worker folds each row before it writes it, and a new owner folds the same rows after a crash: there is one code path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from treadle.domain.composites import Composite, LoopPlan, plan_from_json
from treadle.domain.errors import JournalGapError, MarkingError
from treadle.domain.marking import Activity, Effects, Marking
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.states import ActivityStatus
from treadle.domain.values import decode
from treadle.engine.compensation import UNDO, Undoable, undoing
from treadle.engine.data import Result, Results
from treadle.engine.frames import TOP, Frame, Frames, Terminated, failure_text, merge
from treadle.engine.history import REWIND, SPARE, History, Rewind, Visit
from treadle.engine.program import Program
from treadle.engine.standing import Standing, moment_of
from treadle.engine.waits import LINGERS, ActiveWait

BY_POLICY = "policy"
COMPENSATE, CHILD, RETRY, FORK = "compensate", "child", "retry", "fork"


@dataclass(slots=True)
class Control:
    """What messages have asked of the execution as a whole, as far as the journal has consumed them."""

    paused: bool = False
    cancelled: bool = False
    reason: str = ""
    undoes: bool = False
    """Whether the cancel asked for compensation."""
    timed_out: bool = False
    retried_at: datetime | None = None


class ExecutionState(Standing):
    """`characters` are those of all results so far."""

    def __init__(
        self, execution_id: str, program: Program, starts: Sequence[int], attempts: Mapping[Visit, int] | None = None
    ) -> None:
        """Started, and nothing folded yet. `first` is what the start itself set going, `attempts` what was taken back."""
        super().__init__()
        self.execution_id = execution_id
        self.program = program
        self.root = Frame(TOP, program, Results(program.graph))
        self.frames = Frames(self.root)
        self.seq = 0
        self.last_row: JournalRow | None = None
        self.characters = 0
        self.control = Control()
        self.consumed: set[int] = set()
        self.undoable: list[Undoable] = []
        self.undo_seq = 0
        self._lingering: set[str] = set()
        self._reported: set[str] = set()
        self.failure_json: str | None = None
        self.has_children = False
        self.rewinding: int | None = None
        """The message that asked for what has been left out of this fold, until its row is folded."""
        self._attempts = attempts or {}
        self._has_rewound = False
        limit = program.settings.max_activities
        self.root.marking, self.first = Marking.start(
            program.graph, starts, home=self.root, mutexes=self.frames.mutexes, limit=limit
        )
        self._absorb(self.root, self.first)

    @classmethod
    def fold(
        cls, execution_id: str, program: Program, starts: Sequence[int], rows: Sequence[JournalRow], *,
        pending: Rewind | None = None,
    ) -> ExecutionState:  # fmt: skip
        """JournalGapError when a row is missing; MarkingError when rows and graph contradict each other."""
        history = History.of(execution_id, rows, pending)
        state = cls(execution_id, program, starts, history.attempts)
        for row in history.rows:
            state.apply(row)
        if history.rows is not rows:  # what was consumed stays so, and numbers go on
            state.seq, state.last_row = rows[-1].seq, rows[-1]
            state.consumed.update(row.message_seq for row in rows if row.message_seq is not None)
        state.rewinding = pending.message if pending is not None else None
        state.closed.clear()
        return state

    def go_on(self, rows: Iterable[JournalRow]) -> None:
        """Fold the rows that follow."""
        for row in rows:
            if row.seq != self.seq + 1:
                raise JournalGapError(self.execution_id, self.seq + 1, row.seq)
            self.apply(row)
        self.closed.clear()

    def apply(self, row: JournalRow) -> Effects | None:
        """Fold one row. None when the row sets nothing going."""
        self.seq = row.seq
        self.last_row = row
        if row.output_json is not None:
            self.characters += len(row.output_json)
        if row.message_seq is not None:
            self.consumed.add(row.message_seq)
        return _FOLD[row.kind](self, row)

    @property
    def marking(self) -> Marking:
        """The execution's own scope."""
        return self.root.marking

    @property
    def terminated(self) -> Terminated | None:
        return self.root.terminated

    @property
    def over(self) -> bool:
        """Whether nothing more can be done in it but to end it."""
        if self.frames.undo is not None:
            return self.frames.undo.marking.state != "running"
        return (
            self.failure_json is not None
            or self.control.cancelled
            or self.root.terminated is not None
            or self.root.marking.state != "running"
        )

    def is_active(self, activity: Activity) -> bool:
        """Whether a result of this activity would be accepted now."""
        home: Frame = activity.home
        return home.marking.active.get((activity.node, activity.visit)) is activity and home.goes_on

    def lingering(self) -> set[str]:
        """The children that the end waits for: those nobody waited for, and, once it is certain, those somebody did."""
        waited_for = {child for wait in self.waits.values() for child in wait.lingering()} if self.over and self.waits else set()
        return (self._lingering | waited_for) - self._reported

    def startable(self) -> list[Activity]:
        """Active activities that are neither parked, nor between attempts, nor queued for a mutex, nor composites under way."""
        running, composites = ActivityStatus.RUNNING, self.frames.composites
        return [
            activity
            for frame in self.frames.walk()
            for activity in frame.marking.active.values()
            if activity.status == running and activity not in self.waits and activity not in composites
        ]

    def next_due(self) -> datetime | None:
        alarm = None if self.over else self.next_alarm()
        return alarm[0] if alarm is not None else None

    def find(self, row: JournalRow) -> Activity:
        """The activity a row is about. MarkingError if it is not active."""
        try:
            return self.frames.at(row.scope).find(row.node_id, row.visit)
        except MarkingError as error:
            raise MarkingError(f"{self.execution_id} seq {row.seq}: {error}") from None

    # Rows

    def _done(self, row: JournalRow) -> Effects:
        activity = self.find(row)
        frame: Frame = activity.home
        key = (activity.node, activity.visit)
        port = row.port or "out"
        taken = None
        if row.taken_json is not None:
            edge_of = frame.program.graph.edge_of
            taken = [(edge_of[edge], count) for edge, count in decode(row.taken_json).items()]
        self.forget(activity)
        frame.results.add(key[0], Result(row.visit, row.seq, activity.inputs, port, row.output_json, row.error_json))
        if not (taken if taken is not None else frame.plain_edges(key[0], port)):
            frame.ends[row.node_id] = row.output_json
        if row.kind == RowKind.FAILED:
            frame.failed.append(row.node_id)
        elif key[0] in frame.program.undo and row.status == ActivityStatus.COMPLETED:
            self.undoable.append(Undoable(frame, key))
        before = frame.marking.fired
        self.frames.share(frame)
        extra = self._leave_inner(activity, detach=row.kind == RowKind.DONE) if activity in self.frames.composites else None
        if frame.detached and port != "error":
            extra = extra or Effects()
            self.frames.withdraw_detached(frame, frame.marking.rules.nodes[key[0]].cancels, extra)
        effects = frame.marking.done(key[0], key[1], port=port, taken=taken)
        if row.detail_json is not None:
            self._take_detail(row, frame, effects)
        if extra is not None:
            merge(effects, extra)
        if frame is not self.root:
            self.frames.count(frame, before)
        self._absorb(frame, effects)
        return effects

    def _take_detail(self, row: JournalRow, frame: Frame, effects: Effects) -> None:
        detail = decode(row.detail_json or "{}")
        if LINGERS in detail:
            self._lingering.add(detail[LINGERS])
        elif effects.ended == "completed":
            frame.terminated = Terminated(detail["status"], row.output_json, row.node_id)

    def _failed(self, row: JournalRow) -> Effects:
        if row.port is not None:
            return self._done(row)
        activity = self.find(row)
        frame: Frame = activity.home
        if activity in self.frames.composites:
            self._keep_inner(activity)
        else:
            self.forget(activity)
        frame.failure_json = row.error_json
        frame.results.add(
            activity.node, Result(row.visit, row.seq, activity.inputs, "error", row.output_json, row.error_json)
        )
        effects = frame.marking.failed(activity.node, activity.visit)
        self._absorb(frame, effects)
        return effects

    def _retrying(self, row: JournalRow) -> Effects | None:
        """Of a composite: what failed inside of it is tried again then, the rest goes on; if nothing did, all that is active."""
        activity = self.find(row)
        at = datetime.fromisoformat(decode(row.detail_json or "{}")["retry_at"])
        composite = self.frames.composites.get(activity)
        if composite is None:
            self.end_wait(activity)
            activity.attempt = row.attempt + 1
            self.try_at(activity, at)
            return None
        activity.attempt = row.attempt + 1
        effects = Effects()
        running = list(composite.running.values())
        for frame in [frame for frame in running if frame.marking.state == "failed"] or running:
            self._revive(frame, effects, now=row.finished_at, at=at)
        self.renew_limit(activity, at)
        self._absorb(activity.home, effects)
        return effects

    def _waiting(self, row: JournalRow) -> None:
        activity = self.find(row)
        activity.attempt = max(activity.attempt, row.attempt)  # what counted it up may have been taken back
        self.retry_at.pop(activity, None)
        detail = decode(row.detail_json or "{}")
        if "booked" in detail:
            self.booked[activity] = row.attempt
            self.try_at(activity, datetime.fromisoformat(detail["booked"]))
        else:
            self._wait(activity, ActiveWait.from_json(detail, row.started_at))
        activity.status = ActivityStatus.WAITING

    def _wait(self, activity: Activity, wait: ActiveWait) -> None:
        self.begin_wait(activity, wait)
        self.has_children = self.has_children or any(w.child for w in wait.waits)

    def _running(self, row: JournalRow) -> None:
        self.marks[self.find(row)] = row.attempt

    def _begin(self, row: JournalRow) -> Effects:
        activity = self.find(row)
        self.retry_at.pop(activity, None)
        activity.status = ActivityStatus.RUNNING
        detail = decode(row.detail_json or "{}")
        if "wait" in detail:
            self._wait(activity, ActiveWait.from_json(detail["wait"], row.started_at))
        effects = Effects()
        self.frames.begin(activity, Composite.of(plan_from_json(detail["plan"]), began_at=row.started_at), effects)
        self._absorb(activity.home, effects)
        return effects

    def _item(self, row: JournalRow) -> Effects:
        activity = self.find(row)
        detail = decode(row.detail_json or "{}")
        effects = Effects()
        composite = self.frames.end_item(activity, detail["index"], detail["status"], row, effects)
        if isinstance(composite.plan, LoopPlan):
            composite.again(more=detail.get("again", False))
        composite.satisfied = composite.satisfied or detail.get("enough", False)
        self.frames.fill(activity, effects)
        self._absorb(activity.home, effects)
        return effects

    def _more(self, row: JournalRow) -> Effects:
        activity = self.find(row)
        detail = decode(row.detail_json or "{}")
        composite = self.frames.composites[activity]
        composite.spare += detail.get(SPARE, 0)
        if "items" in detail:
            composite.add(detail["items"])
        composite.closed = composite.closed or detail.get("closed", False)
        effects = Effects()
        self.frames.fill(activity, effects)
        self._absorb(activity.home, effects)
        wait = self.waits.get(activity)
        if SPARE in detail:
            pass
        elif wait is None or not composite.closed:
            self.fresh.append(activity)
        elif wait.wake_at is not None:  # what is told from now on is for others
            self.waits[activity] = wait.limit_only()
        else:
            self.end_wait(activity)
        return effects

    def _control(self, row: JournalRow) -> Effects | None:
        detail = decode(row.detail_json or "{}")
        verb = detail["verb"]
        if verb == "cancel":
            if self.control.cancelled and self.frames.undo is not None:
                return self._give_up_undoing()
            self.control.cancelled = True
            self.control.reason = detail.get("reason", "")
            self.control.undoes = detail.get("compensate", False)
        elif verb == "deadline":
            self.control.timed_out = True
            if self.frames.undo is None:
                self.failure_json = row.error_json
        elif verb == "complete":
            self.root.terminated = Terminated("completed", row.output_json, "")
        elif verb == "fail":
            self.failure_json = row.error_json
        elif verb == CHILD:
            self._reported.add(detail["reason"])
        elif verb == COMPENSATE:
            return self._compensate(row)
        elif verb == RETRY:
            return self._retry(row.finished_at, by_policy=detail.get("reason") == BY_POLICY)
        elif verb == REWIND:
            return self._rewind(row.finished_at)
        elif verb == FORK:
            return self._fork(row.finished_at)
        elif verb in ("pause", "resume"):
            self.control.paused = verb == "pause"
        return None

    def _effect(self, _row: JournalRow) -> None:
        """A row that records what another row brought about."""

    # Trying again

    def _retry(self, now: datetime | None, *, by_policy: bool) -> Effects:
        """Run what failed or was interrupted again: same visit, next attempt, the whole policy anew.

        A pause that was accepted meanwhile holds for a retry by policy; a person who retries wants it to run.
        """
        self.failure_json = None
        self.control = Control(paused=self.control.paused and by_policy, retried_at=now)
        effects = Effects()
        self._revive(self.root, effects, now=now, at=None)
        self._absorb(self.root, effects)
        return effects

    def _rewind(self, now: datetime | None) -> Effects:
        """All that is active goes on; what ran before it was taken back counts its attempts on."""
        self.rewinding = None
        self._has_rewound = True
        self.frames.end_spare()
        return self._retry(now, by_policy=False)

    def _count_on(self, activity: Activity) -> None:
        """It has run before, and that was taken back; a rewind that is still to come counts one up itself."""
        home: Frame = activity.home
        last = self._attempts.get((home.path, home.program.graph.nodes[activity.node].id, activity.visit))
        if last is not None:
            activity.attempt = last + self._has_rewound
            self.budget[activity] = activity.attempt - 1

    def _fork(self, now: datetime | None) -> Effects:
        """Up to here the journal is another execution's: its waits, children, attempts and start marks are not this one's."""
        self.frames.end_spare()
        effects = self._retry(now, by_policy=False)
        for known in (self.budget, self.marks, self.booked):
            known.clear()
        for frame in self.frames.by_path.values():
            for activity in (*frame.marking.active.values(), *frame.detached.values()):
                activity.attempt = 1
                self._count_on(activity)
        self._lingering.clear()
        self.has_children = False
        return effects

    def _revive(self, frame: Frame, effects: Effects, *, now: datetime | None, at: datetime | None) -> None:
        """Have all that was active in a scope go on with its next attempt: at that time, or now with a policy that counts anew."""
        before = [*frame.marking.active.values(), *frame.detached.values()]
        frame.failure_json = None
        if frame.marking.state == "failed":
            if frame in self.frames.ripe:
                self.frames.ripe.remove(frame)
            again = frame.marking.retry()
            merge(effects, again)
            if again.ended is not None:
                frame.failure_json = failure_text(again, frame.program)
                self.frames.ended(frame, effects)
        elif frame.marking.state == "completed" and frame.around is not None and frame not in self.frames.ripe:
            self.frames.ripe.append(frame)
        for activity in before:
            composite = self.frames.composites.get(activity)
            if composite is None:
                self.try_again(activity, now, at)
                continue
            for inner in list(composite.running.values()):
                self._revive(inner, effects, now=now, at=at)
            self.begin_total(activity, at or now)
            self.renew_limit(activity, at or now)
            self.frames.fill(activity, effects)
        retrying = ActivityStatus.RETRYING
        effects.run = [a for a in effects.run if a.status != retrying and a not in self.frames.composites]

    # Undoing

    def _compensate(self, row: JournalRow) -> Effects:
        """Nothing else is played any more; the compensations begin."""
        effects = Effects()
        if self.root.marking.state in ("running", "failed"):
            ended = {a for a in self.root.marking.active.values() if a.status == ActivityStatus.FAILED}
            merge(effects, self.root.marking.cancel())
            self._withdraw(effects)
            effects.withdrawn = [activity for activity in effects.withdrawn if activity not in ended]
        if self.root.detached:
            self.frames.withdraw_detached(self.root, None, effects)
        self._withdraw(effects)
        undo, begun = undoing(self.undoable, self.program)
        self.frames.undo = self.frames.by_path[UNDO] = undo
        self.undo_seq = row.seq
        merge(effects, begun)
        self._absorb(undo, effects)
        return effects

    def _give_up_undoing(self) -> Effects:
        """Cancelled a second time: what has not been undone stays as it is."""
        undo = self.frames.undo
        assert undo is not None
        effects = undo.marking.cancel() if undo.marking.state == "running" else Effects()
        self._absorb(undo, effects)
        return effects

    # Composites

    def _leave_inner(self, activity: Activity, *, detach: bool) -> Effects:
        effects = Effects()
        self.frames.leave(activity, detach=detach, effects=effects)
        return effects

    def _keep_inner(self, activity: Activity) -> None:
        """A composite that fails keeps what it holds, for a retry; nothing of it is to be concluded before."""
        if activity in self.frames.leaving:
            self.frames.leaving.remove(activity)
        kept = self.frames.composites[activity].running.values()
        self.frames.ripe = [frame for frame in self.frames.ripe if frame not in kept]

    # Bookkeeping

    def _absorb(self, frame: Frame, effects: Effects) -> None:
        """Take note of what a step led to, in the scope that it happened in and in those around it."""
        for activity in effects.run:
            if activity.fired_at < 0:
                activity.fired_at = self.seq
                self.begin_total(activity, moment_of(self.last_row))
                if self._attempts:
                    self._count_on(activity)
        if frame.detached and effects.ended not in (None, "failed"):
            self.frames.withdraw_detached(frame, None, effects)
        self._withdraw(effects)
        for marking in effects.unsettled:
            self._settle(marking, effects)
        if effects.ended is not None:
            frame.failure_json = frame.failure_json or failure_text(effects, frame.program)
            self.frames.ended(frame, effects)
        if self.failure_json is None and self.root.marking.state == "failed":
            self.failure_json = self.root.failure_json

    def _withdraw(self, effects: Effects) -> None:
        for activity in effects.withdrawn:  # grows while it is walked: what runs inside of a withdrawn composite
            if activity in self.waits:
                self._lingering.update(self.waits[activity].lingering())
            self.forget(activity)
            self.frames.withdraw(activity, effects)

    def _settle(self, marking: Marking, effects: Effects) -> None:
        """Another scope goes on by itself, because of a mutex that this step gave back."""
        settled = marking.settled()
        self._absorb(marking.home, settled)
        merge(effects, settled)


_FOLD: dict[str, Callable[[ExecutionState, JournalRow], Effects | None]] = {
    RowKind.DONE: ExecutionState._done,
    RowKind.FAILED: ExecutionState._failed,
    RowKind.RETRYING: ExecutionState._retrying,
    RowKind.WAITING: ExecutionState._waiting,
    RowKind.RUNNING: ExecutionState._running,
    RowKind.BEGIN: ExecutionState._begin,
    RowKind.ITEM: ExecutionState._item,
    RowKind.MORE: ExecutionState._more,
    RowKind.CONTROL: ExecutionState._control,
    RowKind.CANCELLED: ExecutionState._effect,
    RowKind.NOTE: ExecutionState._effect,
}
