"""What the README shows: its fenced blocks, its recorded commands, and a folder to run them in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ports import free_port

ROOT = Path(__file__).parents[2]
VARYING = (
    (r"exec-[0-9a-f]+", "exec-ID"),
    (r"appr-[0-9a-f]+", "appr-ID"),
    (r"hook-[0-9a-f]+", "hook-ID"),
    (r"/hooks/[\w-]{22}", "/hooks/PATH"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "DAY"),
    (r"\d\d:\d\d:\d\d", "CLOCK"),
    (r"in \d+\.\d\ds", "in SECONDS"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\d+ node types", "N node types"),
)
"""What differs from one run to the next."""


def blocks(language: str) -> list[str]:
    """The README's fenced blocks in a language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def recording(command: str) -> list[str]:
    """The lines that the README shows under a command."""
    [found] = [block for block in blocks("console") if block.startswith(f"$ {command}\n")]
    return found.splitlines()[1:]


def steady(lines: list[str]) -> list[str]:
    """Lines without what differs from one run to the next."""
    return [_steady(line) for line in lines]


def _steady(line: str) -> str:
    for pattern, word in VARYING:
        line = re.sub(pattern, word, line)
    return line.rstrip()


@dataclass
class Folder:
    """An empty folder in which commands run as a new user would run them, but on a free port."""

    path: Path
    environment: dict[str, str]

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Both streams come as one, as on a terminal."""
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.path, env=self.environment
        )

    def run(self, *command: str) -> str:
        return subprocess.run(
            command, capture_output=True, text=True, cwd=self.path, env=self.environment, check=True, timeout=60
        ).stdout

    @contextmanager
    def staying(self, *command: str, until: str) -> Iterator[list[str]]:
        """A command that stays, from the line that contains `until` on; it is stopped with SIGTERM and must end well."""
        process = self.start(*command)
        try:
            yield lines_until(process, until)
        finally:
            process.terminate()
            rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0, rest


def folder(path: Path) -> Folder:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TREADLE_", "WORKFLOW_"))}
    scripts = str(Path(sys.executable).parent)
    return Folder(
        path,
        {**kept, "PATH": f"{scripts}{os.pathsep}{kept.get('PATH', '')}", "NO_COLOR": "1", "TREADLE_PORT": str(free_port())},
    )


def lines_until(process: subprocess.Popen[str], words: str) -> list[str]:
    """The lines said so far, up to the first that contains `words`."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    raise AssertionError(f"never said {words!r}: {lines}")
