"""Where the server listens, and who may come in."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterator

from treadle.domain.errors import StoreError
from treadle.health.findings import Finding, error, ok, warning
from treadle.health.surroundings import Surroundings

PATIENCE = 0.5
"""Seconds that a server of this machine has to accept a connection."""


def bind(place: Surroundings) -> Iterator[Finding]:
    """An address beyond this machine needs tokens."""
    where = f"{place.host or 'all addresses'}"
    if place.guarded:
        yield ok("bind", "access", f"{where}, with tokens")
    elif _is_loopback(place.host):
        yield ok("bind", "access", f"{where} only, for people on this machine; with stored tokens they need one")
    elif _has_token(place):
        yield ok("bind", "access", f"{where}, with stored tokens")
    else:
        words = f"TREADLE_HOST is {where} and there is no token: the server refuses to start, because anybody could use it"
        mend = "make one: treadle tokens create NAME --role admin; or set TREADLE_TOKENS, or TREADLE_HOST=127.0.0.1"
        yield error("bind_unguarded", "access", words, mend)


def port(place: Surroundings) -> Iterator[Finding]:
    """Whether the server's port can be had, or who has it."""
    if place.serving or place.port == 0:
        yield ok("port", "port", f"the server answers on port {place.port}" if place.serving else "any free one")
        return
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((place.host.strip("[]"), place.port))
    except OSError as failure:
        yield _refused(place, failure)
    else:
        yield ok("port", "port", f"{place.port} is free: no server runs here", port=place.port)


def _refused(place: Surroundings, failure: OSError) -> Finding:
    where = f"{place.host}:{place.port}"
    if failure.errno == errno.EADDRINUSE:
        if _is_treadle(place):
            return ok("port", "port", f"a treadle server answers on {where}", port=place.port)
        words = f"another program uses {where}: no treadle server answers there"
        return warning("port_taken", "port", words, "stop it, or choose another TREADLE_PORT", port=place.port)
    words = f"{where} cannot be used: {(failure.strerror or str(failure)).lower()}"
    return warning("port_unusable", "port", words, "choose another TREADLE_PORT or TREADLE_HOST", port=place.port)


def _is_treadle(place: Surroundings) -> bool:
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(place.host, place.host).strip("[]")  # noqa: S104 - compared with
    try:
        with socket.create_connection((host, place.port), timeout=PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            answer = connection.recv(4096)
            while chunk := connection.recv(4096):
                answer += chunk
    except OSError:
        return False
    return b'{"status":"ok"}' in answer


def _has_token(place: Surroundings) -> bool:
    """Whether a stored token is valid; a database that cannot tell has none."""
    if place.file is not None and not place.file.exists():
        return False
    now = place.clock()
    try:
        return any(token.state(now) == "active" for token in place.store.tokens.list())
    except StoreError:
        return False


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
