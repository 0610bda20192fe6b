"""Each command on the page about troubles is typed, where there is something to find."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from acceptance.readme import ROOT, folder
from command import FAILS
from store_steps import NEW_WORKER
from treadle.cli.main import cli
from treadle.store import open_store

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"`treadle ([^`]+)`", PAGE)))
STAYING = [command for command in COMMANDS if command.split()[0] in ("up", "worker")]
SYMPTOMS = [
    "Executions are not processed", "An execution is stuck", "Everything is slow", "High CPU", "High memory", "Database load",
    "Database is locked", "A schedule did not fire",
]  # fmt: skip


def test_the_page_has_each_symptom_and_begins_each_with_where_to_look() -> None:
    sections = dict(re.findall(r"^## (.+)\n\n((?:(?!## ).*\n)*)", PAGE, flags=re.MULTILINE))

    assert set(SYMPTOMS) <= sections.keys()
    assert [symptom for symptom in SYMPTOMS if "Look: `treadle " not in sections[symptom]] == []
    for title in re.findall(r"\]\(#([^)]+)\)", PAGE):
        assert title in {heading.lower().replace(" ", "-") for heading in sections}


def test_each_command_of_the_page_does_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TREADLE_DATABASE_URL", f"sqlite:///{tmp_path}/test.db")
    said = CliRunner().invoke

    def typed(command: str, *allowed: int) -> str:
        done = said(cli, shlex.split(command), input="what a person types\n", catch_exceptions=False)
        assert done.exit_code in (allowed or (0,)), f"treadle {command}: {done.output}"
        return done.stdout

    Path("FILE").write_text(FAILS.replace("name: fails\n", ""), encoding="utf-8")
    Path("fails.yaml").write_text(FAILS, encoding="utf-8")
    typed("db migrate")
    typed("run fails.yaml --local", 1)
    typed("schedules create fails --every 1h")
    typed("webhooks create fails --paused")
    ids = {group: json.loads(typed(f"{group} list -o json"))["items"][0]["id"] for group in ("executions", "schedules", "webhooks")}
    typed(f"schedules pause {ids['schedules']}")

    for command in sorted(COMMANDS, key=lambda each: "retry" in each):  # afterwards it has not failed any more
        if command in STAYING:
            continue
        store = open_store(f"sqlite:///{tmp_path}/test.db")
        store.workers.register(replace(NEW_WORKER, id="a"), lease=60)
        store.close()
        group = command.split()[0]
        typed(re.sub(r"\bID\b", ids.get(group, "a"), command), *((0, 1) if command == "doctor" else ()))


@pytest.mark.parametrize("command", STAYING)
def test_a_command_that_stays_is_one_that_there_is(command: str) -> None:
    """They are started in other tests; `--help` is obeyed only if all else on the line is right."""
    assert CliRunner().invoke(cli, [*shlex.split(command), "--help"]).exit_code == 0
    assert CliRunner().invoke(cli, [*shlex.split(command), "--no-such-option", "--help"]).exit_code == 2


def test_a_worker_for_one_queue_starts(tmp_path: Path) -> None:
    here = folder(tmp_path)
    here.run("treadle", "db", "migrate")

    with here.staying("treadle", "worker", "--queue", "NAME", until="worker started") as said:
        assert said
