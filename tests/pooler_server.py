"""A throw-away PgBouncer in transaction mode, with the configuration from deploy/."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ports import free_port

SHIPPED = Path(__file__).parents[1] / "deploy" / "pgbouncer" / "pgbouncer.ini"


@contextmanager
def pgbouncer(database_url: str, *, ignores_options: bool = False) -> Iterator[str]:
    """The URL of the same database behind a PgBouncer; the test is skipped where it is not installed.

    `ignores_options` as many set it up: start-up options are then dropped silently instead of refused.
    """
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed here (apt install pgbouncer)")
    place = urlsplit(database_url)
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="treadle-pgbouncer-"))
    (folder / "userlist.txt").write_text(f'"{place.username}" ""\n')
    (folder / "pgbouncer.ini").write_text(_configuration(place.port or 5432, place.path[1:], port, folder, ignores_options))
    folder.chmod(0o755)
    # It refuses to run as root.
    user = "nobody" if os.geteuid() == 0 and pwd.getpwnam("nobody") else None
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, folder / "pgbouncer.ini"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user, cwd="/"
        )
    try:
        _until_it_listens(process, port, folder / "log")
        yield place._replace(netloc=f"{place.username}@127.0.0.1:{port}").geturl()
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(server_port: int, database: str, port: int, folder: Path, ignores_options: bool) -> str:
    """The shipped file, with only what is a matter of this machine changed."""
    text = SHIPPED.read_text()
    changes = {
        r"treadle = .*": f"{database} = host=127.0.0.1 port={server_port} dbname={database}",
        r"listen_port = .*": f"listen_port = {port}",
        r"auth_type = .*": "auth_type = trust",
        r"auth_file = .*": f"auth_file = {folder}/userlist.txt\nunix_socket_dir =",
    }
    for pattern, line in changes.items():
        text, count = re.subn(rf"^{pattern}$", line, text, flags=re.MULTILINE)
        assert count == 1, pattern
    return text + ("ignore_startup_parameters = options\n" if ignores_options else "")


def _until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())
