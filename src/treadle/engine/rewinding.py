"""Which rows of a journal are kept when an execution goes on from one of its nodes again.

The kept rows are found by playing them: a row is kept if its activity is there again with the tokens it had, and stands as
it stood. The node that is gone back to never leaves in that play, so nothing that descends from it can be there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from treadle.domain.composites import MapPlan
from treadle.domain.errors import ConflictError, DefinitionError, Finding, MarkingError, NotFoundError
from treadle.domain.marking import Activity, Effects
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.values import decode
from treadle.engine.execution_state import CHILD, COMPENSATE, FORK, RETRY, ExecutionState
from treadle.engine.frames import Frame, place, place_of_row
from treadle.engine.history import REWIND, History, Rewind, ranges, room_for_others
from treadle.engine.program import Program

_EFFECTS = frozenset({RowKind.CANCELLED, RowKind.NOTE})
_CLOSING = frozenset({RowKind.DONE, RowKind.FAILED, RowKind.RETRYING})

Fact = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One visit of a node: `path` is its scope's."""

    path: str
    node_id: str
    visit: int

    def __str__(self) -> str:
        return place(self.path, self.node_id, self.visit)


@dataclass(frozen=True, slots=True)
class Rewound:
    """`rows` are the kept ones, numbered from 1; `sources` are their seqs before, `spare` those that stand for an item's."""

    place: Place
    rows: tuple[JournalRow, ...]
    sources: tuple[int, ...]
    spare: tuple[int, ...]

    def reused(self) -> list[str]:
        """The places whose results are kept, in order of finishing."""
        ended = (row for row in self.rows if row.kind == RowKind.DONE or (row.kind == RowKind.FAILED and row.port is not None))
        return list(dict.fromkeys(place_of_row(row) for row in ended))


def rewind(execution_id: str, program: Program, starts: Sequence[int], rows: Sequence[JournalRow], wanted: str) -> Rewound:
    """`wanted` is a node, or a visit of it (`node#2`), with the scope before it: `each[3]/fetch`.

    NotFoundError, DefinitionError: it is not there, has not run, or cannot be gone back to. ConflictError: it has been undone.
    """
    history = History.of(execution_id, rows)
    facts = _Facts(execution_id, program, starts, history.rows)
    found = facts.find(wanted)
    play = _Play(lambda: ExecutionState(execution_id, program, starts), found, facts.of_row)
    for row in history.rows:
        play.take(row)
    if not play.is_there():
        raise _refusal("not_reached", f"{found} cannot be reached again: what led to it has been withdrawn", "name an earlier node")
    return Rewound(found, tuple(play.rows), tuple(play.sources), tuple(play.spare))


def to_rewind(rewound: Rewound, rows: Sequence[JournalRow]) -> Rewind:
    """The same as what a row of this journal says."""
    dropped = {row.seq for row in rows}.difference(rewound.sources)
    return Rewind(str(rewound.place), rows[-1].seq, ranges(dropped), rewound.spare)


class _Facts:
    """What was true of each row's activity when the row was written, and which visits there have been."""

    def __init__(self, execution_id: str, program: Program, starts: Sequence[int], rows: Sequence[JournalRow]) -> None:
        self.of_row: dict[int, Fact] = {}
        self._visits: dict[str, dict[str, int]] = {}
        self._program = program
        state = ExecutionState(execution_id, program, starts)
        self._note(state.first)
        for row in rows:
            if row.kind == RowKind.CONTROL and _verb(row) == COMPENSATE:
                words = f"what execution {execution_id} did has been undone: nothing of it can be used again; start it anew"
                raise ConflictError(words, state="compensated")
            if row.kind != RowKind.CONTROL and row.kind not in _EFFECTS:
                self.of_row[row.seq] = _fact(state, row)
            self._note(state.apply(row))

    def find(self, wanted: str) -> Place:
        path, _, name = wanted.rpartition("/")
        node_id, _, number = name.partition("#")
        program = self._program_at(path, wanted)
        if node_id not in program.graph.index_of:
            raise self._unknown(program, path, node_id, wanted)
        if program.graph.nodes[program.graph.index_of[node_id]].type == "gate":
            raise _refusal("is_gate", f"{wanted} is a gate, which opens by itself", "name the node after it")
        visits = self._visits.get(path, {}).get(node_id, 0)
        if not visits:
            ran = sorted({place(at, node, 1) for at, known in self._visits.items() for node in known if node == node_id})[:5]
            hint = f"it has run at {', '.join(ran)}" if ran else "name a node that has run"
            raise _refusal("has_not_run", f"{wanted} has not run in this execution", hint)
        if not number:
            return Place(path, node_id, visits)
        if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= visits):
            raise _refusal("no_such_visit", f"{wanted}: {node_id} has had {visits} visits", f"name one from #1 to #{visits}")
        return Place(path, node_id, int(number))

    def _program_at(self, path: str, wanted: str) -> Program:
        program, around = self._program, ""
        for part in path.split("/") if path else ():
            node_id = part.partition("[")[0].partition("#")[0]
            inner = program.inner.get(program.graph.index_of.get(node_id, -1))
            if inner is None:
                raise self._unknown(program, around, node_id, wanted)
            program, around = inner, node_id
        return program

    def _unknown(self, program: Program, path: str, node_id: str, wanted: str) -> Exception:
        around = path.rpartition("/")[2].partition("[")[0].partition("#")[0]
        if any(around in each.parts for each in _programs(self._program)):
            hint = "the items of this map are executions of their own: fork the item's execution"
            return _refusal("in_child", f"{wanted} is in another execution", hint)
        known = list(program.graph.index_of)
        return NotFoundError("node", wanted, known=get_close_matches(node_id, known, n=3, cutoff=0.5) or known[:10])

    def _note(self, effects: Effects | None) -> None:
        for activity in effects.run if effects is not None else ():
            home: Frame = activity.home
            self._visits.setdefault(home.path, {})[home.program.graph.nodes[activity.node].id] = activity.visit


