"""The console of the demonstration says where it is, and is gone with the demonstration."""

from __future__ import annotations

import re
import time

import httpx

from graph.stores.opening import StoreAddress
from ringfence.demo_console import console_on
from ringfence.settings import read_settings
from ringfence.wiring import DetectOptions, run_detection
from servers.port import Port
from simulation import CityConfig, simulate


def test_it_says_where_it_is_and_ends_with_the_block(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("RINGFENCE_SERVE_PORT", str(Port().number))
    city = simulate(CityConfig(seed=11, riders=300, drivers=30, days=8), tmp_path / "city")
    store, found = tmp_path / "store.db", tmp_path / "found"
    options = DetectOptions.from_settings(read_settings())
    run_detection([str(city.events_path)], found, options, None, StoreAddress(str(store)))
    with console_on(store, found, tmp_path / "rules") as opened:
        said = ""
        while "welcome?code=" not in said:
            assert opened.poll() is None
            time.sleep(0.1)
            said += capfd.readouterr().out
        address = re.search(r" on (http://[\d.:]+);", said)
        assert address is not None
        assert httpx.get(f"{address[1]}/sign-in").status_code == 200
    assert opened.poll() is not None
