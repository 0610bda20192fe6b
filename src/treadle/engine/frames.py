"""The scopes of an execution in memory: the execution itself, and each item or turn of an inner graph under way.

Each is a frame: a marking that is played, and what its activities have produced. A frame's path names it in the journal:
"" at the top, `items[3]` for an item of the map `items`, `items#2[3]/retry[0]` for a turn of a loop in an item of its second visit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from treadle.domain.composites import Composite, MapPlan
from treadle.domain.errors import MarkingError
from treadle.domain.marking import Activity, Effects, Marking
from treadle.domain.mutexes import Mutexes
from treadle.domain.records import JournalRow
from treadle.domain.states import ActivityStatus
from treadle.domain.values import RESULT_LIMIT, encode
from treadle.engine.data import Results
from treadle.engine.program import Program

TOP = ""

Key = tuple[int, int]
"""(node index, visit)"""


@dataclass(frozen=True, slots=True)
class Terminated:
    """A `terminate` node has ended its scope."""

    status: str
    output_json: str | None
    node_id: str


@dataclass(slots=True, eq=False)
class Frame:
    """`around` is the composite activity, in `parent`, that this is run number `index` of. `given` are names of its own.

    `ends` are the outputs of nodes that ended without a successor. `detached` are composites that run on although their
    activity has left.
    """

    path: str
    program: Program
    results: Results
    parent: Frame | None = None
    around: Activity | None = None
    index: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)
    marking: Marking = field(init=False)
    fired_at: dict[Key, int] = field(default_factory=dict)
    ends: dict[str, str | None] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    """Nodes that went on although they failed, in the order of failing."""
    detached: dict[Key, Activity] = field(default_factory=dict)
    failure_json: str | None = None
    terminated: Terminated | None = None
    names: Mapping[str, Any] | None = None
    """What its expressions see besides `nodes` and `incoming`, once one has asked."""

    @property
    def goes_on(self) -> bool:
        """Whether it and all scopes around it are played: what is inside of a failed scope stands still."""
        frame: Frame | None = self
        while frame is not None:
            if frame.marking.state != "running":
                return False
            frame = frame.parent
        return True

    def plain_edges(self, node: int, port: str) -> bool:
        """Whether there are edges of that port which are always taken."""
        graph = self.program.graph
        plain: set[tuple[int, str]] | None = graph.cache.get("plain_edges")
        if plain is None:
            plain = {(e.source, e.port) for e in graph.edges if e.when is None and not e.default}
            graph.cache["plain_edges"] = plain
        return (node, port) in plain

    def find(self, node_id: str, visit: int) -> Activity:
        """An activity that is active, or a composite that runs on detached. MarkingError if it is neither."""
        key = (self.program.graph.index_of.get(node_id, -1), visit)
        activity = self.marking.active.get(key) or self.detached.get(key)
        if activity is None:
            place = f"{self.path}/" if self.path else ""
            raise MarkingError(f"{place}{node_id}#{visit} is not active")
        return activity

    def place_of(self, activity: Activity) -> str:
        """`node`, or `node#visit` after the first, with the path before it."""
        return place(self.path, self.program.graph.nodes[activity.node].id, activity.visit)


class Frames:
    """All frames of one execution, and its composites. Played as the journal says; nothing is decided here.

    `ripe` are frames that have ended and whose `item` row is still to be written, `leaving` composites that are over and
    whose own row is.
    """

    def __init__(self, root: Frame) -> None:
        self.root = root
        self.undo: Frame | None = None
        """The scope in which compensations run, once they do: then it is the only one that is played."""
        self.by_path: dict[str, Frame] = {root.path: root}
        self.composites: dict[Activity, Composite] = {}
        self.ripe: list[Frame] = []
        self.leaving: list[Activity] = []
        self.mutexes = Mutexes()

    def at(self, path: str) -> Frame:
        frame = self.by_path.get(path)
        if frame is None:
            raise MarkingError(f"no scope {path!r} is under way")
        return frame

    def failed_alone(self, path: str) -> bool:
        """Whether a scope has failed in which nothing else was under way: of 10,000 items that fail, none looks at the others."""
        frame = self.by_path.get(path)
        if frame is None or frame.marking.state != "failed" or frame.detached:
            return False
        return len(frame.marking.active) < 2 and self.composites.keys().isdisjoint(frame.marking.active.values())

    def walk(self) -> Iterator[Frame]:
        """The frames that are played: those of failed scopes, and what is inside of them, stand still."""
        waiting = [self.undo or self.root]
        while waiting:
            frame = waiting.pop()
            if frame.marking.state != "running":
                continue
            yield frame
            for activity in (*frame.marking.active.values(), *frame.detached.values()):
                composite = self.composites.get(activity)
                if composite is not None:
                    waiting.extend(composite.running.values())

    def begin(self, activity: Activity, composite: Composite, effects: Effects) -> None:
        self.composites[activity] = composite
        self.fill(activity, effects)

    def fill(self, activity: Activity, effects: Effects) -> None:
        """Begin the runs that may run now: none that the execution's limit of activities would end before its first node."""
        composite = self.composites[activity]
        home: Frame = activity.home
        starts = len(home.program.inner[activity.node].starts)
        composite.starved = False
        while not composite.starved and (index := composite.next()) is not None:
            composite.starved = self.room < starts
            if home.detached.get((activity.node, activity.visit)) is activity:
                composite.satisfied = composite.starved  # the row of the last one says why no other follows
            elif composite.starved:
                break
            self._start(activity, composite, index, effects)
        self._look_at(activity, composite, effects)

    def end_spare(self) -> None:
        """From now on no map runs more items at once than it says."""
        for composite in self.composites.values():
            composite.spare = 0

    @property
    def room(self) -> int:
        """How many activities the execution may still have."""
        return max(0, self.root.marking.limit - self.root.marking.fired)

    def ended(self, frame: Frame, effects: Effects) -> None:
        """The frame's scope has ended, or failed. What has been dropped meanwhile is no longer asked."""
        if frame.around is not None and self.by_path.get(frame.path) is frame:
            self.ripe.append(frame)

    def end_item(self, activity: Activity, index: int, status: str, row: JournalRow, effects: Effects) -> Composite:
        """One run has ended by its own row; what is left of it is withdrawn."""
        composite = self.composites[activity]
        frame = composite.running[index]
        cancelled = status == ActivityStatus.CANCELLED
        composite.end(index, output_json=row.output_json, error_json=row.error_json, cancelled=cancelled)
        self._drop(frame, effects)
        return composite

    def leave(self, activity: Activity, *, detach: bool, effects: Effects) -> None:
        """The composite's own row: its runs are withdrawn, or run on without it."""
        composite = self.composites[activity]
        plan = composite.plan
        if activity in self.leaving:
            self.leaving.remove(activity)
        if not detach or not isinstance(plan, MapPlan) or (plan.wait and plan.rest == "cancel"):
            self.withdraw(activity, effects)
            return
        if plan.wait:
            composite.drop_the_rest()
        if composite.idle:
            self.withdraw(activity, effects)
            return
        home: Frame = activity.home
        home.detached[activity.node, activity.visit] = activity
        home.marking.detach()

    def withdraw(self, activity: Activity, effects: Effects) -> None:
        """Forget a composite and all that runs in it."""
        composite = self.composites.pop(activity, None)
        if composite is None:
            return
        if activity in self.leaving:
            self.leaving.remove(activity)
        for frame in list(composite.running.values()):
            self._drop(frame, effects)

    def withdraw_detached(self, frame: Frame, nodes: Sequence[int] | None, effects: Effects) -> None:
        """Runs that outlived the visits of these nodes, None for all, are withdrawn too."""
        for key, activity in list(frame.detached.items()):
            if nodes is None or key[0] in nodes:
                del frame.detached[key]
                frame.marking.detached -= 1
                self.withdraw(activity, effects)

    def share(self, frame: Frame) -> None:
        """What the execution may still have is there for whichever scope comes first."""
        if frame.parent is not None:
            frame.marking.limit = frame.marking.fired + self.room

    def count(self, frame: Frame, fired: int) -> None:
        """Activities of inner scopes count against the execution's limit."""
        if frame is not self.root:
            self.root.marking.limit -= frame.marking.fired - fired

    def _start(self, activity: Activity, composite: Composite, index: int, effects: Effects) -> None:
        home: Frame = activity.home
        program = home.program.inner[activity.node]
        frame = Frame(
            path=f"{home.place_of(activity)}[{index}]",
            program=program,
            results=Results(program.graph),
            parent=home,
            around=activity,
            index=index,
            given=_given(composite, index),
        )
        frame.marking, begun = Marking.start(program.graph, program.starts, home=frame, mutexes=self.mutexes, limit=self.room)
        self.root.marking.limit -= frame.marking.fired
        self.by_path[frame.path] = frame
        composite.begin(index, frame)
        effects.run.extend(begun.run)
        effects.notes.extend(begun.notes)
        if begun.ended is not None:
            frame.failure_json = failure_text(begun, program)
            self.ended(frame, effects)

    def _look_at(self, activity: Activity, composite: Composite, effects: Effects) -> None:
        """Whether a composite is over; one that ran on detached is forgotten then, and its scope may end."""
        home: Frame = activity.home
        key = (activity.node, activity.visit)
        if home.detached.get(key) is not activity:
            if (composite.over or composite.starved) and activity not in self.leaving:
                self.leaving.append(activity)
        elif composite.idle:
            del home.detached[key]
            del self.composites[activity]
            landed = home.marking.landed()
            merge(effects, landed)
            if landed.ended is not None:
                home.failure_json = failure_text(landed, home.program)
                self.ended(home, effects)

    def _drop(self, frame: Frame, effects: Effects) -> None:
        """Forget a frame, and all that runs inside of it."""
        del self.by_path[frame.path]
        if frame in self.ripe:
            self.ripe.remove(frame)
        inner = [a for a in (*frame.marking.active.values(), *frame.detached.values()) if a in self.composites]
        if frame.marking.state in ("running", "failed"):
            failed = {a for a in frame.marking.active.values() if a.status == ActivityStatus.FAILED}
            cancelled = frame.marking.cancel()
            cancelled.withdrawn = [a for a in cancelled.withdrawn if a not in failed]
            merge(effects, cancelled)
        for activity in inner:
            self.withdraw(activity, effects)


