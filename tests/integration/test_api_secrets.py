"""Secrets over HTTP and by the typed client: set, listed, used and deleted, never answered."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from engine_house import House, graph, node, open_house
from served_api import API, JSON, ServedApi, served_api
from treadle.api.schemas.access import Secret, SecretPage, SecretUse
from treadle.client import Client
from treadle.domain.errors import SecretsKeyError

NAMING = {"nodes": [{"id": "a", "type": "set", "config": {"value": {"deep": [{"secret": "shop-key"}]}}}], "edges": []}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    with served_api(f"sqlite:///{tmp_path_factory.mktemp('secrets')}/treadle.db") as served:
        yield served


def test_a_secret_is_set_and_answered_without_its_value(api: ServedApi) -> None:
    warned = api.http.put(f"{API}/workflows/naming", json={"graph_config": NAMING}).json()["warnings"]
    answer = api.http.put(f"{API}/secrets/shop-key", json={"value": "hush-hush"})
    content = api.http.put(f"{API}/secrets/shop-key", json={"value": "hush-again"}).content
    listed = api.http.get(f"{API}/secrets")
    one = api.http.get(f"{API}/secrets/shop-key")
    checked = api.http.post(f"{API}/workflows/validate", json={"graph_config": NAMING}).json()

    [warning] = [each for each in warned if each["code"] == "unknown_secret"]
    assert (warning["path"], warning["severity"]) == ("nodes[0].config.value.deep[0]", "warning")
    assert "TREADLE_SECRET_SHOP_KEY" in warning["hint"]
    assert answer.status_code == 200
    assert Secret.model_validate_json(content).opens
    assert [each.name for each in SecretPage.model_validate_json(listed.content).items] == ["shop-key"]
    assert SecretUse.model_validate_json(one.content).workflows == ["naming"]
    assert "hush" not in answer.text + listed.text + one.text
    assert "unknown_secret" not in {finding["code"] for finding in checked["findings"]}
    assert api.treadle.vault.resolve("shop-key") == "hush-again"


def test_the_client_knows_secrets_and_tokens(api: ServedApi) -> None:
    with Client(str(api.http.base_url)) as client:
        set_ = client.secrets.set("mine", "hush-hush")
        names = {each.name for each in client.secrets.find()}
        used = client.secrets.get("mine").workflows
        client.secrets.delete("mine")
        token = client.tokens.create("ann", role="admin", expires="1h").token
    with Client(str(api.http.base_url), token=token) as client:
        found = [(each.name, each.role, each.state) for each in client.tokens.find()]
        client.tokens.revoke("ann")
    api.treadle.engine.tokens.forget("ann")
    api.app.state.credentials.roll.refresh(after=0.0)

    assert (set_.name, used, found) == ("mine", [], [("ann", "admin", "active")])
    assert "mine" in names


@pytest.mark.parametrize(("method", "name", "body", "status"), [
    ("PUT", "9", {"value": "x"}, 422), ("PUT", "a", {"value": ""}, 422), ("PUT", "a", {}, 422), ("PUT", "a", {"value": 5}, 422),
    ("GET", "none", None, 404), ("DELETE", "none", None, 404),
])  # fmt: skip
def test_what_cannot_be_is_refused(api: ServedApi, method: str, name: str, body: object, status: int) -> None:
    assert api.http.request(method, f"{API}/secrets/{name}", json=body, headers=JSON).status_code == status


def test_a_refused_value_is_not_repeated(api: ServedApi) -> None:
    answers = [api.http.put(f"{API}/secrets/a", json={"value": value}) for value in (["hush-hush"], "hush-hush\0", "hush-hush" * 9000)]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "hush" not in "".join(answer.text for answer in answers)


def test_without_a_key_the_mend_is_told(postgres_url: str) -> None:
    with served_api(postgres_url) as served:
        answer: httpx.Response = served.http.put(f"{API}/secrets/a", json={"value": "hush-hush"})

    assert answer.status_code == 409
    assert "treadle secrets key" in answer.json()["detail"]


class Locked(dict[str, str]):
    """Secrets of which none can be opened."""

    def __getitem__(self, name: str) -> str:
        raise SecretsKeyError(f"the secret {name!r} cannot be opened")


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    with open_house(sqlite_url) as opened:
        opened.secrets = Locked()
        opened.hire()
        yield opened


def test_a_secret_that_cannot_be_opened_fails_the_node_for_good(house: House) -> None:
    config = {"url": "https://shop.example", "headers": {"k": {"secret": "shop-key"}}}

    ended = house.run(graph([node("call", "http.request", config, retry={"max_attempts": 3, "initial_interval": 0.01})]))

    failed = [row for row in house.store.executions.journal(ended.record.id) if row.error_json]
    assert ended.record.status == "failed"
    assert ended.record.error_json is not None
    assert "the secret 'shop-key' cannot be opened" in ended.record.error_json
    assert {row.attempt for row in failed} <= {0, 1}
