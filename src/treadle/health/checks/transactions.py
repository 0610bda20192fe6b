"""What other sessions of a PostgreSQL server do to this one."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.health.findings import Finding, error, ok, warning
from treadle.health.surroundings import Surroundings
from treadle.health.words import span

OLD = 300.0
"""Seconds after which an open transaction does harm: no row that died since can be removed."""
FEW = 5
NEARLY = 0.9


def old(place: Surroundings) -> Iterator[Finding]:
    """Transactions that keep dead rows from being removed: claims then walk over all of them."""
    for each in place.store.vitals.old_transactions(older_than=OLD, limit=FEW):
        since = span((place.clock() - each.since).total_seconds())
        who = f"{each.application or 'a session'!r}" + (f" (process {each.pid})" if each.pid else "")
        words = f"{who} has a transaction open for {since} ({each.state}): rows that died since cannot be removed"
        mend = f"end it: `SELECT pg_terminate_backend({each.pid})`" if each.pid else f"`ROLLBACK PREPARED '{each.application}'`"
        yield warning("old_transaction", "old transaction", words, mend, pid=each.pid, application=each.application)


def connections(place: Surroundings) -> Iterator[Finding]:
    """Whether the server has room for another worker."""
    capacity = place.store.vitals.capacity()
    used, most = capacity.connections, capacity.max_connections
    if used is None or most is None:
        return
    words = f"{used} of {most} connections of the server are in use"
    mend = "raise max_connections, or put a pooler in session mode between"
    if used >= most - 3:
        yield error("connections_used_up", "connections", words, mend, used=used, most=most)
    elif used > most * NEARLY:
        yield warning("connections_low", "connections", words, mend, used=used, most=most)
    else:
        yield ok("connections", "connections", words, used=used, most=most)
