"""Which addresses a workflow may call: those of the public internet.

A workflow's author decides the URL, sometimes from data of strangers; without this a worker would fetch for them what only
it can reach, such as the cloud's metadata or the database's admin page. The tables are written out because what
`ipaddress` calls global has changed between Python releases.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_REFUSED_V4 = {
    "0.0.0.0/8": "this host",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier-grade NAT",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "a cloud's host",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "for protocols",
    "192.0.2.0/24": "for documentation",
    "192.88.99.0/24": "a 6to4 relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "for benchmarks",
    "198.51.100.0/24": "for documentation",
    "203.0.113.0/24": "for documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
# Of IPv6 only 2000::/3 is public, and NAT64, which stands for an IPv4 address.
_PUBLIC_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_REFUSED_V6 = {
    "2001::/23": "for protocols, Teredo among them",
    "2001:db8::/32": "for documentation",
    "2002::/16": "6to4",
    "3fff::/20": "for documentation",
}
_V4 = tuple((IPv4Network(network), reason) for network, reason in _REFUSED_V4.items())
_V6 = tuple((IPv6Network(network), reason) for network, reason in _REFUSED_V6.items())


def why_refused(address: str) -> str | None:
    """What an IP address is, if it is not one of the public internet; None if it is."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "no address"
    return _why_v4(ip) if isinstance(ip, IPv4Address) else _why_v6(ip)


def _why_v4(ip: IPv4Address) -> str | None:
    return next((reason for network, reason in _V4 if ip in network), None)


def _why_v6(ip: IPv6Address) -> str | None:
    if ip in _NAT64:
        return _why_v4(IPv4Address(int(ip) & 0xFFFF_FFFF))
    if ip.ipv4_mapped is not None:
        return "a mapped IPv4 address"
    if ip.is_loopback:
        return "loopback"
    if ip not in _PUBLIC_V6:
        return "not public"
    return next((reason for network, reason in _V6 if ip in network), None)
