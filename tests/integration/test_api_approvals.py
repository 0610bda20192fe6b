"""Approvals over HTTP: found, decided once, and told to the execution."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from served_api import API, ASKING, ServedApi, served_api
from treadle.api.schemas import approvals as schemas

APPROVALS = f"{API}/approvals"


@pytest.fixture
def api(sqlite_url: str) -> Iterator[ServedApi]:
    with served_api(sqlite_url) as served_one:
        served_one.save("asking", ASKING)
        yield served_one


def asked(api: ServedApi) -> tuple[str, schemas.Approval]:
    """An execution that waits for a person, and what it asks."""
    execution_id = api.start("asking")
    with api.working():
        api.until_status(execution_id, "waiting")
    answer = api.http.get(APPROVALS, params={"status": "open", "execution_id": execution_id})
    [approval] = schemas.ApprovalPage.model_validate_json(answer.content).items
    return execution_id, approval


def test_an_open_approval_says_what_is_asked(api: ServedApi) -> None:
    execution_id, approval = asked(api)

    one = schemas.Approval.model_validate_json(api.http.get(f"{APPROVALS}/{approval.id}").content)
    assert one == approval
    assert (one.title, one.body, one.assignees, one.status) == ("Refund?", "over 100", ["ann"], "open")
    assert (one.execution_id, one.workflow, one.node_id, one.decision) == (execution_id, "asking", "ask", None)


def test_a_decision_is_recorded_and_ends_the_wait(api: ServedApi) -> None:
    execution_id, approval = asked(api)

    answer = api.http.post(
        f"{APPROVALS}/{approval.id}", json={"decision": "approved", "by": "ann", "comment": "fine", "data": {"limit": 5}}
    )
    with api.working():
        events = list(api.follow(execution_id))

    decided = schemas.Approval.model_validate_json(answer.content)
    assert (answer.status_code, decided.status) == (200, "decided")
    assert decided.decision == {"decision": "approved", "by": "ann", "comment": "fine", "data": {"limit": 5}}
    assert events[-1].data["status"] == "completed"
    assert api.http.get(f"{API}/executions/{execution_id}").json()["output"] == decided.decision


def test_a_second_decision_is_too_late(api: ServedApi) -> None:
    _, approval = asked(api)

    first = api.http.post(f"{APPROVALS}/{approval.id}", json={"decision": "rejected"})
    again = api.http.post(f"{APPROVALS}/{approval.id}", json={"decision": "rejected"})
    second = api.http.post(f"{APPROVALS}/{approval.id}", json={"decision": "approved"})

    assert (first.status_code, again.status_code, second.status_code) == (200, 200, 409)
    assert (again.json(), second.json()["state"]) == (first.json(), "decided")
    assert api.http.get(f"{APPROVALS}/{approval.id}").json()["decision"]["decision"] == "rejected"
    assert api.http.get(APPROVALS, params={"status": "open"}).json()["items"] == []
    assert [item["id"] for item in api.http.get(APPROVALS, params={"status": "decided"}).json()["items"]] == [approval.id]


@pytest.mark.parametrize("body", [{}, {"decision": "maybe"}, {"decision": True}, {"decision": "approved", "who": "ann"}])
def test_a_decision_that_is_none_changes_nothing(api: ServedApi, body: dict[str, object]) -> None:
    _, approval = asked(api)

    answer = api.http.post(f"{APPROVALS}/{approval.id}", json=body)

    assert answer.status_code == 422
    assert api.http.get(f"{APPROVALS}/{approval.id}").json()["status"] == "open"


def test_what_does_not_exist_is_404(api: ServedApi) -> None:
    answers = [api.http.get(f"{APPROVALS}/none"), api.http.post(f"{APPROVALS}/none", json={"decision": "approved"})]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    ("params", "status"), [({"status": "closed"}, 422), ({"cursor": "zzz"}, 400), ({"state": "open"}, 422)]
)
def test_the_list_refuses_what_it_does_not_understand(api: ServedApi, params: dict[str, str], status: int) -> None:
    answer = api.http.get(APPROVALS, params=params)

    assert answer.status_code == status
