"""Webhooks: what is delivered at one is recorded, and done, once (T25)."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest

from conftest import START, MovableClock
from store_steps import NEW_EXECUTION, given_ended, given_execution, given_workflow, status
from treadle.domain.errors import ConcurrencyLimitError, ConflictError, NotFoundError
from treadle.domain.records import Message, MessageKind
from treadle.domain.webhooks import Delivery, NewDelivery, Webhook
from treadle.ports import Store

PATH = "AAAAAAAAAAAAAAAAAAAAAA"
HOOK = Webhook(
    id="hook-1", workflow="orders", path=PATH, description="from the shop", signing="stripe", secret="shop",
    input_json='"{{ trigger.body }}"', priority=1, paused=False, row_version=1, created_at=START, version=1, trigger="t",
)  # fmt: skip


def given_webhook(store: Store, **fields: Any) -> Webhook:
    given_workflow(store)
    store.webhooks.add(replace(HOOK, **fields))
    return store.webhooks.get("hook-1")


def starting(delivery_id: str, execution_id: str, **fields: Any) -> NewDelivery:
    return NewDelivery(delivery_id, replace(NEW_EXECUTION, id=execution_id, **fields))


def signalling(delivery_id: str, execution_id: str = "exec-1") -> NewDelivery:
    return NewDelivery(delivery_id, Message(execution_id, MessageKind.SIGNAL, f"signal:hook-1:{delivery_id}", "paid", "1"))


def taken(store: Store) -> list[tuple[str, str, str]]:
    return [(one.id, one.outcome, one.execution_id) for one in store.webhooks.deliveries("hook-1").items]


def test_a_webhook_is_read_as_it_was_added(store: Store) -> None:
    added = given_webhook(store, signal="paid", execution="trigger.body.id", trigger=None, secret=None, signing="none")

    assert added == replace(HOOK, signal="paid", execution="trigger.body.id", trigger=None, secret=None, signing="none")
    assert store.webhooks.list().items == store.webhooks.list(workflow="orders").items == (added,)
    assert store.webhooks.list(workflow="others").items == ()


def test_a_webhook_needs_its_workflow(store: Store) -> None:
    with pytest.raises(NotFoundError, match="workflow 'orders'"):
        store.webhooks.add(HOOK)

    with pytest.raises(NotFoundError, match="webhook 'hook-1'"):
        store.webhooks.get("hook-1")


def test_a_webhook_is_found_by_its_whole_path_with_the_time(store: Store, clock: MovableClock) -> None:
    webhook = given_webhook(store)
    clock.advance(7)

    found = store.webhooks.find(PATH)

    assert found == (clock.now(), webhook)
    assert [store.webhooks.find(path) for path in ("", PATH[:-1], PATH + "A", PATH.lower())] == [None] * 4


def test_a_paused_webhook_and_one_of_a_deleted_workflow_are_not_found(store: Store) -> None:
    webhook = given_webhook(store)

    store.webhooks.update(replace(webhook, paused=True))
    while_paused = store.webhooks.find(PATH)
    store.webhooks.update(replace(webhook, row_version=2))
    store.workflows.delete("orders")

    assert while_paused is None
    assert store.webhooks.find(PATH) is None
    given_workflow(store)
    assert store.webhooks.find(PATH) is None


def test_an_edit_of_what_was_edited_meanwhile_changes_nothing(store: Store) -> None:
    webhook = given_webhook(store)

    first = store.webhooks.update(replace(webhook, path="B" * 22, description="new"))
    second = store.webhooks.update(replace(webhook, description="lost"))

    assert (first, second) == (True, False)
    assert store.webhooks.find(PATH) is None
    assert store.webhooks.get("hook-1") == replace(webhook, path="B" * 22, description="new", row_version=2)


def test_a_delivery_starts_an_execution_and_is_counted(store: Store, clock: MovableClock) -> None:
    given_webhook(store)
    clock.advance(3)

    delivered = store.webhooks.deliver("hook-1", starting("d-1", "exec-1"))

    assert delivered == Delivery("hook-1", "d-1", "started", "exec-1", "running", clock.now())
    assert status(store, "exec-1") == "running"
    webhook = store.webhooks.get("hook-1")
    assert (webhook.deliveries, webhook.last_delivery_at, webhook.refusals) == (1, clock.now(), 0)


def test_a_repeated_delivery_is_answered_as_the_first_and_starts_nothing(store: Store, clock: MovableClock) -> None:
    given_webhook(store)
    first = store.webhooks.deliver("hook-1", starting("d-1", "exec-1"))
    clock.advance(3600)

    again = store.webhooks.deliver("hook-1", starting("d-1", "exec-2"))

    assert again == replace(first, repeated=True)
    assert [store.webhooks.delivery("hook-1", each) for each in ("d-1", "d-2")] == [first, None]
    assert taken(store) == [("d-1", "started", "exec-1")]
    assert store.webhooks.get("hook-1").deliveries == 1
    with pytest.raises(NotFoundError):
        store.executions.get("exec-2")


def test_many_at_once_with_one_id_are_one_delivery(store: Store) -> None:
    given_webhook(store)
    barrier, answers = Barrier(8), list[Delivery]()

    def deliver(number: int) -> None:
        barrier.wait()
        answers.append(store.webhooks.deliver("hook-1", starting("d-1", f"exec-{number}")))

    threads = [Thread(target=deliver, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({answer.execution_id for answer in answers}) == 1
    assert sorted(answer.repeated for answer in answers) == [False] + [True] * 7
    assert len(store.executions.list().items) == store.webhooks.get("hook-1").deliveries == 1


def test_one_id_at_two_webhooks_is_two_deliveries(store: Store) -> None:
    given_webhook(store)
    store.webhooks.add(replace(HOOK, id="hook-2", path="B" * 22))

    store.webhooks.deliver("hook-1", starting("d-1", "exec-1"))
    other = store.webhooks.deliver("hook-2", starting("d-1", "exec-2"))

    assert (other.execution_id, other.repeated) == ("exec-2", False)


def test_a_repeat_of_one_that_joined_a_debounced_execution_joins_nothing_more(store: Store) -> None:
    given_webhook(store)
    debounced = {"debounce_key": "orders\x1fdebounce\x1f", "debounce_wait": 10.0, "debounce_max": 60.0}
    store.webhooks.deliver("hook-1", starting("d-1", "exec-1", **debounced))

    joined = store.webhooks.deliver("hook-1", starting("d-2", "exec-2", **debounced))
    again = store.webhooks.deliver("hook-1", starting("d-2", "exec-3", **debounced))

    assert (joined.outcome, joined.execution_id, joined.status) == ("joined", "exec-1", "waiting")
    assert again == replace(joined, repeated=True)


def test_what_the_limit_refuses_is_not_recorded_and_may_come_again(store: Store) -> None:
    given_webhook(store)
    limited = {"slot_key": "orders\x1f", "slot_limit": 1, "on_limit": "skip"}
    store.webhooks.deliver("hook-1", starting("d-1", "exec-1", **limited))

    with pytest.raises(ConcurrencyLimitError):
        store.webhooks.deliver("hook-1", starting("d-2", "exec-2", **limited))

    assert taken(store) == [("d-1", "started", "exec-1")]
    assert store.webhooks.get("hook-1").deliveries == 1
    store.webhooks.deliver("hook-1", starting("d-2", "exec-2"))


def test_a_delivery_signals_an_execution_once(store: Store) -> None:
    given_webhook(store)
    given_execution(store)

    first = store.webhooks.deliver("hook-1", signalling("d-1"))
    again = store.webhooks.deliver("hook-1", signalling("d-1"))

    assert (first.outcome, first.execution_id, again.repeated) == ("signalled", "exec-1", True)
    assert store.executions.inbox_count("exec-1") == 1


def test_what_cannot_be_signalled_is_not_recorded(store: Store) -> None:
    given_webhook(store)
    given_ended(store)

    with pytest.raises(NotFoundError, match="execution 'exec-9'"):
        store.webhooks.deliver("hook-1", signalling("d-1", "exec-9"))
    with pytest.raises(ConflictError, match="too late"):
        store.webhooks.deliver("hook-1", signalling("d-2"))

    assert taken(store) == []


def test_nothing_is_delivered_at_a_webhook_that_is_gone_or_paused(store: Store) -> None:
    webhook = given_webhook(store)
    store.webhooks.update(replace(webhook, paused=True))

    for webhook_id in ("hook-1", "hook-9"):
        with pytest.raises(NotFoundError, match=f"webhook '{webhook_id}'"):
            store.webhooks.deliver(webhook_id, starting("d-1", "exec-1"))

    assert store.executions.list().items == ()


def test_a_refusal_is_kept_for_the_owner(store: Store, clock: MovableClock) -> None:
    given_webhook(store)

    store.webhooks.refuse("hook-1", "it was old")
    store.webhooks.refuse("hook-1", "it was forged")

    webhook = store.webhooks.get("hook-1")
    assert (webhook.refusals, webhook.last_refusal, webhook.last_refused_at) == (2, "it was forged", clock.now())
    assert webhook.row_version == 1


def test_deliveries_come_newest_first_in_pages_that_join_up(store: Store, clock: MovableClock) -> None:
    given_webhook(store)
    for number in range(5):
        clock.advance(number % 2)
        store.webhooks.deliver("hook-1", starting(f"d-{number}", f"exec-{number}"))

    found, cursor = [], None
    while True:
        page = store.webhooks.deliveries("hook-1", limit=2, cursor=cursor)
        found += [one.id for one in page.items]
        if (cursor := page.next_cursor) is None:
            break

    assert found == ["d-4", "d-3", "d-2", "d-1", "d-0"]


def test_deliveries_outlive_their_webhook_and_go_with_old_executions(store: Store, clock: MovableClock) -> None:
    given_webhook(store)
    store.webhooks.deliver("hook-1", starting("d-1", "exec-1"))
    clock.advance(100)
    store.webhooks.deliver("hook-1", starting("d-2", "exec-2"))

    deleted = [store.webhooks.delete("hook-1"), store.webhooks.delete("hook-1")]
    store.executions.prune(finished_before=clock.now())

    assert deleted == [True, False]
    assert taken(store) == [("d-2", "started", "exec-2")]
