"""What the HTTP side is told at its start: where it listens, who may come in, how much it reads."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from treadle.domain.errors import TreadleError

KIB, MIB = 1024, 1024 * 1024
HASHED = "sha256:"


UI_FOLDER = Path(__file__).parent / "ui"
"""Where the build leaves the web UI."""


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """`tokens` are bearer tokens, plain or as `sha256:` and 64 hex digits; with none, everybody who can
    connect may do everything.

    `allowed_hosts` are names, without port, besides the loopback ones that the Host header may say; `*` allows all.
    Intervals are seconds. Body limits count bytes before parsing; the engine has its own limits on what is inside.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    tokens: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    version: str = "dev"
    max_definition_body: int = 4 * MIB + 64 * KIB
    max_input_body: int = MIB + 16 * KIB
    max_signal_body: int = 64 * KIB + 4 * KIB
    max_small_body: int = 256 * KIB
    max_hook_body: int = MIB
    max_depth: int = 100
    max_wait: float = 60.0
    poll_interval: float = 0.25
    heartbeat_interval: float = 15.0
    hook_body_seconds: float = 20.0
    ui_folder: Path = UI_FOLDER


class InsecureBindError(TreadleError):
    """Listening beyond this machine needs tokens."""


class BadTokenError(TreadleError):
    """A configured token that protects nothing or can never match."""


def check_bind(host: str, tokens: tuple[str, ...], *, stored: bool = False) -> None:
    """Refuse to be reachable from other machines without tokens. InsecureBindError. `stored`: the database has a valid one."""
    if tokens or stored or is_loopback(host):
        return
    raise InsecureBindError(
        f"refusing to listen on {host or 'all addresses'} without authentication: "
        "make a token with `treadle tokens create`, or set TREADLE_TOKENS, or listen on 127.0.0.1"
    )


def is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def token_digest(token: str) -> bytes:
    """The SHA-256 of a configured token, which may be given as that already. BadTokenError."""
    if token.startswith(HASHED):
        try:
            digest = bytes.fromhex(token.removeprefix(HASHED))
        except ValueError:
            digest = b""
        if len(digest) != hashlib.sha256().digest_size:
            raise BadTokenError("a token that starts with 'sha256:' needs 64 hexadecimal digits after it")
        return digest
    if not token or any(character.isspace() or not character.isascii() for character in token):
        raise BadTokenError("a token must be visible ASCII characters without spaces, and not empty")
    return hashlib.sha256(token.encode()).digest()
