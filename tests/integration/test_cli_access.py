"""Secrets and tokens from the command line, as a person and as a script use them."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from treadle.cli.main import status_of

CALL = """
name: call
nodes: [{id: a, type: http.request, config: {url: "https://x", headers: {k: {secret: shop-key}, l: {secret: other}}}}]
edges: []
"""


class Said(NamedTuple):
    stdout: str
    stderr: str


Run = Callable[..., Said]


@pytest.fixture
def treadle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process, which is quicker; its folder is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TREADLE_DATABASE_URL", f"sqlite:///{tmp_path}/test.db")

    def run(*args: str, stdin: str = "", status: int = 0) -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        ended = status_of(args)
        said = Said(*capsys.readouterr())
        assert ended == status, said.stderr
        return said

    return run


def answer(said: Said) -> Any:
    return json.loads(said.stdout)


def test_a_secret_is_set_listed_and_deleted_and_never_shown(treadle: Run, tmp_path: Path) -> None:
    said = treadle("secrets", "set", "shop-key", stdin="hush-hush\n").stderr
    again = treadle("secrets", "set", "shop-key", stdin="hush-again").stderr
    (tmp_path / "call.yaml").write_text(CALL)
    saved = treadle("workflows", "apply", "call.yaml").stderr
    listed = answer(treadle("secrets", "list", "-o", "json"))
    doctor = {finding["code"] for finding in answer(treadle("doctor", "-o", "json"))["findings"]}
    unsure = treadle("secrets", "delete", "shop-key", status=2).stderr
    gone = treadle("secrets", "delete", "shop-key", "--yes").stderr

    key = tmp_path / "test.db.key"
    assert f"made the key {key}" in said
    assert "made the key" not in again
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    [one] = listed["items"]
    assert (one["name"], one["opens"]) == ("shop-key", True)
    assert "no secret 'other'" in saved
    assert "no secret 'shop-key'" not in saved
    assert "secrets" in doctor
    assert "which call names" in unsure
    assert "deleted shop-key" in gone
    assert b"hush" not in (tmp_path / "test.db").read_bytes()
    treadle("secrets", "delete", "shop-key", status=4)


def test_a_key_is_rotated_and_a_lost_one_is_told(
    treadle: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (treadle("secrets", "key").stdout.strip() for _ in range(2))
    (tmp_path / "value").write_text("line one\nline two\n")
    monkeypatch.setenv("TREADLE_SECRETS_KEY", old)
    treadle("secrets", "set", "a", "--from-file", "value")
    monkeypatch.setenv("TREADLE_SECRETS_KEY", f"{new},{old}")
    rotated = treadle("secrets", "rotate").stderr
    monkeypatch.setenv("TREADLE_SECRETS_KEY", old)
    findings = {finding["code"]: finding for finding in answer(treadle("doctor", "-o", "json", status=1))["findings"]}
    refused = treadle("secrets", "rotate", status=6).stderr

    assert "sealed 1 secrets anew" in rotated
    assert findings["secrets_key_wrong"]["mend"].startswith("add key ")
    assert "sealed with key" in refused
    assert not (tmp_path / "test.db.key").exists()


def test_a_token_is_printed_once_and_revoked(treadle: Run, tmp_path: Path) -> None:
    treadle("db", "migrate")
    made = treadle("tokens", "create", "ci", "--role", "operator", "--expires", "90d")
    taken = treadle("tokens", "create", "ci", status=6).stderr
    treadle("tokens", "revoke", "ci")
    [listed] = answer(treadle("tokens", "list", "-o", "json"))["items"]
    treadle("tokens", "revoke", "ci", status=4)
    treadle("tokens", "revoke", "ci", "--forget")

    assert made.stdout.startswith("trd_")
    assert "this is the first token" in made.stderr
    assert "revoke it first" in taken
    assert (listed["name"], listed["role"], listed["state"]) == ("ci", "operator", "revoked")
    assert made.stdout.strip().encode() not in (tmp_path / "test.db").read_bytes()
    assert answer(treadle("tokens", "list", "-o", "json"))["items"] == []
