"""How many executions a filter selects, by status and workflow, within a bound whatever their number."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from treadle.domain.execution_filter import EVERY_STATUS, ExecutionFacets, ExecutionFilter
from treadle.store.database import Database, Session
from treadle.store.execution_streams import TEST, bounds, edge, streams

MOST_COUNTED = 10_000
"""Of a status of a workflow, so many are counted."""
LEAST_COUNTED = 500
COUNTED = 300_000
"""Index entries that are read for all workflows together, about."""
MOST_WORKFLOWS = 200
"""Workflows that are counted, those changed last."""
MOST_SHOWN = 20

Cells = Counter[tuple[str, str]]
"""Executions by workflow and status."""


class ExecutionFacetCounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, wanted: ExecutionFilter) -> ExecutionFacets:
        with self._database.snapshot() as session:
            if _is_indexed(wanted):
                return self._by_index(session, wanted)
            return self._by_rows(session, wanted)

    def _by_index(self, session: Session, wanted: ExecutionFilter) -> ExecutionFacets:
        """From the indexes alone; trials are counted with the others and taken off."""
        within, statuses = bounds(wanted), [each.value for each in EVERY_STATUS]
        found = [name for (name,) in session.rows("names_to_count", limit=MOST_WORKFLOWS + 1)]
        names = list(dict.fromkeys([*found[:MOST_WORKFLOWS], *(wanted.workflows or ())]))
        cap = max(LEAST_COUNTED, min(MOST_COUNTED, COUNTED // max(1, len(names))))
        counted = session.rows("tally_workflows", names=names, statuses=statuses, cap=cap, **within)
        cells: Cells = Counter({(name, status): count for name, status, count in counted})
        tests: Cells = Counter({(name, status): count for name, status, count in session.rows("tally_tests", **within)})
        facets = _facets(cells - tests, wanted, capped=max(cells.values(), default=0) >= cap)
        if wanted.workflows is not None or len(found) <= MOST_WORKFLOWS:
            return facets
        by_status = Counter(dict(session.rows("tally_statuses", statuses=statuses, cap=MOST_COUNTED, **within)))
        by_status.subtract(_by_status(tests))
        total = sum(by_status[status] for status in wanted.statuses)
        return replace(facets, statuses=dict(by_status), total=total, capped=True)

    def _by_rows(self, session: Session, wanted: ExecutionFilter) -> ExecutionFacets:
        """By looking at the rows themselves, newest first, down to where a page of the list would stop too."""
        within = {**bounds(wanted), "before_id": ""}
        chosen = streams(session, replace(wanted, statuses=EVERY_STATUS, workflows=None))
        until = edge(session, chosen, **within)
        if until is not None:
            within["since"] = self._database.time(until)
        cells: Cells = Counter()
        for stream in chosen:
            for workflow, status, count in session.rows(stream.source.tally, **stream.parameters, **within):
                cells[workflow, status] += count
        return _facets(cells, wanted, capped=until is not None)


def _is_indexed(wanted: ExecutionFilter) -> bool:
    """Whether nothing but status, workflow and time is asked for."""
    plain = ExecutionFilter(wanted.statuses, wanted.workflows, since=wanted.since, until=wanted.until)
    return wanted == plain


def _facets(cells: Cells, wanted: ExecutionFilter, *, capped: bool) -> ExecutionFacets:
    of_workflows = Counter({cell: n for cell, n in cells.items() if wanted.workflows is None or cell[0] in wanted.workflows})
    of_statuses = Counter({cell: n for cell, n in cells.items() if cell[1] in wanted.statuses})
    by_workflow: Counter[str] = Counter()
    for (workflow, _), count in of_statuses.items():
        by_workflow[workflow] += count
    largest = sorted(by_workflow.items(), key=lambda item: (-item[1], item[0]))
    return ExecutionFacets(
        statuses={status.value: 0 for status in EVERY_STATUS} | _by_status(of_workflows),
        workflows=tuple(each for each in largest[:MOST_SHOWN] if each[1]),
        total=(of_workflows & of_statuses).total(),
        capped=capped,
    )


def _by_status(cells: Cells) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (_, status), count in cells.items():
        counts[status] += count
    return counts