def place(path: str, node_id: str, visit: int) -> str:
    name = f"{node_id}#{visit}" if visit > 1 else node_id
    return f"{path}/{name}" if path else name


def place_of_row(row: JournalRow) -> str:
    """The same of the activity a row is about."""
    return place(row.scope, row.node_id, row.visit)


def merge(effects: Effects, more: Effects) -> None:
    """What another scope's step leads to, besides its own end."""
    effects.run.extend(more.run)
    effects.withdrawn.extend(more.withdrawn)
    effects.notes.extend(more.notes)
    effects.unsettled.extend(more.unsettled)


def failure_text(effects: Effects, program: Program) -> str | None:
    """What the token game itself found wrong, as the journal says it."""
    if effects.error is None:
        return None
    kind, message, node_ids = effects.error
    if kind == "max_activities":  # a scope knows only what is left of the execution's limit
        message = f"more than {program.settings.max_activities:,} activities; `settings.max_activities` is the limit"
    return encode({"type": kind, "message": message, "nodes": list(node_ids)}, limit=RESULT_LIMIT, name="error")


def _given(composite: Composite, index: int) -> dict[str, Any]:
    plan = composite.plan
    if isinstance(plan, MapPlan):
        return {"item": composite.item(index), "index": index}
    if plan.is_block:
        return {}
    return {"index": index, "previous": composite.last_output()}
