"""Signatures of webhooks: the published examples of each format, and all that is not quite one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from treadle.domain.errors import NoSigningSecretError, SignatureError
from treadle.domain.webhook_signing import MOST_SIGNATURES, WINDOW, check_signature

NOW = 1_700_000_000
BODY = b'{"a":1}'
KEY = b"0123456789abcdef"
WHSEC = f"whsec_{base64.b64encode(KEY).decode()}"


def mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, said, hashlib.sha256).digest()


def ours(said: bytes = BODY, *, at: int = NOW, secret: str = "s") -> str:
    return mac(secret.encode(), f"{at}.".encode() + said).hex()


def check(signing: str, headers: dict[str, str | list[str]], body: bytes = BODY, *, secret: str = "s", now: float = NOW) -> None:
    several = {name: value if isinstance(value, list) else [value] for name, value in headers.items()}
    check_signature(signing, several, body, secret=secret, now=datetime.fromtimestamp(now, UTC))


def test_the_example_of_github_fits() -> None:
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    check("github", {"x-hub-signature-256": signature}, b"Hello, World!", secret="It's a Secret to Everybody")

    with pytest.raises(SignatureError):
        check("github", {"x-hub-signature-256": signature}, b"Hello, World?", secret="It's a Secret to Everybody")


def test_the_example_of_standard_webhooks_fits() -> None:
    headers: dict[str, str | list[str]] = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    check("standard", headers, b'{"test": 2432232314}', secret=secret, now=1614265330)

    with pytest.raises(SignatureError):
        check("standard", {**headers, "webhook-id": "msg_other"}, b'{"test": 2432232314}', secret=secret, now=1614265330)


def test_stripe_signs_the_time_and_the_body() -> None:
    check("stripe", {"stripe-signature": f"t={NOW},v1={'0' * 64},v1={ours()},v0=old"})

    for wrong in (f"t={NOW},v0={ours()}", f"v1={ours()}", f"t={NOW},t={NOW},v1={ours()}", f"t={NOW + 1},v1={ours()}", "", ",=,"):
        with pytest.raises(SignatureError):
            check("stripe", {"stripe-signature": wrong})


@pytest.mark.parametrize("away", [0, WINDOW, -WINDOW])
def test_a_time_within_the_window_is_taken(away: int) -> None:
    check("hmac", {"treadle-timestamp": str(NOW), "treadle-signature": f"v1={ours()}"}, now=NOW + away)


@pytest.mark.parametrize("away", [WINDOW + 1, -WINDOW - 1, 10**9])
def test_a_time_outside_of_the_window_is_refused(away: int) -> None:
    with pytest.raises(SignatureError, match="its time is"):
        check("hmac", {"treadle-timestamp": str(NOW), "treadle-signature": f"v1={ours()}"}, now=NOW + away)


def test_one_of_several_signatures_is_enough_while_a_secret_changes() -> None:
    other = ours(secret="before")

    check("hmac", {"treadle-timestamp": str(NOW), "treadle-signature": f"v1={other}, v1={ours()}"})
    standard = f"v1,{base64.b64encode(mac(KEY, f'm.{NOW}.'.encode() + BODY)).decode()}"
    headers: dict[str, str | list[str]] = {"webhook-id": "m", "webhook-timestamp": str(NOW)}
    check("standard", {**headers, "webhook-signature": f"v1,AAAA v1a,x {standard}"}, secret=WHSEC)


@pytest.mark.parametrize(
    ("stamp", "signature"),
    [
        (str(NOW), ""),
        (str(NOW), "v1="),
        (str(NOW), ours()),
        (str(NOW), f"v2={ours()}"),
        (str(NOW), f"v1={ours()[:-2]}"),
        (str(NOW), f"v1={ours()}00"),
        (str(NOW), f"v1={ours(b'{}')}"),
        (str(NOW), f"v1={ours(secret='other')}"),
        (str(NOW), f"v1={ours(at=NOW - 1)}"),
        (str(NOW), "v1=" + "٣" * 64),
        (str(NOW), "v1=nothex"),
        (str(NOW), ",".join(["v1=00"] * MOST_SIGNATURES + [f"v1={ours()}"])),
        ("", f"v1={ours()}"),
        (f" {NOW}", f"v1={ours()}"),
        (f"{NOW}.0", f"v1={ours()}"),
        ("-1", f"v1={ours()}"),
        ("1_700_000_000", f"v1={ours()}"),
        ("٣٣", f"v1={ours()}"),
        ("9" * 400, f"v1={ours()}"),
    ],
)
def test_what_is_not_quite_a_signature_is_refused(stamp: str, signature: str) -> None:
    with pytest.raises(SignatureError):
        check("hmac", {"treadle-timestamp": stamp, "treadle-signature": signature})


@pytest.mark.parametrize("name", ["treadle-timestamp", "treadle-signature"])
def test_a_header_that_is_missing_or_doubled_is_refused(name: str) -> None:
    headers: dict[str, str | list[str]] = {"treadle-timestamp": str(NOW), "treadle-signature": f"v1={ours()}"}

    with pytest.raises(SignatureError, match="there is no header"):
        check("hmac", {key: value for key, value in headers.items() if key != name})
    with pytest.raises(SignatureError, match="came 2 times"):
        check("hmac", {**headers, name: [str(headers[name])] * 2})


@pytest.mark.parametrize(("signing", "secret"), [("hmac", ""), ("standard", "whsec_"), ("standard", "whsec_ä"), ("standard", "not base64")])
def test_a_secret_that_cannot_be_one_signs_nothing(signing: str, secret: str) -> None:
    key = {"webhook-id": "m", "webhook-timestamp": str(NOW), "webhook-signature": "v1,"}

    with pytest.raises(NoSigningSecretError):
        check(signing, {**key, "treadle-timestamp": str(NOW), "treadle-signature": "v1="}, secret=secret)
