"""Approvals over HTTP: found, decided once, and told to the execution."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from engine_house import until
from served_api import API, ASKING, ServedApi, served_api, with_tokens
from treadle.api.schemas import approvals as schemas
from treadle.domain.errors import NotFoundError
from treadle.engine.approval_desk import ApprovalDesk
from treadle.engine.approval_links import ApprovalLink, LinkSigner
from treadle.engine.system import LocalWakeup

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

    one = schemas.ApprovalRecord.model_validate_json(api.http.get(f"{APPROVALS}/{approval.id}").content)
    assert one.model_dump(include=set(schemas.Approval.model_fields)) == approval.model_dump()
    assert (one.decisions, one.history) == ([], [])
    assert (one.title, one.body, one.assignees, one.status) == ("Refund?", "over 100", ["ann"], "open")
    assert (one.execution_id, one.workflow, one.node_id, one.decision) == (execution_id, "asking", "ask", None)


def test_a_decision_is_recorded_and_ends_the_wait(api: ServedApi) -> None:
    execution_id, approval = asked(api)

    answer = api.http.post(
        f"{APPROVALS}/{approval.id}", json={"decision": "approved", "by": "ann", "comment": "fine", "data": {"limit": 5}}
    )
    with api.working():
        events = list(api.follow(execution_id))

    decided = schemas.ApprovalRecord.model_validate_json(answer.content)
    assert (answer.status_code, decided.status) == (200, "decided")
    assert decided.decision == {"decision": "approved", "by": "ann", "comment": "fine", "data": {"limit": 5}}
    [said] = decided.decisions
    assert (said.by, said.decision, said.comment, said.data, said.via) == ("ann", "approved", "fine", {"limit": 5}, "api")
    assert [(event.kind, event.by, event.at) for event in decided.history] == [("decided", "ann", said.at)]
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


# Several people, handing over, links


OF_TWO = {
    "nodes": [
        {
            "id": "ask",
            "type": "approval",
            "config": {
                "title": "Pay <b>now</b>?",
                "body": "first\n\nsecond",
                "assignees": ["ann", "bob"],
                "groups": [],
                "required": 2,
                "payload": {"amount": 5, "secret": "kept"},
                "form": {
                    "type": "object",
                    "properties": {
                        "amount": {"type": "number", "title": "Amount", "description": "in euros", "maximum": 100},
                        "how": {"enum": ["cash", "card"]},
                        "urgent": {"type": "boolean"},
                    },
                    "required": ["amount"],
                },
            },
        }
    ],
    "edges": [],
}
TOKEN = "a-token-that-nobody-guesses"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
LINKS = f"{API}/approvals/by-link"


@pytest.fixture
def guarded(sqlite_url: str) -> Iterator[ServedApi]:
    """A server that wants a token, with an approval of two people in it."""
    with served_api(sqlite_url, with_tokens(TOKEN)) as served_one:
        served_one.treadle.engine.save_workflow("of_two", OF_TWO)
        yield served_one


def asked_of_two(api: ServedApi) -> str:
    """The id of an open approval."""
    execution_id = api.treadle.engine.create("of_two").id
    with api.working():
        until(lambda: api.treadle.store.executions.approvals(execution_id=execution_id).items)
        until(lambda: api.treadle.store.executions.get(execution_id).status == "waiting")
    [approval] = api.treadle.store.executions.approvals(execution_id=execution_id).items
    return approval.id


def link_to(api: ServedApi, approval_id: str, **body: str) -> str:
    """The path of a link."""
    answer = api.http.post(f"{APPROVALS}/{approval_id}/link", json=body, headers=RIGHT)
    return schemas.ApprovalLink.model_validate_json(answer.content).path


def test_a_vote_of_several_leaves_it_open(guarded: ServedApi) -> None:
    approval_id = asked_of_two(guarded)

    first = guarded.http.post(f"{APPROVALS}/{approval_id}", json={"decision": "approved", "by": "ann"}, headers=RIGHT)
    second = guarded.http.post(f"{APPROVALS}/{approval_id}", json={"decision": "approved", "by": "bob"}, headers=RIGHT)

    between, after = (schemas.ApprovalRecord.model_validate_json(each.content) for each in (first, second))
    assert ([vote.by for vote in between.decisions], between.status, between.decision) == (["ann"], "open", None)
    assert ([vote.by for vote in after.decisions], after.status) == (["ann", "bob"], "decided")
    assert after.decision["data"] == {"amount": 5, "secret": "kept"}


def test_handing_over_is_recorded(guarded: ServedApi) -> None:
    approval_id = asked_of_two(guarded)

    answer = guarded.http.post(f"{APPROVALS}/{approval_id}/delegate", json={"by": "bob", "to": "cy"}, headers=RIGHT)
    refused = guarded.http.post(f"{APPROVALS}/{approval_id}/delegate", json={"by": "bob", "to": "dan"}, headers=RIGHT)

    handed = schemas.ApprovalRecord.model_validate_json(answer.content)
    assert (handed.assignees, [event.kind for event in handed.history]) == (["ann", "cy"], ["delegated"])
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "by")


def test_open_approvals_are_counted_by_who_is_asked(guarded: ServedApi) -> None:
    asked_of_two(guarded)
    asked_of_two(guarded)

    facets = schemas.ApprovalFacets.model_validate_json(guarded.http.get(f"{APPROVALS}/facets", headers=RIGHT).content)

    assert (facets.open, facets.overdue) == (2, 0)
    assert [(facet.name, facet.count) for facet in (*facets.workflows, *facets.assignees)] == [("of_two", 2), ("ann", 2), ("bob", 2)]


def test_a_link_needs_no_token_and_shows_the_question(guarded: ServedApi) -> None:
    path = link_to(guarded, asked_of_two(guarded), person="ann")

    page = guarded.http.get(path)

    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Pay &lt;b&gt;now&lt;/b&gt;?" in page.text
    assert "<script" not in page.text
    assert f'<form method="post" action="{path}"' in page.text
    assert 'name="data.amount" aria-describedby="data.amount-help" value="5" required' in page.text
    labels, controls = re.findall(r'<label for="([^"]+)"', page.text), re.findall(r'id="([^"]+)"', page.text)
    assert set(labels) == {each for each in controls if not each.endswith("-help")} == {"data.amount", "data.how", "data.urgent", "comment"}
    assert re.findall(r'<button[^>]* value="(\w+)"[^>]*?( formnovalidate)?>', page.text) == [("approved", ""), ("rejected", " formnovalidate")]
    assert "&quot;secret&quot;: &quot;kept&quot;" in page.text
    assert "&quot;amount&quot;" not in page.text
    assert guarded.http.get("/style.css").status_code == 200


def test_the_page_of_a_link_decides_for_its_person(guarded: ServedApi) -> None:
    approval_id = asked_of_two(guarded)
    path = link_to(guarded, approval_id, person="ann")
    filled = {"data.amount": "7.5", "data.how": "card", "data.urgent": "true", "comment": "grün", "decision": "approved", "by": "eve"}

    answer = guarded.http.post(path, data=filled, headers={"Origin": "null"})

    [vote] = guarded.treadle.engine.approvals.show(approval_id).votes
    assert (answer.status_code, vote.by, vote.via) == (200, "ann", "link")
    assert json.loads(vote.detail_json) == {
        "decision": "approved", "comment": "grün", "data": {"amount": 7.5, "how": "card", "urgent": True, "secret": "kept"},
    }  # fmt: skip
    assert "others must decide too" in answer.text


def test_what_is_filled_in_wrongly_comes_back_with_what_was_said(guarded: ServedApi) -> None:
    path = link_to(guarded, asked_of_two(guarded), person="ann")

    answers = [
        guarded.http.post(path, data={"decision": "approved", "data.amount": amount, "comment": "<i>"}) for amount in ("700", "much", "")
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all('role="alert"' in answer.text and "&lt;i&gt;" in answer.text for answer in answers)
    assert 'value="700"' in answers[0].text


def test_a_link_without_a_person_asks_for_the_name(guarded: ServedApi) -> None:
    approval_id = asked_of_two(guarded)
    path = link_to(guarded, approval_id)

    page = guarded.http.get(path).text
    nameless = guarded.http.post(path, data={"decision": "rejected"})
    named = guarded.http.post(path, data={"decision": "rejected", "by": " bob "})

    assert '<label for="by">Your name</label>' in page
    assert (nameless.status_code, named.status_code) == (422, 200)
    assert "Decided: Reject, by bob." in named.text


def test_a_link_to_what_is_decided_says_what_it_became(guarded: ServedApi) -> None:
    approval_id = asked_of_two(guarded)
    path = link_to(guarded, approval_id, person="ann")
    guarded.treadle.engine.decide(approval_id, "rejected", by="bob")

    seen, late = guarded.http.get(path), guarded.http.post(path, data={"decision": "approved", "data.amount": "5"})
    no_more = guarded.http.post(f"{APPROVALS}/{approval_id}/link", json={}, headers=RIGHT)

    assert (seen.status_code, late.status_code, no_more.status_code) == (200, 409, 409)
    assert "Decided: Reject, by bob." in seen.text
    assert "<form" not in seen.text + late.text


def test_programs_decide_by_link_with_json(guarded: ServedApi) -> None:
    path = link_to(guarded, asked_of_two(guarded), person="ann")

    shown = guarded.http.get(path, headers={"Accept": "application/json"})
    decided = guarded.http.post(path, json={"decision": "approved", "comment": "fine", "data": {"amount": 6}})
    refused = guarded.http.post(path, json={"decision": "maybe"})

    assert schemas.ApprovalRecord.model_validate_json(shown.content).status == "open"
    [vote] = schemas.ApprovalRecord.model_validate_json(decided.content).decisions
    assert (vote.by, vote.via, vote.data) == ("ann", "link", {"amount": 6})
    assert (refused.status_code, refused.headers["Content-Type"]) == (422, "application/problem+json")


def test_a_link_that_was_not_signed_here_opens_nothing(guarded: ServedApi) -> None:
    approval_id = asked_of_two(guarded)
    token = link_to(guarded, approval_id, person="ann").rpartition("/")[2]
    said, _, mac = token.partition(".")
    forged = ApprovalLink(approval_id, 2**40, "bob")
    tokens = [LinkSigner("another key").token(forged), f"{said[:-2]}AA.{mac}", f"{said}.{'A' * 43}"]

    answers = [guarded.http.request(method, f"{LINKS}/{each}") for each in tokens for method in ("GET", "POST")]

    assert [answer.status_code for answer in answers] == [404] * 6


@pytest.mark.parametrize("tail", ["", "x", "a.b", f"{'a' * 40}.{'b' * 42}", f"{'a' * 40}.{'b' * 43}/x", f"%2e%2e/{'a' * 40}.{'b' * 43}"])
def test_only_what_looks_like_a_link_passes_without_a_token(guarded: ServedApi, tail: str) -> None:
    answer = guarded.http.get(f"{LINKS}/{tail}")

    assert answer.status_code == 401


def test_a_link_still_needs_a_host_of_this_server(guarded: ServedApi) -> None:
    path = link_to(guarded, asked_of_two(guarded))

    answer = guarded.http.get(path, headers={"Host": "elsewhere.example"})

    assert answer.status_code == 400


def test_a_link_is_good_for_as_long_as_was_asked(guarded: ServedApi) -> None:
    path = link_to(guarded, asked_of_two(guarded), expires="0s")

    answer = guarded.http.get(path)

    assert (answer.status_code, "expired" in answer.text) == (409, True)


def test_the_configured_key_signs_and_else_one_that_the_database_keeps(guarded: ServedApi) -> None:
    approval_id = asked_of_two(guarded)
    store = guarded.treadle.store
    given = ApprovalDesk(store, LocalWakeup(), link_key="k" * 32)
    token, _ = given.link(approval_id)

    kept, _ = ApprovalDesk(store, LocalWakeup(), link_key=None).link(approval_id)

    assert ApprovalDesk(store, LocalWakeup(), link_key="k" * 32).open_link(token).approval_id == approval_id
    assert ApprovalDesk(store, LocalWakeup(), link_key=None).open_link(kept).approval_id == approval_id
    with pytest.raises(NotFoundError):
        ApprovalDesk(store, LocalWakeup(), link_key=None).open_link(token)
