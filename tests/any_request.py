"""Requests that schemathesis makes from the OpenAPI description of an application at work.

`python -m tests.any_request --cases 10000` goes on, seed after seed, until so many were sent.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from graph.model.vocabulary import DeskRole
from ringfence.warming import warm_up
from tests.desk_places import with_token
from tests.serving_places import Place, at_work, serving, write_store

CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance"
PHASES = "examples,coverage,fuzzing"
CASES = 10_000
EXAMPLES = 50


def sent(place: Place, folder: Path, seed: int, examples: int) -> int:
    """How many requests were made from the description, by an admin; raises when one was a failure."""
    token = with_token(place.desk, DeskRole.ADMIN, f"admin-{seed}")
    # Out of reach of requests that revoke tokens by their small numbers.
    place.desk.database.run("UPDATE token SET id = id + 4000000000000000 WHERE id < 4000000000000000")
    with at_work(place) as address:
        call = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json"]
        call += ["--checks", CHECKS, "--phases", PHASES, "--max-examples", str(examples)]
        call += ["--seed", str(seed), "--exclude-path", "/v1/flags/stream", "--request-timeout", "60"]
        done = subprocess.run(
            [*call, "--no-color", "-H", f"Authorization: Bearer {token}"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-10_000:]
    told = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert told is not None, done.stdout[-10_000:]
    return int(told[1])


def main() -> int:
    """Sends until there were enough, and says how many for each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each operation, for each seed")
    words = parser.parse_args()
    # As `ringfence serve` does; else the first question would be answered when everything is compiled.
    warm_up(None, asking=True)
    total = seed = 0
    with tempfile.TemporaryDirectory(prefix="ringfence-requests-") as name:
        store = Path(name) / "store.db"
        write_store(store)
        while total < words.cases:
            seed += 1
            folder = Path(name) / str(seed)
            folder.mkdir()
            with serving(folder, store) as place:
                total += sent(place, folder, seed, words.examples)
            print(f"seed {seed}: {total:,} requests, no failure", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
