"""Executions played from their start, with every visit and every scope there has been; the last few are kept."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

from treadle.domain.errors import NotFoundError
from treadle.domain.marking import Activity, Effects
from treadle.domain.records import ExecutionRecord, JournalRow
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import TOP, Frame, place
from treadle.engine.history import History
from treadle.engine.program import Program, Programs
from treadle.engine.retrying import journal_of, program_of
from treadle.engine.starting import starts_of
from treadle.ports import Store

MOST_KEPT = 4
MOST_CHARACTERS = 32 << 20
"""Of results in an execution that is kept."""

_PLACE = re.compile(r"(?:(?P<path>.*)/)?(?P<node>[^/#\[\]]+)(?:#(?P<visit>[0-9]+))?", re.DOTALL)
_RUN = re.compile(r"(?:#[0-9]+)?(?:\[[0-9]+\])?(?=/|$)")


class Plays:
    """Safe to use from any thread: what is kept is only looked at. Kept, because an editor asks again at every key."""

    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._programs = programs
        self._lock = threading.Lock()
        self._kept: dict[str, Played] = {}

    def of(self, record: ExecutionRecord) -> Played:
        """As the journal is now. MarkingError: it is damaged. DefinitionError: its version cannot be read here."""
        with self._lock:
            played = self._kept.pop(record.id, None)
        if played is None or self._store.executions.journal(record.id, after=played.rows, limit=1):
            program = program_of(self._store, self._programs, record)
            played = Played(record, program, journal_of(self._store, record.id))
        if played.state.characters <= MOST_CHARACTERS:
            with self._lock:
                self._kept[record.id] = played
                while len(self._kept) > MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
        return played


class Played:
    """An execution's journal played from its start, with every visit and every scope there has been."""

    def __init__(self, record: ExecutionRecord, program: Program, rows: Sequence[JournalRow]) -> None:
        history = History.of(record.id, rows)
        self.rows = len(rows)
        self.state = ExecutionState(record.id, program, starts_of(program.graph, record.trigger_json), history.attempts)
        self.frames: dict[str, Frame] = {TOP: self.state.root}
        self._visits: dict[tuple[str, str], dict[int, Activity]] = {}
        self._note(self.state.first)
        for row in history.rows:
            self._note(self.state.apply(row))

    def find(self, wanted: str | None, *, must_be_there: bool) -> tuple[Frame, Activity | None]:
        """The scope of a node and the visit meant, the last one if none is named. NotFoundError."""
        if wanted is None:
            return self.state.root, None
        match = _PLACE.fullmatch(wanted)
        if match is None:
            raise NotFoundError("node", wanted)
        path, node, number = match["path"] or TOP, match["node"], match["visit"]
        frame = self._frame(path, node, exactly=must_be_there)
        if frame is None or (must_be_there and node not in frame.program.graph.index_of):
            raise NotFoundError("node", wanted, known=self._known(frame))
        visits = self._visits.get((frame.path, node), {})
        visit = int(number) if number else max(visits, default=0)
        if number and visit not in visits:
            raise NotFoundError("visit", wanted, known=[place(frame.path, node, each) for each in list(visits)[-5:]])
        return frame, visits.get(visit)

    def _frame(self, path: str, node: str, *, exactly: bool) -> Frame | None:
        """The scope at a path, which may leave items and visits out: then the last one in which the node has run."""
        if path in self.frames:
            return self.frames[path]
        fitting = [frame for each, frame in self.frames.items() if _RUN.sub("", each) == path]
        ran = [frame for frame in fitting if (frame.path, node) in self._visits]
        if fitting or exactly:
            return next(reversed(ran or fitting), None)
        return self._frame(path.rpartition("/")[0], node, exactly=False)

    def _known(self, frame: Frame | None) -> list[str]:
        return list(self.frames)[1:6] if frame is None else list(frame.program.graph.index_of)[:10]

    def _note(self, effects: Effects | None) -> None:
        for activity in effects.run if effects is not None else ():
            home: Frame = activity.home
            self.frames.setdefault(home.path, home)
            node_id = home.program.graph.nodes[activity.node].id
            self._visits.setdefault((home.path, node_id), {})[activity.visit] = activity
