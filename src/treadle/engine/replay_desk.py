"""Replays of the past executions of a workflow: which ones, under which graph, and for how long at most."""

from __future__ import annotations

from datetime import timedelta

from treadle.domain.errors import DefinitionError, MarkingError
from treadle.domain.graph_parser import parse_graph
from treadle.domain.records import ExecutionRecord
from treadle.domain.soundness import check_graph
from treadle.domain.states import TERMINAL
from treadle.domain.values import DEFINITION_LIMIT, encode
from treadle.engine.program import Program, Programs
from treadle.engine.replaying import replay
from treadle.engine.replays import Difference, Replay, Replays
from treadle.engine.retrying import journal_of
from treadle.ports import Handlers, Store

MOST = 1_000
PAGE = 20
NOW: object = object()
"""Stands for no graph: that of a version."""


class ReplayDesk:
    def __init__(self, store: Store, handlers: Handlers, programs: Programs) -> None:
        self._store = store
        self._handlers = handlers
        self._programs = programs

    def replay(
        self,
        workflow: str,
        *,
        graph_config: object = NOW,
        version: int | None = None,
        status: str | None = None,
        limit: int = 200,
        cursor: str | None = None,
        seconds: float = 20.0,
    ) -> Replays:
        """What the latest executions would have done under a graph that need not be saved, or under a version; None: the latest.

        Those that are over, or those of one status. Ends early after `seconds`, and says where to go on.
        NotFoundError; DefinitionError when the graph is not valid.
        """
        latest = self._store.workflows.get(workflow, version)
        if graph_config is NOW:
            target = self._programs.get(workflow, latest.version, latest.graph_json)
        else:
            target = self._unsaved(workflow, graph_config)
        until = self._store.now() + timedelta(seconds=seconds)
        limit = min(limit, MOST)
        items: list[Replay] = []
        while True:
            page = self._store.executions.list(
                status=status, workflow=workflow, limit=min(PAGE, limit - len(items)), cursor=cursor
            )
            past = [each for each in page.items if status is not None or each.status in TERMINAL]
            items.extend(self._replay(each, target) for each in past)
            cursor = page.next_cursor
            if cursor is None or len(items) >= limit:
                return Replays(tuple(items), cursor)
            if self._store.now() >= until:
                return Replays(tuple(items), cursor, timed_out=True)

    def _unsaved(self, workflow: str, graph_config: object) -> Program:
        graph = parse_graph(graph_config, self._handlers.node_types)
        errors = [each for each in check_graph(graph, self._handlers.node_types) if each.severity == "error"]
        if errors:
            raise DefinitionError(errors)
        encode(graph_config, limit=DEFINITION_LIMIT, name="definition")
        return Program(workflow, 0, graph, self._handlers)

    def _replay(self, listed: ExecutionRecord, target: Program) -> Replay:
        rows = journal_of(self._store, listed.id)
        record = self._store.executions.get(listed.id)
        try:
            stored = self._store.workflows.get(record.workflow, record.version)
            program = self._programs.of(record, stored.graph_json)
            return replay(record, program, target.at(program.place), rows)
        except (DefinitionError, MarkingError, LookupError, ValueError) as error:
            why = Difference("", "failed", f"it cannot be replayed: {error}")
            return Replay(record.id, record.version, "failed", why, (), (), (), str(record.status), None)
