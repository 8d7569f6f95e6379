"""The deliberate breaks of ``tests/mutations.py``: the list fits the sources, and a break is noticed."""

import subprocess
from collections import Counter
from dataclasses import replace

import pytest

from tests.mutations import (
    CIRCLES,
    CLUSTERS,
    GATHERING,
    MUTATIONS,
    ROOT,
    SHARING,
    VISITS,
    Misfit,
    broken,
    try_out,
    verdict_on,
)

pytestmark = pytest.mark.slow

QUICK = next(each for each in MUTATIONS if each.file == SHARING)
"""Its scene asks one kernel alone: little is compiled anew."""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.scene.partition("::")[2])
def test_a_mutation_fits_the_source_and_names_a_scene_on_the_engine(mutation):
    source = (ROOT / mutation.file).read_text()
    assert broken(source, mutation) != source
    file, _, test = mutation.scene.partition("::")
    name, _, variant = test.partition("[")
    assert f"def {name}(" in (ROOT / file).read_text()
    assert variant.rstrip("]").split("-")[0] == "engine"


def test_every_room_that_proposes_is_broken_in_two_places_and_more():
    broken_in = Counter(each.file for each in MUTATIONS)
    assert all(broken_in[file] >= 2 for file in (GATHERING, CIRCLES, VISITS, SHARING, CLUSTERS))
    assert len({(each.file, each.old) for each in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize(("source", "found"), [("", 0), (f"{QUICK.old} {QUICK.old}", 2)])
def test_a_text_that_does_not_stand_once_in_the_source_is_refused(source, found):
    with pytest.raises(Misfit, match=f"replaced once in {SHARING}, found it {found} times"):
        broken(source, QUICK)


@pytest.mark.parametrize(
    ("exit_status", "said", "verdict"),
    [
        (0, "1 passed", "survived"),
        (1, "E   AssertionError: assert 1 == 2", "caught"),
        (1, "E   assert {'a'} == set()", "caught"),
        (1, "E   numba.core.errors.TypingError: no\nE   assert False", "does not compile"),
        (1, "E   ValueError: what", "exit 1 without a failed assertion"),
        (-11, "", "exit -11 without a failed assertion"),
        (4, "ERROR: not found", "exit 4 without a failed assertion"),
    ],
)
def test_only_a_failed_assertion_counts_as_caught(exit_status, said, verdict):
    assert verdict_on(subprocess.CompletedProcess([], exit_status, said, "")) == verdict


def test_a_break_is_caught_and_a_change_that_means_the_same_survives():
    assert try_out(QUICK) == "caught"
    assert (
        try_out(replace(QUICK, new=f"{QUICK.old.removesuffix('_PER_RESIDENT')} _PER_RESIDENT")) == "survived"
    )
