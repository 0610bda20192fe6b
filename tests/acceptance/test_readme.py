"""The README is true: its commands say what it shows, its Python runs, its links lead somewhere."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from acceptance.readme import ROOT, Folder, blocks, folder, lines_until, recording, steady


@pytest.fixture
def here(tmp_path: Path) -> Folder:
    return folder(tmp_path)


def test_up_and_run_say_what_the_readme_shows(here: Folder) -> None:
    with here.staying("treadle", "up", until="Stop: Ctrl-C") as said:
        running = here.start("treadle", "run", "order_refund", "--wait")
        shown = lines_until(running, "treadle approvals approve")
        [approve] = re.findall(r"treadle approvals approve appr-[0-9a-f]+", shown[-1])
        here.run(*approve.split())
        rest, _ = running.communicate(timeout=60)

    assert steady(said) == steady(recording("treadle up"))
    assert steady([*shown, *rest.splitlines()]) == steady(recording("treadle run order_refund --wait"))
    assert running.returncode == 0


def test_an_execution_goes_on_after_a_kill_and_a_restart(here: Folder) -> None:
    first = here.start("treadle", "up")
    lines_until(first, "Stop: Ctrl-C")
    execution_id = here.run("treadle", "run", "nightly_report", "--detach").strip()
    first.kill()
    first.wait(timeout=60)
    first.communicate()

    with here.staying("treadle", "up", until="Stop: Ctrl-C"):
        output = here.run("treadle", "executions", "watch", execution_id, "--timeout", "60s")

    assert json.loads(output) == f"Report for {execution_id}: stock 17"


def test_the_loop_of_the_examples_goes_round_until_it_is_approved(here: Folder) -> None:
    with here.staying("treadle", "up", until="Stop: Ctrl-C"):
        watching = here.start("treadle", "run", "review_loop")
        for verb in ("reject", "approve"):
            [approval_id] = re.findall("appr-[0-9a-f]+", lines_until(watching, "treadle approvals approve")[-1])
            here.run("treadle", "approvals", verb, approval_id)
        said, _ = watching.communicate(timeout=60)

    assert json.loads(said.splitlines()[-1]) == "published after 2 rounds"


def test_the_python_runs_as_written(here: Folder) -> None:
    [source] = blocks("python")
    (here.path / "hello.py").write_text(source, encoding="utf-8")

    with here.staying(sys.executable, "hello.py", until="exec-") as said:
        output = here.run("treadle", "executions", "watch", said[-1].strip(), "--timeout", "60s")

    assert json.loads(output) == "ADA!"


def test_the_module_can_be_named_for_its_activities(here: Folder) -> None:
    [source] = blocks("python")
    (here.path / "hello.py").write_text(source, encoding="utf-8")
    here.environment |= {"TREADLE_ACTIVITIES": "hello", "PYTHONPATH": "."}

    assert "The text in capitals." in here.run("treadle", "nodes", "show", "text.upper")


@pytest.mark.parametrize(
    "command",
    [("-m", "treadle", "worker"), (str(ROOT / "scripts" / "start_worker.py"),), ("-m", "treadle.engine.worker")],
    ids=lambda command: command[-1].rpartition("/")[2],
)
def test_each_way_to_start_a_worker_runs_executions(here: Folder, command: tuple[str, ...]) -> None:
    (here.path / "hello.yaml").write_text("nodes: [{id: greet, type: set, config: {value: hello}}]\nedges: []\n", encoding="utf-8")
    here.run("treadle", "workflows", "apply", "hello.yaml")

    with here.staying(sys.executable, *command, until="Workflow worker started"):
        output = here.run("treadle", "run", "hello", "--timeout", "60s")

    assert json.loads(output) == "hello"


def test_make_up_starts_what_treadle_up_starts() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines()]

    assert commands[-1] == "make up"
    assert "\t@exec $(PY) -m treadle up\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "examples" / "README.md"], ids=lambda page: page.name
)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]

    assert [link for link in links if link and not (page.parent / link).exists()] == []
