"""Pages that are joined hold what they held."""

from __future__ import annotations

import numpy as np

from streaming.snapshots.huge_pages import HUGE, HugePages, join_pages


def test_memory_holds_what_it_held_and_goes_on_being_written() -> None:
    numbers = np.arange(8 * HUGE // 8)
    join_pages()
    assert np.array_equal(numbers, np.arange(8 * HUGE // 8))
    numbers += 1
    assert int(numbers[-1]) == 8 * HUGE // 8


def test_it_is_done_once_at_a_time_beside_other_work(monkeypatch) -> None:
    monkeypatch.setattr("streaming.snapshots.huge_pages.WORTH_IT_KB", 0)
    pages, numbers = HugePages(), np.zeros(8 * HUGE // 8, np.int64)
    for _ in range(20):
        pages.begin()
        numbers += 1
    assert pages.finish(60.0)
    assert set(np.unique(numbers).tolist()) == {20}


def test_nothing_happens_where_the_system_knows_no_mappings(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("streaming.snapshots.huge_pages._MAPS", tmp_path / "none")
    assert join_pages() == 0
