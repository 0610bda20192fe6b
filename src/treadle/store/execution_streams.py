"""How a filter of executions is answered: ordered, indexed streams that share no row, and what to look at in their rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import orjson

from treadle.domain.execution_filter import EVERY_STATUS, ExecutionFilter
from treadle.domain.states import ExecutionStatus
from treadle.store.database import FAR_FUTURE, Session

SCANNED = 20_000
"""Rows that are looked at for what no index answers, in all streams of a page together, about."""
LEAST_SCANNED = 1_000
"""The same for each stream, however many there are."""
MOST_NAMES = 20
"""Of the workflows whose name has the words, so many (the ones changed last) are searched."""
LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
LAST_CHARACTER = "\U0010ffff"
TEST = "test"
NOTHING_HIDDEN = "-"
WITH_ERROR = (ExecutionStatus.FAILED, ExecutionStatus.CANCELLED)

ROWS_ONLY: Final = (
    "statuses", "workflows", "parents", "not_workflows", "triggers", "not_triggers", "not_prefixes", "error", "errors", "words",
)  # fmt: skip
"""Parameters that no index answers, if they are not None."""


@dataclass(frozen=True, slots=True)
class Source:
    """The statements that read one index. Without `edge` it is bounded by itself, without `tally` the index can count."""

    plain: str
    search: str
    tally: str | None = None
    edge: str | None = None


OF_STATUS = Source("list_of_status", "search_of_status", "tally_of_status", "edge_of_status")
OF_WORKFLOW = Source("list_of_workflow", "search_of_workflow", "tally_of_workflow", "edge_of_workflow")
OF_PARENT = Source("list_of_parent", "search_of_parent", "tally_of_parent", "edge_of_parent")
OF_PREFIX = Source("search_of_prefix", "search_of_prefix", "tally_of_prefix")
OF_WORKFLOWS = Source("list_of_workflows", "list_of_workflows")
"""Several workflows at once, where nothing is to be looked at in rows."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One index read from the top down."""

    source: Source
    parameters: dict[str, Any]

    @property
    def looks_at_rows(self) -> bool:
        """Whether it may pass over many rows before it finds one."""
        return any(self.parameters[name] is not None for name in ROWS_ONLY)

    @property
    def listing(self) -> str:
        """The statement of a page."""
        return self.source.search if self.looks_at_rows else self.source.plain


def streams(session: Session, wanted: ExecutionFilter) -> list[Stream]:
    """Streams that together hold the executions of a filter, each once."""
    if not wanted.statuses or wanted.workflows == () or wanted.parents == ():
        return []
    if wanted.errors:
        wanted = replace(wanted, statuses=tuple(each for each in wanted.statuses if each in WITH_ERROR))
    return list(_chosen(session, wanted, _parameters(wanted)))


