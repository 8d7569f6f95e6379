import threading

import pytest

from streaming.files.sources.read_ahead import read_ahead


def test_items_come_in_their_order():
    assert list(read_ahead(iter(range(100)))) == list(range(100))
    assert list(read_ahead([])) == []
    assert list(read_ahead([None, 0, ""])) == [None, 0, ""]


def test_the_next_item_is_made_while_one_is_looked_at_and_no_more():
    begun = [threading.Event() for _ in range(4)]

    def items():
        for number, event in enumerate(begun):
            event.set()
            yield number

    taken = read_ahead(items())
    assert next(taken) == 0
    assert begun[1].wait(10)
    assert next(taken) == 1
    assert begun[2].wait(10)
    assert not begun[3].is_set()
    taken.close()


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        yield 2
        raise ValueError("expected three")

    taken = read_ahead(items())
    assert [next(taken), next(taken)] == [1, 2]
    with pytest.raises(ValueError, match="expected three"):
        next(taken)


def test_who_stops_early_leaves_no_thread_behind():
    before = threading.active_count()
    taken = read_ahead(iter(range(10)))
    next(taken)
    taken.close()
    assert threading.active_count() == before
