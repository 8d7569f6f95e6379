"""Requests that schemathesis makes from the OpenAPI description: none is a failure."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph.model.vocabulary import DeskRole
from tests.desk_places import with_token
from tests.serving_places import Place, at_work

EXAMPLES = os.environ.get("RINGFENCE_TEST_EXAMPLES", "5")
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance"
PHASES = "examples,coverage,fuzzing"


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_no_request_made_from_the_description_is_a_failure(place: Place, tmp_path: Path) -> None:
    token = with_token(place.desk, DeskRole.ADMIN)
    # Out of reach of requests that revoke tokens by their small numbers.
    place.desk.database.run("UPDATE token SET id = 4000000000000000")
    with at_work(place) as address:
        call = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json"]
        call += ["--checks", CHECKS, "--phases", PHASES, "--max-examples", EXAMPLES, "--seed", "1"]
        call += ["--exclude-path", "/v1/flags/stream", "--request-timeout", "60", "--no-color"]
        done = subprocess.run(
            [*call, "-H", f"Authorization: Bearer {token}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-10_000:]
    told = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert told is not None
    print(told[0])
    assert int(told[1]) > 500
