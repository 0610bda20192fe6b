"""What a webhook was sent, as the trigger's payload: bodies of each kind, and headers without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from treadle.domain.errors import DefinitionError, UnstorableValueError
from treadle.domain.webhook_payload import LONGEST_HEADER, MOST_HEADERS, Received, body_of, delivery_id_of, payload_of


def received(
    body: bytes = b"", kind: str | None = None, query: str = "", headers: Mapping[str, str] = MappingProxyType({})
) -> Received:
    said = {name: [value] for name, value in headers.items()}
    return Received("POST", said if kind is None else {"content-type": [kind], **said}, query, body)


def read(body: bytes, kind: str | None = None, encoding: str = "") -> Any:
    return body_of(received(body, kind, headers={"content-encoding": encoding}), max_depth=100)


@pytest.mark.parametrize(
    ("kind", "body", "value"),
    [
        ("application/json", b'{"a": [1, null]}', {"a": [1, None]}),
        ("application/json; charset=utf-8", b"3", 3),
        ("Application/CloudEvents+JSON", b'{"id": "x"}', {"id": "x"}),
        ("application/json", b"", None),
        ("application/x-www-form-urlencoded", b"a=1&b=x+y&b=%C3%A4&c=", {"a": "1", "b": ["x y", "ä"], "c": ""}),
        ("application/x-www-form-urlencoded", b"", {}),
        ("text/plain", "grüß".encode(), "grüß"),
        (None, b'{"a": 1}', '{"a": 1}'),
        (None, b"", ""),
        ("application/octet-stream", b"\xff\x00", {"base64": "/wA="}),
        ("text/plain", b"a\0b", {"base64": "YQBi"}),
        ("text/plain; charset=iso-8859-1", b"gr\xfc\xdf", {"base64": "Z3L83w=="}),
        (";;;", b"x", "x"),
    ],
)
def test_a_body_is_read_by_its_kind(kind: str | None, body: bytes, value: object) -> None:
    assert read(body, kind) == value


def test_a_compressed_body_is_not_unpacked() -> None:
    assert read(b"{}", "application/json", "gzip") == {"base64": "e30="}
    assert read(b"{}", "application/json", "identity") == {}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b'{"a": 1, "a": 2}'),
        ("application/json", b"NaN"),
        ("application/json", b'"\\u0000"'),
        ("application/json", b"\xff"),
        ("application/json", b"[" * 200 + b"]" * 200),
        ("application/x-www-form-urlencoded", b"a=%FF"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(UnstorableValueError):
        read(body, kind)


def test_a_form_of_very_many_fields_is_refused() -> None:
    with pytest.raises(DefinitionError, match="more than 1,000 fields"):
        read(b"&".join([b"a=1"] * 1001), "application/x-www-form-urlencoded")


def test_headers_that_may_hold_a_secret_or_an_address_are_left_out() -> None:
    headers = {
        "user-agent": "shop/1", "x-github-event": "push", "ce-type": "paid", "webhook-id": "m", "content-type": "text/plain",
        "authorization": "Bearer t", "cookie": "a=b", "x-api-key": "k", "x-gitlab-token": "t", "x-hub-signature-256": "s",
        "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.1", "stripe-signature": "s", "x-auth": "a", "host": "h", "x-client-cert": "c",
    }  # fmt: skip

    payload = payload_of(Received("POST", {key: [value] for key, value in headers.items()}, "", b""), delivery_id="d",
                         webhook_id="h", body=None)  # fmt: skip

    assert sorted(payload["headers"]) == ["ce-type", "content-type", "user-agent", "webhook-id", "x-github-event"]


def test_huge_and_very_many_headers_are_cut() -> None:
    many = {f"x-{number}": ["v" * 5000] for number in range(200)}

    payload = payload_of(Received("POST", many, "", b""), delivery_id="d", webhook_id="h", body=None)

    assert len(payload["headers"]) == MOST_HEADERS
    assert {len(value) for value in payload["headers"].values()} == {LONGEST_HEADER}


def test_a_query_is_texts_by_name() -> None:
    payload = payload_of(received(query="a=1&b=2&b=3&c=%F0%9F%98%80"), delivery_id="d", webhook_id="h", body={"x": 1})

    assert payload["query"] == {"a": "1", "b": ["2", "3"], "c": "😀"}
    assert (payload["method"], payload["body"], payload["content_type"]) == ("POST", {"x": 1}, None)
    assert (payload["delivery_id"], payload["webhook_id"]) == ("d", "h")


@pytest.mark.parametrize(
    ("signing", "headers", "body", "found"),
    [
        ("none", {}, None, None),
        ("none", {"idempotency-key": "k"}, None, "k"),
        ("hmac", {"idempotency-key": "k", "treadle-delivery": "d"}, None, "d"),
        ("github", {"x-github-delivery": "g", "treadle-delivery": "d"}, None, "g"),
        ("standard", {"webhook-id": "m", "treadle-delivery": "d"}, None, "m"),
        ("stripe", {"treadle-delivery": "d"}, {"id": "evt_1"}, "evt_1"),
        ("stripe", {"treadle-delivery": "d"}, "text", None),
    ],
)
def test_the_id_of_a_delivery_is_the_one_that_its_format_signs(
    signing: str, headers: dict[str, str], body: object, found: str | None
) -> None:
    assert delivery_id_of(signing, received(headers=headers), body) == found


@pytest.mark.parametrize("value", ["", "x" * 201, "a\x85b", 5, {}])
def test_an_id_that_cannot_be_kept_is_refused(value: object) -> None:
    with pytest.raises(DefinitionError, match="id of a delivery"):
        delivery_id_of("stripe", received(), {"id": value})
