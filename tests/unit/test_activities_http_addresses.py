"""What `http.request` refuses: addresses in every form, before any connection is made, and bodies that unfold."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from treadle.activities.http import HttpRequest
from treadle.activities.http_addresses import why_refused
from treadle.activities.http_response import read_body
from treadle.activities.http_transport import AddressRefusedError, CheckedBackend
from treadle.domain.activity import Context
from treadle.domain.errors import ActivityError, Fatal

REFUSED = [
    # loopback and this host
    "127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "::1", "::", "0:0:0:0:0:0:0:1",
    # private
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255",
    # link-local, with the metadata services of the clouds
    "169.254.169.254", "169.254.0.1", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "fe80::1", "fe80::1%eth0", "febf::ffff", "fd00:ec2::254",
    # carrier-grade NAT
    "100.64.0.1", "100.127.255.254",
    # protocols, documentation, benchmarks, relays
    "192.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.255", "198.18.0.1", "198.19.255.255", "192.88.99.1",
    # multicast, reserved, broadcast
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1", "ff05::1:3",
    # IPv6: unique local, site-local, documentation, discard, Teredo, ORCHID
    "fc00::1", "fdff:ffff::1", "fec0::1", "2001:db8::1", "3fff::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1",
    "2001:20::1",
    # IPv4 inside IPv6: mapped, compatible, translated, NAT64 of a private one, 6to4
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::ffff:8.8.8.8", "0:0:0:0:0:ffff:7f00:1",
    "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a00:1::1", "5f00::1", "4000::1",
    # no addresses at all
    "", "localhost", "300.1.1.1", "1.2.3",
]  # fmt: skip

ALLOWED = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
           "169.253.1.1", "223.255.255.255", "192.0.1.1", "198.17.1.1", "2606:4700:4700::1111", "2a00:1450::1",
           "2001:4860:4860::8888", "64:ff9b::8.8.8.8", "2003::1"]  # fmt: skip

# What a URL may hold for the same addresses: the resolver reads octal, hexadecimal, short and whole-number forms.
HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "0", "0.0.0.0",
    "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1]", "[fd00::1]", "10.1", "0xa9fea9fe", "2852039166",
    "169.254.169.254", "0251.0376.0251.0376", "192.168.257", "0xc0.0xa8.1.1", "user:password@127.0.0.1", "127.0.0.1:1",
    "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1",
]  # fmt: skip


def request(url: str, **config: Any) -> Any:
    async def call() -> Any:
        handler = HttpRequest()
        context = Context(execution_id="e", workflow="w", node_id="n", scope="", visit=1, attempt=1, now=datetime.now(UTC))
        try:
            return await handler.run(context, {"url": url, "timeout": 5, **config})
        finally:
            await handler.aclose()

    return asyncio.run(call())


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_the_public_internet_is_refused(address: str) -> None:
    assert why_refused(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_the_public_internet_is_allowed(address: str) -> None:
    assert why_refused(address) is None


def test_enough_forms_are_tried() -> None:
    assert len(set(REFUSED)) >= 60


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_a_host_reaches_a_private_address(host: str) -> None:
    with pytest.raises(ActivityError) as refused:
        request(f"http://{host}/")

    # Resolvers differ in the spellings they take; one that is not understood reaches nothing either.
    assert isinstance(refused.value, AddressRefusedError) or re.search("is not a URL|cannot resolve", str(refused.value))


@pytest.mark.parametrize("url", [
    "", "example.com", "ftp://example.com", "file:///etc/passwd", "http://", "https:///a", "//a/b", "http://[::1",
    "javascript:alert(1)", "http://a:99999/", "http://a:0/", "unix:///run/x.sock",
])  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Fatal, match=r"config\.url") as refused:
        request(url)

    assert refused.value.type == "config"


def test_one_private_address_among_public_ones_refuses_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two(*_args: Any, **_more: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.7")]

    async def connect() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", two)
        await CheckedBackend(allow_private=False).connect_tcp("rebinding.example", 80)

    with pytest.raises(AddressRefusedError, match=r"rebinding\.example \(10\.0\.0\.7\) is private"):
        asyncio.run(connect())


def test_a_compression_bomb_is_given_up_before_it_unfolds() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb))

    tracemalloc.start()
    with pytest.raises(Fatal, match="larger than"):
        asyncio.run(read_body(response))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 << 20
