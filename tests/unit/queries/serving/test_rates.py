"""Buckets: so many at once, refilled evenly, each key its own."""

from __future__ import annotations

import pytest
from limits import parse

from queries.serving import rates
from queries.serving.rates import Bucket


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_bucket_gives_its_number_at_once_and_then_as_it_refills():
    clock = Clock()
    bucket = Bucket(parse("6/minute"), clock)
    assert [bucket.take("ann") for _ in range(6)] == [0.0] * 6
    assert bucket.take("ann") == pytest.approx(10.0)
    clock.now_s += 4.0
    assert bucket.take("ann") == pytest.approx(6.0), "a refusal costs nothing"
    clock.now_s += 6.0
    assert [bucket.take("ann") == 0.0 for _ in range(2)] == [True, False]
    assert bucket.take("bob") == 0.0
    clock.now_s += 3_600.0
    assert [bucket.take("ann") == 0.0 for _ in range(7)] == [True] * 6 + [False]


@pytest.mark.parametrize("words", ["3/second", "7/minute", "2000/second", "600/minute", "11/hour"])
def test_in_any_stretch_at_most_twice_the_number_pass(words):
    clock, limit = Clock(), parse(words)
    bucket = Bucket(limit, clock)
    passed = sum(bucket.take("ann") == 0.0 for _ in range(limit.amount))
    assert passed == limit.amount
    # Twice as often as it refills, for as long as the limit's time.
    for _ in range(2 * limit.amount):
        clock.now_s += limit.get_expiry() / limit.amount / 2
        passed += bucket.take("ann") == 0.0
    assert 2 * limit.amount - 1 <= passed <= 2 * limit.amount


def test_only_so_many_keys_are_remembered(monkeypatch):
    monkeypatch.setattr(rates, "MOST_KEPT", 3)
    bucket = Bucket(parse("1/minute"), Clock())
    assert [bucket.take(name) for name in "abcd"] == [0.0] * 4
    assert bucket.take("d") > 0
    assert bucket.take("a") == 0.0, "the one unheard of for longest was forgotten"
