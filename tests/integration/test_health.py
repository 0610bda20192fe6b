"""The check-up: whatever is wrong is found, said rightly, and comes with what mends it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

from conftest import MovableClock
from served_api import API, NO_UI, served_api, with_tokens
from store_steps import (
    NEW_WORKER,
    claim,
    commit,
    end,
    given_claimed,
    given_execution,
    given_waiting,
    given_worker,
    given_workflow,
    row,
    schedule,
)
from treadle.api.schemas.system import CheckUp
from treadle.domain.workers import NewWorker
from treadle.health import Finding, Surroundings, examine
from treadle.health.checks import disk
from treadle.ports import Store
from treadle.store import open_store

ANY_PORT = 0
ROOT = Path(__file__).parents[2]


def place_of(store: Store, moved: MovableClock, **changes: Any) -> Surroundings:
    """A check-up of a store from a machine whose clock is right, where no server runs."""
    plain = Surroundings(
        store, ("noop",), moved.now, machine="host-1", host="127.0.0.1", port=ANY_PORT, guarded=False, serving=False
    )
    return replace(plain, **changes)


def found(store: Store, moved: MovableClock, **changes: Any) -> dict[str, Finding]:
    """What a check-up finds, by code."""
    return {finding.code: finding for finding in examine(place_of(store, moved, **changes)).findings}


def given_worker_with(store: Store, **fields: Any) -> NewWorker:
    worker = replace(NEW_WORKER, **fields)
    store.workers.register(worker, lease=30)
    return worker


def test_a_system_in_which_all_is_well_has_no_errors(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    given_workflow(store)

    report = examine(place_of(store, clock))

    assert [finding for finding in report.findings if finding.severity == "error"] == []
    assert {"database", "schema", "writable", "clock", "workers", "node_types", "oldest_ready", "size"} <= {
        finding.code for finding in report.findings
    }
    assert report.checked_at == clock.now()


def test_every_finding_that_is_not_well_says_what_mends_it(store: Store, clock: MovableClock) -> None:
    given_execution(store)
    store.schedules.add(schedule(clock.now()))
    clock.advance(seconds=3600)

    findings = found(store, clock, host="0.0.0.0").values()

    assert [finding.code for finding in findings if finding.severity != "ok" and not finding.mend] == []
    assert {finding.code for finding in findings} >= {"no_worker", "bind_unguarded", "schedule_late", "oldest_ready"}


def test_without_a_worker_it_says_how_much_waits_and_how_to_start_one(store: Store, clock: MovableClock) -> None:
    given_execution(store)

    finding = found(store, clock)["no_worker"]

    assert (finding.severity, finding.detail["ready"]) == ("error", 1)
    assert "1 execution ready" in finding.sentence
    assert "treadle worker" in finding.mend


def test_a_silent_worker_is_named_with_what_it_holds_and_how_to_evict_it(store: Store, clock: MovableClock) -> None:
    given_claimed(store)
    clock.advance(seconds=31)

    finding = found(store, clock)["worker_silent"]

    assert "a on host-1 (process 42) is silent since 2026-01-01 12:00:00 UTC" in finding.sentence
    assert "holds 1 execution" in finding.sentence
    assert "treadle workers evict a" in finding.mend


@pytest.mark.parametrize(("hours", "words"), [(1, "60 min ahead of the database's"), (-3, "3.0 h behind the database's")])
def test_a_worker_whose_clock_is_wrong_is_named_with_how_much(
    store: Store, clock: MovableClock, hours: int, words: str
) -> None:
    given_worker_with(store, clock_at=clock.now() + timedelta(hours=hours))

    registered = found(store, clock)["worker_clock_skew"]
    store.workers.beat("a", lease=30, clock_at=clock.now() + timedelta(hours=hours))
    beaten = found(store, clock)["worker_clock_skew"]
    store.workers.beat("a", lease=30, clock_at=clock.now())

    assert words in registered.sentence
    assert registered.detail == beaten.detail == {"worker": "a", "skew": hours * 3600}
    assert "worker_clock_skew" not in found(store, clock)


def test_a_beat_that_comes_from_the_future_shows_a_wrong_clock_where_each_process_brings_its_own(sqlite_url: str) -> None:
    ours, theirs = MovableClock(), MovableClock()
    theirs.advance(seconds=3600)
    store, elsewhere = open_store(sqlite_url, clock=ours), open_store(sqlite_url, clock=theirs)
    store.migrate()
    elsewhere.workers.register(replace(NEW_WORKER, clock_at=theirs.now()), lease=30)

    finding = found(store, ours)["worker_clock_skew"]

    assert "60 min ahead of" in finding.sentence
    store.close()
    elsewhere.close()


def test_a_clock_of_this_machine_that_is_wrong_is_told(store: Store, clock: MovableClock) -> None:
    finding = found(store, clock, clock=lambda: clock.now() - timedelta(hours=1))["clock_skew"]

    assert (finding.severity, finding.detail) == ("warning", {"skew": -3600})
    assert "60 min behind the database's" in finding.sentence


def test_a_queue_that_nobody_serves_is_named(store: Store, clock: MovableClock) -> None:
    given_worker(store)
    given_execution(store, queue="reports")

    finding = found(store, clock)["queue_unserved"]

    assert (finding.severity, finding.detail) == ("error", {"queue": "reports", "ready": 1})
    assert "treadle worker --queue reports" in finding.mend


def test_a_node_type_that_nobody_serves_is_an_error_once_an_execution_needs_it(store: Store, clock: MovableClock) -> None:
    inner = '{"nodes":[{"id":"say","type":"slack.send"}],"edges":[]}'
    graph = f'{{"nodes":[{{"id":"each","type":"noop","config":{{"graph":{inner}}}}}],"edges":[]}}'
    given_worker(store)
    store.workflows.save("notes", graph, "")

    saved = found(store, clock)["node_type_unserved"]
    given_execution(store, "exec-2")
    store.workflows.save("orders", graph, "")
    given_execution(store, "exec-3", workflow="notes")
    needed = found(store, clock)["node_type_unserved"]

    assert (saved.severity, saved.detail["executions"]) == ("warning", 0)
    assert (needed.severity, needed.detail) == (
        "error",
        {"type": "slack.send", "workflows": ["notes", "orders"], "executions": 1},
    )
    assert "TREADLE_ACTIVITIES" in needed.mend


def test_what_waits_long_for_a_worker_is_told_with_its_age(store: Store, clock: MovableClock) -> None:
    given_execution(store)
    clock.advance(seconds=300)
    given_worker(store)

    finding = found(store, clock)["oldest_ready"]

    assert (finding.severity, finding.detail) == ("warning", {"ready": 1, "age": 300})


def test_workers_without_a_free_slot_are_told(store: Store, clock: MovableClock) -> None:
    given_worker_with(store, concurrency=1)
    given_execution(store, "exec-1")
    claim(store)
    given_execution(store, "exec-2")

    finding = found(store, clock)["workers_full"]

    assert "WORKFLOW_WORKER_CONCURRENCY" in finding.mend


def test_timers_and_retries_that_nobody_wakes_are_an_error(store: Store, clock: MovableClock) -> None:
    given_waiting(store, wake_at=clock.now() + timedelta(seconds=10))
    held = given_claimed(store, "exec-2")
    commit(store, end(held, "failed", retry_in=20))

    early = found(store, clock)
    clock.advance(seconds=120)
    late = found(store, clock)["executions_overdue"]

    assert "executions_overdue" not in early
    assert late.detail["executions"] == ["exec-1", "exec-2"]


def test_an_execution_in_work_that_records_nothing_for_long_is_named(store: Store, clock: MovableClock) -> None:
    given_claimed(store, "exec-1")
    held = given_claimed(store, "exec-2")
    clock.advance(seconds=7200)
    commit(store, rows=(row(held.execution_id, started_at=clock.now(), finished_at=clock.now()),))
    given_worker(store)

    finding = found(store, clock)["execution_unmoved"]

    assert finding.detail == {"execution": "exec-1", "worker": "a"}
    assert "2.0 h" in finding.sentence


def test_an_execution_that_killed_its_workers_is_told_for_a_day(store: Store, clock: MovableClock) -> None:
    given_execution(store)
    for worker in ("a", "b", "c"):
        given_worker(store, worker)
        assert len(claim(store, worker, owns_nothing=True)) == 1
        store.workers.evict(worker)
    given_worker(store, "d")
    [held] = claim(store, "d", owns_nothing=True)
    commit(store, end(held, "failed"), owner="d")

    told = found(store, clock)["crash_loop"]
    clock.advance(seconds=2 * 86_400)

    assert told.detail["executions"] == ["exec-1"]
    assert "treadle executions retry exec-1" in told.mend
    assert "crash_loop" not in found(store, clock)


def test_schedules_that_are_late_or_set_aside_are_named(store: Store, clock: MovableClock) -> None:
    given_workflow(store)
    store.schedules.add(schedule(clock.now()))
    store.schedules.add(schedule(clock.now(), id="sch-2"))
    store.schedules.add(schedule(clock.now(), id="sch-3", paused=True))
    store.schedules.set_aside(store.schedules.get("sch-2"), "the workflow is gone")
    clock.advance(seconds=61)

    findings = found(store, clock)

    assert findings["schedule_late"].detail["schedules"] == ["sch-1"]
    assert "the workflow is gone" in findings["schedule_set_aside"].sentence


def test_a_stopped_database_is_told_as_unreachable_and_nothing_else_of_it_is_asked(clock: MovableClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens on it: connections are refused
        store = open_store(f"postgresql://nobody@127.0.0.1:{taken.getsockname()[1]}/treadle")

        findings = found(store, clock)

    assert findings["database_unreachable"].severity == "error"
    assert "refused" in findings["database_unreachable"].sentence
    assert findings.keys() & {"schema", "workers", "clock"} == set()
    store.close()


def test_a_database_that_is_not_there_is_not_made_by_looking(tmp_path: Path, clock: MovableClock) -> None:
    store = open_store(f"sqlite:///{tmp_path}/treadle.db")

    finding = found(store, clock)["database_missing"]

    assert "treadle db migrate" in finding.mend
    assert list(tmp_path.iterdir()) == []
    store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_schema_that_does_not_fit_comes_with_the_command(
    kind: str, clock: MovableClock, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue({"sqlite": "empty_sqlite_url", "postgres": "empty_postgres_url"}[kind])
    store = open_store(url)
    store.describe()  # an empty database, as after `createdb`

    finding = found(store, clock)["schema"]

    assert (finding.severity, finding.mend) == ("error", "run `treadle db migrate`")
    store.close()


def test_a_database_that_refuses_writes_is_told_though_it_answers(postgres_url: str, clock: MovableClock) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    store = open_store(postgres_url, clock=clock)

    finding = found(store, clock)["not_writable"]

    assert "read-only" in finding.sentence
    assert "primary" in finding.mend
    assert "go on by themselves" in found(store, clock)["no_worker"].mend, "starting workers mends nothing"
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(folder: Path) -> None:
    """Leave no room at all."""
    with (folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))


def test_a_full_disk_is_told_as_one(small_disk: Path, clock: MovableClock) -> None:
    store = open_store(f"sqlite:///{small_disk}/treadle.db", clock=clock)
    store.migrate()
    with closing(apsw.Connection(f"{small_disk}/treadle.db")) as connection:  # else there is room left in its log
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    fill(small_disk)

    findings = [finding for finding in examine(place_of(store, clock)).findings if finding.code == "disk_full"]

    assert [finding.severity for finding in findings] == ["error", "error"]
    assert [finding.title for finding in findings] in (["disk", "writing"], ["disk", "database"])  # a new connection writes, too
    assert "treadle db prune" in findings[0].mend
    store.close()


@pytest.mark.parametrize(
    ("free", "code"), [(10 << 20, "disk_full"), (500 << 20, "disk_low"), (2 << 30, "disk_low"), (900 << 30, "disk")]
)
def test_free_space_is_judged(
    sqlite_url: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, free: int, code: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1 << 40, (1 << 40) - free, free))
    store = open_store(sqlite_url)

    [finding] = disk.space(place_of(store, clock))

    assert finding.code == code
    store.close()


def test_a_port_that_another_program_has_is_told_from_one_with_a_server(sqlite_url: str, clock: MovableClock) -> None:
    with served_api(sqlite_url) as api, socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        ours = api.http.base_url.port
        assert ours is not None
        api.http.get("/healthz")  # the first answer of a server takes longer than the check waits, on a busy machine

        with_a_server = found(api.treadle.store, clock, port=ours)
        with_a_stranger = found(api.treadle.store, clock, port=stranger.getsockname()[1])

    assert "a treadle server answers" in with_a_server["port"].sentence
    assert with_a_stranger["port_taken"].severity == "warning"


@pytest.mark.parametrize(
    ("host", "guarded", "code"), [("::1", False, "bind"), ("0.0.0.0", True, "bind"), ("", False, "bind_unguarded")]
)
def test_an_address_beyond_this_machine_needs_tokens(
    store: Store, clock: MovableClock, host: str, guarded: bool, code: str
) -> None:
    assert code in found(store, clock, host=host, guarded=guarded)


def test_a_built_web_interface_is_found(store: Store, clock: MovableClock, tmp_path: Path) -> None:
    without = found(store, clock, pages=tmp_path)
    (tmp_path / "index.html").write_text("<!doctype html>")

    assert "make ui" in without["web_interface_missing"].mend
    assert "web_interface" in found(store, clock, pages=tmp_path)


def test_a_transaction_that_stays_open_is_seen_with_how_to_end_it(postgres_url: str) -> None:
    store = open_store(postgres_url)
    with psycopg.connect(postgres_url, application_name="forgotten") as connection:
        connection.execute("SELECT 1 FROM execution")

        seen = store.vitals.old_transactions(older_than=0, limit=100)

        mine = [each for each in seen if each.pid == connection.info.backend_pid]
    assert [(each.application, each.state) for each in mine] == [("forgotten", "idle in transaction")]
    store.close()


def test_the_api_answers_with_the_same_check_up(tmp_path: Path) -> None:
    with served_api(f"sqlite:///{tmp_path}/treadle.db", with_tokens("secret")) as api:
        refused = api.http.get(f"{API}/health")
        answer = api.http.get(f"{API}/health", headers={"Authorization": "Bearer secret"})
        here = replace(api.treadle.surroundings(), pages=NO_UI)
        codes = {finding.code for finding in examine(here).findings}

    report = CheckUp.model_validate_json(answer.content)
    assert refused.status_code == 401
    assert report.status == "warning"
    assert {finding.code for finding in report.findings} == codes
    assert [finding.severity for finding in report.findings if finding.code == "no_worker"] == ["warning"]
    assert os.fspath(tmp_path) in answer.text


def test_every_code_is_in_the_documentation() -> None:
    sources = [file.read_text() for file in (ROOT / "src" / "treadle" / "health" / "checks").glob("*.py")]
    codes = {code for source in sources for code in re.findall(r'\b(?:ok|warning|error|report|\))\(\s*"(\w+)"', source)}
    page = (ROOT / "docs" / "monitoring.md").read_text()

    assert len(codes) > 30
    assert sorted(code for code in codes if f"`{code}`" not in page) == []


def test_a_collector_of_traces_that_cannot_be_reached_is_told_and_one_that_listens_too(store: Store, clock: MovableClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        collector = f"http://127.0.0.1:{listening.getsockname()[1]}/v1/traces"
        reached = found(store, clock, collector=collector)["traces_collector"]
    refused = found(store, clock, collector=collector)["traces_collector"]
    missing = found(store, clock, collector=collector, can_trace=False)["traces_unavailable"]

    assert (reached.severity, refused.severity, missing.severity) == ("ok", "warning", "warning")
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in refused.mend
    assert "pip install 'treadle[otel]'" in missing.mend
    assert "traces_collector" not in found(store, clock)
