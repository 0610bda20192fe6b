"""`treadle webhooks` in its own process: made, called by the curl that it prints, paused, rotated, deleted."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from command import HELLO, Treadle
from served_api import served_api


@pytest.fixture
def treadle(tmp_path: Path) -> Treadle:
    treadle = Treadle(tmp_path)
    treadle("workflows", "apply", treadle.file("hello.yaml", HELLO))
    return treadle


def test_the_printed_calls_are_taken_plain_and_signed(treadle: Treadle) -> None:
    treadle.environment |= {"TREADLE_SECRET_SHARED": "s3cret", "SECRET": "s3cret"}
    words = ("webhooks", "create", "hello", "-i", "name={{ trigger.body.hello }}")
    signed = ("--signing", "hmac", "--secret", "shared")

    with served_api(treadle.environment["TREADLE_DATABASE_URL"]) as served, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TREADLE_SECRET_SHARED", "s3cret")
        treadle.environment["TREADLE_PORT"] = str(served.http.base_url.port)
        said = [treadle(*words).stderr, treadle(*words, *signed).stderr]
        answers = [_shell(treadle, _printed(text)) for text in said]
        treadle.environment["SECRET"] = "another"
        forged = _shell(treadle, _printed(said[1]))

    assert [set(answer) for answer in answers] == [{"id", "status"}, {"id", "status"}]
    assert forged["title"] == "Not authenticated"
    inputs = [json.loads(treadle("executions", "show", answer["id"], "-o", "json").stdout)["input"] for answer in answers]
    assert inputs == [{"name": "world"}] * 2


def test_a_webhook_is_paused_rotated_listed_and_deleted(treadle: Treadle) -> None:
    created = treadle.json("webhooks", "create", "hello", "--input", "{{ trigger.body }}", "--description", "from the shop")

    treadle("webhooks", "pause", created["id"][:-1])
    address = treadle("webhooks", "rotate", created["id"]).stdout.strip()
    [paused] = treadle.json("webhooks", "list", "--workflow", "hello")["items"]
    none = treadle("webhooks", "deliveries", created["id"])
    treadle("webhooks", "delete", created["id"])

    assert (paused["id"], paused["status"], paused["description"]) == (created["id"], "paused", "from the shop")
    assert created["input"] == "{{ trigger.body }}"
    assert address.startswith("http://127.0.0.1:8765/hooks/")
    assert not address.endswith(created["path"])
    assert "nothing was delivered yet" in none.stderr
    assert "no webhook" in treadle("webhooks", "show", created["id"], status=4).stderr


def _printed(text: str) -> str:
    """The call behind the last empty line."""
    return text.rsplit("\n\n", 1)[1]


def _shell(treadle: Treadle, script: str) -> dict[str, str]:
    done = subprocess.run(
        ["bash", "-c", script.replace("curl ", "curl -s --noproxy '*' ")], capture_output=True, text=True,
        cwd=treadle.folder, env=treadle.environment, check=True, timeout=60,
    )  # fmt: skip
    answer: dict[str, str] = json.loads(done.stdout)
    return answer
