"""Approvals by several people: votes, reminders, escalation, delegation, and who wins when things happen at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from approval_steps import DAY, TWO_OF_THREE, asked, asking, record
from engine_house import House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError, DefinitionError
from treadle.domain.records import Approval


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def kinds(house: House, approval: Approval) -> list[str]:
    return [event.kind for event in record(house, approval).events]


def happened(house: House, approval: Approval, *expected: str) -> None:
    """Wait until the record says that."""
    until(lambda: kinds(house, approval) == list(expected))


# Several people


def test_two_of_three_must_agree(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE))
    approval = asked(house, started)

    first = house.engine.decide(approval.id, "approved", by="ann", comment="fine")
    between = record(house, approval)
    second = house.engine.decide(approval.id, "approved", by="cy")
    port, output = house.ended(started).output

    assert (first.seq, between.approval.status, between.decisions) == (None, "open", ("approved",))
    assert second.seq == 1
    assert (port, output["decision"], output["by"]) == ("approved", "approved", "cy")
    assert [(each["by"], each["decision"], each["comment"]) for each in output["decisions"]] == [
        ("ann", "approved", "fine"), ("cy", "approved", ""),
    ]  # fmt: skip
    assert record(house, approval).decisions == ("approved", "approved")


def test_a_person_counts_once_however_the_name_is_written(house: House) -> None:
    approval = asked(house, house.start(asking(**TWO_OF_THREE)))
    house.engine.decide(approval.id, "approved", by="ann")

    again = house.engine.decide(approval.id, "approved", by="ann")
    in_capitals = house.engine.decide(approval.id, "approved", by="ANN", comment="I said so")

    assert (again.outcome, in_capitals.outcome) == ("duplicate", "accepted")
    assert record(house, approval).approval.status == "open"
    assert [json.loads(vote.detail_json)["comment"] for vote in record(house, approval).votes] == ["I said so"]
    assert kinds(house, approval) == ["decided", "decided"]


def test_the_last_word_of_a_person_counts(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE, reject_after=2))
    approval = asked(house, started)
    house.engine.decide(approval.id, "approved", by="ann")

    house.engine.decide(approval.id, "rejected", by="ann")
    house.engine.decide(approval.id, "approved", by="bob")
    still_open = record(house, approval).approval.status
    house.engine.decide(approval.id, "rejected", by="bob")

    assert still_open == "open"
    assert house.ended(started).output[0] == "rejected"


def test_the_first_rejection_decides(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE))
    approval = asked(house, started)
    house.engine.decide(approval.id, "approved", by="ann")

    house.engine.decide(approval.id, "rejected", by="bob", comment="twice")

    port, output = house.ended(started).output
    assert (port, output["by"], output["comment"]) == ("rejected", "bob", "twice")


@pytest.mark.parametrize(("by", "code"), [("", "who_decides"), ("  ", "invalid_name"), ("dan", "not_asked")])
def test_only_who_is_asked_counts(house: House, by: str, code: str) -> None:
    approval = asked(house, house.start(asking(**TWO_OF_THREE)))

    with pytest.raises(DefinitionError) as refused:
        house.engine.decide(approval.id, "approved", by=by)

    assert [finding.code for finding in refused.value.findings] == [code]
    assert kinds(house, approval) == []


def test_members_of_a_group_are_not_known_and_so_not_refused(house: House) -> None:
    started = house.start(asking(groups=["finance"], required=2))
    approval = asked(house, started)

    house.engine.decide(approval.id, "approved", by="ann")
    house.engine.decide(approval.id, "approved", by="bob")

    assert house.ended(started).output[0] == "approved"


def test_more_people_than_are_asked_cannot_be_required(house: House) -> None:
    with pytest.raises(DefinitionError, match="required: 2 people must agree"):
        house.engine.save_workflow("w", asking(assignees=["ann"], required=2))

    ended = house.run(asking(assignees=["ann"], required="{{ 2 }}"))

    assert ended.error["message"] == "config.required: 2 people must agree, and only 1 are asked"


def test_whoever_starts_an_execution_may_be_kept_from_deciding(house: House) -> None:
    flow = asking(not_by_starter=True)
    house.engine.save_workflow("strict", flow)
    with pytest.raises(DefinitionError, match="who starts"):
        house.engine.create("strict")
    started = house.engine.create("strict", by="ann").id
    approval = asked(house, started)

    with pytest.raises(DefinitionError, match="ann started the execution"):
        house.engine.decide(approval.id, "approved", by="ann")
    house.engine.decide(approval.id, "approved", by="bob")

    assert house.ended(started).output[0] == "approved"
    assert record(house, approval).rules.starter == "ann"


# Outcomes and data


def test_an_outcome_of_your_own_is_a_port(house: House) -> None:
    outcomes = [{"port": "pay", "label": "Pay", "style": "primary"}, {"port": "needs_work"}]
    started = house.start(asking("pay", "needs_work", outcomes=outcomes))
    approval = asked(house, started)

    with pytest.raises(DefinitionError, match="'approved' is not a decision"):
        house.engine.decide(approval.id, "approved")
    house.engine.decide(approval.id, "needs_work", by="ann")

    port, output = house.ended(started).output
    assert (port, output["decision"]) == ("needs_work", "needs_work")


def test_edges_from_ports_that_an_approval_does_not_have_are_refused(house: House) -> None:
    with pytest.raises(DefinitionError, match="approved"):
        house.engine.save_workflow("w", asking("approved", "rejected", outcomes=[{"port": "pay"}]))


@pytest.mark.parametrize(("config", "words"), [
    ({"due": "{{ '1d' }}", "on_due": "approve", "outcomes": [{"port": "pay"}]}, "config.on_due: there is no outcome 'approved'"),
    ({"due": "{{ '1d' }}", "on_due": "escalate"}, "config.on_due: `escalate` needs"),
    ({"on_due": "{{ 'escalate' }}", "escalate": {"to": ["eve"]}}, "config.on_due: `escalate` needs"),
    ({"escalate": {"to": ["{{ 'eve' }}"]}}, "config.escalate: say when"),
    ({"due": "{{ '1d' }}", "on_due": "escalate", "escalate": {"to": ["eve"], "after": "1h"}}, "config.escalate.after"),
    ({"due": "{{ null }}", "reminders": [{"before_due": "1h"}]}, "config.reminders[0].before_due: there is no `due`"),
    ({"form": {"type": "{{ 'objekt' }}"}}, "config.form.type"),
    ({"payload": "x" * 70_000}, "config.payload: payload"),
    ({"required": "{{ 'two' }}"}, "config.required: must be a whole number from 1 to 100"),
    ({"reject_after": "{{ 2 }}", "outcomes": [{"port": "pay"}]}, "config.reject_after"),
    ({"outcomes": [{"port": "pay"}, {"port": "pay", "label": "{{ 'Pay' }}"}]}, "config.outcomes: the port 'pay' is taken"),
])  # fmt: skip
def test_what_turns_out_not_to_go_together_fails_at_the_start_and_names_the_field(house: House, config: dict[str, Any], words: str) -> None:
    ended = house.run(graph([node("ask", "approval", {"title": "Go?", **config})]))

    assert words in ended.error["message"]


def test_the_payload_is_the_data_unless_somebody_changes_it(house: House) -> None:
    form = {"type": "object", "properties": {"amount": {"type": "number", "maximum": 100}}, "required": ["amount"]}
    flow = asking(payload={"amount": "{{ input }}", "to": "A-7"}, form=form)
    as_it_is, changed = house.start(flow, input=50), house.start(flow, input=500)
    unchanged = asked(house, as_it_is)
    to_change = asked(house, changed)

    house.engine.decide(unchanged.id, "approved")
    with pytest.raises(DefinitionError) as too_much:
        house.engine.decide(to_change.id, "approved")
    house.engine.decide(to_change.id, "approved", data={"amount": 99, "to": "A-7"})

    assert [finding.path for finding in too_much.value.findings] == ["data.amount"]
    assert house.ended(as_it_is).output[1]["data"] == {"amount": 50, "to": "A-7"}
    assert house.ended(changed).output[1]["data"] == {"amount": 99, "to": "A-7"}


def test_data_that_the_last_person_leaves_out_is_that_of_the_one_before(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE, payload={"amount": 5}))
    approval = asked(house, started)

    house.engine.decide(approval.id, "approved", by="ann", data={"amount": 4})
    house.engine.decide(approval.id, "approved", by="bob")

    assert house.ended(started).output[1]["data"] == {"amount": 4}


# Time


def test_reminders_are_recorded_and_the_same_approval_stays_open(house: House) -> None:
    started = house.start(asking(due="3d", reminders=[{"after": "1d"}, {"before_due": "1d"}]))
    approval = asked(house, started)
    due_at = record(house, approval).approval.due_at

    house.clock.advance(DAY + 1)
    happened(house, approval, "reminded")
    house.clock.advance(DAY)
    happened(house, approval, "reminded", "reminded")
    house.engine.decide(approval.id, "approved", by="ann")

    waits = [json.loads(row.detail_json or "{}") for row in house.rows(started, "ask") if row.kind == "waiting"]
    assert house.ended(started).output[0] == "approved"
    assert [[notice["kind"] for notice in wait.get("notices", ())] for wait in waits] == [[], ["reminded"], ["reminded"]]
    assert due_at == record(house, approval).approval.due_at
    assert len(house.store.executions.approvals(execution_id=started).items) == 1


def test_reminders_that_nobody_was_there_for_become_one(house: House) -> None:
    started = house.start(asking(reminders=[{"after": f"{hour}h"} for hour in range(1, 10)]))
    approval = asked(house, started)
    [(worker, _)] = house.workers
    house.dismiss(worker)

    house.clock.advance(DAY)
    house.hire()

    happened(house, approval, "reminded")
    house.until_parked(started)
    assert kinds(house, approval) == ["reminded"]


def test_a_reminder_that_comes_after_the_end_is_none(house: House) -> None:
    started = house.start(asking(due="1h", reminders=[{"after": "2h"}]))
    approval = asked(house, started)

    house.clock.advance(DAY)

    assert house.ended(started).output[0] == "expired"
    assert kinds(house, approval) == []


def test_an_escalation_asks_others_and_the_record_says_so(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE, due="2d", escalate={"after": "1d", "to": ["dan", "eve"]}))
    approval = asked(house, started)
    house.engine.decide(approval.id, "approved", by="ann")

    house.clock.advance(DAY + 1)
    happened(house, approval, "decided", "escalated")
    with pytest.raises(DefinitionError, match="bob is not asked"):
        house.engine.decide(approval.id, "approved", by="bob")
    house.engine.decide(approval.id, "approved", by="dan")

    after = record(house, approval).approval
    assert json.loads(after.assignees_json) == ["dan", "eve"]
    assert after.due_at == approval.due_at
    assert json.loads(record(house, approval).events[1].detail_json)["to"] == ["dan", "eve"]
    assert house.ended(started).output[0] == "approved"


def test_what_escalates_when_due_leaves_as_long_again(house: House) -> None:
    started = house.start(asking(due="1d", on_due="escalate", escalate={"to": ["eve"]}, assignees=["ann"], groups=["finance"]))
    approval = asked(house, started)

    house.clock.advance(DAY + 1)
    happened(house, approval, "escalated")
    after = record(house, approval).approval
    house.clock.advance(DAY)

    assert house.ended(started).output[0] == "expired"
    assert (json.loads(after.assignees_json), json.loads(after.groups_json)) == (["eve"], [])
    assert after.due_at is not None
    assert approval.due_at is not None
    assert (after.due_at - approval.due_at).total_seconds() == DAY


def test_each_notice_starts_a_workflow_that_nobody_waits_for(house: House) -> None:
    house.engine.save_workflow("tell", graph([value("told", "{{ [input.event, input.approval.assignees] }}")]))
    started = house.start(asking(notify="tell", assignees=["ann"], escalate={"after": "1d", "to": ["eve"]}, reminders=[{"after": "1h"}]))
    approval = asked(house, started)

    def all_told() -> bool:
        """A workflow is told of whoever is asked when it starts: nobody else may be asked before."""
        return all(event.notified_id for event in record(house, approval).events)

    happened(house, approval, "opened")
    house.clock.advance(3_601)
    happened(house, approval, "opened", "reminded")
    until(all_told)
    house.clock.advance(DAY)
    happened(house, approval, "opened", "reminded", "escalated")
    until(all_told)

    told = [house.ended(str(event.notified_id)) for event in record(house, approval).events]
    assert [each.output for each in told] == [["opened", ["ann"]], ["reminded", ["ann"]], ["escalated", ["eve"]]]
    assert {each.record.parent_id for each in told} == {started}
    house.engine.decide(approval.id, "approved", by="eve")
    assert house.ended(started).record.status == "completed"


def test_a_workflow_that_is_not_there_keeps_nobody_from_deciding(house: House) -> None:
    started = house.start(asking(notify="nowhere"))
    approval = asked(house, started)

    until(lambda: not house.store.approvals.notices_due())
    house.engine.decide(approval.id, "approved")

    assert house.ended(started).output[0] == "approved"
    assert [(event.kind, event.notified_id) for event in record(house, approval).events] == [("opened", None), ("decided", None)]


# Handing over


def test_who_is_asked_can_hand_over(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE))
    approval = asked(house, started)

    handed = house.engine.approvals.delegate(approval.id, by="bob", to="dan", comment="on holiday")
    again = house.engine.approvals.delegate(approval.id, by="bob", to="dan", comment="on holiday")
    with pytest.raises(DefinitionError, match="bob is not asked"):
        house.engine.decide(approval.id, "approved", by="bob")
    house.engine.decide(approval.id, "approved", by="dan")
    house.engine.decide(approval.id, "approved", by="ann")

    assert (handed, again) == (True, False)
    assert json.loads(record(house, approval).approval.assignees_json) == ["ann", "dan", "cy"]
    assert kinds(house, approval) == ["delegated", "decided", "decided"]
    assert house.ended(started).output[0] == "approved"


@pytest.mark.parametrize(("by", "to", "code"), [
    ("dan", "eve", "not_asked"), ("ann", "eve", "has_decided"), ("bob", "cy", "asked_already"), ("bob", "ANN", "asked_already"),
])  # fmt: skip
def test_a_hand_over_that_would_change_the_count_is_refused(house: House, by: str, to: str, code: str) -> None:
    approval = asked(house, house.start(asking(**TWO_OF_THREE)))
    house.engine.decide(approval.id, "approved", by="ann")

    with pytest.raises(DefinitionError) as refused:
        house.engine.approvals.delegate(approval.id, by=by, to=to)

    assert [finding.code for finding in refused.value.findings] == [code]


def test_a_decided_approval_cannot_be_handed_over(house: House) -> None:
    approval = asked(house, house.start(asking(assignees=["ann"])))
    house.engine.decide(approval.id, "approved", by="ann")

    with pytest.raises(ConflictError) as late:
        house.engine.approvals.delegate(approval.id, by="ann", to="bob")

    assert late.value.state == "decided"


# Several things at once


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each verb answered, its ConflictError included."""

    def answer(verb: Callable[[], Any]) -> Any:
        try:
            return verb()
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(len(verbs)) as threads:
        return list(threads.map(answer, verbs))


