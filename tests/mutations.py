"""Breaks the engine on purpose, one place at a time, and expects a scene to notice.

Run as ``python -m tests.mutations`` (``--only WORD`` for some, ``--jobs N`` at once). For each mutation the
packages are copied, with what is compiled, into a folder of their own; there one text is replaced and the
scene that is named beside it is run on the engine. A table tells what became of each: *caught* when the scene
fails an assertion; anything else (it passes, crashes, does not compile) is a gap. Before all that the scenes
have to pass on the packages as they are.

Exits 1 when a mutation was not caught, 2 when the list itself does not fit the sources. Cost: what a break
makes numba compile anew, a minute for one that reaches the loop over events.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
COPIED: Final = (
    "graph",
    "gnn",
    "streaming",
    "queries",
    "simulation",
    "ringfence",
    "servers",
    "benchmarks",
    "tests",
    "pyproject.toml",
)
HALF_WRITTEN: Final = shutil.ignore_patterns("*.tmp.*", "*.pyc.*")
"""What another process is just putting beside the sources, and will rename."""
LIMIT_S: Final = 1800
"""For one scene. What it makes numba compile counts, so the limit that tests have otherwise does not hold."""
FAILED: Final = 1
"""What pytest exits with when a test failed."""
_ASSERTED: Final = re.compile(r"^E\s+(AssertionError|assert )", re.MULTILINE)
_NOT_COMPILED: Final = re.compile(r"TypingError|LoweringError|UnsupportedError|SyntaxError|NameError")


@dataclass(frozen=True, slots=True)
class Mutation:
    """``old`` stands once in ``file``; with ``new`` in its place ``scene`` has to fail on the engine."""

    file: str
    old: str
    new: str
    scene: str
    """File, test and, behind ``engine``, what else its id holds: as pytest spells it."""


CANDIDATES: Final = "tests/unit/graph/candidates"
UPDATES: Final = "tests/unit/graph/updates"
GATHERING: Final = "graph/candidates/gathering.py"
JOINT_RIDES: Final = "graph/candidates/joint_rides.py"
CIRCLES: Final = "graph/candidates/circles.py"
VISITS: Final = "graph/candidates/visits.py"
SHARING: Final = "graph/updates/sharing.py"
CLUSTERS: Final = "graph/updates/clusters.py"

MUTATIONS: Final = (
    Mutation(
        GATHERING,
        "clustered >= CLUSTERED_SHARE * users",
        "clustered >= 1",
        f"{CANDIDATES}/test_candidates.py::"
        "test_an_address_whose_users_come_with_means_of_their_own_ties_nobody[engine]",
    ),
    Mutation(
        GATHERING,
        "return 2 <= length(state.links, address, USERS) <= SEMI_PRIVATE_SHARERS",
        "return 2 <= length(state.links, address, USERS)",
        f"{CANDIDATES}/test_candidates.py::test_an_address_that_many_use_ties_nobody[engine]",
    ),
    Mutation(
        JOINT_RIDES,
        "if ride.last_ms >= since:",
        "if ride.last_ms >= 0:",
        f"{CANDIDATES}/test_candidates.py::"
        "test_trips_from_before_the_accounts_began_to_share_do_not_count[engine]",
    ),
    Mutation(
        GATHERING,
        "if shared and is_shared(state, other):",
        "if shared or is_shared(state, other):",
        f"{CANDIDATES}/test_candidates.py::test_a_friend_who_was_referred_is_not_tied[engine]",
    ),
    Mutation(
        JOINT_RIDES,
        "return bool(trips > most_by_chance(state, driver, trips, total, MIN_JOINING_TRIPS - 1))",
        "return bool(trips > MIN_JOINING_TRIPS - 1)",
        f"{CANDIDATES}/test_candidates.py::test_a_driver_whom_everybody_rides_with_does_not[engine]",
    ),
    Mutation(
        CIRCLES,
        "return inside >= share * trips and",
        "return inside >= 0.9 * trips and",
        f"{CANDIDATES}/test_circles.py::test_trips_bought_with_strangers_do_not_hide_a_block[engine]",
    ),
    Mutation(
        CIRCLES,
        "not (alone and inside < MIN_CLOSED_SHARE * trips)",
        "not alone",
        f"{CANDIDATES}/test_circles.py::"
        "test_an_ordinary_customer_of_the_same_drivers_is_left_out[engine-has a driver of his own]",
    ),
    Mutation(
        CIRCLES,
        "trips - length(state.links, rider, DRIVERS) >= MIN_REPEATS",
        "trips >= MIN_REPEATS",
        f"{CANDIDATES}/test_circles.py::test_riders_who_never_meet_a_driver_twice_form_no_circle[engine]",
    ),
    Mutation(
        VISITS,
        "account.role == DRIVER\n        or use.first_ms",
        "use.first_ms",
        f"{CANDIDATES}/test_visits.py::test_three_drivers_in_one_car_are_looked_at_together_and_two_are_not[engine]",
    ),
    Mutation(
        VISITS,
        "is_parted = state.entities[phone].joined < users",
        "is_parted = True",
        f"{CANDIDATES}/test_visits.py::test_who_are_all_joined_by_their_phone_are_a_cluster_and_no_visit[engine]",
    ),
    Mutation(
        VISITS,
        "    return 2 * max(together, took) >= users",
        "    return True",
        f"{CANDIDATES}/test_visits.py::test_visitors_of_a_kiosk_that_is_public_are_no_visit_and_however_many_who_stay_are[engine]",
    ),
    Mutation(
        VISITS,
        "took += 0 <= after_ms <= AT_ONCE_MS",
        "took += 0 <= after_ms",
        f"{CANDIDATES}/test_visits.py::test_most_who_come_to_a_public_phone_for_their_first_promotion_are_a_visit[engine-25-1.1-False]",
    ),
    Mutation(
        VISITS,
        "if ride.last_ms >= moments[place]:",
        "if ride.last_ms >= 0:",
        f"{CANDIDATES}/test_visits.py::test_a_driver_of_one_arrival_or_from_before_they_came_is_not[engine]",
    ),
    Mutation(
        VISITS,
        "if inside >= MIN_ARRIVALS and 2 * inside >= users and",
        "if inside >= MIN_ARRIVALS and",
        f"{CANDIDATES}/test_visits.py::test_who_uses_an_address_mostly_used_by_others_is_not[engine]",
    ),
    Mutation(
        SHARING,
        "- _PER_VISITOR[kind] * visitors - _PER_RESIDENT",
        "- _PER_RESIDENT[kind] * visitors - _PER_RESIDENT",
        f"{UPDATES}/test_sharing.py::test_so_many_visitors_are_a_crowd_and_one_less_is_none[engine-device-25]",
    ),
    Mutation(
        CLUSTERS,
        "return bool(kind != DEVICE or not settled or",
        "return bool(kind != DEVICE or settled < 2 or",
        f"{UPDATES}/test_public_identifiers.py::test_a_settled_guest_on_a_familys_phone_joins_nobody[engine]",
    ),
    Mutation(
        CLUSTERS,
        "2 * entity.independents >= users",
        "2 * entity.independents <= users",
        f"{UPDATES}/test_public_identifiers.py::"
        "test_of_a_crowd_that_mostly_lives_elsewhere_nobody_is_joined_and_else_those_who_do_not[engine]",
    ),
    Mutation(
        SHARING,
        "0 < owners <= RESALE_OWNERS",
        "0 < owners",
        f"{UPDATES}/test_sharing.py::test_three_accounts_are_no_single_owner_who_could_sell[engine]",
    ),
    Mutation(
        CLUSTERS,
        "if entity.declared and",
        "if entity.declared > 1 and",
        f"{UPDATES}/test_public_identifiers.py::"
        "test_a_phone_declared_public_connects_nobody_before_or_after[engine]",
    ),
    Mutation(
        CLUSTERS,
        "if tenure.was_joined and split:",
        "if tenure.was_joined and not split:",
        f"{UPDATES}/test_public_identifiers.py::test_an_analysts_cut_holds_for_what_comes[engine]",
    ),
)


class Misfit(Exception):
    """The list of mutations does not fit the sources, or a scene fails without any."""


def broken(source: str, mutation: Mutation) -> str:
    """The source with the mutation in it. Raises Misfit when the old text does not stand there once."""
    found = source.count(mutation.old)
    if found != 1:
        raise Misfit(
            f"expected the text to be replaced once in {mutation.file}, found it {found} times: "
            f"{mutation.old!r}; bring tests/mutations.py in line with the source"
        )
    return source.replace(mutation.old, mutation.new)


@contextmanager
def copy_of(root: Path) -> Iterator[Path]:
    """A folder with the packages of a repository, what is compiled included."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        for name in COPIED:
            source, target = root / name, Path(folder, name)
            if source.is_dir():
                shutil.copytree(source, target, ignore=HALF_WRITTEN)
            else:
                shutil.copy2(source, target)
        yield Path(folder)


