"""Which executions are meant: what lists, counts and bulk actions select by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from treadle.domain.states import ExecutionStatus

EVERY_STATUS = tuple(ExecutionStatus)

NEEDS_QUOTES = frozenset('"\\,:')


@dataclass(frozen=True, slots=True)
class ExecutionFilter:
    """Everything that holds of an execution at once; within one field one of the values is enough.

    None means any; an empty tuple of `statuses`, `workflows` or `parents` selects nothing. Executions that only try one node
    (trigger `test`) are left out unless `triggers`, `parents` or `ids` ask for them.
    """

    statuses: tuple[ExecutionStatus, ...] = EVERY_STATUS
    workflows: tuple[str, ...] | None = None
    parents: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    """Beginnings of ids."""
    triggers: tuple[str, ...] | None = None
    """Types without `trigger.`, such as `schedule`."""
    since: datetime | None = None
    until: datetime | None = None
    """Created before this, exclusive."""
    errors: tuple[str, ...] = ()
    """Each occurs in the error of a failed or cancelled execution, whatever its case."""
    words: tuple[str, ...] = ()
    """Each begins the id, or is a part of the workflow's name or of the error."""
    not_workflows: tuple[str, ...] = ()
    not_triggers: tuple[str, ...] = ()

    def narrowed(
        self, *, status: str | None = None, workflow: str | None = None, parent: str | None = None
    ) -> ExecutionFilter:
        """Only those that are also of this status, workflow and parent."""
        statuses = self.statuses if status is None else tuple(each for each in self.statuses if each == status)
        workflows, parents = _narrowed(self.workflows, workflow), _narrowed(self.parents, parent)
        return replace(self, statuses=statuses, workflows=workflows, parents=parents)

    @property
    def text(self) -> str:
        """The same in the language of the search; parsed again it gives an equal filter, if it selects anything."""
        return " ".join(self._terms())

    def _terms(self) -> Iterator[str]:
        if self.statuses != EVERY_STATUS:
            yield f"status:{','.join(self.statuses)}"
        named = {"workflow": self.workflows, "parent": self.parents, "id": self.ids, "trigger": self.triggers}
        for key, values in named.items():
            if values is not None:
                yield f"{key}:{_listed(values)}"
        if self.since is not None:
            yield f"since:{_instant(self.since)}"
        if self.until is not None:
            yield f"until:{_instant(self.until)}"
        yield from (f"error:{_quoted(each)}" for each in self.errors)
        yield from map(_quoted, self.words)
        excluded = {"workflow": self.not_workflows, "trigger": self.not_triggers}
        yield from (f"-{key}:{_listed(values)}" for key, values in excluded.items() if values)


EVERYTHING = ExecutionFilter()


@dataclass(frozen=True, slots=True)
class ExecutionFacets:
    """How many executions a filter selects, by status and by workflow, each as if it did not filter by that itself.

    With `capped` the numbers are at least these: counting stopped at a bound. `workflows` are the largest, largest first.
    """

    statuses: Mapping[str, int]
    workflows: tuple[tuple[str, int], ...]
    total: int
    capped: bool


def _narrowed(present: tuple[str, ...] | None, to: str | None) -> tuple[str, ...] | None:
    if to is None:
        return present
    return (to,) if present is None or to in present else ()


def _listed(values: Iterable[str]) -> str:
    return ",".join(map(_quoted, values))


def _quoted(text: str) -> str:
    if text and not text.startswith("-") and not any(char.isspace() or char in NEEDS_QUOTES for char in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
