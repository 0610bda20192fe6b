"""What a node says is kept with its execution, on every way to look at it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from command import Treadle, running_worker
from engine_house import House, graph, node, open_house, until
from served_api import API, served_api
from treadle.activities.handler import Immediate
from treadle.api.schemas.node_logs import LogPage
from treadle.domain.activity import Context, Done
from treadle.domain.node_logs import ATTEMPT_LIMIT, LogLine
from treadle.domain.node_types import NodeType

TALK = """
name: talk
nodes:
  - {id: one, type: log, config: {message: "hello {{ input.name }}", level: warning}}
  - {id: two, type: log, config: {message: [1, 2]}}
edges: [{source: one, target: two}]
"""
SAID = {
    "nodes": [{"id": "one", "type": "log", "config": {"message": "hello"}}, {"id": "two", "type": "log", "config": {"message": 2}}],
    "edges": [{"source": "one", "target": "two"}],
}


class Leaky(Immediate):
    """Says its secret in every way there is, as often as it is told to."""

    node_type = NodeType(type="test.leaky", summary="", category="test", config_schema={"type": "object"})

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        assert ctx.secrets is not None
        secret = ctx.secrets("key")
        for _ in range(config.get("times", 1)):
            ctx.log(f"using {secret}", level="debug", header={"authorization": f"Bearer {secret}"}, rows=3)
        return Done(None)


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.registry.register(Leaky())
        opened.secrets["key"] = 'k"ey-1234'
        opened.hire()
        yield opened


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    return Treadle(tmp_path)


def lines_of(house: House, execution_id: str, count: int) -> list[LogLine]:
    """That many lines, once they are there."""
    until(lambda: len(house.store.logs.list(execution_id, limit=count + 1)) >= count)
    return list(house.store.logs.list(execution_id, limit=10_000))


def test_what_nodes_say_is_kept_in_order_with_its_place(house: House) -> None:
    inner = graph([node("say", "log", {"message": "item {{ item }}"})])
    each = node("each", "for_each", {"items": ["a", "b"], "graph": inner, "concurrency": 1})
    before = node("before", "log", {"message": "first", "level": "warning"})

    ended = house.run(graph([before, each], "before -> each"))

    lines = lines_of(house, ended.record.id, 3)
    assert [(line.node_id, line.scope, line.level, line.message) for line in lines] == [
        ("before", "", "warning", "first"), ("say", "each[0]", "info", "item a"), ("say", "each[1]", "info", "item b"),
    ]  # fmt: skip


def test_a_secret_is_kept_out_of_every_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="treadle")

    ended = house.run(graph([node("leak", "test.leaky")]))

    [line] = lines_of(house, ended.record.id, 1)
    assert (line.message, line.level) == ("using ***", "debug")
    assert json.loads(line.fields_json) == {"header": {"authorization": "Bearer ***"}, "rows": 3}
    everything = str([vars(record) for record in caplog.records])
    assert "using ***" in everything
    assert "ey-1234" not in everything


def test_an_attempt_keeps_so_many_lines_and_the_last_one_says_so(house: House) -> None:
    ended = house.run(graph([node("leak", "test.leaky", {"times": ATTEMPT_LIMIT + 5})]))

    lines = lines_of(house, ended.record.id, ATTEMPT_LIMIT)

    assert len(lines) == ATTEMPT_LIMIT
    assert lines[-1].message == f"an attempt keeps {ATTEMPT_LIMIT} lines: what follows is only in the worker's log"


def test_a_worker_that_stops_writes_its_last_lines(house: House) -> None:
    [(worker, _)] = house.workers
    ended = house.run(graph([node("say", "log", {"message": "last words"})]))

    house.dismiss(worker)

    assert [line.message for line in house.store.logs.list(ended.record.id)] == ["last words"]


def test_the_api_pages_through_the_lines(sqlite_url: str) -> None:
    with served_api(sqlite_url) as api:
        api.save("talk", SAID)
        with api.working():
            ended = api.http.post(f"{API}/workflows/talk/run?wait=60s", json={}).json()

        url = f"{API}/executions/{ended['id']}/logs"
        first = LogPage.model_validate_json(api.http.get(f"{url}?limit=1").content)
        rest = LogPage.model_validate_json(api.http.get(f"{url}?after={first.next_cursor}").content)
        of_two = LogPage.model_validate_json(api.http.get(f"{url}?node=two").content)
        elsewhere = LogPage.model_validate_json(api.http.get(f"{url}?node=two&scope=each[0]").content)
        at_the_top = LogPage.model_validate_json(api.http.get(f"{url}?node=two&scope=&visit=1").content)
        unknown = api.http.get(f"{API}/executions/exec-none/logs")

    assert [line.message for line in (*first.items, *rest.items)] == ["hello", "2"]
    assert rest.next_cursor is None
    assert of_two.items == at_the_top.items == rest.items
    assert elsewhere.items == []
    assert unknown.status_code == 404


def test_the_command_shows_and_follows_the_lines(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("talk.yaml", TALK))
    started = treadle.json("run", "talk", "-i", "name=ann", "--detach")

    following = treadle.start("executions", "logs", started["id"], "--follow", "-o", "jsonl")
    with running_worker(treadle):
        said, _ = following.communicate(timeout=60)
    shown = treadle("executions", "logs", started["id"], "--node", "one").stdout
    refused = treadle("executions", "logs", started["id"], "--follow", "-o", "json", status=2).stderr

    assert following.returncode == 0
    assert [json.loads(line)["message"] for line in said.splitlines()] == ["hello ann", "[1, 2]"]
    assert "warning one  hello ann" in shown
    assert "jsonl" in refused
