import io

from graph.model.errors import Rejected
from streaming.decoding.columns import ColumnDecoder
from streaming.decoding.decode import Decoder, Record
from streaming.files.sources.files import InputFile
from streaming.files.sources.merge import Portion, merged
from tests.unit.streaming.records import HOUR, NOON, lines, ping


def records_of(portion: Portion) -> list[Record]:
    """Event or rejection for every line of a portion."""
    found = dict(portion.refused) | dict(zip(portion.places.tolist(), portion.batch.events(), strict=True))
    return [found[place] for place in range(len(found))]


def order(*contents: bytes) -> list[str]:
    """Event ids (or the raw bytes of rejected lines) in the merged order."""
    files = [InputFile(f"input {n}", io.BytesIO(content)) for n, content in enumerate(contents)]
    found = []
    for portion in merged(files, ColumnDecoder(), NOON):
        for index, record in enumerate(records_of(portion)):
            block, line = portion.origin(index)
            raw = block.raw(line)
            if isinstance(record, Rejected):
                found.append(raw.decode())
            else:
                assert Decoder().decode(raw) == record
                found.append(record.event_id)
            content = contents[int(block.file.name.split()[1])]
            assert content[block.offset(line) :].startswith(raw)
    return found


def at(**hours: float) -> bytes:
    """Pings at hours after noon."""
    return lines(*(ping(event_id, NOON + int(hour * HOUR)) for event_id, hour in hours.items()))


def test_several_inputs_come_in_the_order_of_event_time():
    assert order(at(a1=1, a4=4), at(b2=2, b5=5), at(c3=3)) == ["a1", "b2", "c3", "a4", "b5"]


def test_between_equal_times_the_order_of_the_arguments_decides():
    assert order(at(a=2, b=2), at(c=1, d=2, e=2)) == ["c", "a", "b", "d", "e"]


def test_inside_one_input_the_order_stays_as_it_is():
    assert order(at(a5=5, a1=1, a6=6), at(b2=2, b5=5, b7=7)) == ["b2", "a5", "a1", "b5", "a6", "b7"]
    assert order(at(a5=5, a1=1, a6=6)) == ["a5", "a1", "a6"]


def test_a_rejected_line_comes_with_the_line_before_it():
    first = b"early\n" + at(a1=1) + b"bad\n\n" + at(a5=5)
    assert order(first, at(b1=1, b2=2)) == ["early", "a1", "bad", "", "b1", "b2", "a5"]


def test_a_line_from_the_far_future_holds_up_nothing():
    assert order(at(a1=1, far=9999, a2=2), at(b3=3)) == ["a1", "far", "a2", "b3"]
    assert order(at(a1=1, a20=20, a40=40), at(b9=9, b30=30)) == ["a1", "b9", "a20", "b30", "a40"]


def test_an_empty_input_changes_nothing():
    assert order(b"", at(a=1), b"") == ["a"]
    assert order(b"", b"") == []
