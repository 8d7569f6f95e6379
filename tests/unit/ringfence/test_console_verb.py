"""``ringfence console`` as a process: it starts, lets the first admin in, serves pages, and ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import httpx
import pytest

from tests.desk_places import PASSWORD
from tests.serving_places import write_store
from tests.vendoring import ROOT


@pytest.mark.slow
def test_the_console_opens_by_its_link_and_ends_when_told(tmp_path):
    store = tmp_path / "s.db"
    write_store(store)
    call = [sys.executable, "-m", "ringfence", "console", "--store", str(store), "--port", "0"]
    process = subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told = re.search(r"Console on .* on (\S+);", process.stdout.readline())
        assert told is not None
        link = process.stdout.readline().split()[-1]
        same_site = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        with httpx.Client(headers=same_site) as client:
            assert "Choose a password" in client.get(link).text
            fields = {"code": link.rpartition("=")[2], "password": PASSWORD}
            done = client.post(f"{told[1]}/welcome", data=fields)
            assert (done.status_code, done.headers["location"]) == (303, "/queue")
            cookie = {"Cookie": done.headers["set-cookie"].partition(";")[0]}
            assert "data-row" in client.get(f"{told[1]}/queue", headers=cookie).text
            assert client.get(f"{told[1]}/v1/rings", headers=cookie).json()["total"] == 1
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
