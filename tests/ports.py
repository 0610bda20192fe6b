"""Ports for servers that a test starts."""

from __future__ import annotations

import socket
from random import SystemRandom

RANGE = range(20_000, 32_768)
"""Below those that systems give to outgoing connections: one of these, of a test beside, cannot take it before the server does."""


def free_port() -> int:
    """One that nobody listens on."""
    random = SystemRandom()
    while True:
        port = random.choice(RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
