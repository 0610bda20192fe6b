"""What a past execution would have done under another graph, from what is recorded of it: no handler of a side effect runs.

Its rows are played under the other graph, in their order. As long as nothing differs they are taken as they are. From the
first difference on, what follows from data alone is worked out anew: conditions of edges, pure nodes, the items of maps and
the ends of loops. All else keeps its recorded result, and what has none is named.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from treadle.domain.errors import ExpressionError, LimitExceededError, MarkingError, UnstorableValueError
from treadle.domain.graph import OUT
from treadle.domain.marking import Activity, Effects
from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.states import ActivityStatus, ExecutionStatus
from treadle.domain.values import decode
from treadle.engine.calls import prepare
from treadle.engine.compensation import UNDO
from treadle.engine.conclusions import Conclusions
from treadle.engine.execution_state import CHILD, COMPENSATE, FORK, RETRY, ExecutionState
from treadle.engine.fitting import program_at
from treadle.engine.frames import Frame, place
from treadle.engine.history import REWIND, History, Visit
from treadle.engine.outcomes import Begun, Failure, Finished, Outcome, failure_of, outcome_of
from treadle.engine.program import Program
from treadle.engine.replays import Difference, Replay
from treadle.engine.rows import RowMaker, program_of, step_of
from treadle.engine.same_nodes import SameNodes
from treadle.engine.starting import starts_of
from treadle.engine.vocabulary import Vocabulary

MOST_STEPS = 20_000
"""How many nodes are worked out anew in one execution: a cycle of pure nodes may go on for ever."""
_EFFECTS = frozenset({RowKind.CANCELLED, RowKind.NOTE})
_LEAVING = frozenset({RowKind.DONE, RowKind.FAILED})
_FROM_OUTSIDE = frozenset({"timeout", "outcome_unknown"})
"""Failures that do not follow from data."""
_OF_COMPOSITES = frozenset({RowKind.ITEM, RowKind.DONE, RowKind.FAILED, RowKind.RETRYING})


class TooLongError(MarkingError):
    """A replay works out more nodes than it may."""


def replay(record: ExecutionRecord, program: Program, target: Program, rows: Sequence[JournalRow]) -> Replay:
    """`program` is the one that the rows fit. MarkingError when they do not."""
    history = History.of(record.id, rows)
    past = _Past(record, program, history)
    play = _Play(record, program, target, history, past)
    try:
        play.run()
    except TooLongError as error:
        return Replay(record.id, record.version, "unknown", play.first, (), tuple(play.would_run), (str(error),), past.end, None)
    needs = tuple(play.needs())
    end = None if needs else play.end()
    not_run = () if needs else tuple(each for each in past.fired if each not in play.fired)
    first = play.first or play.at_the_end(not_run, end)
    result = "unknown" if needs else "differs" if first is not None else "same"
    return Replay(record.id, record.version, result, first, not_run, tuple(play.would_run), needs, past.end, end)


class _Past:
    """What has fired in it, in order, and what was under way at the end."""

    def __init__(self, record: ExecutionRecord, program: Program, history: History) -> None:
        state = ExecutionState(record.id, program, starts_of(program.graph, record.trigger_json), history.attempts)
        self.fired = dict.fromkeys(_fired(state.first))
        for row in history.rows:
            self.fired.update(dict.fromkeys(_fired(state.apply(row))))
        self.end = _end_of(state)
        self.open = set() if state.over else {place_of(activity) for activity in _active(state)}


class _Play:
    """The same rows under the other graph. `fired` are the places that ran, `first` the first difference so far."""

    def __init__(self, record: ExecutionRecord, program: Program, target: Program, history: History, past: _Past) -> None:
        self.state = ExecutionState(record.id, target, starts_of(target.graph, record.trigger_json), history.attempts)
        self.fired: dict[str, None] = {}
        self.would_run: dict[str, None] = {}
        self.first: Difference | None = None
        self._record = record
        self._program = program
        self._past = past
        self._same = SameNodes(program, target)
        self._vocabulary = Vocabulary(record, self.state)
        self._rows = RowMaker(record, self.state, self._vocabulary, by="", random=Random(0))
        self._conclusions = Conclusions(self.state, self._rows, self._vocabulary)
        self._recorded = [row for row in history.rows if row.kind not in _EFFECTS]
        self._differs = target.settings.vars != program.settings.vars
        self._to_come = self._count()
        self._held: dict[Visit, deque[JournalRow]] = {}
        self._new: deque[Activity] = deque()
        self._now = record.created_at
        self._steps = 0
        self._is_over = False
        """Whether all rows have been played."""

    def run(self) -> None:
        self._absorb(self.state.first)
        self._go_on()
        for row in self._recorded:
            self._now = row.finished_at or row.started_at or self._now
            self._offer(row)
            self._go_on()
        self._to_come.clear()
        self._is_over = True
        if self._differs:
            self._new.extend(_active(self.state))
            self._go_on()

    def needs(self) -> Iterable[str]:
        """The places whose result nobody knows: gates, lines for a mutex and composites only follow others."""
        state = self.state
        for activity in () if state.over else _active(state):
            follows = activity in state.frames.composites or (
                activity.status == ActivityStatus.WAITING and activity not in state.waits and activity not in state.retry_at
            )
            if not follows and activity.home.path != UNDO and place_of(activity) not in self._past.open:
                yield place_of(activity)

    def end(self) -> str:
        return _end_of(self.state)

    def at_the_end(self, not_run: Sequence[str], end: str | None) -> Difference | None:
        """A difference that is only seen when all is played."""
        if not_run:
            return Difference(not_run[0], "not_run", "it ran, and would not have")
        if end is not None and end != self._past.end:
            return Difference("", "end", f"it ended as {self._past.end}, and would have ended as {end}")
        return self._other_output(end)

    def _other_output(self, end: str | None) -> Difference | None:
        settings = self.state.program.graph.settings
        asks = self._differs or settings.output != self._program.graph.settings.output
        if end != ExecutionStatus.COMPLETED or not asks or self._record.status is not ExecutionStatus.COMPLETED:
            return None
        try:
            output_json = self._vocabulary.output_json(self.state.root, self.state.seq)
        except (ExpressionError, UnstorableValueError, LimitExceededError) as error:
            return Difference("", "end", f"it completed, and would have failed: settings.output: {error}")
        if _value(output_json) == _value(self._record.output_json):
            return None
        return Difference("", "output", "its output would have been another")

    # Rows

    def _offer(self, row: JournalRow) -> None:
        if row.kind == RowKind.CONTROL:
            self._control(row)
            return
        key = _key(row)
        self._to_come[key] = self._to_come.get(key, 1) - 1
        if not self._is_of_this(row):
            self._differs = True
        elif key in self._held or not self._belongs(row):
            self._differs = True
            self._held.setdefault(key, deque()).append(row)
        else:
            self._take(row)

    def _control(self, row: JournalRow) -> None:
        verb = row.status
        if verb == COMPENSATE and not self._differs and not self.state.undoable:
            self._note("", "not_run", "what it had done was undone, and nothing would have been")
        if self._differs:
            failed = any(frame.marking.state == "failed" for frame in self.state.frames.by_path.values())
            if verb == COMPENSATE or (verb in (RETRY, REWIND) and not failed):
                return
            if self.state.over and verb not in (RETRY, REWIND, CHILD, FORK):
                return
        self._apply(row)

    def _is_of_this(self, row: JournalRow) -> bool:
        """Whether what is recorded can be a result of this node: of another type or exit it says nothing."""
        if row.scope == UNDO or row.scope.startswith(f"{UNDO}/"):
            return not self._differs
        return self._same.type(row.scope, row.node_id) and self._same.has_port(row)

    def _belongs(self, row: JournalRow) -> bool:
        """Whether it is about something that is under way here, and stands as it stood."""
        try:
            activity = self.state.find(row)
        except MarkingError:
            return False
        if not self._differs:
            return True
        home: Frame = activity.home
        is_composite = activity in self.state.frames.composites
        if not home.goes_on:
            return False
        if row.kind in (RowKind.ITEM, RowKind.MORE):
            return is_composite
        return row.kind in (*_LEAVING, RowKind.RETRYING) or not is_composite

    def _take(self, row: JournalRow) -> None:
        """The row, or what the other graph makes of it."""
        activity = self.state.find(row)
        if row.scope == UNDO:
            self._apply(row)
            return
        if activity in self.state.frames.composites and row.kind in _OF_COMPOSITES:
            self._take_of_composite(row, activity)
            return
        step, same = step_of(activity), self._same
        known = same.config(row.scope, row.node_id)
        follows = row.kind in (*_LEAVING, RowKind.BEGIN) and _error_type(row) not in _FROM_OUTSIDE
        pure = step.handler.node_type.pure and follows
        if pure and (self._differs or not known):
            self._work_out(activity, row)
        elif row.kind == RowKind.DONE and (self._differs or not same.exits(row.scope, row.node_id)):
            self._apply_anew(row, self._left(row, activity))
        elif row.kind in (RowKind.FAILED, RowKind.RETRYING) and (self._differs or not same.failing(row.scope, row.node_id)):
            self._apply_anew(row, self._failed(row, activity))
        else:
            self._apply(row)

    def _take_of_composite(self, row: JournalRow, activity: Activity) -> None:
        """What a map or loop makes of its items follows from them; only a time-out comes from outside."""
        if not self._differs and self._same.graph(row.scope, row.node_id):
            self._apply(row)
            return
        if _error_type(row) in _FROM_OUTSIDE and row.kind != RowKind.ITEM:
            self._apply_anew(row, self._failed(row, activity))
            return
        made = self._conclusions.of(activity, _index(row), self._now)
        if made is not None:
            comparable = made.kind == row.kind or (made.kind in _LEAVING and row.kind in _LEAVING)
            self._apply_anew(row if comparable else None, made)

    def _left(self, row: JournalRow, activity: Activity) -> JournalRow:
        if row.port is None or (row.taken_json == "{}" and row.detail_json is not None):
            return row
        known = step_of(activity).ports
        ports = (row.port,) if row.port in known else tuple(row.port.split(","))
        output_json = row.output_json or "null"
        outcome = Finished(output_json, ports, _value(output_json), row.detail_json, row.status)
        return self._rows.finished(activity, outcome, started_at=row.started_at, now=self._now)

    def _failed(self, row: JournalRow, activity: Activity) -> JournalRow:
        """With the retry policy and the error edges of the other graph."""
        error: dict[str, Any] = decode(row.error_json or "{}")
        old = program_at(self._program, row.scope)
        policy = None if old is None else old.steps[old.graph.index_of[row.node_id]].retry
        used = self.state.attempts_used(activity)
        kind = str(error.get("type", "failed"))
        again = row.kind == RowKind.RETRYING or policy is None or not policy.allows(used, error_type=kind)
        failure = Failure(kind, str(error.get("message", "")), again, error.get("details") or {}, None, row.output_json)
        return self._rows.failed(activity, failure, started_at=row.started_at, now=self._now)

    def _apply_anew(self, row: JournalRow | None, made: JournalRow) -> None:
        """Fold what was made in the place of a row, and note how they differ."""
        if row is not None:
            self._compare(row, made)
        self._apply(made)

    def _compare(self, row: JournalRow, made: JournalRow) -> None:
        at = place(made.scope, made.node_id, made.visit)
        if made.kind != row.kind or made.port != row.port:
            self._note(at, "choice", f"it {_words(row)}, and would have {_words(made)}")
        elif made.kind in _LEAVING and self._same.taken(row) != self._same.taken(made, anew=True):
            self._note(at, "choice", f"it {_words(row)}, and would have taken other edges")
        elif made.kind == RowKind.BEGIN and _value(made.detail_json).get("plan") != _value(row.detail_json).get("plan"):
            self._note(at, "result", "it would have other items, or another plan")
        elif made.kind != RowKind.BEGIN and _value(made.output_json) != _value(row.output_json):
            self._note(at, "result", "its result would have been another")

    def _apply(self, row: JournalRow) -> None:
        self._absorb(self.state.apply(row._replace(seq=self.state.seq + 1)))

    # What follows

    def _absorb(self, effects: Effects | None) -> None:
        if effects is None:
            return
        for activity in effects.run:
            if activity.home.path == UNDO:  # its rows say what became of it
                continue
            at = place_of(activity)
            self.fired[at] = None
            if at not in self._past.fired and at not in self.would_run:
                self.would_run[at] = None
                self._note(at, "would_run", "it would have run, and did not")
            self._new.append(activity)

    def _go_on(self) -> None:
        """All that follows without another row."""
        while self._new or self._concludes():
            while self._new:
                self._look_at(self._new.popleft())

    def _look_at(self, activity: Activity) -> None:
        """Something has begun: give it the rows that came too early for it, or work it out, if no row is to come."""
        if not self.state.is_active(activity) or activity.status == ActivityStatus.WAITING:
            return
        home: Frame = activity.home
        key = (home.path, home.program.graph.nodes[activity.node].id, activity.visit)
        held = self._held.get(key)
        while held and self._belongs(held[0]):
            self._take(held.popleft())
        if held is not None and not held:
            del self._held[key]
        if not self.state.is_active(activity) or self._to_come.get(key, 0) > 0 or held or activity in self.state.frames.composites:
            return
        if activity in self.state.waits or activity in self.state.retry_at:
            return
        if not self._is_over and place_of(activity) in self._past.fired:  # it was withdrawn before it had a result
            return
        step = step_of(activity)
        if step.node.disabled or step.handler.node_type.pure:
            self._work_out(activity, None)

    def _work_out(self, activity: Activity, row: JournalRow | None) -> None:
        """Run a pure node with what is known here."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooLongError(f"{place_of(activity)}, and more than {MOST_STEPS:,} nodes before it")
        now = (row.started_at if row is not None else None) or self._now
        outcome = self._outcome(activity, now)
        match outcome:
            case Finished():
                made = self._rows.finished(activity, outcome, started_at=now, now=self._now)
            case Failure():
                made = self._rows.failed(activity, replace(outcome, retryable=False), started_at=now, now=self._now)
            case Begun():
                made = self._rows.begun(activity, outcome.plan_json, None, started_at=now)
            case _:
                return
        self._apply_anew(row if row is not None and (row.kind == made.kind or made.kind in _LEAVING) else None, made)

    def _outcome(self, activity: Activity, now: datetime) -> Outcome:
        step = step_of(activity)
        if step.node.disabled:
            port = (*step.handler.node_type.ports_for(step.node.config), OUT)[0]
            return Finished("null", (port,), None, status="skipped")
        try:
            call = prepare(self._rows, activity, now)
            return outcome_of(call.handler.run(call.context, call.config))
        except (Exception, SystemExit) as error:  # a template or the handler's code, as in a worker
            return failure_of(error)

    def _concludes(self) -> bool:
        """End what has ended in maps and loops, where no row is to come that says so."""
        if self.state.over or not self._differs:
            return False
        frames = self.state.frames
        for activity in frames.leaving:
            if activity.home.goes_on and not self._to_come.get(_key_of(activity)):
                self._apply(self._conclusions.left(activity, self._now))
                return True
        for frame in frames.ripe:
            around = frame.around
            if around is not None and around.home.goes_on and not self._to_come.get(_key_of(around)):
                self._apply(self._conclusions.ended(frame, around, self._now))
                return True
        return False

    def _note(self, at: str, kind: str, message: str) -> None:
        self._differs = True
        if self.first is None:
            self.first = Difference(at, kind, message)

    def _count(self) -> dict[Visit, int]:
        found: dict[Visit, int] = {}
        for row in self._recorded:
            if row.kind != RowKind.CONTROL and self._is_of_this(row):
                found[_key(row)] = found.get(_key(row), 0) + 1
        return found


