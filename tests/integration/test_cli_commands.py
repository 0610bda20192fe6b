"""The real command in its own process, on a SQLite database of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from command import ASK, FAILS, HELLO, Treadle, eventually, line_with, running_worker, words_after


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    return Treadle(tmp_path)


# --- workflows


def test_applying_a_file_saves_a_version_and_applying_it_again_does_not(treadle: Treadle) -> None:
    file = treadle.file("hello.yaml", HELLO)

    first = treadle.json("workflows", "apply", file)
    again = treadle.json("workflows", "apply", file)

    assert [(one["name"], one["version"], one["created"]) for one in first["items"]] == [("hello", 1, True)]
    assert [(one["name"], one["version"], one["created"]) for one in again["items"]] == [("hello", 1, False)]


def test_what_is_exported_can_be_applied_as_the_same_version(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("all.yaml", f"{HELLO}---\n{ASK}"))
    exported = treadle("workflows", "export", "hello", "ask").stdout

    again = treadle.json("workflows", "apply", "-", stdin=exported)

    assert [(one["name"], one["created"]) for one in again["items"]] == [("hello", False), ("ask", False)]


def test_nothing_is_saved_if_one_of_several_files_is_wrong(treadle: Treadle) -> None:
    good = treadle.file("hello.yaml", HELLO)
    bad = treadle.file("bad.yaml", "name: bad\nnodes: [{id: a, type: no.such.type}]\nedges: []\n")

    refused = treadle("workflows", "apply", good, bad, status=5)

    assert "bad.yaml: nodes[0].type" in refused.stderr
    assert treadle.json("workflows", "list")["items"] == []


def test_validation_needs_no_database_and_makes_none(treadle: Treadle) -> None:
    file = treadle.file("bad.yaml", "nodes: [{id: a, typo: noop}]\nedges: []\n")

    refused = treadle("workflows", "validate", file, "-o", "json", status=5)

    [checked] = json.loads(refused.stdout)["items"]
    assert checked["valid"] is False
    assert any(finding["path"].startswith("nodes[0]") for finding in checked["findings"])
    assert not (treadle.folder / "test.db").exists()


def test_the_difference_between_versions_is_shown_line_by_line(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO.replace("hello {{", "good day {{")))

    difference = treadle("workflows", "diff", "hello").stdout

    assert [line for line in difference.splitlines() if re.match(r"[+-]\s", line)] == [
        "-    value: hello {{ input.name }}",
        "+    value: good day {{ input.name }}",
    ]


def test_moved_nodes_make_no_version_and_are_exported_where_they_are(treadle: Treadle) -> None:
    moved = HELLO.replace("type: set,", "type: set, position: {x: 30, y: 40},")
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))

    applied = treadle.json("workflows", "apply", treadle.file("hello.yaml", moved))
    exported = treadle.json("workflows", "export", "hello")

    assert [(item["version"], item["created"]) for item in applied["items"]] == [(1, False)]
    assert exported["graph_config"]["nodes"][0]["position"] == {"x": 30.0, "y": 40.0}
    assert treadle("workflows", "diff", "hello").stdout == ""


def test_versions_count_what_is_open(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("ask.yaml", ASK))
    treadle("run", "ask", "--detach")

    listed = treadle.json("workflows", "versions", "ask")["items"]

    assert [(item["version"], item["open"]) for item in listed] == [(1, {"running": 1, "waiting": 0, "paused": 0})]
    assert re.search(r"^1 .* 1 ", treadle("workflows", "versions", "ask").stdout, re.MULTILINE)


def test_deleting_asks_and_without_a_person_wants_to_be_told(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))

    refused = treadle("workflows", "delete", "hello", status=2)
    treadle("workflows", "delete", "hello", "--yes")

    assert "--yes" in refused.stderr
    assert treadle.json("workflows", "list")["items"] == []


def test_a_mistyped_workflow_is_answered_with_the_one_meant(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))

    refused = treadle("run", "helo", status=4)

    assert refused.stderr == "Error: no workflow 'helo'. Did you mean 'hello'?\n"


# --- run


def test_a_file_runs_here_from_nothing_to_its_output(treadle: Treadle) -> None:
    file = treadle.file("hello.yaml", HELLO)

    done = treadle("run", file, "-i", "name=Ada", "--local")

    assert json.loads(done.stdout) == "hello Ada"
    assert "saved hello version 1" in done.stderr
    assert "greet" in done.stderr


def test_a_failed_execution_is_exit_code_1_and_its_error_is_said(treadle: Treadle) -> None:
    file = treadle.file("fails.yaml", FAILS)

    done = treadle("run", file, "--local", status=1)

    assert done.stdout == ""
    assert "a: broken: it broke" in done.stderr


def test_a_detached_run_prints_the_id_and_says_that_nobody_works(treadle: Treadle) -> None:
    file = treadle.file("hello.yaml", HELLO)

    done = treadle("run", file, "-i", "name=Ada", "--detach")

    execution_id = done.stdout.strip()
    assert execution_id.startswith("exec-")
    assert "no worker is running: start one with `treadle worker`" in done.stderr
    assert treadle.json("executions", "show", execution_id[:-2])["status"] == "running"


def test_waiting_without_a_worker_times_out_and_says_how_to_come_back(treadle: Treadle) -> None:
    file = treadle.file("hello.yaml", HELLO)

    done = treadle("run", file, "-i", "name=Ada", "--timeout", "0.3s", status=124)

    assert "no worker is running: start one with `treadle worker`" in done.stderr
    execution_id = words_after(done.stderr, "Come back: treadle executions watch")
    assert json.loads(treadle("executions", "watch", execution_id, "--local").stdout) == "hello Ada"


def test_ctrl_c_detaches_and_the_execution_stays(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    watching = treadle.start("run", "hello", "-i", "name=Ada")
    assert watching.stderr is not None
    first, second = watching.stderr.readline(), watching.stderr.readline()

    watching.send_signal(signal.SIGINT)
    _, rest = watching.communicate(timeout=60)

    execution_id = first.split()[1]
    assert "no worker is running" in second
    assert watching.returncode == 130
    assert f"detached; {execution_id} goes on. Come back: treadle executions watch {execution_id}" in rest
    assert treadle.json("executions", "show", execution_id)["status"] == "running"


def test_the_same_idempotency_key_starts_one_execution(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    run = ("run", "hello", "--detach", "--idempotency-key", "k", "-i")

    first = treadle(*run, "name=Ada").stdout
    second = treadle(*run, "name=Ada").stdout
    other = treadle(*run, "name=Grace", status=5)

    assert first == second
    assert "idempotency key 'k' was used before" in other.stderr


def test_an_input_that_does_not_fit_is_refused_with_its_place_and_a_hint(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))

    refused = treadle("run", "hello", "-i", "name=7", status=5)

    assert "input.name" in refused.stderr
    assert "-i name='\"7\"' passes it as text" in refused.stderr


# --- executions and approvals


def test_an_approval_is_shown_with_the_command_that_decides_it(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("ask.yaml", ASK))

    with running_worker(treadle):
        watching = treadle.start("run", "ask", "--timeout", "60s")
        approval_id = words_after(line_with(watching, "Go on?: "), "treadle approvals approve")
        treadle("approvals", "approve", approval_id, "--comment", "fine", "--by", "ada")
        output, _ = watching.communicate(timeout=90)

    assert (watching.returncode, json.loads(output)) == (0, "went on")
    decided = treadle.json("approvals", "list", "--status", "decided")["items"]
    assert [(one["id"], one["decision"]["decision"], one["decision"]["by"]) for one in decided] == [
        (approval_id, "approved", "ada")
    ]
    assert treadle("approvals", "reject", approval_id, status=6).stderr.startswith("Error:")


def test_an_execution_with_one_open_approval_can_be_decided_by_its_own_id(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("ask.yaml", ASK))
    with running_worker(treadle):
        execution_id = treadle("run", "ask", "--detach").stdout.strip()
        eventually(lambda: treadle.json("approvals", "list", "--execution", execution_id)["items"])

        treadle("approvals", "reject", execution_id)
        done = treadle("executions", "watch", execution_id, "--timeout", "60s", status=1)

    assert "somebody said no" in done.stderr


def test_why_says_that_nobody_works(treadle: Treadle) -> None:
    execution_id = treadle("run", treadle.file("ask.yaml", ASK), "--detach").stdout.strip()

    reasons = treadle.json("executions", "why", execution_id)["items"]

    assert any("worker" in reason["sentence"] for reason in reasons)


def test_the_journal_is_the_record_of_what_happened_in_order(treadle: Treadle) -> None:
    treadle("run", treadle.file("hello.yaml", HELLO), "-i", "name=Ada", "--local")
    [execution] = treadle.json("executions", "list")["items"]

    rows = treadle("executions", "journal", execution["id"], "-o", "jsonl").stdout.splitlines()

    assert [(json.loads(row)["seq"], json.loads(row)["node_id"]) for row in rows] == [(1, "greet")]


def test_lists_have_pages_that_join_up(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    started = [treadle("run", "hello", "-i", "name=Ada", "--detach").stdout.strip() for _ in range(3)]

    first = treadle.json("executions", "list", "--limit", "2")
    second = treadle.json("executions", "list", "--limit", "2", "--cursor", first["next_cursor"])

    assert [one["id"] for one in first["items"] + second["items"]] == started[::-1]
    assert second["next_cursor"] is None


def test_executions_are_searched_and_counted(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    older = treadle("run", "hello", "-i", "name=Ada", "--detach").stdout.strip()
    treadle("executions", "watch", older, "--local")
    newer = treadle("run", "hello", "-i", "name=Ada", "--detach").stdout.strip()

    found = [
        treadle.json("executions", "list", *search)["items"]
        for search in (("status:completed", "hell"), ("-q", "-status:completed since:1h"), ("status:failed",))
    ]
    facets = treadle.json("executions", "count", "status:completed")
    counted = treadle("executions", "count", "--workflow", "hello").stdout.splitlines()

    assert [[one["id"] for one in items] for items in found] == [[older], [newer], []]
    assert (facets["total"], facets["status"]["running"], facets["workflow"]) == (1, 1, [{"value": "hello", "count": 1}])
    assert [line.split() for line in counted][1:4] == [["total", "-", "2"], ["status", "running", "1"], ["status", "waiting", "0"]]


def test_a_search_that_cannot_be_read_is_told_with_its_column(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))

    refused = treadle("executions", "list", "hello", "stauts:failed", status=5)

    assert "column 7: there is no 'stauts' to search by" in refused.stderr
    assert "did you mean 'status'?" in refused.stderr


def test_cancel_is_answered_by_what_the_execution_is_when_it_comes_too_late(treadle: Treadle) -> None:
    treadle("run", treadle.file("hello.yaml", HELLO), "-i", "name=Ada", "--local")
    [execution] = treadle.json("executions", "list")["items"]

    refused = treadle("executions", "cancel", execution["id"], status=6)

    assert "completed" in refused.stderr


def test_an_execution_is_cancelled_paused_resumed_and_signalled_by_its_prefix(treadle: Treadle) -> None:
    execution_id = treadle("run", treadle.file("ask.yaml", ASK), "--detach").stdout.strip()
    prefix = execution_id[:-1]

    said = [
        treadle("executions", verb, prefix, *more).stderr
        for verb, *more in (
            ["pause"],
            ["resume"],
            ["signal", "paid", "--payload", '{"amount": 2}'],
            ["cancel", "--reason", "enough"],
        )
    ]

    assert all(line.startswith(f"{execution_id} ") for line in said)
    with running_worker(treadle):
        treadle("executions", "watch", execution_id, "--timeout", "60s", status=1)
    assert treadle.json("executions", "show", execution_id)["status"] == "cancelled"


@pytest.mark.parametrize(
    "words",
    [
        ["executions", "show", "exec-x"],
        ["approvals", "show", "appr-x"],
        ["schedules", "show", "sched-x"],
        ["workers", "drain", "wrk-x"],
        ["nodes", "show", "no.such"],
        ["run", "nothing"],
        ["run", "no.yaml"],
    ],
)
def test_what_does_not_exist_is_exit_code_4(treadle: Treadle, words: list[str]) -> None:
    treadle("db", "migrate")

    refused = treadle(*words, status=4)

    assert refused.stderr.startswith("Error: no ")


def test_a_start_that_joins_a_debounced_one_says_so(treadle: Treadle) -> None:
    late = "name: late\nnodes: [{id: a, type: set, config: {value: 1}}]\nedges: []\nsettings: {debounce: {wait: 10m}}\n"
    treadle("workflows", "apply", treadle.file("late.yaml", late))
    first = treadle("run", "late", "--detach").stdout.strip()

    second = treadle("run", "late", "--detach")

    assert f"joined the start that is waiting: {first}" in second.stderr
    assert "idempotency" not in second.stderr


# --- workers, nodes, database


def test_a_running_worker_is_listed_and_evicted_by_its_prefix(treadle: Treadle) -> None:
    treadle("db", "migrate")
    with running_worker(treadle):
        [worker] = eventually(lambda: treadle.json("workers", "list")["items"])

        evicted = treadle("workers", "evict", worker["id"][:-1]).stderr

    assert worker["alive"] is True
    assert evicted == f"{worker['id']} evicted; 0 executions given back\n"


def test_node_types_are_listed_and_shown(treadle: Treadle) -> None:
    listed = treadle.json("nodes", "list")["items"]

    shown = treadle("nodes", "show", "approval").stdout

    assert {"log", "if", "approval", "demo.flaky"} <= {one["type"] for one in listed}
    assert "approved, rejected, expired" in shown


def test_looking_at_a_database_that_is_not_there_does_not_make_one(treadle: Treadle) -> None:
    refused = treadle("executions", "list", status=3)

    assert "`treadle up` or `treadle db migrate` creates it" in refused.stderr
    assert not (treadle.folder / "test.db").exists()


def test_migrating_twice_changes_nothing_the_second_time(treadle: Treadle) -> None:
    first = treadle("db", "migrate").stderr

    second = treadle("db", "migrate").stderr

    assert first.startswith("applied ")
    assert second == "the schema is up to date\n"


def test_a_server_that_cannot_be_reached_is_exit_code_3(treadle: Treadle) -> None:
    refused = treadle("--db", "postgresql://nobody@127.0.0.1:1/none", "executions", "list", status=3)

    assert refused.stderr.startswith("Error: the database cannot be reached")


def test_pruning_deletes_what_finished_before(treadle: Treadle) -> None:
    treadle("run", treadle.file("hello.yaml", HELLO), "-i", "name=Ada", "--local")

    kept = treadle("db", "prune", "--older-than", "1d", "--yes").stderr
    deleted = treadle("db", "prune", "--older-than", "0", "--yes").stderr

    assert kept == "deleted 0 executions\n"
    assert deleted == "deleted 1 executions\n"


def test_the_doctor_says_how_to_mend_what_is_missing(treadle: Treadle) -> None:
    without = treadle("doctor", status=3).stdout
    treadle("db", "migrate")

    there = treadle.json("doctor")

    assert "treadle db migrate" in without
    assert there["status"] == "warning"
    assert {(one["code"], one["severity"]) for one in there["findings"]} >= {
        ("database", "ok"), ("schema", "ok"), ("no_worker", "warning"),
    }  # fmt: skip


def test_the_doctor_tells_an_unusable_database_from_other_errors(treadle: Treadle) -> None:
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    well = treadle("doctor")
    treadle("run", "hello", "-i", "name=ann", "--detach")

    ill = treadle("doctor", status=1).stdout
    treadle.environment["TREADLE_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/treadle"
    gone = treadle("doctor", status=3).stdout

    assert "everything with `treadle up`" in well.stdout
    assert "1 execution ready to run" in ill
    assert "cannot be reached" in gone


def test_an_invalid_setting_is_a_usage_error_that_names_it(treadle: Treadle) -> None:
    treadle.environment["TREADLE_PORT"] = "seven"

    refused = treadle("doctor", status=2)

    assert "port" in refused.stderr


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_switches_colours_off_on_a_terminal(treadle: Treadle, no_color: str, coloured: bool) -> None:
    terminal, side = os.openpty()

    subprocess.run(
        [sys.executable, "-m", "treadle", "doctor"], stdout=side, cwd=treadle.folder, check=False,
        env={**treadle.environment, "NO_COLOR": no_color},
    )  # fmt: skip

    said = os.read(terminal, 100_000).decode()
    os.close(terminal)
    os.close(side)
    assert "database" in said
    assert ("\x1b[" in said) is coloured


def test_an_address_that_names_no_database_is_a_usage_error(treadle: Treadle) -> None:
    refused = treadle("--db", "mysql://x", "executions", "list", status=2)

    assert "cannot tell the database" in refused.stderr


def test_an_execution_is_forked_from_a_node(treadle: Treadle) -> None:
    started = treadle.json("run", treadle.file("hello.yaml", HELLO), "-i", "name=ann", "--local")

    tried = treadle("executions", "fork", started["id"], "--from", "greet", "--dry-run").stdout
    made = treadle.json("executions", "fork", started["id"], "--from", "greet", "--input", '{"name": "bob"}')
    unknown = treadle("executions", "fork", started["id"], "--from", "great", status=4).stderr

    assert tried.splitlines() == [f"would fork {started['id']} from greet", "reuses: nothing", "runs first: greet"]
    assert (made["forked_from"], made["again"], made["input_replaced"]) == (started["id"], ["greet"], True)
    assert treadle.json("executions", "show", made["id"])["input"] == {"name": "bob"}
    assert "greet" in unknown


def test_a_failed_execution_is_retried_from_a_node(treadle: Treadle) -> None:
    started = treadle.json("run", treadle.file("fails.yaml", FAILS), "--local", status=1)

    said = treadle("executions", "retry", started["id"], "--from", "a").stderr
    late = treadle("executions", "retry", started["id"], "--from", "a", status=6).stderr

    assert "is tried again" in said
    assert f"treadle executions fork {started['id']} --from a" in late
