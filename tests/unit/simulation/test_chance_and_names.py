from __future__ import annotations

import pytest

from simulation.mint import Mint
from simulation.streams import Dice, Streams


def test_identifiers_do_not_repeat_and_carry_only_a_prefix_and_hex():
    mint = Mint(Streams(1))
    ids = mint.events(20_000)
    assert len(set(ids)) == 20_000
    assert all(len(i) == 17 and i[0] == "e" and int(i[1:], 16) >= 0 for i in ids[:100])
    assert len({mint.ip() for _ in range(20_000)}) == 20_000


def test_an_address_has_four_parts_that_fit_a_byte():
    mint = Mint(Streams(2))
    for _ in range(2_000):
        parts = [int(part) for part in mint.ip().split(".")]
        assert len(parts) == 4
        assert all(0 <= part <= 255 for part in parts)


def test_streams_of_different_names_differ_and_the_same_name_repeats():
    streams = Streams(7)
    assert streams.dice("a").random() == streams.dice("a").random()
    assert streams.dice("a").random() != streams.dice("b").random()
    assert streams.dice("a").random() != Streams(8).dice("a").random()
    assert streams.numbers("a").random() == streams.numbers("a").random()


def test_poisson_counts_have_the_mean_asked_for():
    dice = Dice(3)
    for mean in (0.3, 4.0, 100.0):
        counts = [dice.poisson(mean) for _ in range(4_000)]
        assert sum(counts) / 4_000 == pytest.approx(mean, rel=0.08)
