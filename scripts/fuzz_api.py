"""Send a server of its own what its OpenAPI document allows, and what it forbids: `make fuzz`. A 5xx is a failure.

Options are passed on to Schemathesis: `python scripts/fuzz_api.py --max-examples 100`. Live streams do not end and are left out.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUN = ("--phases", "coverage,fuzzing", "--checks", "not_a_server_error", "--suppress-health-check", "all")
ENDLESS = ("--exclude-path-regex", "/(live|stream|events)$")
EXAMPLES = ("--max-examples", "8")


def main(options: list[str]) -> int:
    """The exit code of Schemathesis."""
    scripts = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        # A token of its own: the first one that is made among the odd requests closes the door to those without.
        token = secrets.token_hex(16)
        environment = {**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", "TREADLE_TOKENS": token}
        log = Path(folder, "server.log")
        command = [sys.executable, "-m", "treadle", "up", "--port", "0"]
        with log.open("wb") as written:
            server = subprocess.Popen(command, cwd=folder, env=environment, stdout=written, stderr=subprocess.STDOUT)
        try:
            asked = [str(scripts / "schemathesis"), "run", f"{_address(server, log)}/openapi.json", *RUN, *ENDLESS]
            asked += ["--header", f"Authorization: Bearer {token}"]
            code = subprocess.run([*asked, *(options or EXAMPLES)], cwd=folder, check=False).returncode
        finally:
            server.terminate()
            server.wait(timeout=60)
        if code:
            print("\n".join(log.read_text(encoding="utf-8").splitlines()[-200:]), file=sys.stderr)
        return code


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Where it listens, once it says so."""
    while server.poll() is None:
        if found := re.search(r"http://[^/\s]+:\d+", log.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(0.1)
    raise SystemExit("the server did not start:\n" + log.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
