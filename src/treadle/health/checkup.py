"""Runs all checks, one after another; one that cannot look says so, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from treadle.domain.errors import StoreError
from treadle.health.checks import database, disk, growth, installation, network, progress, secrets, transactions, workers
from treadle.health.findings import Finding, Report, error
from treadle.health.surroundings import Surroundings

Check = Callable[[Surroundings], Iterable[Finding]]

HERE: tuple[Check, ...] = (installation.python, installation.pages, network.bind, network.port, disk.space)
"""What can be looked at without a database."""

INSIDE: tuple[Check, ...] = (
    database.settings, database.writable, database.clock, workers.beats, workers.clocks, workers.queues, workers.node_types,
    progress.ready, progress.overdue, progress.unmoved, progress.set_aside, progress.schedules, growth.size, growth.dead_rows,
    transactions.old, transactions.connections, secrets.keys,
)  # fmt: skip
"""What needs a database with this release's schema."""


def examine(place: Surroundings) -> Report:
    """Look at everything. Never raises because of what it finds."""
    findings = list(_run(HERE, place))
    reached = database.reachable(place)
    findings += reached
    if all(finding.severity != "error" for finding in reached):
        findings += _run(INSIDE, place)
    return Report(tuple(findings), place.clock())


def _run(checks: Iterable[Check], place: Surroundings) -> Iterator[Finding]:
    for check in checks:
        try:
            yield from check(place)
        except StoreError as failure:
            code = f"{check.__name__}_unknown"
            words = f"this could not be looked at: {failure}"
            yield error(code, check.__name__.replace("_", " "), words, "look again; if it stays, see the database's own log")


