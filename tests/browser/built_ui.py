"""What the tests need from the machine: a Chromium, and the built pages."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from treadle.api.config import UI_FOLDER

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = f"no Chromium on PATH ({', '.join(BROWSERS)}); on Debian and Ubuntu: apt install chromium"


def chromium() -> str | None:
    """The path of a browser, or None. `TREADLE_TEST_CHROMIUM` names another."""
    return os.environ.get("TREADLE_TEST_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@cache
def why_no_ui() -> str | None:
    """Build the pages if they are missing or older than their sources. A sentence if they cannot be built."""
    built = UI_FOLDER / "index.html"
    # Only the first of several test processes builds.
    with (ROOT / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if built.exists() and (not built.is_relative_to(ROOT) or newest_source() <= built.stat().st_mtime):
            return None
        done = subprocess.run(["make", "ui"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    said = next((line for line in done.stderr.splitlines() if "not built" in line), done.stderr.strip()[-300:])
    return f"the web UI is not built, and `make ui` fails: {said}"


def newest_source() -> float:
    files = [FRONTEND / "index.html", FRONTEND / "vite.config.ts", *(FRONTEND / "src").rglob("*")]
    return max((path.stat().st_mtime for path in files if path.is_file()), default=0.0)
