"""Plays the example of one pattern: sends what it needs, lets it come to rest, and reads what happened from the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine_house import House, until
from treadle.cli.workflow_files import WorkflowFile, read_workflows
from treadle.domain.records import JournalRow

EXAMPLES = Path(__file__).parents[2] / "examples" / "patterns"
ENDED = ("completed", "failed", "cancelled")


def example(number: int) -> WorkflowFile:
    """The one workflow in the one file of a pattern."""
    [path] = EXAMPLES.glob(f"{number:02}_*.yaml")
    [workflow] = read_workflows(str(path))
    return workflow


class Play:
    """One execution of an example. Every message is followed until nothing goes on by itself any more."""

    def __init__(self, house: House, number: int, input: Any = None) -> None:
        workflow = example(number)
        self.house = house
        house.engine.save_workflow(workflow.name, workflow.graph_config, description=workflow.description)
        self.id = house.engine.create(workflow.name, input=input).id
        self.rest()

    def send(self, *signals: str, payload: Any = None) -> None:
        for signal in signals:
            self.house.engine.signal(self.id, signal, payload)
            self.rest()

    def decide(self, decision: str) -> None:
        [approval] = self.house.store.executions.approvals(execution_id=self.id).items
        self.house.engine.decide(approval.id, decision)
        self.rest()

    def cancel(self) -> None:
        self.house.engine.cancel(self.id)
        self.rest()

    def pass_time(self, seconds: float, *, until_ran: str) -> None:
        """Let time pass, which must make a node run."""
        self.house.clock.advance(seconds)
        until(lambda: self.ran[until_ran])
        self.rest()

    def rest(self) -> None:
        """Until it has ended, or is parked and has read every message."""
        until(self._rests)

    def _rests(self) -> bool:
        record = self.house.record(self.id)
        return record.owner is None and (
            record.status in ENDED or (record.status == "waiting" and record.inbox_seen == record.inbox_seq)
        )

    # What happened

    @property
    def status(self) -> str:
        return str(self.house.record(self.id).status)

    @property
    def output(self) -> Any:
        return self.house.engine.show(self.id).output

    @property
    def journal(self) -> list[JournalRow]:
        return self.house.journal(self.id)

    @property
    def ran(self) -> Counter[str]:
        """How often each node has run to its end."""
        return Counter(row.node_id for row in self.journal if has_left(row))

    @property
    def waits(self) -> list[str]:
        """The nodes that are waiting, once for each visit, sorted."""
        return sorted(node for node, _, rows in self._activities() if rows[-1].kind == "waiting")

    @property
    def cancelled(self) -> list[str]:
        """The nodes that were withdrawn, once for each visit, sorted."""
        return sorted(row.node_id for row in self.journal if row.kind == "cancelled")

    @property
    def reached(self) -> set[str]:
        """The nodes that have at least begun."""
        return {row.node_id for row in self.journal if row.node_id}

    def spans(self, *nodes: str) -> list[tuple[str, int, int]]:
        """Node, first and last row of each visit of these nodes, in order of beginning."""
        found = [(node, rows[0].seq, rows[-1].seq) for node, _, rows in self._activities() if node in nodes]
        return sorted(found, key=lambda span: span[1])

    def in_order(self, *nodes: str) -> bool:
        """Whether each of these nodes began only after the one before it had ended; each ran once."""
        spans = [self.spans(node) for node in nodes]
        assert [len(visits) for visits in spans] == [1] * len(nodes), spans
        return all(earlier[0][2] < later[0][1] for earlier, later in pairwise(spans))

    def never_two_of(self, *nodes: str) -> bool:
        """Whether no two visits of these nodes were active together: each begins after the one before it has ended."""
        spans = self.spans(*nodes)
        return all(earlier[2] < later[1] for earlier, later in pairwise(spans))

    def _activities(self) -> Iterator[tuple[str, int, list[JournalRow]]]:
        """Node, visit and rows of each activity."""
        rows_of: dict[tuple[str, str, int], list[JournalRow]] = {}
        for row in self.journal:
            if row.node_id:
                rows_of.setdefault((row.scope, row.node_id, row.visit), []).append(row)
        for (_, node, visit), rows in rows_of.items():
            yield node, visit, rows


def has_left(row: JournalRow) -> bool:
    """Whether the row says that an activity has left its node; a gate is opened by the token game and so leaves by a note."""
    return row.kind == "done" or (row.kind == "note" and row.status == "gate")
