"""Help: every command explains itself, is documented, and none of it costs an import."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from treadle.cli.failures import ExitCode
from treadle.cli.main import cli, status_of
from treadle.store import open_store

DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()


def leaves(command: click.Command, words: tuple[str, ...] = ("treadle",)) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(words), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from leaves(child, (*words, name))


LEAVES = dict(leaves(cli))


@pytest.mark.parametrize("line", LEAVES)
def test_every_command_has_a_sentence_of_help_and_examples_of_itself(line: str) -> None:
    command = LEAVES[line]

    sentence = command.get_short_help_str()
    examples = getattr(command, "examples", ())

    assert sentence.endswith(".")
    assert examples
    assert any(line in example for example in examples)


@pytest.mark.parametrize("line", LEAVES)
def test_every_option_of_a_command_has_help(line: str) -> None:
    options = [parameter for parameter in LEAVES[line].params if isinstance(parameter, click.Option)]

    silent = [option.name for option in options if not option.help]

    assert silent == []


@pytest.mark.parametrize("line", LEAVES)
def test_every_command_is_in_the_documentation(line: str) -> None:
    assert f"`{line}" in DOCS


def test_the_commands_that_8_1_promises_are_there() -> None:
    promised = {
        "up", "server", "worker", "run", "doctor", "workflows list", "workflows show", "workflows apply", "workflows validate",
        "workflows export", "workflows versions", "workflows diff", "executions list", "executions show", "executions journal",
        "executions cancel", "executions pause", "executions resume", "executions retry", "executions signal", "executions why",
        "approvals list", "approvals approve", "approvals reject", "schedules list", "schedules next", "schedules create",
        "schedules pause", "schedules resume", "workers list", "workers drain", "nodes list", "nodes show", "db migrate",
        "db check", "db prune", "db backup", "executions logs", "secrets set", "secrets list", "secrets delete", "secrets key",
        "secrets rotate", "tokens create", "tokens list", "tokens revoke",
    }  # fmt: skip

    there = {line.removeprefix("treadle ") for line in LEAVES}

    assert promised - there == set()


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_is_in_the_documentation(code: ExitCode) -> None:
    assert f"| {code.value} |" in DOCS


def test_help_imports_nothing_heavy() -> None:
    heavy = [
        "fastapi",
        "starlette",
        "pydantic",
        "pydantic_settings",
        "httpx",
        "rich",
        "yaml",
        "apsw",
        "psycopg",
        "uvicorn",
        "asyncio",
    ]
    program = (
        "import json, sys; from treadle.cli.main import status_of; status = status_of(['--help']);"
        f"print(json.dumps([status, [name for name in {heavy!r} if name in sys.modules]]), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert json.loads(done.stderr) == [0, []]
    assert "Usage: treadle" in done.stdout


def test_a_list_imports_neither_pydantic_nor_what_runs_workflows(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/treadle.db"
    store = open_store(url)
    store.migrate()
    store.close()
    heavy = [
        "fastapi",
        "starlette",
        "pydantic",
        "pydantic_settings",
        "httpx",
        "yaml",
        "psycopg",
        "uvicorn",
        "asyncio",
        "jsonschema",
        "treadle.activities",
        "treadle.domain.expressions",
        "treadle.domain.graph_parser",
        "treadle.engine.engine",
        "treadle.settings",
    ]
    program = (
        f"import json, sys; from treadle.cli.main import status_of; status = status_of(['executions', 'list', '--db', {url!r}]);"
        f"print(json.dumps([status, [name for name in {heavy!r} if name in sys.modules]]))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert json.loads(done.stdout) == [0, []]
    assert "no executions" in done.stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["exeutions"], "executions"),
        (["workflow"], "workflows"),
        (["executions", "lst"], "list"),
        (["db", "migrat"], "migrate"),
    ],
)
def test_a_mistyped_command_is_answered_with_the_one_meant(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = status_of(words)

    assert status == ExitCode.USAGE
    assert f"Did you mean '{meant}'?" in capsys.readouterr().err


def test_a_word_that_resembles_nothing_is_answered_with_the_commands_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    status = status_of(["workers", "xyzzy"])

    assert status == ExitCode.USAGE
    assert "The commands are: drain, evict, list." in capsys.readouterr().err


def test_a_mistyped_option_is_answered_with_the_one_meant(capsys: pytest.CaptureFixture[str]) -> None:
    status = status_of(["run", "hello", "--detatch"])

    assert status == ExitCode.USAGE
    assert "--detach" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_names_the_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = status_of(["completion", shell])

    assert status == 0
    assert "_TREADLE_COMPLETE" in capsys.readouterr().out


def test_the_shell_completes_lazily_loaded_commands() -> None:
    asked = {"_TREADLE_COMPLETE": "bash_complete", "COMP_WORDS": "treadle executions re", "COMP_CWORD": "2"}
    program = [sys.executable, "-c", "from treadle.cli.main import main; main()"]

    done = subprocess.run(program, capture_output=True, text=True, env=asked, check=False)

    assert done.stdout.split() == ["plain,resume", "plain,retry"]


def test_the_module_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "treadle", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("treadle ")
