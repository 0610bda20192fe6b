"""Two transactions on one execution, with two real connections: the first is held open before its commit.

The second is started then, and waits for a lock, skips what is locked, or passes. After the first was let go, what both
answered and what the database holds must be what the two would have done one after the other, in one of the orders
(or, for a verb that skips locked rows, what the first does alone). The orders are tried on SQLite, which has no other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from conftest import START, MovableClock, scratch_folder
from store_steps import (
    NEW_EXECUTION,
    claim,
    commit,
    end,
    given_claimed,
    given_ended,
    given_execution,
    given_paused,
    given_waiting,
    given_worker,
    given_workflow,
    keep,
    new_approval,
    park,
    pause,
    row,
    schedule,
    send,
)
from treadle.domain.approvals import ApprovalRules, Vote
from treadle.domain.errors import ConflictError, DefinitionError, JournalConflictError
from treadle.domain.records import Admitted, Claim, MessageKind, NewExecution, NewNotice
from treadle.ports import Store
from treadle.store import open_store, store_on_postgres
from treadle.store.postgres import PostgresDatabase, PostgresSession

K = MessageKind
PATIENCE = 60.0
HELD = Claim("exec-1", claim_no=1, inbox_seq=0, crashes=0)

REMINDER = NewNotice("apr-2", "reminded:1", "exec-1", "reminded", "{}")
ESCALATION = replace(REMINDER, key="escalated:1", kind="escalated", assignees_json='["eve"]', groups_json="[]")

Verb = Callable[[Store], Any]
State = dict[str, Any]

LATE = START + timedelta(seconds=40)


def or_conflict(result: Callable[[], Any]) -> Any:
    """What was answered, or the name of the error that is an answer too."""
    try:
        return result()
    except (JournalConflictError, ConflictError, DefinitionError) as error:
        return type(error).__name__


VERBS: dict[str, Verb] = {
    "commit": lambda s: or_conflict(lambda: commit(s, rows=[row()], progressed=(("exec-1", 1),))),
    "keep": lambda s: or_conflict(lambda: commit(s, keep(HELD, rows=(row(),)))),
    "park": lambda s: commit(s, park(HELD, wake_at=START)),
    "pause_now": lambda s: commit(s, pause(HELD)),
    "fail": lambda s: commit(s, end(HELD, "failed", retry_in=5)),
    "end": lambda s: commit(s, end(HELD, tell_parent=True, cancel_children=True)),
    "release": lambda s: s.ownership.release("a", [("exec-1", 1)]),
    "leave": lambda s: s.workers.leave("a"),
    "beat": lambda s: s.workers.beat("a", lease=30),
    "reap": lambda s: s.workers.reap(),
    "evict": lambda s: s.workers.evict("a"),
    "sweep": lambda s: s.workers.sweep_orphans(),
    "claim": lambda s: claim(s, "a"),
    "claim_by_b": lambda s: claim(s, "b"),
    "timer": lambda s: s.phases.due_timers(),
    "unread": lambda s: list(s.phases.unread_inboxes()),
    "deadline": lambda s: s.phases.due_deadlines(),
    "retry": lambda s: list(s.phases.due_retries()),
    "retry_by_hand": lambda s: send(s, K.RETRY, message_id="by-hand"),
    "signal": lambda s: send(s, K.SIGNAL, message_id="signal"),
    "cancel": lambda s: send(s, K.CANCEL, message_id="cancel"),
    "pause": lambda s: send(s, K.PAUSE, message_id="pause"),
    "resume": lambda s: send(s, K.RESUME, message_id="resume"),
    "decide": lambda s: or_conflict(lambda: s.approvals.decide("apr-1", Vote("approved", "ann"))),
    "decide_too": lambda s: or_conflict(lambda: s.approvals.decide("apr-1", Vote("rejected", "bob"))),
    "agree": lambda s: or_conflict(lambda: s.approvals.decide("apr-2", Vote("approved", "ann"))),
    "agree_too": lambda s: or_conflict(lambda: s.approvals.decide("apr-2", Vote("approved", "bob"))),
    "hand_over": lambda s: or_conflict(lambda: s.approvals.delegate("apr-2", by="cy", to="dan")),
    "escalate": lambda s: commit(s, approvals=(new_approval("apr-2", notices=(ESCALATION,)),)),
    "remind": lambda s: commit(s, approvals=(new_approval("apr-2", notices=(REMINDER,)),)),
    "prune": lambda s: s.executions.prune(finished_before=LATE + timedelta(days=2)),
    "up": lambda s: s.phases.deliver_up(),
    "down": lambda s: s.phases.deliver_down(),
    "start": lambda s: s.executions.start(replace(NEW_EXECUTION, id="exec-2", idempotency_key="k", body_hash="h")),
    "start_too": lambda s: s.executions.start(replace(NEW_EXECUTION, id="exec-3", idempotency_key="k", body_hash="h")),
    "fire": lambda s: fire(s),
    "start_limited": lambda s: or_conflict(lambda: s.executions.start(limited("exec-3"))),
    "start_newest": lambda s: or_conflict(lambda: s.executions.start(limited("exec-4", on_limit="cancel_oldest"))),
    "start_skipping": lambda s: or_conflict(lambda: s.executions.start(limited("exec-5", on_limit="skip"))),
    "admit": lambda s: s.limits.admit(),
    "start_debounced": lambda s: s.executions.start(debounced("exec-3")),
    "start_debounced_too": lambda s: s.executions.start(debounced("exec-4")),
    "cancel_waiting": lambda s: send(s, K.CANCEL, "exec-2", message_id="cancel"),
    "edit": lambda s: s.schedules.update(replace(schedule(START), paused=True)),
}

SKIPPING = {"claim", "claim_by_b", "timer", "unread", "deadline", "retry", "up", "prune", "admit"}


def limited(execution_id: str, *, limit: int = 1, on_limit: str = "wait") -> NewExecution:
    return replace(NEW_EXECUTION, id=execution_id, slot_key="orders\x1f", slot_limit=limit, on_limit=on_limit)


def debounced(execution_id: str) -> NewExecution:
    input_json = f'"{execution_id}"'
    return replace(NEW_EXECUTION, id=execution_id, input_json=input_json, debounce_key="orders\x1fd", debounce_wait=100.0)


def fire(store: Store) -> str | None:
    execution = replace(NEW_EXECUTION, id="exec-fired", schedule_id="sch-1")
    return store.schedules.fire(schedule(START), fire_at=START, next_fire_at=LATE, execution=execution)


def given_owned(store: Store, clock: MovableClock) -> None:
    """Owned by a worker whose lease has run out, past its deadline, with an open approval and a child."""
    given_claimed(store, timeout=10)
    commit(store, approvals=(new_approval(),))
    given_execution(store, "child-1", parent_id="exec-1", queue="children")
    given_worker(store, "b", lease=1000)


def given_asked_of_two(store: Store, clock: MovableClock) -> None:
    """Owned, with an open approval that two of three people must agree to."""
    given_claimed(store)
    rules = json.dumps(ApprovalRules(required=2).to_json())
    commit(store, approvals=(new_approval("apr-2", assignees_json='["ann","bob","cy"]', rules_json=rules),))


def given_parked(store: Store, clock: MovableClock) -> None:
    """Waiting for a timer that is due, with an unread signal, past its deadline."""
    given_waiting(store, wake_at=START, timeout=10)
    send(store, K.SIGNAL, message_id="before")
    given_worker(store, "b", lease=1000)


def given_put_off(store: Store, clock: MovableClock) -> None:
    """Failed, with a retry that is due."""
    given_ended(store, "failed", retry_in=5)
    given_worker(store, "b", lease=1000)


def given_stopped(store: Store, clock: MovableClock) -> None:
    """Paused, past its deadline."""
    given_paused(store, timeout=10)


def given_runnable(store: Store, clock: MovableClock) -> None:
    """Runnable; two workers might take it."""
    given_execution(store)
    given_worker(store, "a")
    given_worker(store, "b", lease=1000)


def given_final(store: Store, clock: MovableClock) -> None:
    """Failed for good."""
    given_ended(store, "failed")


def given_family(store: Store, clock: MovableClock) -> None:
    """A parent that is owned, and a child that has ended."""
    given_claimed(store, "child-1", parent_id="exec-1", queue="default")
    commit(store, end(replace(HELD, execution_id="child-1"), tell_parent=True))
    given_claimed(store)


def given_full(store: Store, clock: MovableClock) -> None:
    """A slot that is held, and one that waits for it."""
    given_claimed(store, slot_key="orders\x1f", slot_limit=1)
    store.executions.start(limited("exec-2"))
    given_worker(store, "b", lease=1000)


def given_freed(store: Store, clock: MovableClock) -> None:
    """A slot that has just become free, and one that waits for it."""
    given_full(store, clock)
    commit(store, end(HELD))


def given_debounced(store: Store, clock: MovableClock) -> None:
    """A start that is put off for longer than until now."""
    given_workflow(store)
    store.executions.start(debounced("exec-1"))


def given_due(store: Store, clock: MovableClock) -> None:
    """A schedule that is due."""
    given_execution(store)
    store.schedules.add(schedule(START))


SITUATIONS: dict[str, tuple[Callable[[Store, MovableClock], None], list[str]]] = {
    "owned": (
        given_owned,
        [
            "commit", "keep", "park", "pause_now", "fail", "end", "release", "leave", "beat", "reap", "sweep", "cancel",
            "signal", "pause", "timer", "retry", "deadline", "decide", "claim_by_b",
        ],
    ),
    "parked": (
        given_parked,
        ["timer", "unread", "deadline", "signal", "cancel", "pause", "retry", "beat", "reap", "sweep", "park"],
    ),
    "put off": (given_put_off, ["retry", "retry_by_hand", "cancel", "signal", "prune", "fail"]),
    "stopped": (given_stopped, ["resume", "cancel", "deadline", "pause", "signal", "timer"]),
    "runnable": (given_runnable, ["claim", "claim_by_b", "reap", "evict", "beat", "cancel", "pause", "deadline", "leave"]),
    "final": (given_final, ["retry_by_hand", "prune", "cancel", "retry"]),
    "family": (given_family, ["up", "end", "park", "signal", "prune", "down"]),
    "full": (
        given_full,
        ["start_limited", "start_newest", "start_skipping", "admit", "end", "cancel", "cancel_waiting", "reap", "pause_now"],
    ),
    "freed": (given_freed, ["start_limited", "start_newest", "start_skipping", "admit", "cancel_waiting", "claim_by_b"]),
    "debounced": (given_debounced, ["start_debounced", "start_debounced_too", "cancel", "signal", "timer"]),
    "asked": (given_owned, ["decide", "decide_too", "end"]),
    "asked_of_two": (given_asked_of_two, ["agree", "agree_too", "hand_over", "escalate", "remind", "end", "cancel"]),
    "due": (given_due, ["fire", "edit", "start", "start_too"]),
}  # fmt: skip

CASES = [
    pytest.param(given, first, second, id=f"{situation}: {first} then {second}")
    for situation, (given, verbs) in SITUATIONS.items()
    for first, second in product(verbs, verbs)
]


class HoldingDatabase(PostgresDatabase):
    """Stops before each COMMIT until it is let go."""

    def __init__(self, url: str, *, clock: MovableClock, reached: Event, go: Event) -> None:
        super().__init__(url, clock=clock, pool_size=2)
        self._reached = reached
        self._go = go

    @contextmanager
    def writing(self) -> Iterator[PostgresSession]:
        with super().writing() as session:
            yield session
            self._reached.set()
            assert self._go.wait(PATIENCE)

    writing_once = writing


@dataclass
class Call:
    """A verb that runs in a thread of its own."""

    verb: Verb
    store: Store
    answer: Any = None
    error: BaseException | None = None
    done: Event = field(default_factory=Event)

    def start(self) -> None:
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self.answer = self.verb(self.store)
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()

    def result(self) -> Any:
        assert self.done.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        return self.answer


@pytest.mark.parametrize(("given", "first", "second"), CASES)
def test_two_transactions_end_as_if_one_came_after_the_other(
    given: Callable[[Store, MovableClock], None], first: str, second: str, postgres_url: str, sqlite_template: Path
) -> None:
    clock = MovableClock()
    store = open_store(postgres_url, clock=clock)
    given(store, clock)
    clock.moment = LATE

    answers = interleave(VERBS[first], VERBS[second], postgres_url, clock)

    assert (answers, state(store)) in legal(given, first, second, sqlite_template)
    assert deadlocks(postgres_url) == 0
    store.close()


def interleave(first: Verb, second: Verb, url: str, clock: MovableClock) -> list[Any]:
    """Hold the first before its commit until the second waits for a lock or is done; what both answered."""
    reached, go = Event(), Event()
    holding = store_on_postgres(HoldingDatabase(url, clock=clock, reached=reached, go=go), head_start=60)
    other = open_store(f"{url}?application_name=second", clock=clock)
    one, two = Call(first, holding), Call(second, other)
    one.start()
    while not reached.wait(0.005) and not one.done.is_set():
        pass
    two.start()
    with psycopg.connect(url, autocommit=True) as watcher:
        while not two.done.wait(0.005) and not waits_for_a_lock(watcher):
            pass
    go.set()
    answers = [one.result(), two.result()]
    holding.close()
    other.close()
    return answers


def waits_for_a_lock(watcher: psycopg.Connection[Any]) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Lock'"
    return watcher.execute(query).fetchone() is not None


def legal(
    given: Callable[[Store, MovableClock], None], first: str, second: str, template: Path
) -> list[tuple[list[Any], State]]:
    """What the two answer and leave behind one after the other, on SQLite."""
    (one, two), left = in_order(given, (first, second), template)
    (two_first, one_last), left_too = in_order(given, (second, first), template)
    outcomes = [([one, two], left), ([one_last, two_first], left_too)]
    if second in SKIPPING:
        (alone,), left_alone = in_order(given, (first,), template)
        outcomes.append(([alone, skipped(second)], left_alone))
    return outcomes


@cache
def in_order(given: Callable[[Store, MovableClock], None], verbs: tuple[str, ...], template: Path) -> tuple[list[Any], State]:
    """What each answers, and what they leave behind."""
    clock = MovableClock()
    with scratch_folder() as folder:
        store = open_store(f"sqlite:///{shutil.copy(template, folder)}", clock=clock)
        given(store, clock)
        clock.moment = LATE
        answers = [VERBS[name](store) for name in verbs]
        left = state(store)
        store.close()
    return answers, left


def state(store: Store) -> State:
    """Everything that the verbs here change."""
    ids = sorted(each.id for each in store.executions.list(limit=100).items)
    return {
        "executions": [store.executions.get(each) for each in ids],
        "journals": [list(store.executions.journal(each)) for each in ids],
        "inboxes": [list(store.ownership.inbox(each, after=0)) for each in ids],
        "approvals": list(store.executions.approvals().items),
        "events": [list(store.approvals.events(each.id)) for each in store.executions.approvals().items],
        "workers": list(store.workers.list()),
        "schedules": list(store.schedules.list().items),
        "fires": list(store.schedules.fires("sch-1")),
    }


def skipped(verb: str) -> Any:
    """What a verb answers when everything it could take is locked."""
    if verb == "admit":
        return Admitted((), None)
    return [] if verb in ("claim", "claim_by_b", "unread", "retry") else 0


def deadlocks(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert row is not None
    return int(row[0])
