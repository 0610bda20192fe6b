"""Does what should go on go on?"""

from __future__ import annotations

from collections.abc import Iterator

from treadle.health.findings import Finding, error, ok, warning
from treadle.health.surroundings import Surroundings
from treadle.health.words import count, some, span

PATIENCE = 60.0
"""Seconds after which work that is due and not done is worth a word."""
LONG = 3600.0
"""Seconds for which an execution in work may record nothing before a person should look at it."""
DAY = 86_400.0
FEW = 20


def ready(place: Surroundings) -> Iterator[Finding]:
    """How long the oldest ready execution has waited for a worker."""
    backlogs = place.store.vitals.backlog()
    if not backlogs:
        yield ok("oldest_ready", "ready", "nothing waits for a worker", ready=0)
        return
    number = sum(backlog.ready for backlog in backlogs)
    oldest = min(backlogs, key=lambda backlog: backlog.oldest_at)
    age = (place.now - oldest.oldest_at).total_seconds()
    words = f"{count(number, 'execution')} ready, the oldest for {span(max(age, 0))} (queue {oldest.queue!r})"
    if age > PATIENCE:
        mend = "start more workers, or raise WORKFLOW_WORKER_CONCURRENCY; `treadle workers list` shows how full they are"
        yield warning("oldest_ready", "ready", words, mend, ready=number, age=round(age, 1))
    else:
        yield ok("oldest_ready", "ready", words, ready=number, age=round(age, 1))


def overdue(place: Surroundings) -> Iterator[Finding]:
    """Timers and retries that are due and that no poll cycle has woken."""
    found = place.store.vitals.overdue(grace=PATIENCE, limit=FEW)
    if found:
        late = span((place.now - found[0].since).total_seconds())
        words = f"{_at_least(len(found))} not woken though their time has come, the first for {late}: no worker does its duties"
        mend = "start a worker; if one runs, its log says which phase fails (`phase_failed`)"
        yield error("executions_overdue", "timers", words, mend, executions=[each.execution_id for each in found])


def unmoved(place: Surroundings) -> Iterator[Finding]:
    """Executions that a worker holds and that have recorded nothing for long."""
    alive = {worker.id for worker in place.alive}
    found = [each for each in place.store.vitals.unmoved(longer_than=LONG, limit=FEW) if each.owner in alive]
    for each in found:
        silent = span((place.now - each.since).total_seconds())
        words = f"{each.execution_id} ({each.workflow}) is in work at {each.owner} and has recorded nothing for {silent}"
        mend = f"`treadle executions why {each.execution_id}` says which node runs; give that node a `timeout`"
        yield warning("execution_unmoved", "executions", words, mend, execution=each.execution_id, worker=each.owner)


def set_aside(place: Surroundings) -> Iterator[Finding]:
    """Executions that took their workers down."""
    found = place.store.vitals.set_aside(within=DAY, limit=FEW)
    if found:
        names = [each.execution_id for each in found]
        words = f"{_at_least(len(found))} set aside in the last day, because their worker died three times in a row: {some(names)}"
        mend = f"look into the workers' and the kernel's logs (out of memory?), then `treadle executions retry {names[0]}`"
        yield warning("crash_loop", "executions", words, mend, executions=names)


def schedules(place: Surroundings) -> Iterator[Finding]:
    """Schedules that cannot fire, and those that are late."""
    late = []
    for each in place.store.vitals.late_schedules(grace=PATIENCE, limit=FEW):
        if each.error is not None:
            words = f"{each.schedule_id} (of {each.workflow}) is set aside: {each.error}"
            mend = f"mend it, then `treadle schedules resume {each.schedule_id}`"
            yield warning("schedule_set_aside", "schedules", words, mend, schedule=each.schedule_id)
        else:
            late.append(each.schedule_id)
    if late:
        words = f"{some(late)} {'is' if len(late) == 1 else 'are'} due for more than {span(PATIENCE)} and did not fire"
        yield error("schedule_late", "schedules", words, "start a worker; every worker fires schedules", schedules=late)


def _at_least(number: int) -> str:
    return f"{'at least ' if number == FEW else ''}{count(number, 'execution')}"