def _programs(program: Program) -> list[Program]:
    return [program, *(each for inner in program.inner.values() for each in _programs(inner))]


class _Play:
    """The kept rows, played as they are found."""

    def __init__(self, anew: Callable[[], ExecutionState], wanted: Place, facts: dict[int, Fact]) -> None:
        self.rows: list[JournalRow] = []
        self.sources: list[int] = []
        self.spare: list[int] = []
        self._anew = anew
        self._wanted = wanted
        self._facts = facts
        self._state = anew()
        self._was_there = self.is_there()
        self._effects: Effects | None = None

    def is_there(self) -> bool:
        """Whether the visit that is gone back to is under way."""
        frame = self._state.frames.by_path.get(self._wanted.path)
        if frame is None:
            return False
        key = (frame.program.graph.index_of.get(self._wanted.node_id, -1), self._wanted.visit)
        return key in frame.marking.active

    def take(self, row: JournalRow) -> None:
        """Keep the row if it can be kept."""
        if row.kind in _EFFECTS:
            if self._effects is not None and _follows(row, self._effects):
                self._keep(row, row.seq)
            return
        self._effects = None
        kept = self._kept(row)
        if kept is None:
            return
        if kept is not row:
            self.spare.append(row.seq)
        self._effects = self._keep(kept, row.seq)
        if self._was_there and not self.is_there():  # it has ended what is gone back to
            self.rows.pop()
            self.sources.pop()
            self._effects = None
            self._state = self._anew()
            for each in self.rows:
                self._state.apply(each)
        self._was_there = self._was_there or self.is_there()

    def _keep(self, row: JournalRow, source: int) -> Effects | None:
        numbered = row._replace(seq=len(self.rows) + 1)
        self.rows.append(numbered)
        self.sources.append(source)
        return self._state.apply(numbered)

    def _kept(self, row: JournalRow) -> JournalRow | None:
        """The row, or one in its place."""
        state = self._state
        if row.kind == RowKind.CONTROL:
            return row if _goes_on(row, state) else None
        wanted = self._wanted
        if (row.scope, row.node_id, row.visit) == (wanted.path, wanted.node_id, wanted.visit):
            return None
        try:
            activity = state.find(row)
            now = _fact(state, row)
        except (MarkingError, KeyError):
            return None
        if not activity.home.goes_on:
            return None
        then = self._facts[row.seq]
        if now == then or _must_be_tried_again(row, then, now):
            return row
        return _in_its_place(row, state, activity) if then[:2] == now[:2] else None


def _fact(state: ExecutionState, row: JournalRow) -> Fact:
    """What makes a row belong where it stands. MarkingError, KeyError: it does not."""
    activity = state.find(row)
    home: Frame = activity.home
    is_detached = (activity.node, activity.visit) not in home.marking.active
    fact = (activity.inputs, not is_detached and home.marking.in_line(activity))
    composite = state.frames.composites.get(activity)
    if composite is None:
        return fact
    if row.kind == RowKind.ITEM:
        return (*fact, composite.running[_detail(row)["index"]].marking.state)
    if row.kind not in _CLOSING or (isinstance(composite.plan, MapPlan) and not composite.plan.wait):
        return (*fact, True)
    failed = frozenset(index for index, frame in composite.running.items() if frame.marking.state == "failed")
    return (*fact, dict(composite.outputs), failed)


def _must_be_tried_again(row: JournalRow, then: Fact, now: Fact) -> bool:
    """A composite was tried again for what failed inside of it, and some of that is there."""
    return row.kind == RowKind.RETRYING and len(now) == len(then) == 4 and then[:2] == now[:2] and bool(now[3])


def _in_its_place(row: JournalRow, state: ExecutionState, activity: Activity) -> JournalRow | None:
    """An item of a map ended, which now has not: the items that began when it had ended begin all the same."""
    composite = state.frames.composites.get(activity)
    if row.kind != RowKind.ITEM or composite is None or not isinstance(composite.plan, MapPlan):
        return None
    return room_for_others(row)


def _goes_on(row: JournalRow, state: ExecutionState) -> bool:
    verb = _verb(row)
    failed = any(frame.marking.state == "failed" for frame in state.frames.by_path.values())
    return verb in (FORK, CHILD) or (verb in (RETRY, REWIND) and failed)


def _follows(row: JournalRow, effects: Effects) -> bool:
    if row.kind == RowKind.CANCELLED:
        return any(activity.home.place_of(activity) == place_of_row(row) for activity in effects.withdrawn)
    notes = ((note.home.path, note.home.program.graph.nodes[note.node].id, note.visit, note.port) for note in effects.notes)
    return (row.scope, row.node_id, row.visit, row.port) in notes


def _verb(row: JournalRow) -> str:
    return str(_detail(row)["verb"])


def _detail(row: JournalRow) -> dict[str, Any]:
    found: dict[str, Any] = decode(row.detail_json or "{}")
    return found


def _refusal(code: str, message: str, hint: str) -> DefinitionError:
    return DefinitionError([Finding(code, message, "from_node", hint)])
