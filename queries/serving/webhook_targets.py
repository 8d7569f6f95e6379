"""Where webhooks may lead: to public addresses by https, to this machine itself, to networks that were named.

Whoever can set the address of a webhook could otherwise have the service call what only it can reach. A name
is looked up once for each try, every address that it has is checked, and the connection goes to one that was
checked: a name that leads somewhere else a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpx

from graph.model.errors import BadCall

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
LONGEST: Final = 2_000
LAST_PORT: Final = 65_535
_NAT64: Final = IPv6Network("64:ff9b::/96")
_LOCAL_NAME: Final = "localhost"


def networks_of(written: Sequence[str]) -> Networks:
    """Networks such as ``10.1.0.0/16``. Raises BadCall for what is none."""
    try:
        return tuple(ip_network(each) for each in written)
    except ValueError as error:
        raise BadCall(
            f"expected networks such as 10.1.0.0/16 in RINGFENCE_WEBHOOK_NETWORKS, found: {error}; correct it"
        ) from error


def checked_target(url: str, networks: Networks) -> httpx.URL:
    """The address of a webhook as far as it can be judged without looking its name up. Raises BadCall."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _not_one("something that is none") from error
    if len(url) > LONGEST or not url.isascii() or any(each <= " " for each in url):
        raise _not_one("spaces, other letters or too many of them")
    if target.scheme not in ("http", "https") or not target.host:
        raise _not_one("another scheme or no host")
    if target.port is not None and not 0 < target.port <= LAST_PORT:
        raise _not_one("a port that is none")
    if target.userinfo or target.fragment:
        raise _not_one("a name, a password or a fragment in it")
    if target.scheme == "http" and not _is_local_name(target.host):
        raise _not_one("http to another machine")
    literal = _literal(target.host)
    if literal is not None and not may_reach(target.host, [literal], networks):
        raise _not_one("an address inside a network that was not named in RINGFENCE_WEBHOOK_NETWORKS")
    return target


async def address_for(target: httpx.URL, networks: Networks, lookup: Lookup) -> str | None:
    """An address to connect to; None when one that the name has may not be reached. Raises OSError."""
    port = target.port or (443 if target.scheme == "https" else 80)
    found = [ip_address(each.partition("%")[0]) for each in await lookup(target.host, port)]
    return str(found[0]) if found and may_reach(target.host, found, networks) else None


def may_reach(host: str, addresses: Sequence[Address], networks: Networks) -> bool:
    """Whether every address of a host is public, in a network that was named, or this machine by its name."""
    return all(_may_reach(host, each, networks) for each in addresses)


async def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system's resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def _may_reach(host: str, address: Address, networks: Networks) -> bool:
    plain = _plain(address)
    if any(plain in network for network in networks if network.version == plain.version):
        return True
    if plain.is_loopback:
        return _is_local_name(host)
    return plain.is_global and not plain.is_multicast


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_local_name(host: str) -> bool:
    literal = _literal(host)
    return host == _LOCAL_NAME or (literal is not None and literal.is_loopback)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _not_one(found: str) -> BadCall:
    return BadCall(
        "expected https://HOST/... or an http address of this machine, found "
        f"{found}; correct the address of the webhook"
    )
