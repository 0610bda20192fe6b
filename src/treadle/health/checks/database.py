"""Can the database be reached, does it keep what it is told, and what time does it think it is?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treadle.domain.errors import SchemaError, StoreError
from treadle.health.findings import Finding, error, ok, warning
from treadle.health.surroundings import Surroundings
from treadle.health.words import apart, is_full

MOST_SKEW = 2.0
"""Seconds between two clocks that nobody notices."""


def reachable(place: Surroundings) -> Sequence[Finding]:
    """One finding about the database, and one about its schema if it answers. Looking creates no database."""
    file = place.file
    if file is not None and not file.exists():
        mend = "`treadle up` or `treadle db migrate` creates it"
        return [error("database_missing", "database", f"there is no database at {file}", mend)]
    try:
        facts = place.store.describe()
    except StoreError as failure:
        return [_unreachable(failure)]
    seen = ok("database", "database", f"{facts['kind']} at {facts['location']}", **facts)
    try:
        place.store.check()
    except SchemaError as failure:
        sentence, _, mend = str(failure).partition("; ")
        return [seen, error("schema", "schema", sentence, mend or "run `treadle db migrate`", schema=facts["schema"])]
    except StoreError as failure:
        return [_unreachable(failure)]
    return [seen, ok("schema", "schema", f"{facts['schema']} fits this release", schema=facts["schema"])]


def settings(place: Surroundings) -> Iterator[Finding]:
    """Whether a commit survives a power cut."""
    facts = place.store.describe()
    code = "durability"
    if facts["kind"] == "SQLite":
        if facts["journal_mode"] != "wal" and place.store.url != "sqlite:///:memory:":
            words = f"journal_mode is {facts['journal_mode']}, not WAL: readers and the writer block each other"
            mend = "keep the file on a local disk; network drives cannot do WAL"
            yield warning("journal_mode", "durability", words, mend, **facts)
        if facts["synchronous"] not in ("full", "extra"):
            words = f"synchronous is {facts['synchronous']}: a power cut can lose what was answered"
            yield error("synchronous", "durability", words, "nothing else may open the file with other settings", **facts)
            return
        yield ok(code, "durability", f"{facts['library']}, synchronous {facts['synchronous']}", **facts)
        return
    unsafe = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if facts[name] == "off"]
    if unsafe:
        words = f"{' and '.join(unsafe)} {'is' if len(unsafe) == 1 else 'are'} off: a crash of the server can {_loss(unsafe)}"
        mend = "in postgresql.conf: " + ", ".join(f"{name} = on" for name in unsafe) + "; then `SELECT pg_reload_conf()`"
        yield warning("durability_off", "durability", words, mend, **facts)
    else:
        yield ok(code, "durability", f"PostgreSQL {facts['server']}, fsync on", **facts)


def writable(place: Surroundings) -> Iterator[Finding]:
    """Whether a row can be written and committed: a full disk or a standby answers every read."""
    words, mend = place.refusal, "see the database's own log"
    if words is None:
        yield ok("writable", "writing", "a row was written and committed")
        return
    if is_full(words):
        yield _full("writing", words)
        return
    if "read-only" in words.lower() or "readonly" in words.lower():
        mend = "name the primary server in TREADLE_DATABASE_URL, or give this user the right to write the file"
    elif "locked" in words.lower():
        mend = "another program holds the file: close it; workers then send the same commits again by themselves"
    yield error("not_writable", "writing", f"the database answers, but nothing can be written: {words}", mend)


def clock(place: Surroundings) -> Iterator[Finding]:
    """This machine's clock beside the database's, which alone decides what is due."""
    before = place.clock()
    theirs = place.store.now()
    after = place.clock()
    skew = (before + (after - before) / 2 - theirs).total_seconds()
    if abs(skew) <= MOST_SKEW:
        yield ok("clock", "clock", "this machine and the database agree", skew=round(skew, 3))
        return
    words = (
        f"this machine's clock is {apart(skew)} the database's; "
        "what is due is decided by the database's, but times in logs and certificates of others are judged by this one"
    )
    yield warning("clock_skew", "clock", words, "switch time synchronisation on: `timedatectl set-ntp true`", skew=round(skew, 3))


def _unreachable(failure: StoreError) -> Finding:
    if isinstance(failure, SchemaError):
        return error("schema", "schema", str(failure), "run `treadle db migrate`")
    if is_full(str(failure)):
        return _full("database", str(failure))
    words = f"the database cannot be reached: {failure}"
    mend = "check --db or TREADLE_DATABASE_URL, and that the database is running"
    return error("database_unreachable", "database", words, mend)


def _full(title: str, words: str) -> Finding:
    mend = "make room on the database's disk; workers then send the same commits again by themselves"
    return error("disk_full", title, f"the database has no room left: {words}", mend)


def _loss(unsafe: Sequence[str]) -> str:
    return "lose what was answered" if unsafe == ["synchronous_commit"] else "damage the database"
