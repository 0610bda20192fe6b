"""What happens to an approval by itself: recorded once, tells others to decide, and starts the workflow that says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conftest import START
from store_steps import NEW_EXECUTION, commit, end, given_claimed, given_workflow, keep, new_approval
from treadle.domain.approvals import Vote
from treadle.domain.records import Claim, NewApproval, NewNotice
from treadle.ports import Store

LATE = START + timedelta(days=9)
ESCALATED = {"kind": "escalated", "key": "escalated:1", "assignees_json": '["eve"]', "groups_json": "[]", "due_at": LATE}
TELL = replace(NEW_EXECUTION, id="exec-tell", workflow="tell")


def with_notice(**fields: Any) -> NewApproval:
    notice = NewNotice(**{"approval_id": "apr-1", "key": "reminded:1", "execution_id": "exec-1", "kind": "reminded",
                          "detail_json": '{"at":"x"}', **fields})  # fmt: skip
    return new_approval(notices=(notice,))


def given_asked(store: Store) -> Claim:
    held = given_claimed(store)
    commit(store, keep(held), approvals=(new_approval(groups_json='["finance"]', due_at=START),))
    return held


def asks(store: Store) -> tuple[Any, Any]:
    approval = store.executions.approval("apr-1")
    return json.loads(approval.assignees_json), json.loads(approval.groups_json)


def test_a_notice_is_recorded_once_and_leaves_the_approval_as_it_is(store: Store) -> None:
    held = given_asked(store)

    for _ in range(2):
        commit(store, keep(held), approvals=(with_notice(),))

    [event] = store.approvals.events("apr-1")
    assert (event.kind, event.by, event.via, event.detail_json, event.at) == ("reminded", "", "engine", '{"at":"x"}', START)
    assert asks(store) == (["ann"], ["finance"])
    assert store.executions.approval("apr-1").due_at == START


def test_an_approval_can_be_opened_with_its_first_notice(store: Store) -> None:
    held = given_claimed(store)

    commit(store, keep(held), approvals=(with_notice(kind="opened"),))

    assert [event.kind for event in store.approvals.events("apr-1")] == ["opened"]


def test_an_escalation_asks_others(store: Store) -> None:
    held = given_asked(store)

    commit(store, keep(held), approvals=(with_notice(**ESCALATED),))

    assert asks(store) == (["eve"], [])
    assert store.executions.approval("apr-1").due_at == LATE


def test_an_escalation_that_is_decided_anew_does_not_undo_what_came_after_it(store: Store) -> None:
    held = given_asked(store)
    commit(store, keep(held), approvals=(with_notice(**ESCALATED),))
    store.approvals.delegate("apr-1", by="eve", to="dan")

    commit(store, keep(held), approvals=(with_notice(**ESCALATED),))

    assert asks(store) == (["dan"], [])


def test_what_is_decided_is_neither_reminded_nor_escalated(store: Store) -> None:
    held = given_asked(store)
    store.approvals.decide("apr-1", Vote("approved", "ann"))

    commit(store, keep(held, seen=1), approvals=(with_notice(**ESCALATED),))

    assert asks(store) == (["ann"], ["finance"])
    assert [event.kind for event in store.approvals.events("apr-1")] == ["decided"]


@pytest.mark.parametrize("way", ["closed", "ended"])
def test_an_escalation_and_the_end_in_one_commit(store: Store, way: str) -> None:
    held = given_asked(store)

    if way == "closed":
        commit(store, keep(held), approvals=(with_notice(**ESCALATED),), closed_approvals=("apr-1",))
    else:
        commit(store, end(held), approvals=(with_notice(**ESCALATED),))

    assert store.executions.approval("apr-1").status == "expired"


def test_a_worker_without_a_lease_changes_nothing(store: Store) -> None:
    held = given_asked(store)
    store.workers.evict("a")

    commit(store, keep(held), approvals=(with_notice(**ESCALATED, notify="tell"),))

    assert (asks(store), list(store.approvals.events("apr-1"))) == ((["ann"], ["finance"]), [])


def test_a_notice_starts_its_workflow_once(store: Store) -> None:
    held = given_asked(store)
    given_workflow(store, "tell")
    commit(store, keep(held), approvals=(with_notice(notify="tell"),))
    [notice] = store.approvals.notices_due()

    answers = [store.approvals.follow_notice(notice, TELL) for _ in range(2)]

    assert (answers, list(store.approvals.notices_due())) == ([True, False], [])
    assert [event.notified_id for event in store.approvals.events("apr-1")] == ["exec-tell"]
    assert store.executions.get("exec-tell").workflow == "tell"


def test_a_notice_whose_workflow_cannot_be_started_is_done_with(store: Store) -> None:
    held = given_asked(store)
    commit(store, keep(held), approvals=(with_notice(notify="tell"),))
    [notice] = store.approvals.notices_due()

    assert store.approvals.follow_notice(notice, None)
    assert list(store.approvals.notices_due()) == []


def test_without_a_workflow_there_is_nothing_to_do(store: Store) -> None:
    held = given_asked(store)

    commit(store, keep(held), approvals=(with_notice(),))

    assert list(store.approvals.notices_due()) == []


def test_the_record_goes_with_its_execution(store: Store) -> None:
    held = given_asked(store)
    commit(store, keep(held), approvals=(with_notice(),))
    commit(store, end(held))

    assert store.executions.prune(finished_before=LATE) == 1
    assert list(store.approvals.events("apr-1")) == []
