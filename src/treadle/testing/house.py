"""A house for workflows under test: everything in memory, the real engine, and a clock that skips."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from treadle.domain.durations import parse_duration
from treadle.domain.graph_parser import parse_graph
from treadle.domain.records import ExecutionRecord, Fire, JournalRow, Schedule
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.engine.engine import WorkflowEngine
from treadle.testing.acts import Act, signal
from treadle.testing.errors import NoCrashError, check_names
from treadle.testing.options import Options
from treadle.testing.performance import Performance
from treadle.testing.places import check_places, places_of
from treadle.testing.reading import Reader
from treadle.testing.results import Result
from treadle.testing.sources import Source, Sources, all_definitions, definitions, types_of
from treadle.testing.waits import sentences
from treadle.testing.world import World

MANY = 10_000_000


class House:
    """Use it with `with`. Between two calls its time stands still; `engine` is the real one, for all that is not here.

    The options are those of `run_workflow`; crashes count over the whole house.
    """

    def __init__(self, workflows: Sources = (), **options: Any) -> None:
        self._options = Options(**options)
        self._world = World(self._options, waits=self._waits)
        self._reader = Reader(self._world)
        self._types: dict[str, str] = {}
        self._places: dict[str, None] = {}
        self._performances: dict[str, Performance] = {}
        try:
            for definition in all_definitions(workflows):
                self._save(definition.name, definition.graph_config)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
        if error is None and self._world.crashes.open:
            raise NoCrashError(self._world.crashes.open)

    def close(self) -> None:
        self._world.close()

    @property
    def engine(self) -> WorkflowEngine:
        return self._world.engine

    @property
    def now(self) -> datetime:
        return self._world.clock.now()

    # Workflows and executions

    def save(self, source: Source, *, name: str | None = None) -> str:
        """The name of the (first) workflow of the source. DefinitionError with all findings."""
        found = definitions(source, name=name)
        for definition in found:
            self._save(definition.name, definition.graph_config)
        return found[0].name

    def start(
        self, workflow: Source, *, input: Any = None, signals: Sequence[str | Act] = (), acts: Sequence[Act] = (), **start: Any
    ) -> str:
        """The id of a new execution of a saved workflow or a source; nothing of it has run. `start` is as for `engine.create`."""
        known = isinstance(workflow, str) and workflow in self._saved()
        name = str(workflow) if known else self.save(workflow)
        self._check_names()
        execution_id = self.engine.create(name, input=input, **start).id
        asked = [signal(each) if isinstance(each, str) else each for each in signals]
        self._performances[execution_id] = Performance(self._world, execution_id, [*asked, *acts])
        return execution_id

    def run(self, workflow: Source, *, input: Any = None, **start: Any) -> Result:
        """Start it, and run until it has ended; the keywords are those of `start`."""
        return self.finish(self.start(workflow, input=input, **start))

    def finish(self, execution_id: str) -> Result:
        """Run until it has ended; one that has failed is at its end when no retry is to come.

        StuckError, BudgetError, UnfakedError, or the AssertionError of a fake.
        """
        workflow = self._world.store.executions.get(execution_id).workflow
        self._world.run_until(
            lambda: self._is_over(execution_id),
            stuck=lambda: sentences(self.engine, execution_id),
            what=f"{workflow} ({execution_id})",
        )
        return self.result(execution_id)

    def skip(self, time: str | float | datetime) -> None:
        """Let time pass, a duration or until then, with all that happens meanwhile."""
        until = (time - self.now).total_seconds() if isinstance(time, datetime) else parse_duration(time, path="time")
        self._world.pass_time(self._world.loop.time() + until)

    def settle(self) -> None:
        """Let everything happen that needs no time to pass."""
        self._world.pass_time(self._world.loop.time())

    def crash(self) -> None:
        """The worker dies now, and another takes over."""
        self._world.crash()

    def result(self, execution_id: str) -> Result:
        """How an execution stands now, ended or not."""
        return self._reader.result(execution_id)

    def executions(self, workflow: str | None = None) -> Sequence[ExecutionRecord]:
        """Oldest first."""
        return self._reader.executions(workflow=workflow)

    # Schedules

    def schedule(self, workflow: Source, **schedule: Any) -> Schedule:
        """A schedule of a saved workflow or a source; the keywords are those of `engine.add_schedule`, such as `cron`."""
        known = isinstance(workflow, str) and workflow in self._saved()
        name = str(workflow) if known else self.save(workflow)
        self._check_names()
        return self.engine.add_schedule(name, **schedule)

    def fires(self, schedule: Schedule | str) -> list[Fire]:
        """Every fire of a schedule so far, oldest first, and what became of it."""
        schedule_id = schedule if isinstance(schedule, str) else schedule.id
        return list(self._world.store.schedules.fires(schedule_id, limit=MANY))[::-1]

    # Inside

    def _save(self, name: str, graph_config: object) -> None:
        self.engine.save_workflow(name, graph_config)
        graph = parse_graph(graph_config, self._world.handlers.node_types)
        types = types_of(graph)
        self._world.handlers.learn(types)
        self._types |= types
        self._places |= dict.fromkeys(places_of(graph))

    def _saved(self) -> set[str]:
        return {summary.name for summary in self._world.store.workflows.list(limit=200).items}

    def _check_names(self) -> None:
        """A misspelt name would fake, decide or crash nothing, and nobody would see it."""
        nodes = list(self._types)
        check_names("fakes", list(self._options.fakes), [*nodes, *self._world.handlers.node_types])
        check_names("approvals", list(self._options.approvals), nodes)
        check_places("crash_before", self._options.crash_before, list(self._places))
        check_places("crash_after", self._options.crash_after, list(self._places))

    def _is_over(self, execution_id: str) -> bool:
        record = self._world.store.executions.get(execution_id)
        if record.status is not ExecutionStatus.FAILED:
            return record.status in TERMINAL
        performance = self._performances.get(execution_id)
        return record.next_retry_at is None and not (performance and performance.retries)

    def _waits(self, row: JournalRow) -> None:
        for performance in list(self._performances.values()):
            performance.waits(row)


def run_workflow(
    workflow: Source,
    *,
    input: Any = None,
    workflows: Sources = (),
    signals: Sequence[str | Act] = (),
    acts: Sequence[Act] = (),
    trigger: str | None = None,
    priority: int | str = "normal",
    by: str | None = None,
    **options: Any,
) -> Result:
    """Run one execution from its start to its end, in memory and on virtual time.

    `workflow` is a YAML or JSON file, a mapping, or the name of one of `workflows`, which are the others it starts.
    Options: `fakes`, `approvals`, `allow_network`, `activities`, `secrets`, `crash_before`, `crash_after`, `start`,
    `max_time`, `max_steps`, `patience`, `seed`. docs/testing.md has them all.
    """
    start = {"trigger": trigger, "priority": priority, **({"by": by} if by is not None else {})}
    with House(workflows, **options) as house:
        return house.run(workflow, input=input, signals=signals, acts=acts, **start)
