"""`treadle approvals` in this process: several people, outcomes, handing over, links, and the lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine_house import until
from treadle.bootstrap import Treadle, build_worker, open_treadle
from treadle.cli.main import status_of
from treadle.settings import Settings

CONFIG: dict[str, Any] = {
    "title": "Refund?", "assignees": ["ann", "bob", "cy"], "required": 2, "payload": {"amount": 5},
    "outcomes": [{"port": "approved", "label": "Pay"}, {"port": "rejected"}, {"port": "later", "label": "Not now"}],
}  # fmt: skip
ASK = {"nodes": [{"id": "ask", "type": "approval", "config": CONFIG}], "edges": []}
MINE = {"nodes": [{"id": "ask", "type": "approval", "config": {"title": "ok?", "not_by_starter": True}}], "edges": []}

Run = Callable[..., Any]


@pytest.fixture
def opened(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Treadle]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TREADLE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("LOGNAME", "zoe")
    treadle = open_treadle(Settings(poll_interval=0.05), migrate=True)
    treadle.engine.save_workflow("ask", ASK)
    yield treadle
    treadle.close()


@pytest.fixture
def approval_id(opened: Treadle) -> str:
    """An open approval of two people out of three."""
    execution_id = opened.engine.create("ask").id
    worker = build_worker(opened)
    thread = worker.start_in_thread()
    until(lambda: opened.store.executions.get(execution_id).status == "waiting")
    worker.stop()
    thread.join()
    [approval] = opened.store.executions.approvals(execution_id=execution_id).items
    return approval.id


@pytest.fixture
def run(opened: Treadle, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `treadle approvals …`: the output, then what was said to people."""

    def run(*words: str, status: int = 0) -> tuple[str, str]:
        capsys.readouterr()
        code = status_of(["approvals", *words])
        out, err = capsys.readouterr()
        assert code == status, err
        return out, err

    return run


def test_each_decision_says_how_many_there_are(run: Run, approval_id: str) -> None:
    _, first = run("approve", approval_id, "--by", "ann")
    _, again = run("approve", approval_id, "--by", "ann")
    _, second = run("approve", approval_id, "--by", "bob", "--data", '{"amount": 4}')
    _, late = run("reject", approval_id, "--by", "cy", status=6)

    assert first.strip() == f"{approval_id} approved; 1 of 2 so far"
    assert again.strip() == f"{approval_id} was told so before; 1 of 2 so far"
    assert "goes on" in second
    assert "already decided: approved by bob" in late


def test_the_login_name_decides_unless_another_is_given(run: Run, approval_id: str) -> None:
    _, refused = run("approve", approval_id, status=5)

    assert "zoe is not asked" in refused
    assert "ann, bob, cy" in refused


def test_any_outcome_can_be_chosen_by_its_port(run: Run, approval_id: str) -> None:
    _, said = run("decide", approval_id, "later", "--by", "cy", "--comment", "after lunch")
    _, refused = run("decide", approval_id, "never", "--by", "cy", status=5)

    assert "later; 1 of 2 so far" in said
    assert "approved, rejected, later" in refused


def test_the_page_of_an_approval_tells_its_history(run: Run, approval_id: str) -> None:
    run("delegate", approval_id, "--by", "bob", "--to", "dan", "--comment", "away")
    run("approve", approval_id, "--by", "ann", "--comment", "fine")

    page, _ = run("show", approval_id)
    record = json.loads(run("show", approval_id, "-o", "json")[0])

    assert "bob handed over to dan (cli): away" in page
    assert "ann decided approved (cli): fine" in page
    assert "required    2 people who choose the same" in page
    assert "with one of approved, rejected, later" in page
    assert (record["assignees"], [each["by"] for each in record["decisions"]]) == (["ann", "dan", "cy"], ["ann"])


def test_handing_over_twice_is_said(run: Run, approval_id: str) -> None:
    _, first = run("delegate", approval_id, "--by", "bob", "--to", "dan")
    _, second = run("delegate", approval_id, "--by", "bob", "--to", "dan")

    assert "asks dan instead of bob" in first
    assert "was handed over so before" in second


def test_a_link_is_printed_alone(run: Run, opened: Treadle, approval_id: str) -> None:
    url, said = run("link", approval_id, "--for", "ann", "--expires", "2d", "--base-url", "https://flows.example.com/")
    _, refused = run("link", approval_id, "--expires", "soon", status=5)

    head, _, token = url.strip().rpartition("/")
    link = opened.engine.approvals.open_link(token)
    assert head == "https://flows.example.com/api/v1/approvals/by-link"
    assert (link.approval_id, link.person) == (approval_id, "ann")
    assert said.startswith("good until ")
    assert "'soon' is not a duration" in refused


def test_lists_find_what_waits_for_somebody(run: Run, approval_id: str) -> None:
    mine, _ = run("list", "--assignee", "bob", "-o", "json")
    nobody, said = run("list", "--assignee", "zoe")
    late, _ = run("list", "--overdue", "-o", "json")
    counted, _ = run("count")
    facets = json.loads(run("count", "-o", "json")[0])

    assert [item["id"] for item in json.loads(mine)["items"]] == [approval_id]
    assert (nobody, said.strip(), json.loads(late)["items"]) == ("", "(no open approvals)", [])
    assert [line.split() for line in counted.splitlines()][-1] == ["assignee", "cy", "1"]
    assert (facets["open"], facets["overdue"], facets["workflows"]) == (1, 0, [{"name": "ask", "count": 1}])


@pytest.mark.parametrize(("words", "starter"), [((), "zoe"), (("--by", "ann"), "ann")])
def test_a_run_knows_who_started_it(opened: Treadle, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], starter: str) -> None:
    opened.engine.save_workflow("mine", MINE)

    assert status_of(["run", "mine", "--detach", *words]) == 0

    started = opened.store.executions.get(capsys.readouterr().out.strip())
    assert json.loads(started.trigger_json)["by"] == starter
