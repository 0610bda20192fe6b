"""Forks: a new execution that begins with what another has done before one of its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from treadle.domain.errors import ConflictError, DefinitionError, Finding, MarkingError
from treadle.domain.records import ExecutionRecord, JournalRow, NewExecution, RowKind
from treadle.domain.states import ExecutionStatus
from treadle.domain.traces import TRACE
from treadle.domain.values import INPUT_LIMIT, decode, encode
from treadle.engine.execution_state import FORK, ExecutionState
from treadle.engine.frames import TOP
from treadle.engine.program import PART, Program, Programs
from treadle.engine.retrying import journal_of, program_of
from treadle.engine.rewinding import Rewound, rewind
from treadle.engine.starting import MANUAL, new_execution, starts_of, without_debounce
from treadle.ports import Ids, Store, Wakeup

FORKED_FROM = "forked_from"
NAMED = 1_000
"""How many places an answer names."""
SAME: Any = object()
"""Stands for the input of the execution that is forked."""


@dataclass(frozen=True, slots=True)
class Fork:
    """`reused` are the places whose results are kept, `again` those that run first; of thousands, the first thousand.

    `id` is None of a fork that was only tried. `input_replaced`: the kept results were computed with the input before.
    """

    id: str | None
    status: ExecutionStatus
    source: str
    from_node: str
    version: int
    reused: tuple[str, ...]
    reused_count: int
    again: tuple[str, ...]
    again_count: int
    input_replaced: bool


class Forks:
    def __init__(self, store: Store, ids: Ids, wakeup: Wakeup, programs: Programs) -> None:
        self._store = store
        self._ids = ids
        self._wakeup = wakeup
        self._programs = programs

    def fork(
        self,
        execution_id: str,
        from_node: str,
        *,
        input: Any = SAME,
        version: int | None = None,
        by: str | None = None,
        dry_run: bool = False,
    ) -> Fork:
        """Go on from `from_node` in a new execution, with the results of all that does not descend from it.

        In every state of the source, which is not changed. NotFoundError, DefinitionError, ConflictError (undone, or no slot).
        """
        source = self._store.executions.get(execution_id)
        program = program_of(self._store, self._programs, source)
        target = program_of(self._store, self._programs, source if version is None else replace(source, version=version))
        starts = starts_of(program.graph, source.trigger_json)
        rewound = rewind(source.id, program, starts, journal_of(self._store, source.id), from_node)
        new = self._new(source, target, rewound, input=input, by=by)
        rows = self._rows(new, source, rewound)
        state = _checked(new, target, rows, rewound)
        reply = None
        if not dry_run:
            reply = self._store.executions.fork(new, rows)
            self._wakeup.notify()
        reused, again = rewound.reused(), _active(state)
        return Fork(
            id=None if reply is None else reply.id,
            status=ExecutionStatus.RUNNING if reply is None else reply.status,
            source=source.id,
            from_node=str(rewound.place),
            version=new.version,
            reused=tuple(reused[:NAMED]),
            reused_count=len(reused),
            again=tuple(again[:NAMED]),
            again_count=len(again),
            input_replaced=input is not SAME,
        )

    def _new(self, source: ExecutionRecord, program: Program, rewound: Rewound, *, input: Any, by: str | None) -> NewExecution:
        """Started as the source was, but for its input."""
        trigger = decode(source.trigger_json)
        if PART in source.trigger_json and input is not SAME:
            words = f"{source.id} runs an item of a map, which has no input of its own"
            raise DefinitionError([Finding("input", words, "input", "fork the execution that the map belongs to")])
        made = new_execution(
            program.graph,
            id=self._ids.execution(),
            workflow=source.workflow,
            version=program.version,
            input=decode(source.input_json or "null") if input is SAME else input,
            kind=trigger.get("type", MANUAL),
            trigger=trigger.get("node") if not program.place else None,
            payload=trigger.get("payload") if input is SAME else None,
            priority=source.priority,
            by=by if by is not None else trigger.get("by"),
        )  # fmt: skip
        said = {**trigger, **decode(made.trigger_json), "type": trigger.get("type", MANUAL)}
        said["node"] = trigger.get("node")
        said.pop(TRACE, None)  # who started the source has not started this one
        said[FORKED_FROM] = {"execution_id": source.id, "from_node": str(rewound.place), "version": source.version}
        return replace(
            without_debounce(made), queue=source.queue, trigger_json=encode(said, limit=2 * INPUT_LIMIT, name="input")
        )

    def _rows(self, new: NewExecution, source: ExecutionRecord, rewound: Rewound) -> list[JournalRow]:
        """The kept rows, without the messages they consumed, and one that says where they are from."""
        now = self._store.now()
        kept = [row._replace(execution_id=new.id, message_seq=None) for row in rewound.rows]
        detail = encode({"verb": FORK, "reason": f"{source.id} from {rewound.place}"}, limit=INPUT_LIMIT, name="detail")
        mark = JournalRow(
            new.id, len(kept) + 1, RowKind.CONTROL, "", TOP, 0, 0, FORK, detail_json=detail, started_at=now, finished_at=now
        )
        return [*kept, mark]


def _checked(new: NewExecution, program: Program, rows: Sequence[JournalRow], rewound: Rewound) -> ExecutionState:
    """The state it begins in, folded before anything is written."""
    found = rewound.place
    try:
        state = ExecutionState.fold(new.id, program, starts_of(program.graph, new.trigger_json), rows)
        frame = state.frames.at(found.path)
        there = state.is_active(frame.find(found.node_id, found.visit))
    except (MarkingError, LookupError, ValueError) as error:
        hint = "fork without `version`, or from an earlier node"
        words = f"what is kept does not fit version {program.version}: {error}"
        raise DefinitionError([Finding("does_not_fit", words, "version", hint)]) from error
    if not there:
        why = decode(state.failure_json or "{}").get("message", "its scope does not go on")
        raise ConflictError(f"cannot go on from {found}: {why}", state="failed")
    return state


def _active(state: ExecutionState) -> list[str]:
    """What runs first: composites under way go on, and what is inside of them is named."""
    return [
        frame.place_of(activity)
        for frame in state.frames.walk()
        for activity in frame.marking.active.values()
        if activity not in state.frames.composites
    ]