def test_of_many_votes_at_once_exactly_one_is_the_last(house: House) -> None:
    people = [f"p{number}" for number in range(8)]
    started = house.start(asking(assignees=people, required=3))
    approval = asked(house, started)

    answers = at_once(*[lambda by=by: house.engine.decide(approval.id, "approved", by=by) for by in people])

    counted = [each for each in answers if not isinstance(each, ConflictError)]
    refused = [each for each in answers if isinstance(each, ConflictError)]
    assert sorted(str(each.seq) for each in counted) == ["1", "None", "None"]
    assert {each.state for each in refused} == {"decided"}
    assert len(record(house, approval).votes) == 3
    assert len(house.ended(started).output[1]["decisions"]) == 3
    assert house.store.executions.inbox_count(started) == 1


@pytest.mark.parametrize("required", [1, 2])
def test_of_a_decision_and_the_deadline_one_wins(house: House, required: int) -> None:
    started = house.start(asking(due="1d", assignees=["ann", "bob"], required=required))
    approval = asked(house, started)
    house.clock.advance(DAY - 0.05)

    answers = at_once(*[lambda by=by: house.engine.decide(approval.id, "approved", by=by) for by in ("ann", "bob")[:required]])
    house.clock.advance(1)
    port = house.ended(started).output[0]

    late = [each.state for each in answers if isinstance(each, ConflictError)]
    status = record(house, approval).approval.status
    assert (port, status) == (("expired", "expired") if late else ("approved", "decided"))
    with pytest.raises(ConflictError) as refused:
        house.engine.decide(approval.id, "rejected", by="ann")
    assert refused.value.state == status


def test_of_a_decision_and_a_cancel_the_record_and_the_execution_agree(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE))
    approval = asked(house, started)
    house.engine.decide(approval.id, "approved", by="ann")

    answer, _ = at_once(
        lambda: house.engine.decide(approval.id, "approved", by="bob"), lambda: house.engine.cancel(started)
    )
    status = house.ended(started).record.status

    after = record(house, approval).approval.status
    assert after == ("expired" if isinstance(answer, ConflictError) else "decided")
    assert status in ("cancelled", "completed")
    assert status == "cancelled" or after == "decided"


def test_a_child_is_not_decided_by_who_started_its_parent(house: House) -> None:
    house.engine.save_workflow("strict", asking(not_by_starter=True))
    parent = house.start(graph([node("sub", "workflow", {"workflow": "strict"})]), name="outer", by="ann")
    [approval] = until(lambda: house.store.executions.approvals(workflow="strict").items)

    with pytest.raises(DefinitionError, match="ann started the execution"):
        house.engine.decide(approval.id, "approved", by="ann")
    house.engine.decide(approval.id, "approved", by="bob")

    assert house.ended(parent).record.status == "completed"