def place_of(activity: Activity) -> str:
    home: Frame = activity.home
    return home.place_of(activity)


def _key(row: JournalRow) -> Visit:
    return row.scope, row.node_id, row.visit


def _key_of(activity: Activity) -> Visit:
    home: Frame = activity.home
    return home.path, program_of(activity).graph.nodes[activity.node].id, activity.visit


def _fired(effects: Effects | None) -> Iterable[str]:
    return [] if effects is None else [place_of(activity) for activity in effects.run if activity.home.path != UNDO]


def _active(state: ExecutionState) -> list[Activity]:
    return [activity for frame in state.frames.walk() for activity in frame.marking.active.values()]


def _end_of(state: ExecutionState) -> str:
    if state.control.cancelled:
        return ExecutionStatus.CANCELLED
    if state.failure_json is not None:
        return ExecutionStatus.FAILED
    if state.terminated is not None:
        return state.terminated.status
    return "open" if state.marking.state == "running" else str(state.marking.state)


def _words(row: JournalRow) -> str:
    if row.kind == RowKind.DONE:
        return f"left through {row.port!r}"
    if row.kind == RowKind.FAILED:
        return f"failed and left through {row.port!r}" if row.port is not None else "failed"
    return {RowKind.RETRYING: "been tried again", RowKind.BEGIN: "begun"}.get(RowKind(row.kind), str(row.kind))


def _index(row: JournalRow) -> int | None:
    return int(_value(row.detail_json)["index"]) if row.kind == RowKind.ITEM else None


def _error_type(row: JournalRow) -> str | None:
    return None if row.error_json is None else str(decode(row.error_json).get("type"))


def _value(text: str | None) -> Any:
    return decode(text) if text is not None else None
