"""Approvals by link, and what the record says of one that ended without people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from approval_steps import DAY, TWO_OF_THREE, asked, asking, record
from engine_house import House, graph, node, open_house, until, value
from treadle.domain.errors import ConflictError, DefinitionError, NotFoundError
from treadle.engine.approval_shapes import approval_record


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def test_an_approval_of_an_execution_that_was_cancelled_says_so_in_its_history(house: House) -> None:
    started = house.start(asking())
    approval = asked(house, started)

    house.engine.cancel(started)
    house.ended(started)

    [line] = approval_record(record(house, approval))["history"]
    assert (line["kind"], line["detail"]) == ("closed", {"because": "the execution has ended: cancelled"})


def test_an_approval_whose_execution_took_another_way_says_so_in_its_history(house: House) -> None:
    ways = [{"port": "ask", "approval": {"title": "Go?"}}, {"port": "late", "signal": "go"}]
    started = house.start(graph([node("race", "wait_any", {"any": ways}), node("rest", "wait", {"duration": "30d"})], "race.late -> rest"))
    approval = asked(house, started)

    house.engine.signal(started, "go")
    until(lambda: record(house, approval).approval.status == "expired")

    [line] = approval_record(record(house, approval))["history"]
    assert (line["kind"], line["detail"]) == ("closed", {"because": "the execution went on without it"})


def test_one_that_was_due_has_no_such_line(house: House) -> None:
    started = house.start(asking(due="1h"))
    approval = asked(house, started)

    house.clock.advance(3601)
    house.ended(started)

    assert approval_record(record(house, approval))["history"] == []


def test_a_link_allows_one_approval_for_its_time(house: House) -> None:
    approval = asked(house, house.start(asking()))
    token, until_then = house.engine.approvals.link(approval.id, person="ann", expires="2d")

    link = house.engine.approvals.open_link(token)
    house.clock.advance(2 * DAY + 1)

    assert (link.approval_id, link.person) == (approval.id, "ann")
    assert (until_then - approval.created_at).total_seconds() > 2 * DAY - 60
    with pytest.raises(ConflictError) as late:
        house.engine.approvals.open_link(token)
    assert late.value.state == "link_expired"


@pytest.mark.parametrize(("person", "code"), [("dan", "not_asked"), ("  ", "invalid_name")])
def test_a_link_for_somebody_who_cannot_decide_is_refused(house: House, person: str, code: str) -> None:
    approval = asked(house, house.start(asking(**TWO_OF_THREE)))

    with pytest.raises(DefinitionError) as refused:
        house.engine.approvals.link(approval.id, person=person)

    assert [(finding.code, finding.path) for finding in refused.value.findings] == [(code, "for")]


def test_a_link_for_who_started_the_execution_is_refused_where_they_may_not_decide(house: House) -> None:
    started = house.start(asking(not_by_starter=True), by="ann")
    approval = asked(house, started)

    with pytest.raises(DefinitionError, match="ann started the execution"):
        house.engine.approvals.link(approval.id, person="ann")


def test_spaces_around_a_name_make_no_difference(house: House) -> None:
    started = house.start(asking(**TWO_OF_THREE))
    approval = asked(house, started)
    token, _ = house.engine.approvals.link(approval.id, person=" bob ")

    house.engine.approvals.delegate(approval.id, by=" ann ", to="dan ")
    house.engine.decide(approval.id, "approved", by=" dan")
    house.engine.decide(approval.id, "approved", by="cy ")

    assert house.engine.approvals.open_link(token).person == "bob"
    assert [each["by"] for each in house.ended(started).output[1]["decisions"]] == ["dan", "cy"]


def test_a_link_of_another_system_is_told_in_words(house: House) -> None:
    with pytest.raises(NotFoundError, match="this link leads to no approval"):
        house.engine.approvals.open_link("a.b")


def test_an_old_link_cannot_decide_a_later_visit(house: House) -> None:
    loop = graph(
        [value("begin", 0), value("draft", 1, join="each"), node("ask", "approval", {"title": "Good?"})],
        "begin -> draft", "draft -> ask", "ask.rejected -> draft",
    )  # fmt: skip
    started = house.start(loop)
    first = asked(house, started)
    token, _ = house.engine.approvals.link(first.id)
    house.engine.decide(first.id, "rejected")
    until(lambda: record(house, first).approval.status == "decided")
    second = until(lambda: next(iter(house.store.executions.approvals(execution_id=started, status="open").items), None))
    assert second is not None

    with pytest.raises(ConflictError, match="already decided: rejected"):
        house.engine.decide(house.engine.approvals.open_link(token).approval_id, "approved")

    assert second.id != first.id
    assert record(house, second).approval.status == "open"
    house.engine.decide(second.id, "approved")
    assert house.ended(started).record.status == "completed"
