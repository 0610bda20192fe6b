"""How many executions a filter selects, by status and workflow, within a bound whatever their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from treadle.domain.execution_filter import EVERY_STATUS, ExecutionFacets, ExecutionFilter
from treadle.store.database import Database, Session
from treadle.store.execution_streams import OF_WORKFLOW, OF_WORKFLOWS, bounds, edge, streams

MOST_COUNTED = 10_000
"""Of a status of a workflow, so many are counted."""
LEAST_COUNTED = 500
COUNTED = 120_000
"""Index entries that are read for all workflows together, about."""
MOST_WORKFLOWS = 200
"""Workflows that are counted, those changed last."""
MOST_SHOWN = 20
STATUSES = [each.value for each in EVERY_STATUS]

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
        found = [name for (name,) in session.rows("names_to_count", limit=MOST_WORKFLOWS + 1)]
        names = list(dict.fromkeys([*found[:MOST_WORKFLOWS], *(wanted.workflows or ())]))
        cells, capped = _cells(session, names, wanted)
        facets = _facets(cells, wanted, capped=capped)
        if wanted.workflows is not None or len(found) <= MOST_WORKFLOWS:
            return facets
        counted = session.rows("tally_statuses", statuses=STATUSES, cap=MOST_COUNTED, **bounds(wanted))
        by_status: Counter[str] = Counter(dict(counted))
        by_status.subtract(_by_status(_tests(session, wanted)))
        return replace(facets, statuses=dict(by_status), total=sum(by_status[each] for each in wanted.statuses), capped=True)

    def _by_rows(self, session: Session, wanted: ExecutionFilter) -> ExecutionFacets:
        """By looking at the rows themselves, newest first, down to a bound; what an index answers by the index."""
        chosen = streams(session, replace(wanted, statuses=EVERY_STATUS, workflows=None))
        by_index = [each for each in chosen if each.source in (OF_WORKFLOW, OF_WORKFLOWS) and not each.looks_at_rows]
        looking = [(each, each.source.tally) for each in chosen if each not in by_index]
        names = {name for each in by_index for name in each.parameters.get("names") or [each.parameters["workflow"]]}
        cells, capped = _cells(session, sorted(names), wanted)
        within = {**bounds(wanted), "before_id": ""}
        until = edge(session, [stream for stream, _ in looking], **within)
        if until is not None:
            within["since"] = self._database.time(until)
        for stream, tally in looking:
            assert tally is not None
            for workflow, status, count in session.rows(tally, **stream.parameters, **within):
                cells[workflow, status] += count
        return _facets(cells, wanted, capped=capped or until is not None)


def _cells(session: Session, names: Sequence[str], wanted: ExecutionFilter) -> tuple[Cells, bool]:
    """Of these workflows, and whether a count stopped. From the indexes alone: trials are counted too, and then taken off."""
    if not names:
        return Counter(), False
    cap = max(LEAST_COUNTED, min(MOST_COUNTED, COUNTED // len(names)))
    counted = session.rows("tally_workflows", names=names, statuses=STATUSES, cap=cap, **bounds(wanted))
    cells: Cells = Counter({(name, status): count for name, status, count in counted})
    return cells - _tests(session, wanted), max(cells.values()) >= cap


def _tests(session: Session, wanted: ExecutionFilter) -> Cells:
    return Counter({(name, status): count for name, status, count in session.rows("tally_tests", **bounds(wanted))})


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