def edge(session: Session, chosen: Sequence[Stream], **bounds: Any) -> Any:
    """The time (`Database.time` reads it) down to which all streams can be looked through within bounds; None: to their ends."""
    bounded = [(stream.source.edge, stream.parameters) for stream in chosen if stream.source.edge]
    scan = max(LEAST_SCANNED, SCANNED // max(1, len(bounded)))
    found = [session.row(statement, **parameters, **bounds, scan=scan) for statement, parameters in bounded]
    return max((row[0] for row in found if row is not None), default=None)


def bounds(wanted: ExecutionFilter) -> dict[str, datetime]:
    """The times between which executions were created; the second is exclusive."""
    return {"since": wanted.since or LONG_AGO, "before": wanted.until or FAR_FUTURE}


def _chosen(session: Session, wanted: ExecutionFilter, common: dict[str, Any]) -> Iterator[Stream]:
    """By what selects the fewest: an id, a parent, a word, a workflow, else the statuses."""
    if wanted.ids is not None:
        for prefix in _shortest(wanted.ids):
            yield _of_prefix(prefix, common, wanted)
    elif wanted.parents is not None:
        in_rows = {**common, **_in_rows(wanted), "parents": None, "hidden": NOTHING_HIDDEN}
        yield from (Stream(OF_PARENT, {**in_rows, "parent_id": parent}) for parent in wanted.parents)
    elif wanted.words:
        yield from _of_words(session, wanted, common)
    else:
        yield from _of_index(wanted.workflows, wanted.statuses, common)


def _of_words(session: Session, wanted: ExecutionFilter, common: dict[str, Any]) -> Iterator[Stream]:
    """First the workflows that have all words in their names, then ids that begin with a word, then errors."""
    words = wanted.words
    names = _names_with(session, words, wanted.workflows)
    if names:
        yield from _of_index(names, wanted.statuses, {**common, "words": None})
    elsewhere = {**common, "not_workflows": [*wanted.not_workflows, *names] or None}
    for number, word in enumerate(words):
        yield _of_prefix(word, {**elsewhere, "not_prefixes": list(words[:number]) or None}, wanted)
    unnamed = None if wanted.workflows is None else [each for each in wanted.workflows if each not in names]
    failed = [each for each in wanted.statuses if each in WITH_ERROR]
    in_error = {**elsewhere, "not_prefixes": list(words)}
    if len(words) == 1 and in_error["error"] is None:
        in_error |= {"error": _in_json(words[0]), "words": None}
    yield from _of_index(unnamed, failed, in_error)


def _of_index(
    workflows: Sequence[str] | None, statuses: Sequence[ExecutionStatus], common: dict[str, Any]
) -> Iterator[Stream]:
    if workflows is None:
        yield from (Stream(OF_STATUS, {**common, "status": each.value}) for each in statuses)
        return
    together = Stream(OF_WORKFLOWS, {**common, "names": list(workflows), "of_statuses": [each.value for each in statuses]})
    if len(workflows) > 1 and not together.looks_at_rows:
        yield together
        return
    for name, status in product(workflows, statuses):
        yield Stream(OF_WORKFLOW, {**common, "workflow": name, "status": status.value})


def _of_prefix(prefix: str, common: dict[str, Any], wanted: ExecutionFilter) -> Stream:
    """A trial whose id somebody knows is found by it."""
    place = {"prefix": prefix, "upper": prefix + LAST_CHARACTER, "hidden": NOTHING_HIDDEN}
    return Stream(OF_PREFIX, {**common, **_in_rows(wanted), **place})


def _parameters(wanted: ExecutionFilter) -> dict[str, Any]:
    errors = [_in_json(each) for each in wanted.errors]
    asks_for_tests = wanted.triggers is not None and TEST in wanted.triggers
    return {
        "statuses": None,
        "workflows": None,
        "parents": None,
        "not_workflows": list(wanted.not_workflows) or None,
        "triggers": None if wanted.triggers is None else list(wanted.triggers),
        "not_triggers": list(wanted.not_triggers) or None,
        "not_prefixes": None,
        "error": errors[0] if errors else None,
        "errors": errors[1:] or None,
        "words": _words(wanted.words),
        "hidden": NOTHING_HIDDEN if asks_for_tests else TEST,
    }


def _in_rows(wanted: ExecutionFilter) -> dict[str, Any]:
    """What an index on neither status nor workflow leaves to be looked at."""
    every = wanted.statuses == EVERY_STATUS
    return {
        "statuses": None if every else [each.value for each in wanted.statuses],
        "workflows": None if wanted.workflows is None else list(wanted.workflows),
        "parents": None if wanted.parents is None else list(wanted.parents),
    }


def _names_with(session: Session, words: Sequence[str], workflows: Sequence[str] | None) -> list[str]:
    parts = [word.lower() for word in words]
    if workflows is not None:
        return [name for name in workflows if all(part in name.lower() for part in parts)]
    return [name for (name,) in session.rows("workflow_names_with", parts=parts, limit=MOST_NAMES)]


def _words(words: Sequence[str]) -> str | None:
    """As `wanted` in lists.sql reads them: `[[as it is, as in a name, as in an error], …]`."""
    return orjson.dumps([[word, word.lower(), _in_json(word)] for word in words]).decode() if words else None


def _in_json(text: str) -> str:
    """As it stands inside of a JSON string that was stored, in small letters."""
    return json.dumps(text)[1:-1].lower()


def _shortest(prefixes: Sequence[str]) -> list[str]:
    """Without those that begin like another, whose rows would come twice."""
    kept: list[str] = []
    for prefix in sorted(prefixes):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return kept
