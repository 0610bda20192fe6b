"""Signatures of webhooks: whether a delivery was made by somebody who knows the secret, and lately.

`hmac` is our own format, the others are those of GitHub, of Stripe, and of https://www.standardwebhooks.com. All are
HMAC-SHA256 over the bytes of the body; all but GitHub's cover a time. Comparing takes the same time wherever texts differ.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from treadle.domain.errors import NoSigningSecretError, SignatureError

NONE, HMAC, GITHUB, STRIPE, STANDARD = "none", "hmac", "github", "stripe", "standard"
SIGNINGS = (NONE, HMAC, GITHUB, STRIPE, STANDARD)

WINDOW = 300
"""Seconds that a signed time may be away from ours, either way."""
MOST_SIGNATURES = 16
"""Signatures of one delivery that are looked at; a sender that changes its secret sends two."""
STANDARD_PREFIX = "whsec_"

_SECONDS = re.compile(r"[0-9]{1,11}")

Headers = Mapping[str, Sequence[str]]
"""Values by lower-case name, in the order they came."""


def check_signature(signing: str, headers: Headers, body: bytes, *, secret: str, now: datetime) -> None:
    """SignatureError, with a reason that is for the webhook's owner only."""
    if not secret:
        raise NoSigningSecretError("the signing secret is empty")
    _CHECKS[signing](headers, body, secret, now.timestamp())


def _check_hmac(headers: Headers, body: bytes, secret: str, now: float) -> None:
    stamp = _the_one(headers, "treadle-timestamp")
    _check_time(stamp, now)
    found = _versioned(_the_one(headers, "treadle-signature").split(","), "v1=")
    _compare(_mac(secret.encode(), f"{stamp}.".encode() + body), map(_hex, found))


def _check_github(headers: Headers, body: bytes, secret: str, _now: float) -> None:
    found = _versioned([_the_one(headers, "x-hub-signature-256")], "sha256=")
    _compare(_mac(secret.encode(), body), map(_hex, found))


def _check_stripe(headers: Headers, body: bytes, secret: str, now: float) -> None:
    parts = _the_one(headers, "stripe-signature").split(",")
    stamps = _versioned(parts, "t=")
    if len(stamps) != 1:
        raise SignatureError("stripe-signature has not exactly one t=")
    _check_time(stamps[0], now)
    _compare(_mac(secret.encode(), f"{stamps[0]}.".encode() + body), map(_hex, _versioned(parts, "v1=")))


def _check_standard(headers: Headers, body: bytes, secret: str, now: float) -> None:
    delivery, stamp = _the_one(headers, "webhook-id"), _the_one(headers, "webhook-timestamp")
    _check_time(stamp, now)
    found = _versioned(_the_one(headers, "webhook-signature").split(" "), "v1,")
    _compare(_mac(_standard_key(secret), f"{delivery}.{stamp}.".encode() + body), map(_base64, found))


_CHECKS: Mapping[str, Callable[[Headers, bytes, str, float], None]] = {
    HMAC: _check_hmac,
    GITHUB: _check_github,
    STRIPE: _check_stripe,
    STANDARD: _check_standard,
}


def _the_one(headers: Headers, name: str) -> str:
    values = headers.get(name, ())
    if len(values) != 1:
        raise SignatureError(f"there is no header {name}" if not values else f"the header {name} came {len(values)} times")
    return values[0]


def _check_time(stamp: str, now: float) -> None:
    if not _SECONDS.fullmatch(stamp):
        raise SignatureError("the time is not a number of seconds since 1970")
    away = round(now - int(stamp))
    if abs(away) > WINDOW:
        words = f"{away:,} s old" if away > 0 else f"{-away:,} s ahead of this clock"
        raise SignatureError(f"its time is {words}; at most {WINDOW} s are taken")


def _versioned(parts: Sequence[str], prefix: str) -> list[str]:
    """What stands behind the prefix, in the parts that have it."""
    return [part.strip().removeprefix(prefix) for part in parts if part.strip().startswith(prefix)][:MOST_SIGNATURES]


def _compare(expected: bytes, found: Iterable[bytes]) -> None:
    several = list(found)
    if not several:
        raise SignatureError("there is no signature in the form that this webhook asks for")
    # Every one is compared, so that the time does not say which.
    if not sum([hmac.compare_digest(expected, one) for one in several]):
        raise SignatureError("the signature does not fit: another secret, or other bytes than those that were signed")


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text) if text.isascii() else b""
    except ValueError:
        return b""


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _standard_key(secret: str) -> bytes:
    key = _base64(secret.removeprefix(STANDARD_PREFIX))
    if not key:
        raise NoSigningSecretError(f"the signing secret is none of Standard Webhooks: {STANDARD_PREFIX} and Base64")
    return key
