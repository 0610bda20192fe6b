"""How large the database is, and whether it cleans up after itself."""

from __future__ import annotations

from collections.abc import Iterator

from treadle.domain.sizes import bytes_in_words
from treadle.health.findings import Finding, ok, warning
from treadle.health.surroundings import Surroundings

LARGEST = 3
MANY_DEAD = 50_000
MUCH_FREE = 256 << 20


def size(place: Surroundings) -> Iterator[Finding]:
    """Of the whole database, and of its largest tables."""
    capacity = place.store.vitals.capacity()
    tables = sorted(place.store.vitals.tables(), key=lambda table: -table.size)
    words = bytes_in_words(capacity.size)
    if tables:
        words += ": " + ", ".join(f"{table.name} {bytes_in_words(table.size)}" for table in tables[:LARGEST])
    figures = {"bytes": capacity.size, "free": capacity.free, "tables": {table.name: table.size for table in tables}}
    if capacity.free > MUCH_FREE and capacity.free * 2 > capacity.size:
        mend = "`treadle db prune --older-than 30d` gives the space back when it is done"
        words += f", of which {bytes_in_words(capacity.free)} are empty"
        yield warning("size_empty", "size", words, mend, **figures)
    else:
        yield ok("size", "size", words, **figures)


def dead_rows(place: Surroundings) -> Iterator[Finding]:
    """Tables that autovacuum does not keep up with."""
    for table in place.store.vitals.tables():
        if table.dead > MANY_DEAD and table.dead > table.rows / 2:
            words = f"the table {table.name} has {table.dead} dead rows beside {table.rows} live ones, which makes it slow"
            mend = f"look for old transactions, then `VACUUM ANALYZE {table.name}` in psql; see that autovacuum is on"
            yield warning("dead_rows", "vacuum", words, mend, table=table.name, dead=table.dead, rows=table.rows)
