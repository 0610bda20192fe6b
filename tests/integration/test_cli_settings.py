"""Settings that cannot be meant so: one sentence that names the setting, before anything is done."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from treadle.cli.session import Session


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("text", "said"), [
    (b"databse_url = 'sqlite:///other.db'", "treadle.toml: 'databse_url' is no setting; did you mean 'database_url'?"),
    (b"TREADLE_PORT = 1", "treadle.toml: 'TREADLE_PORT' is no setting; did you mean 'port'?"),
    (b"[server]\nport = 1", "treadle.toml: 'server' is no setting"),
    (b"port 1", "treadle.toml cannot be read as TOML"),
    (b"\xff\xfe", "treadle.toml cannot be read as TOML"),
])  # fmt: skip
def test_a_file_with_anything_else_in_it_is_refused(folder: Path, text: bytes, said: str) -> None:
    (folder / "treadle.toml").write_bytes(text)

    with pytest.raises(click.UsageError, match=said.replace("?", r"\?")):
        Session().settings()


def test_a_file_with_settings_is_taken(folder: Path) -> None:
    (folder / "treadle.toml").write_text("WORKFLOW_WORKER_CONCURRENCY = 3\nqueues = ['a', 'b']\n")

    settings = Session().settings()

    assert (settings.worker_concurrency, settings.queues) == (3, ("a", "b"))


def test_a_misspelt_variable_is_pointed_out_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TREADLE_DATABASEURL", "postgresql://db/orders")
    monkeypatch.setenv("TREADLE_PORT_8765_TCP_ADDR", "10.0.0.1")  # what Kubernetes adds for a service of this name
    (folder / ".env").write_text("TREADLE_QUEUE=reports\n")

    session = Session()
    session.settings()
    session.settings()

    assert capsys.readouterr().err.splitlines() == [
        "warning: TREADLE_DATABASEURL is no setting; did you mean TREADLE_DATABASE_URL?",
        "warning: TREADLE_QUEUE is no setting; did you mean TREADLE_QUEUES?",
    ]


@pytest.mark.parametrize(("variable", "value"), [
    ("TREADLE_STALL_SECONDS", "inf"), ("TREADLE_HEAD_START_SECONDS", "1e30"), ("TREADLE_QUEUES", " , "),
])  # fmt: skip
def test_a_value_with_which_no_worker_could_work_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(click.UsageError, match=f"setting {variable.removeprefix('TREADLE_').lower()}: "):
        Session().settings()


def test_a_dotenv_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / ".env").write_bytes(b"\xff\xfeT")

    with pytest.raises(click.UsageError, match=r"\.env"):
        Session().settings()
