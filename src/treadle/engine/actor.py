"""One execution in the memory of the worker that owns it.

Every change goes the same way: a row is made, folded, committed, and only then acted on. Decisions that a message could
overturn (park, pause, end, a time-out) are guarded: while one is under way, whatever else happens is put aside, and if
it is refused the unread messages are taken first. Nothing here does I/O; the host does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from treadle.domain.marking import Activity
from treadle.domain.records import (
    Claim,
    Decision,
    DecisionKind,
    ExecutionRecord,
    InboxRow,
    JournalRow,
    MessageKind,
    RowKind,
)
from treadle.domain.states import ActivityStatus
from treadle.engine.conclusions import Conclusions
from treadle.engine.decisions import Judge
from treadle.engine.execution_state import BY_POLICY, CHILD, COMPENSATE, ExecutionState
from treadle.engine.frames import Frame, place_of_row
from treadle.engine.history import REWIND, rewind_of
from treadle.engine.hosting import Host, WorkItem
from treadle.engine.mailbox import Mailbox, fields_of
from treadle.engine.outcomes import Failure, Outcome
from treadle.engine.recorder import Recorder
from treadle.engine.rows import RowMaker, step_of
from treadle.engine.waits import ActiveWait


class ExecutionActor:
    def __init__(self, host: Host, claim: Claim, record: ExecutionRecord, state: ExecutionState, rows: RowMaker,
                 conclusions: Conclusions, judge: Judge, mailbox: Mailbox, *, seen: int) -> None:  # fmt: skip
        self.host = host
        self.claim_no = claim.claim_no
        self.record = record
        self.holds_slot = record.slot_key is not None
        self.program = state.frames.root.program
        self.state = state
        self.seen = seen
        self.mailbox = mailbox
        self.running: dict[Activity, None] = {}
        self.crashes = claim.crashes
        self.recorder = Recorder(state, rows)
        self._marked: dict[Activity, int] = {}
        """At-most-once activities whose start is in the journal, at that row, and whose result is not."""
        self._durable = 0
        self._booked: set[Activity] = set()
        self.rows = rows
        self._conclusions = conclusions
        self._judge = judge
        self._committing = 0
        self._deciding: Decision | None = None
        self._gathers = False
        self._ahead = False
        """Whether the rows of the decision under way are folded already."""
        self._moves = False
        """Whether it is to have another version: nothing new starts, and what runs finishes first."""
        self._backlog: list[Callable[[], None]] = []
        self._out: list[JournalRow] = []
        self._run: list[Activity] = []
        self._closed: list[str] = []
        self._orphans: list[str] = []
        self._progressed = False

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def next_due(self) -> datetime | None:
        """None while nothing can be done about it: paused, or a decision under way, which looks again when it is back."""
        if self._deciding is not None or self.state.control.paused:
            return None
        return self.state.next_due()

    def begin(self, inbox: Iterable[InboxRow], *, parked: bool) -> None:
        """Go on where the journal ends, the inbox read first. `parked`: nothing could be started when it was put aside."""
        if not parked:
            self._run.extend(self.state.startable())
        self._take(inbox)
        self._settle()

    def notice(self, messages: Iterable[InboxRow]) -> None:
        """New messages. While a decision is under way it will be refused, and the messages read then."""
        if self._deciding is None:
            self._take(messages)
            self._settle()

    def receive(self, messages: Iterable[InboxRow]) -> None:
        """A decision was refused: take the messages, perhaps none, and decide again."""
        self._deciding = None
        self._take(messages)
        self._drain()
        self._settle()

    def finished(self, activity: Activity, outcome: Outcome, *, started_at: datetime | None) -> None:
        """A handler is done. Dropped if its activity is no longer active."""
        if self._deciding is not None:
            self._backlog.append(lambda: self.finished(activity, outcome, started_at=started_at))
            return
        self.running.pop(activity, None)
        if self.state.is_active(activity) and not self.state.over:
            self._conclude(activity, outcome, started_at=started_at)
        self._settle()

    def tick(self) -> None:
        """Time has passed: try again what is due, and end the waits whose time has come."""
        if self._deciding is not None:
            self._backlog.append(self.tick)
            return
        self._due()
        self._settle()

    def committed(self, item: WorkItem, *, applied: bool) -> None:
        """The commit that holds `item` is durable; `applied` says whether its decision took effect."""
        self._committing -= 1
        if item.rows:
            self._durable = item.rows[-1].seq
        decision = item.decision
        if decision is None:
            self._start(item.run)
            self._settle()
        elif not applied and self._ahead:
            self.host.abandon(self)
        elif not applied:
            self._backlog.append(lambda: self._start(item.run))
            self.host.reread(self)
        elif decision.kind is DecisionKind.KEEP:
            self._deciding = None
            for row in () if self._ahead else decision.rows:
                self._fold(row, write=False)
            self._ahead = False
            self._match()
            self._start(item.run)
            self._drain()
            self._settle()
        else:
            self.host.released(self, decision)

    def forget(self) -> None:
        self._stop_all()
        self._backlog.clear()

    def places_of(self, rows: Iterable[JournalRow], words: str) -> dict[str, str]:
        return {place_of_row(row): words for row in rows if row.node_id}

    # Deciding

    def _settle(self) -> None:
        """Hand what has gathered to the next commit, with the decision that it leads to."""
        if self._deciding is not None or self._gathers:
            return
        self._conclude_inner()
        if self._moves and not (self.state.over or self.running or self._committing or self._out):
            self.host.abandon(self)  # whoever takes it again moves it, before anything else
            return
        if self.state.undoable and self._judge.must_undo():
            self._undo()
        self._deciding = decision = self._decide()
        if self._out or self._closed or self._orphans or decision is not None:
            # What a decision closes that is folded ahead is closed when it took effect.
            closed, orphans = ([], []) if self._ahead else (self._closed, self._orphans)
            item = WorkItem(
                self, self._out, self._run, decision, self._progressed, self.recorder.children, self.recorder.approvals, closed,
                orphans,
            )  # fmt: skip
            self._out, self._run = [], []
            if not self._ahead:
                self._closed, self._orphans = [], []
            self.recorder.next_commit()
            self._progressed = False
            self._committing += 1
            self.host.submit(item)
        elif self._run:
            run, self._run = self._run, []
            self._start(run)
            if self._out:
                self._settle()

    def _decide(self) -> Decision | None:
        state = self.state
        if state.over:
            end = self._judge.end(seen=self.seen)
            if end is not None or not state.control.paused:
                self._stop_all()
                self._run = []
                return end or (None if self._committing else self._judge.idle(seen=self.seen))
        if state.control.paused:
            return None if self._moves or self.running or self._committing else self._judge.idle(seen=self.seen)
        if state.waits and (expiry := self._expiry()) is not None:
            return expiry
        if self._moves or self.running or self._committing or self._run or self._due():
            return None
        return self._judge.idle(seen=self.seen)

    def _expiry(self) -> Decision | None:
        """A guarded decision that ends waits whose time has come: a message committed before it wins.

        While handlers run, or the mark of one is on its way, one at a time, folded when it took effect: a refusal must not
        disturb them. Else all that are due, folded at once: a refusal, which is rare, has the execution read anew.
        """
        due = self._expired()
        if due is None:
            return None
        if self.running or self._marked:
            return Decision(self.id, self.claim_no, self.seen, DecisionKind.KEEP, rows=(self._row_of_expiry(*due),))
        self._ahead = True
        plain, self._out = self._out, []
        while due is not None and len(self._out) < MOST_EXPIRIES and not self.state.over:
            self._fold(self._row_of_expiry(*due))
            due = self._expired()
        rows, self._out = tuple(self._out), plain
        return Decision(self.id, self.claim_no, self.seen, DecisionKind.KEEP, rows=rows)

    def _expired(self) -> tuple[Activity, ActiveWait] | None:
        alarm = self.state.next_alarm()
        if alarm is None or alarm[0] > self.host.now():
            return None
        wait = self.state.waits.get(alarm[1])
        return None if wait is None else (alarm[1], wait)

    def _row_of_expiry(self, activity: Activity, wait: ActiveWait) -> JournalRow:
        now = self.host.now()
        index = wait.due(now)
        assert index is not None
        outcome = self.recorder.resume(activity, wait.event(index, None, now), now)
        return self._row_of(activity, outcome, started_at=wait.started_at, message=None)

    def _due(self) -> bool:
        """Queue the activities whose next attempt is due; whether there are any."""
        now = self.host.now()
        due = False
        while (alarm := self.state.next_alarm()) is not None and alarm[0] <= now and alarm[1] in self.state.retry_at:
            self.state.begin_attempt(alarm[1])
            self._run.append(alarm[1])
            due = True
        return due

    def _undo(self) -> None:
        """It is decided how it ends: what it has done is undone before."""
        self._stop_all()
        self._run = []
        self._backlog.clear()
        self._fold(self.rows.compensation(self.host.now()))

    def _conclude_inner(self) -> None:
        """Write what follows from inner scopes that have ended."""
        frames = self.state.frames
        while (frames.ripe or frames.leaving) and not self.state.over:
            row = self._conclusions.next(self.host.now())
            if row is None:
                return
            self._fold(row)

    def _drain(self) -> None:
        """What was put aside, all of it before the next decision: one after another they would put each other aside again."""
        backlog, self._backlog = self._backlog, []
        with self._gathering():
            for put_aside in backlog:
                put_aside()

    @contextmanager
    def _gathering(self) -> Iterator[None]:
        """Let results gather: nothing is handed on before this ends, and whoever began it settles then."""
        before, self._gathers = self._gathers, True
        try:
            yield
        finally:
            self._gathers = before

    # Starting and stopping handlers

    def _start(self, activities: Iterable[Activity]) -> None:
        if self._deciding is not None:
            later = list(activities)
            self._backlog.append(lambda: self._start(later))
            return
        if self.state.over:
            return
        if self.state.control.paused or self._moves:  # what is marked as started is started: no later owner could tell
            activities = [activity for activity in activities if activity in self._marked]
        ready = [a for a in dict.fromkeys(activities) if self._can_start(a)]
        for activity in ready:
            self.running[activity] = None
        if len(ready) == 1:
            self._start_one(ready[0])
            return
        with self._gathering():
            for activity in ready:
                # One that finishes at once may end or withdraw those after it.
                if activity in self.running:
                    self._start_one(activity)

    def _can_start(self, activity: Activity) -> bool:
        state = self.state
        parked = activity in state.waits or activity in state.frames.composites
        startable = activity.status == ActivityStatus.RUNNING and not parked
        return startable and state.is_active(activity) and activity not in self.running

    def _start_one(self, activity: Activity) -> None:
        node = step_of(activity).node
        refused = self.recorder.refused(activity)
        if refused is not None:
            self.finished(activity, refused, started_at=None)
        elif self._must_book(activity):
            self.host.book(self, activity)
        elif self._marked.get(activity, 0) > self._durable:
            del self.running[activity]  # the commit of its mark starts it
        elif node.delivery != "at_most_once" or node.disabled or activity in self._marked:
            self.host.launch(self, activity)
        elif self.state.marks.get(activity) == activity.attempt:
            failure = Failure("outcome_unknown", "a worker stopped during this at-most-once activity", retryable=False)
            self.finished(activity, failure, started_at=None)
        else:
            self._mark(activity)

    def _must_book(self, activity: Activity) -> bool:
        step = step_of(activity)
        booked = activity in self._booked or self.state.booked.get(activity) == activity.attempt
        return bool(step.rates) and not (booked or step.node.disabled)

    def booked(self, activity: Activity, at: datetime) -> None:
        """The start has its place in the node's rates: it begins now, or waits until then."""
        if self._deciding is not None:
            self._backlog.append(lambda: self.booked(activity, at))
            return
        if activity in self.running:
            if at <= self.host.now():
                self._booked.add(activity)
                self._start_one(activity)
            else:
                del self.running[activity]
                self._fold(self.rows.booked(activity, at))
        self._settle()

    def is_marked(self, activity: Activity) -> bool:
        """Whether the journal says that its attempt has started, so that no later owner may start it."""
        return activity in self._marked

    def _mark(self, activity: Activity) -> None:
        """Commit that the attempt starts, then start it: a mark without a result means that nobody knows what happened."""
        del self.running[activity]
        self._marked[activity] = self.state.seq + 1
        self._fold(self.rows.started(activity, self.host.now()))
        self._run.append(activity)

    def _stop_all(self) -> None:
        for activity in list(self.running):
            self.host.stop(activity)
        self.running.clear()

    # Rows

    def _conclude(
        self, activity: Activity, outcome: Outcome, *, started_at: datetime | None, message: InboxRow | None = None
    ) -> None:
        self._fold(self._row_of(activity, outcome, started_at=started_at, message=message))
        self._match()

    def _row_of(self, activity: Activity, outcome: Outcome, *, started_at: datetime | None, message: InboxRow | None) -> JournalRow:
        self._marked.pop(activity, None)
        self._booked.discard(activity)
        return self.recorder.row_of(
            activity, outcome, now=self.host.now(), seen=self.seen, started_at=started_at, message=message
        )

    def _fold(self, row: JournalRow, *, write: bool = True) -> None:
        """Fold a row, then the rows for what it brought about."""
        effects = self.state.apply(row)
        if write:
            self._out.append(row)
        if row.kind in _PROGRESS and self.crashes:
            self._progressed, self.crashes = True, 0
        if effects is not None:
            if effects.withdrawn or effects.notes:
                for effect in self.rows.effects(effects, self.host.now()):
                    self.state.apply(effect)
                    self._out.append(effect)
            self._withdraw(effects.withdrawn)
            failed = effects.ended == "failed" and (effects.unsettled or not self.state.frames.failed_alone(row.scope))
            if failed or row.kind == RowKind.RETRYING:
                self._interrupt()
            self._run.extend(effects.run)
        if self.state.closed:
            self._close(row)

    def _close(self, row: JournalRow) -> None:
        """Waits are over: their approvals expire, and children nobody waits for any more are cancelled."""
        for activity, wait in self.state.closed:
            self._closed.extend(w.approval for w in wait.waits if w.approval)
            told = row.message_seq is not None and place_of_row(row) == activity.home.place_of(activity)
            self._orphans.extend(w.child for w in wait.waits if w.child and w.on_end == "cancel" and not told)
            self.mailbox.forget(activity, wait)
        self.state.closed.clear()

    def _withdraw(self, activities: Iterable[Activity]) -> None:
        for activity in activities:
            if activity in self.running:
                del self.running[activity]
                self.host.stop(activity)

    def _interrupt(self) -> None:
        """A scope failed, or is tried again: what runs in it, and in scopes inside of it, stops."""
        for activity in list(self.running):
            home: Frame = activity.home
            if activity.status == ActivityStatus.RETRYING or not home.goes_on:
                self._withdraw([activity])

    # Messages

    def _take(self, messages: Iterable[InboxRow]) -> None:
        for message in messages:
            if message.seq <= self.seen:
                continue
            self.seen = message.seq
            if message.seq not in self.state.consumed:
                self._take_one(message)
        self._match()

    def _take_one(self, message: InboxRow) -> None:
        match message.kind:
            case MessageKind.CHILD if message.name in self.state.lingering():
                self._fold(self.rows.control(CHILD, message, self.host.now(), reason=message.name))
            case MessageKind.SIGNAL | MessageKind.DECISION | MessageKind.CHILD:
                self.mailbox.put(message)
            case MessageKind.CANCEL:
                self._cancel(message)
            case MessageKind.DEADLINE:
                self._fold(self.rows.deadline(message, self.host.now()))
            case MessageKind.PAUSE:
                self._fold(self.rows.control("pause", message, self.host.now()))
            case MessageKind.RESUME:
                self._fold(self.rows.control("resume", message, self.host.now()))
                self._run.extend(a for a in self.state.startable() if a not in self._run)
            case MessageKind.RETRY:
                self._retry(message)
            case MessageKind.MOVE:
                self._moves = True
            case MessageKind.COMPLETE:
                self._fold(self.rows.control("complete", message, self.host.now(), output_json=message.payload_json))
            case MessageKind.FAIL:
                self._fold(self.rows.control("fail", message, self.host.now(), error_json=message.payload_json))

    def _cancel(self, message: InboxRow) -> None:
        undo = self.state.frames.undo
        if self.state.control.cancelled and undo is None:
            return
        now = self.host.now()
        detail = fields_of(message)
        undoes = bool(detail.get(COMPENSATE))
        self._fold(self.rows.control("cancel", message, now, reason=str(detail.get("reason", "")), compensate=undoes))
        if undo is not None or (undoes and self.state.undoable):
            return
        active = [activity for frame in self.state.frames.walk() for activity in frame.marking.active.values()]
        for row in self.rows.withdrawn(active, now):
            self._fold(row)

    def _retry(self, message: InboxRow) -> None:
        """Only a failed execution gets this message, so nothing of it is running here."""
        rewind = rewind_of(message)
        if rewind is not None and self.state.rewinding != message.seq:
            self._fold(self.rows.control("fail", message, self.host.now(), error_json=OUTDATED.to_json("")))
            return
        by_policy = message.message_id.startswith("retry:")
        self._fold(self.rows.control(
            "retry" if rewind is None else REWIND, message, self.host.now(), reason=BY_POLICY if by_policy else "", rewind=rewind
        ))  # fmt: skip
        self._run = self.state.startable()
        self._marked.clear()
        self._booked.clear()

    def _match(self) -> None:
        """Let messages end the waits they fit, in the order they came."""
        state = self.state
        if not (state.fresh or self.mailbox.has_arrived):
            return
        while not state.over and (match := self.mailbox.next(state, self.rows.names)) is not None:
            self._fold(self.recorder.row_of_match(match, now=self.host.now(), seen=self.seen))


OUTDATED = Failure("outdated", "it went on while it was asked to go back; ask again", retryable=False)
MOST_EXPIRIES = 1_000
"""Rows of waits that are ended in one decision."""

_PROGRESS = frozenset({RowKind.DONE, RowKind.FAILED})
