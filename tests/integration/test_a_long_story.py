"""One workflow that waits for people, retried, moved to a new version, forked and cancelled in each state, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from served_api import ServedApi, served_api
from treadle import Client, Workflow
from treadle.client import ConflictingError


def refund(*, audited: bool) -> Workflow:
    """For each order a person decides, then it is paid, unless the amount is 13; the second version audits at the end."""
    flow = Workflow("refund")
    each = flow.for_each("each", flow.input.orders, {"concurrency": 5})
    ask = each.inside.approval("ask", f"Refund {each.inside.item}?", {"assignees": ["ann"]})
    unlucky = each.inside.if_("unlucky", each.inside.item == flow.input.unlucky)
    refuse = each.inside.node("refuse", "fail", {"message": "unlucky", "type": "unlucky"})
    pay = each.inside.set("pay", each.inside.item * 2)
    ask["approved"] >> unlucky
    unlucky["true"] >> refuse
    unlucky["false"] >> pay
    after = flow.signal("booked", "booked")
    each >> after
    if audited:
        after >> flow.set("audit", each.output)
    return flow


@pytest.fixture
def api(store_url: str) -> Iterator[ServedApi]:
    with served_api(store_url) as api:
        yield api


@pytest.fixture
def client(api: ServedApi) -> Iterator[Client]:
    with Client(str(api.http.base_url)) as client:
        yield client


def test_a_story_of_people_retries_versions_and_forks(api: ServedApi, client: Client) -> None:
    refund(audited=False).save(client)
    with api.working():
        # Two people's decisions are asked for; one is given, and its payment fails the execution.
        started = client.run("refund", {"orders": [10, 13], "unlucky": 13})
        asked = _asked(api, client, started.id, count=2)
        client.approvals.decide(asked["each[1]"], "approved", by="ann")
        api.until_status(started.id, "failed")

        # The failed node is tried again, fails again; a fork with another input goes on from it, with what was decided.
        client.executions.retry(started.id)
        failed = client.wait(started.id)
        assert failed.error is not None
        assert (failed.status, failed.error.type) == ("failed", "unlucky")
        fork = client.executions.fork(started.id, "each[1]/unlucky", input={"orders": [10, 13], "unlucky": 0})
        assert fork.id is not None
        assert "each[1]/ask" in fork.reused
        again = _asked(api, client, fork.id, count=1)
        client.approvals.decide(again["each[0]"], "approved", by="ann")
        _until_waits_for(api, client, fork.id, "signal")

        # The fork moves to a version that audits, and ends with it.
        refund(audited=True).save(client)
        planned = client.executions.move(fork.id, 2, dry_run=True)
        assert (planned.fits, planned.version) == (True, 2)
        client.executions.move(fork.id, 2)
        _until_version(api, client, fork.id, 2)
        client.executions.signal(fork.id, "booked", {"by": "bank"})
        done = client.wait(fork.id)

    assert (done.status, done.version, done.output) == ("completed", 2, [20, 26])
    with pytest.raises(ConflictingError) as late:
        client.executions.move(fork.id, 1)
    assert late.value.state == "completed"
    replayed = client.workflows.replay("refund", version=1)
    assert {each.id: each.result for each in replayed.items}[fork.id] == "differs"


@pytest.mark.parametrize("state", ["running", "waiting", "paused", "failed"])
def test_it_is_cancelled_in_each_state_once(api: ServedApi, client: Client, state: str) -> None:
    refund(audited=False).save(client)
    started = client.run("refund", {"orders": [13], "unlucky": 13})
    with api.working():
        asked = _asked(api, client, started.id, count=1) if state != "running" else {}
        if state == "paused":
            client.executions.pause(started.id)
            api.until_status(started.id, "paused")
        if state == "failed":
            client.approvals.decide(asked["each[0]"], "approved", by="ann")
            api.until_status(started.id, "failed")
            with pytest.raises(ConflictingError) as late:
                client.executions.cancel(started.id, reason="changed our mind")
            assert late.value.state == "failed"
            return
        client.executions.cancel(started.id, reason="changed our mind")
        ended = client.wait(started.id)

    assert ended.status == "cancelled"
    assert list(client.approvals.find(execution_id=started.id, status="open")) == []
    with pytest.raises(ConflictingError) as twice:
        client.executions.cancel(started.id)
    assert twice.value.state == "cancelled"


def _asked(api: ServedApi, client: Client, execution_id: str, *, count: int) -> dict[str, str]:
    """The open approvals by scope, when there are so many."""
    for _ in api.follow(execution_id):
        found = {each.scope: each.id for each in client.approvals.find(execution_id=execution_id, status="open")}
        if len(found) == count:
            return found
    raise AssertionError(f"{execution_id} ended without asking")


def _until_waits_for(api: ServedApi, client: Client, execution_id: str, kind: str) -> None:
    for _ in api.follow(execution_id):
        if kind in {each.kind for each in client.executions.get(execution_id).waiting_on}:
            return
    raise AssertionError(f"{execution_id} ended without waiting for a {kind}")


def _until_version(api: ServedApi, client: Client, execution_id: str, version: int) -> None:
    for event in api.follow(execution_id):
        if event.name == "journal" and event.data["kind"] == "control" and event.data["detail"].get("verb") == "move":
            assert client.executions.get(execution_id).version == version
            return
    raise AssertionError(f"{execution_id} was not moved")
