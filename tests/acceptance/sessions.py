"""The sessions that a page of docs/ shows: files to save, servers to start, commands to type, and what they say.

A fence's second word says what becomes of it: `yaml hello.yaml` is saved under that name, `console up` starts what stays,
`console run` is typed and must say what the page shows, `console served` too, beside `treadle up`,
and `console kill` kills what stays with SIGKILL.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from acceptance.readme import Folder, lines_until, steady

PATIENCE = 60.0
"""Seconds that a look is repeated until it shows what the page shows."""

STARTED = {"up": "Stop: Ctrl-C", "worker": "Workflow worker started", "server": "listening on"}
"""What says that a command which stays is ready."""

_FENCE = re.compile(r"^```(\w+) ([\w.]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELLS = "console|sh|bash|shell|shell-session|zsh"
_FOR_A_TERMINAL = re.compile(
    rf"^(?: *```(?:{_SHELLS})| +```(?:{_SHELLS}) [\w.]+|```(?=\n(?:\$ |treadle |curl )))\n *(?:[$#] )?(.*)$", re.MULTILINE
)
_ID = re.compile(r"\b(?:exec|appr|sched|hook)-[0-9a-f]+|(?<=/hooks/)[\w-]{22}")
_LOOK = re.compile(r"treadle (?:\w+ )?(?:list|show|why|next|fires)\b")


@dataclass(frozen=True)
class Block:
    """A fence of a page. `mark`: its second word."""

    language: str
    mark: str
    text: str

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Each command with the lines shown under it."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip().split("\n")
            while not _whole(command):
                command = f"{command}\n{shown.pop(0)}"
            yield command, shown


def marked_blocks(page: Path) -> list[Block]:
    return [Block(*found) for found in _FENCE.findall(page.read_text(encoding="utf-8"))]


def first_lines_not_typed(page: Path) -> list[str]:
    """Of each fence for a terminal that has no mark, or is indented: what stands in it first, without the prompt."""
    return _FOR_A_TERMINAL.findall(page.read_text(encoding="utf-8"))


@dataclass
class Session:
    """What a page shows, done in a folder. `ids`: those of the page, and those that stand for them here."""

    here: Folder
    staying: subprocess.Popen[str] | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def do(self, block: Block) -> None:
        if block.language != "console":
            (self.here.path / block.mark).write_text(block.text, encoding="utf-8")
        elif block.mark == "up":
            [(command, _)] = block.commands()
            self.start(command)
        elif block.mark in ("run", "served"):
            if block.mark == "served" and self.staying is None:
                self.start("treadle up")
            for command, shown in block.commands():
                self.type(command, shown)
        else:
            assert block.mark == "kill", f"what does `console {block.mark}` mean?"
            self.kill()

    def start(self, command: str) -> None:
        """Variables before the command are its own: a reader types the next one in another terminal."""
        self.stop()
        words = shlex.split(command, comments=True)
        own = dict(self.here.environment)
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            own[name] = value
        self.staying = Folder(self.here.path, own).start(*words)
        lines_until(self.staying, STARTED[words[1]])

    def type(self, command: str, shown: list[str]) -> None:
        """A look is repeated until it shows what the page shows: workers go on meanwhile."""
        until = time.monotonic() + PATIENCE
        while True:
            said = self._said(command)
            if _same(said, shown):
                break
            again = _LOOK.match(command) and time.monotonic() < until
            assert again, "\n".join([f"{command} says this, and not what the page shows:", *said])
        for here, there in zip(_ids(said), _ids(shown), strict=False):
            self.ids[there] = here

    def _said(self, command: str) -> list[str]:
        for there, here in self.ids.items():
            command = command.replace(there, here)
        command = command.replace("localhost:8765", f"127.0.0.1:{self.here.environment['TREADLE_PORT']}")
        done = subprocess.run(
            ["bash", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.here.path,
            env={**self.here.environment, "CURL_HOME": str(Path(__file__).parent / "curl")},
            check=False,
            timeout=PATIENCE * 2,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}"
        return done.stdout.splitlines()

    def kill(self) -> None:
        assert self.staying is not None
        self.staying.kill()
        self.staying.communicate(timeout=PATIENCE)
        self.staying = None

    def stop(self) -> None:
        if self.staying is None:
            return
        self.staying.terminate()
        rest, _ = self.staying.communicate(timeout=PATIENCE)
        assert self.staying.returncode == 0, rest
        self.staying = None


def _whole(command: str) -> bool:
    """Neither a quote nor a line is left open."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


def _same(said: list[str], shown: list[str]) -> bool:
    """As it stands; `…` stands for anything in a line, and alone for any lines. Nothing shown is nothing claimed."""
    wanted = "".join(r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n" for line in _undated(shown))
    return not shown or re.fullmatch(wanted, "".join(f"{line}\n" for line in _undated(said))) is not None


def _undated(lines: list[str]) -> list[str]:
    return [re.sub(r"DAY(:\d\d)?|CLOCK\.\d+", "WHEN", line) for line in steady(lines)]


def _ids(lines: list[str]) -> list[str]:
    return _ID.findall("\n".join(lines))
