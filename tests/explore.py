"""Looks for what breaks a property, with examples drawn anew, for as long as it is told to.

`python -m tests.explore --minutes 10` is `make explore`. It runs the property tests in rounds, each under a
seed of its own and in an order of its own, so that the last ones get their share of a short time as well. A
failure prints its example and what reproduces it; `--seed` repeats a round.
"""

from __future__ import annotations

import argparse
import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

LAST_WORDS_S = 60.0
"""For a round to end after it was interrupted; a slow example is finished first."""
OK, FAILED, INTERRUPTED = 0, 1, 2
"""Exit codes of pytest."""


def explore(tests: list[str], minutes: float, first_seed: int | None) -> int:
    """How many rounds failed; ends when the time is up or, with a seed given, after its round."""
    deadline = time.monotonic() + 60 * minutes
    rounds = failed = 0
    while rounds == 0 or (time.monotonic() < deadline and first_seed is None):
        seed = secrets.randbelow(1 << 32) if first_seed is None else first_seed
        rounds += 1
        print(f"== round {rounds}, seed {seed}", flush=True)
        code = _round(tests, seed, deadline)
        if code not in (OK, FAILED, INTERRUPTED):
            raise SystemExit(
                f"expected a round of property tests, found pytest ending with {code}: see above"
            )
        if code == FAILED:
            failed += 1
            print(f"== failed; again with: python -m tests.explore --seed {seed}", flush=True)
    print(f"== {rounds} rounds, {failed} of them failed", flush=True)
    return failed


def _round(tests: list[str], seed: int, deadline: float) -> int:
    files = sorted(
        str(file)
        for path in map(Path, tests)
        for file in (path.glob("test_*.py") if path.is_dir() else [path])
    )
    random.Random(seed).shuffle(files)
    options = ["--hypothesis-profile=explore", f"--hypothesis-seed={seed}", "--timeout=0", "--tb=short"]
    # A plugin that takes the values out of failing examples.
    options += ["-p", "no:schemathesis"]
    with subprocess.Popen([sys.executable, "-m", "pytest", *options, *files]) as process:
        try:
            return process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        try:
            code = process.wait(LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return INTERRUPTED
        # Interrupted before it had collected anything, it ends as if it had been called wrongly.
        return code if code == FAILED else INTERRUPTED


def main() -> int:
    """0 when every round passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", default=["tests/properties"])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int)
    words = parser.parse_args()
    return 1 if explore(words.tests, words.minutes, words.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
