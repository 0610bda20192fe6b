"""Metrics: the promised names, in a form that Prometheus reads, with the right numbers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from command import HELLO, Treadle, line_with
from conftest import MovableClock
from engine_house import House, graph, node, open_house, until
from ports import free_port
from served_api import API, FAILING, NOTHING_TO_DO, served_api, with_tokens
from store_steps import NEW_WORKER, given_claimed, given_execution, given_waiting, given_worker, schedule
from treadle.domain.records import JournalRow
from treadle.engine.meters import Distribution, Meters
from treadle.engine.system import host_label
from treadle.metrics import database
from treadle.metrics.catalogue import DATABASE, METRICS, WORKER
from treadle.metrics.exposition import Exposition
from treadle.ports import Store
from treadle.store import open_store

NO_PROCESS = 2**30
ONLY_ON_POSTGRES = {
    "treadle_database_connections", "treadle_database_connections_max", "treadle_table_size_bytes", "treadle_table_dead_rows",
}  # fmt: skip


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire(concurrency=3)
        yield opened


def families(text: bytes) -> dict[str, Metric]:
    """By the name that the catalogue gives them."""
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: family
        for family in text_string_to_metric_families(text.decode())
    }


def with_an_end(text: bytes) -> bytes:
    """The same, if an end has been counted."""
    return text if b'treadle_executions_ended_total{status="completed"} 1.0' in text else b""


def shown(exposition: Exposition) -> dict[str, Metric]:
    return families(exposition.text("")[0])


def value(found: dict[str, Metric], name: str, /, **labels: str) -> float:
    """The value of the sample with exactly these labels; of a histogram with `_count` or `_sum`."""
    family = next(family for key, family in found.items() if name.startswith(key.removesuffix("_total")))
    [sample] = [each for each in family.samples if each.name == name and each.labels == labels]
    return sample.value


def of_worker(house: House) -> dict[str, Metric]:
    return shown(Exposition(workers=[worker for worker, _ in house.workers]))


def test_a_worker_counts_attempts_by_type_and_outcome(house: House) -> None:
    inner = graph([node("say", "log", {"message": "{{ item }}"})])
    steps = [
        node("each", "for_each", {"items": [1, 2], "graph": inner}),
        node("twice", "test.flaky", {"times": 1}, retry={"max_attempts": 2, "initial_interval": 0.001}),
        node("bad", "fail", {"message": "no"}),
    ]

    house.run(graph(steps, "each -> twice", "twice -> bad"))
    house.run(graph([node("only", "noop")]), "fine")
    until(lambda: sum(worker.deps.meters.ended.total() for worker, _ in house.workers) == 2)  # counted after the answer

    # The end is in the database before the worker that wrote it has counted it.
    until(lambda: with_an_end(Exposition(workers=[worker for worker, _ in house.workers]).text("")[0]))
    found = of_worker(house)
    counts = {
        (sample.labels["type"], sample.labels["outcome"]): sample.value
        for sample in found["treadle_activities_total"].samples
        if sample.name.endswith("_total")
    }
    assert counts == {
        ("for_each", "completed"): 1, ("log", "completed"): 2, ("test.flaky", "retrying"): 1, ("test.flaky", "completed"): 1,
        ("fail", "failed"): 1, ("noop", "completed"): 1,
    }  # fmt: skip
    assert value(found, "treadle_activity_duration_seconds_count", type="log") == 2
    assert value(found, "treadle_executions_ended_total", status="completed") == 1
    assert value(found, "treadle_executions_ended_total", status="failed") == 1
    assert value(found, "treadle_executions_claimed_total") >= 2
    assert value(found, "treadle_execution_slots") == 3
    assert value(found, "treadle_commit_rows_sum") >= 7
    assert value(found, "treadle_commit_duration_seconds_count") == value(found, "treadle_commit_rows_count")


def test_a_worker_counts_its_lost_leases_and_its_turns(house: House) -> None:
    until(house.store.workers.list)
    house.evict_all()

    until(lambda: value(of_worker(house), "treadle_lease_losses_total") == 1)

    causes = {sample.labels["cause"] for sample in of_worker(house)["treadle_cycles_total"].samples if sample.labels}
    assert "poll" in causes


def test_a_worker_counts_the_workers_it_takes_over_from(house: House) -> None:
    dead = replace(NEW_WORKER, id="gone", host=host_label(), pid=NO_PROCESS)

    house.store.workers.register(dead, lease=1000)

    until(lambda: value(of_worker(house), "treadle_takeovers_total") == 1)


def test_a_worker_measures_how_late_a_schedule_was(house: House) -> None:
    house.engine.save_workflow("orders", graph([node("only", "noop")]))
    due = house.clock.now().replace(minute=0, second=0, microsecond=0)
    house.clock.advance(20)

    house.store.schedules.add(schedule(due))

    until(lambda: value(of_worker(house), "treadle_schedule_lateness_seconds_count") == 1)
    assert value(of_worker(house), "treadle_schedule_lateness_seconds_sum") >= 20


def test_every_promised_metric_of_a_worker_is_shown(house: House) -> None:
    assert of_worker(house).keys() == {metric.name for metric in WORKER}


def test_every_promised_metric_of_the_database_is_shown(store: Store) -> None:
    given_claimed(store)
    given_execution(store, "exec-2")

    found = shown(Exposition(store))

    promised = {metric.name for metric in DATABASE}
    assert found.keys() == (promised - ONLY_ON_POSTGRES if store.single_writer else promised - {"treadle_database_free_bytes"})


def test_the_database_is_shown_by_status_workflow_and_queue(store: Store, clock: MovableClock) -> None:
    given_worker(store, "b", lease=1)
    given_waiting(store, "exec-1")
    given_execution(store, "exec-2", queue="slow")
    clock.advance(seconds=100)
    given_worker(store, "c")
    store.schedules.add(schedule(clock.now() - timedelta(seconds=3600)))

    found = shown(Exposition(store))

    assert value(found, "treadle_database_up") == 1
    assert value(found, "treadle_executions", status="waiting") == 1
    assert value(found, "treadle_open_executions", workflow="orders", status="running") == 1
    assert value(found, "treadle_ready_executions", queue="slow") == 1
    assert value(found, "treadle_oldest_ready_age_seconds", queue="slow") == 100
    assert (value(found, "treadle_workers", state="alive"), value(found, "treadle_workers", state="silent")) == (1, 2)
    assert value(found, "treadle_late_schedules") == 1
    assert value(found, "treadle_database_size_bytes") > 0


def test_many_workflows_become_one_beyond_the_bound(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MOST_WORKFLOWS", 1)
    for number, workflow in enumerate(["often", "often", "rare", "seldom"]):
        given_execution(store, f"exec-{number}", workflow=workflow)

    found = shown(Exposition(store))

    samples = {each.labels["workflow"]: each.value for each in found["treadle_open_executions"].samples}
    assert samples == {"often": 2, "(other)": 2}


def test_a_database_that_is_away_is_shown_as_such(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/no-folder/treadle.db")

    found = shown(Exposition(store))

    assert found.keys() == {"treadle_database_up"}
    assert value(found, "treadle_database_up") == 0
    store.close()


def test_node_types_beyond_the_bound_are_counted_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treadle.engine.meters.MOST_TYPES", 2)
    monkeypatch.setattr("treadle.engine.meters._type_of", lambda _, row: row.node_id)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    meters = Meters()
    item = type("Item", (), {"rows": [], "decision": None})()
    for kind in ("a", "b", "c", "d", "a"):
        item.rows = [JournalRow("exec-1", 1, "done", kind, "", 1, 1, "completed", started_at=now, finished_at=now)]
        meters.committed([item], set(), seconds=0.1)

    assert meters.activities == {("a", "completed"): 2, ("b", "completed"): 1, ("(other)", "completed"): 2}


def test_nodes_of_a_second_visit_count_under_their_type(house: House) -> None:
    twice = {"source": "s", "target": "turn", "tokens": 2}
    inner = graph([node("in", "noop")])
    flow = graph([node("s", "set", {"value": 0}), node("turn", "block", {"graph": inner}, join="each")], twice)

    house.run(flow)

    activities = house.workers[0][0].deps.meters.activities
    assert activities == {("set", "completed"): 1, ("noop", "completed"): 2, ("block", "completed"): 2}


def test_a_value_on_a_bound_lies_under_it() -> None:
    found = Distribution((1.0, 2.0))
    for number in (0.5, 1.0, 1.5, 2.5):
        found.add(number)

    assert (found.counts, found.total) == ([2, 1, 1], 5.5)


def test_the_server_shows_the_database_and_asks_for_a_token(sqlite_url: str) -> None:
    with served_api(sqlite_url, with_tokens("secret")) as api:
        refused = api.http.get("/metrics")
        plain = api.http.get("/metrics", headers={"Authorization": "Bearer secret"})
        open_metrics = {"Authorization": "Bearer secret", "Accept": "application/openmetrics-text; version=1.0.0"}
        other = api.http.get("/metrics", headers=open_metrics)

    assert refused.status_code == 401
    assert plain.headers["Content-Type"].startswith("text/plain; version=")
    assert value(families(plain.content), "treadle_workers", state="alive") == 0
    assert other.headers["Content-Type"].startswith("application/openmetrics-text")
    assert other.text.endswith("# EOF\n")


def test_a_worker_shows_its_metrics_on_a_port_of_its_own(tmp_path: Path) -> None:
    treadle = Treadle(tmp_path)
    port = free_port()
    treadle.environment |= {"TREADLE_METRICS_PORT": str(port)}
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    worker = treadle.start("worker", "--poll-interval", "0.1")
    line_with(worker, "worker started")

    treadle("run", "hello", "-i", "name=ann", "--timeout", "60")
    text = until(lambda: with_an_end(httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).content))
    second = treadle("worker", status=2).stderr
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=30)

    assert value(families(text), "treadle_activities_total", type="set", outcome="completed") == 1
    assert "treadle_executions" not in families(text)
    assert f"Cannot show metrics on 127.0.0.1:{port}" in second
    assert "TREADLE_METRICS_PORT" in second


def test_promtool_finds_nothing_to_complain_about(sqlite_url: str) -> None:
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed (Debian: the package prometheus); the parser of the client has read it")
    with served_api(sqlite_url) as api:
        api.save("only", NOTHING_TO_DO)
        api.save("bad", FAILING)
        with api.working():
            api.http.post(f"{API}/workflows/only/run?wait=60s", json={})
        text = api.http.get("/metrics").content
    with open_house(sqlite_url) as house:
        house.hire()
        house.run(graph([node("only", "noop")]))
        text += Exposition(workers=[worker for worker, _ in house.workers]).text("")[0]

    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)

    assert (checked.returncode, checked.stderr + checked.stdout) == (0, b"")


def test_every_name_is_of_the_form_that_prometheus_asks_for() -> None:
    wrong = [
        metric.name
        for metric in METRICS.values()
        if not re.fullmatch(r"treadle_[a-z][a-z_]*", metric.name) or metric.name.endswith("_total") != (metric.kind == "counter")
    ]

    assert wrong == []
    assert all(metric.help and not metric.help.endswith(".") for metric in METRICS.values())
    assert os.linesep not in "".join(metric.help for metric in METRICS.values())
