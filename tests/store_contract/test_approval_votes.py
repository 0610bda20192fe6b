"""Several people on one approval: each vote is recorded, the last one needed closes it, and lists find what waits for whom."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from conftest import START, MovableClock
from store_steps import commit, end, given_claimed, given_execution, keep, new_approval
from treadle.domain.approvals import ApprovalRules, Vote
from treadle.domain.errors import ConflictError, DefinitionError, NotFoundError
from treadle.domain.records import Claim, MessageOutcome, MessageReply
from treadle.ports import Store

ASKED = '["ann","bob","cy"]'


def given_question(store: Store, *, assignees: str = ASKED, groups: str = "[]", **rules: Any) -> Claim:
    held = given_claimed(store)
    text = json.dumps(ApprovalRules(**{"required": 2, **rules}).to_json())
    commit(store, approvals=(new_approval(assignees_json=assignees, groups_json=groups, rules_json=text, payload_json='{"n":1}'),))
    return held


def vote(store: Store, decision: str, by: str, **said: str) -> MessageReply:
    return store.approvals.decide("apr-1", Vote(decision, by, **said))


def told(store: Store) -> Any:
    """What the execution was told, None if nothing."""
    messages = store.ownership.inbox("exec-1", after=0)
    return json.loads(messages[0].payload_json) if messages else None


def history(store: Store) -> list[tuple[str, str]]:
    return [(event.kind, event.by) for event in store.approvals.events("apr-1")]


def test_a_vote_is_recorded_and_tells_nobody_until_there_are_enough(store: Store, clock: MovableClock) -> None:
    given_question(store)

    first = vote(store, "approved", "ann", comment="fine", via="cli")
    later = clock.advance(seconds=9)
    silent = told(store)
    second = vote(store, "approved", "bob", via="link")

    assert (first.outcome, first.seq, silent, second.seq) == (MessageOutcome.ACCEPTED, None, None, 1)
    assert [(event.by, event.via, event.at) for event in store.approvals.events("apr-1")] == [("ann", "cli", START), ("bob", "link", later)]
    assert store.executions.approval("apr-1").status == "decided"
    assert told(store) == {
        "decision": "approved", "by": "bob", "comment": "", "data": {"n": 1},
        "decisions": [
            {"decision": "approved", "by": "ann", "comment": "fine", "at": "2026-01-01T12:00:00Z"},
            {"decision": "approved", "by": "bob", "comment": "", "at": "2026-01-01T12:00:09Z"},
        ],
    }  # fmt: skip


def test_the_same_vote_again_is_a_duplicate_even_when_all_is_over(store: Store) -> None:
    held = given_question(store)
    vote(store, "approved", "ann")
    between = vote(store, "approved", "ann")
    vote(store, "approved", "bob")
    commit(store, end(held, seen=1))

    after = [vote(store, "approved", by) for by in ("ann", "bob")]

    assert [reply.outcome for reply in (between, *after)] == [MessageOutcome.DUPLICATE] * 3
    assert history(store) == [("decided", "ann"), ("decided", "bob")]
    assert store.executions.inbox_count("exec-1") == 1


def test_a_person_who_thinks_again_is_counted_by_the_last_word(store: Store) -> None:
    given_question(store, reject_after=2)

    for decision, by in [("approved", "ann"), ("rejected", "ann"), ("approved", "ann"), ("rejected", "bob"), ("approved", "Bob ")]:
        assert told(store) is None
        vote(store, decision, by)

    assert told(store)["decision"] == "approved"
    assert len(history(store)) == 5


def test_rejections_have_a_number_of_their_own(store: Store) -> None:
    given_question(store, required=3, reject_after=2)
    vote(store, "rejected", "ann")
    vote(store, "approved", "cy")

    vote(store, "rejected", "bob")

    assert told(store)["decision"] == "rejected"


def test_who_or_what_does_not_count_changes_nothing(store: Store) -> None:
    given_question(store, not_by_starter=True, starter="Ann")

    for decision, by, code in [("approved", "", "who_decides"), ("approved", "ann", "by_starter"), ("approved", "dan", "not_asked"),
                               ("maybe", "bob", "unknown_decision")]:  # fmt: skip
        with pytest.raises(DefinitionError) as refused:
            vote(store, decision, by)
        assert [finding.code for finding in refused.value.findings] == [code]

    assert (history(store), told(store)) == ([], None)


def test_a_vote_on_what_has_expired_says_that_too_few_had_decided(store: Store) -> None:
    held = given_question(store)
    vote(store, "approved", "ann")
    commit(store, keep(held), closed_approvals=("apr-1",))

    with pytest.raises(ConflictError, match="already expired, too few had decided") as late:
        vote(store, "approved", "bob")

    assert late.value.state == "expired"
    assert (history(store), told(store)) == ([("decided", "ann")], None)


def test_handing_over_replaces_one_name(store: Store) -> None:
    given_question(store)

    answers = [store.approvals.delegate("apr-1", by="BOB", to="dan", comment="away", via="cli") for _ in range(2)]
    with pytest.raises(DefinitionError):
        vote(store, "approved", "bob")

    assert answers == [True, False]
    assert store.executions.approval("apr-1").assignees_json == '["ann","dan","cy"]'
    [event] = store.approvals.events("apr-1")
    assert (event.kind, event.by, event.via, json.loads(event.detail_json)) == ("delegated", "BOB", "cli", {"to": "dan", "comment": "away"})


def test_a_member_of_a_group_hands_over_by_adding_a_name(store: Store) -> None:
    given_question(store, assignees="[]", groups='["finance"]')

    store.approvals.delegate("apr-1", by="zoe", to="dan")

    assert store.executions.approval("apr-1").assignees_json == '["dan"]'


def test_what_is_unknown_or_closed_cannot_be_handed_over(store: Store) -> None:
    held = given_question(store)
    commit(store, end(held))

    with pytest.raises(ConflictError):
        store.approvals.delegate("apr-1", by="ann", to="dan")
    with pytest.raises(NotFoundError):
        store.approvals.delegate("apr-9", by="ann", to="dan")


def given_list(store: Store) -> None:
    """Four approvals, the newest last: of two workflows, two people and a group, one of them late."""
    held = given_claimed(store)
    given_execution(store, "exec-2", workflow="refunds")
    soon, late = START + timedelta(days=1), START - timedelta(days=1)
    approvals = (
        new_approval("apr-0", assignees_json='["ann"]', due_at=late),
        new_approval("apr-1", assignees_json='["ann","Bob"]', due_at=soon),
        new_approval("apr-2", "exec-2", workflow="refunds", assignees_json="[]", groups_json='["finance"]'),
        new_approval("apr-3", assignees_json='["bob"]', groups_json='["finance","legal"]', due_at=late),
    )
    commit(store, keep(held), approvals=approvals)


@pytest.mark.parametrize(("filters", "expected"), [
    ({}, ["apr-3", "apr-2", "apr-1", "apr-0"]),
    ({"assignee": "ann"}, ["apr-1", "apr-0"]),
    ({"assignee": "BOB"}, ["apr-3", "apr-1"]),
    ({"assignee": "an"}, []),
    ({"group": "finance"}, ["apr-3", "apr-2"]),
    ({"workflow": "refunds"}, ["apr-2"]),
    ({"overdue": True}, ["apr-3", "apr-0"]),
    ({"overdue": True, "status": "expired"}, []),
    ({"overdue": True, "assignee": "ann"}, ["apr-0"]),
    ({"execution_id": "exec-1", "group": "legal"}, ["apr-3"]),
])  # fmt: skip
def test_the_list_finds_what_waits_for_whom(store: Store, filters: dict[str, Any], expected: list[str]) -> None:
    given_list(store)

    assert [each.id for each in store.executions.approvals(**filters).items] == expected


def test_pages_of_a_filtered_list_join_up(store: Store) -> None:
    given_list(store)

    first = store.executions.approvals(assignee="ann", limit=1)
    second = store.executions.approvals(assignee="ann", limit=1, cursor=first.next_cursor)

    assert [each.id for each in (*first.items, *second.items)] == ["apr-1", "apr-0"]
    assert second.next_cursor is None


def test_facets_count_the_open_ones(store: Store) -> None:
    given_list(store)
    before = store.approvals.facets()

    store.approvals.decide("apr-3", Vote("rejected", "bob"))
    after = store.approvals.facets()

    assert before == {
        "state": {"in_time": 2, "overdue": 2}, "workflow": {"orders": 3, "refunds": 1},
        "assignee": {"ann": 2, "Bob": 1, "bob": 1}, "group": {"finance": 2, "legal": 1},
    }  # fmt: skip
    assert (after["state"], after["group"]) == ({"in_time": 2, "overdue": 1}, {"finance": 1})


def test_a_secret_is_made_once(store: Store) -> None:
    first = store.approvals.secret("approval_link", otherwise="a")

    assert (first, store.approvals.secret("approval_link", otherwise="b"), store.approvals.secret("other", otherwise="c")) == ("a", "a", "c")


def test_the_last_word_is_the_last_whatever_the_clock_says(store: Store, clock: MovableClock) -> None:
    given_question(store, reject_after=2)
    vote(store, "approved", "ann")

    clock.advance(seconds=-60)
    vote(store, "rejected", "ann")
    vote(store, "approved", "bob")

    assert told(store) is None