def play(folder: Path, scenes: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run scenes in a folder that holds the packages."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "--timeout=0", *scenes]
    where = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=where, capture_output=True, text=True, check=False, timeout=LIMIT_S
    )


def verdict_on(result: subprocess.CompletedProcess[str]) -> str:
    """What became of a mutation whose scene was run: *caught*, or in which way it was not."""
    if result.returncode == 0:
        return "survived"
    if _NOT_COMPILED.search(result.stdout):
        return "does not compile"
    if result.returncode == FAILED and _ASSERTED.search(result.stdout):
        return "caught"
    return f"exit {result.returncode} without a failed assertion"


def assert_unbroken(mutations: Sequence[Mutation], root: Path = ROOT) -> None:
    """Raises Misfit when an old text or a scene is not there, or a scene fails as things are."""
    for mutation in mutations:
        broken((root / mutation.file).read_text(encoding="utf-8"), mutation)
    with copy_of(root) as folder:
        result = play(folder, sorted({mutation.scene for mutation in mutations}))
    if result.returncode != 0:
        raise Misfit(f"expected every scene to pass unbroken, found:\n{result.stdout[-4000:]}{result.stderr}")


def try_out(mutation: Mutation, root: Path = ROOT) -> str:
    """Break a copy, run the scene there, and say what became of it."""
    with copy_of(root) as folder:
        place = folder / mutation.file
        place.write_text(broken(place.read_text(encoding="utf-8"), mutation), encoding="utf-8")
        try:
            return verdict_on(play(folder, [mutation.scene]))
        except subprocess.TimeoutExpired:
            return f"no answer in {LIMIT_S} s"


def row(mutation: Mutation, verdict: str) -> str:
    """A line of the table."""
    old, new = (" ".join(text.split()) or "nothing" for text in (mutation.old, mutation.new))
    return f"{verdict:<18} {mutation.file}\n{'':<18} {old}  ->  {new}\n{'':<18} {mutation.scene}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutations out and print the table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", default="", help="those with this word in their file, scene or texts")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    options = parser.parse_args(arguments)
    chosen = [each for each in MUTATIONS if options.only in " ".join((each.file, each.scene, each.old))]
    if not chosen:
        print(f"expected a word that stands in some mutation, found {options.only!r}", file=sys.stderr)
        return 2
    try:
        assert_unbroken(chosen)
    except Misfit as misfit:
        print(misfit, file=sys.stderr)
        return 2
    print(f"{len(chosen)} mutations; their scenes pass unbroken\n", flush=True)
    caught = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutation, verdict in zip(chosen, pool.map(try_out, chosen), strict=True):
            caught += verdict == "caught"
            print(row(mutation, verdict), flush=True)
    print(f"{caught} of {len(chosen)} caught")
    return int(caught < len(chosen))


if __name__ == "__main__":
    sys.exit(main())
