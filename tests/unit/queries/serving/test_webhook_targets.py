"""Where webhooks may lead, and what of their addresses is refused."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import httpx
import pytest

from graph.model.errors import BadCall
from queries.serving.webhook_targets import (
    address_for,
    checked_target,
    looked_up,
    may_reach,
    networks_of,
)

NAMED = networks_of(["10.1.0.0/16", "fd00:1::/32"])


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/x",
        "https://hooks.example:8443/x?key=1",
        "https://8.8.8.8/x",
        "http://127.0.0.1:9000/x",
        "http://localhost:9000/x",
        "http://[::1]:9000/x",
        "https://127.0.0.1/x",
        "https://10.1.2.3/x",
        "https://[fd00:1::5]/x",
    ],
)
def test_https_to_the_world_and_http_to_this_machine_are_taken(url):
    assert str(checked_target(url, NAMED)) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "http://10.1.2.3/x",
        "ftp://hooks.example/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
        "//hooks.example/x",
        "https:///x",
        "hooks.example",
        "https://user:word@hooks.example/x",
        "https://hooks.example/x#part",
        "https://hooks.example:99999/x",
        "https://hooks.example/\r\nHost: evil",
        "https://hooks.example/" + "x" * 2_000,
        "https://hööks.example/x",
        "https://10.2.0.1/x",
        "https://192.168.1.1/x",
        "https://172.16.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "https://224.0.0.1/x",
        "https://255.255.255.255/x",
        "https://[fe80::1]/x",
        "https://[fd00::1]/x",
        "https://[::]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://[2002:a00:1::]/x",
        "https://[ff02::1]/x",
    ],
)
def test_everything_else_is_refused_on_one_line_that_does_not_repeat_it(url):
    with pytest.raises(BadCall, match="correct the address") as raised:
        checked_target(url, NAMED)
    assert "\n" not in str(raised.value)
    assert url not in str(raised.value)


def reached(url: str, *found: str) -> str | None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return list(found)

    return asyncio.run(address_for(httpx.URL(url), NAMED, lookup))


def test_a_name_is_reached_where_all_its_addresses_may_be():
    assert reached("https://hooks.example/x", "8.8.8.8", "2606:4700::1") == "8.8.8.8"
    assert reached("https://hooks.example/x", "10.1.0.9") == "10.1.0.9"
    for inside in ("127.0.0.1", "::1", "10.2.0.1", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1%eth0"):
        assert reached("https://hooks.example/x", inside) is None
        assert reached("https://hooks.example/x", "8.8.8.8", inside) is None
    assert reached("https://hooks.example/x") is None


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_other_spellings_of_this_machine_are_names_that_lead_inside(host):
    with pytest.raises(BadCall):
        checked_target(f"http://{host}/x", ())
    assert not may_reach(host, [ip_address("127.0.0.1")], ())


def test_the_system_knows_this_machine():
    assert set(asyncio.run(looked_up("127.0.0.1", 80))) == {"127.0.0.1"}


def test_a_network_that_is_none_is_refused():
    with pytest.raises(BadCall, match="RINGFENCE_WEBHOOK_NETWORKS"):
        networks_of(["10.0.0.0/99"])
