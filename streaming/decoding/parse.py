"""Lines of JSON to event records, in one pass over the bytes.

Strict on purpose: a line is accepted only when it plainly is what the contract describes. Whatever is not
plain (an escape, an exponent, a nested value, more unknown keys than a few, an
analyst's act, or any fault) is marked, and
``streaming.decoding.decode`` gives the verdict about it. So there are never two opinions about what is an
event.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.hashing import hash_bytes
from graph.kernels.kernel import inlined, kernel
from graph.kernels.sip_hash import hash_id
from graph.kernels.words import load_word, word_at
from graph.model.event_batch import ABSENT, TEXTS, VALUES, Records
from streaming.decoding.decimals import NOT_UNDERSTOOD, read_number
from streaming.decoding.field_tables import (
    CAREFUL,
    CHOICE,
    CHOICE_FIELD,
    EVENT_ID,
    HIGH,
    IDENTIFIER,
    KEY_BYTES,
    KEY_LENGTH,
    KEY_MASK,
    KEY_WORDS,
    LONGEST_WORD,
    LOW,
    NAMES,
    NO_FIELD,
    NUMBER,
    REQUIRED,
    SCATTER,
    SLOT_BITS,
    SORT,
    TEXT_FIELD,
    TIME,
    TS,
    TYPE,
    VALUE_FIELD,
    WORD_FIRST,
    WORD_LAST,
    WORD_LENGTH,
    WORD_NUMBER,
    WORD_OF,
)
from streaming.decoding.json_texts import NO_TEXT, characters, text_end

_MOST_STRANGERS: Final = 16
"""Unknown keys of one line that are looked through for repeats."""

_MOST_TIME_DIGITS: Final = 18
_ONE: Final = np.uint64(1)
_FIELD: Final = np.dtype([("start", "i8"), ("length", "i8"), ("number", "f8"), ("code", "i8")])

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@inlined
def _known_word(text: Bytes, start: int, length: int, of: int) -> int:
    """The number of a word in the list ``of``, NO_FIELD when it is not there."""
    if length > LONGEST_WORD or length == 0:
        return NO_FIELD
    first = word_at(text, start, min(8, length))
    last = word_at(text, start + length - 8, 8) if length >= 8 else first
    mark = first ^ (last << _ONE) ^ np.uint64(length) ^ (np.uint64(of & 63) << np.uint64(7))
    slot = np.int64((mark * SCATTER) >> np.uint64(64 - SLOT_BITS))
    while WORD_LENGTH[slot] != 0:
        if (
            WORD_FIRST[slot] == first
            and WORD_LAST[slot] == last
            and WORD_LENGTH[slot] == length
            and WORD_OF[slot] == of
        ):
            return WORD_NUMBER[slot]  # type: ignore[no-any-return]
        slot = (slot + 1) & ((1 << SLOT_BITS) - 1)
    return NO_FIELD


@inlined
def _past_space(text: Bytes, place: int, end: int) -> int:
    while place < end and text[place] <= 32:
        byte = text[place]
        if byte not in (32, 10, 13, 9):
            break
        place += 1
    return place


@kernel
def _is_stranger_again(text: Bytes, strangers: Places, count: int, start: int, length: int) -> bool:
    for one in range(count):
        if strangers[2 * one + 1] == length:
            same = True
            for byte in range(length):
                if text[strangers[2 * one] + byte] != text[start + byte]:
                    same = False
                    break
            if same:
                return True
    return False


@inlined
def _past_literal(text: Bytes, place: int, end: int) -> int:
    """The place after null, true or false; NOT_UNDERSTOOD when neither stands there."""
    if place + 4 <= end:
        word = word_at(text, place, 4)
        if word in (0x6C6C756E, 0x65757274):
            return place + 4
        if place + 5 <= end and word == 0x736C6166 and text[place + 4] == 101:
            return place + 5
    return NOT_UNDERSTOOD


@inlined
def _has_key(text: Bytes, place: int, end: int, field: int) -> bool:
    """Whether the key of ``field`` stands at ``place``, written without spaces."""
    if place + KEY_LENGTH[field] >= end or place + 8 * KEY_WORDS > len(text):
        return False
    apart = np.uint64(0)
    for word in range(KEY_WORDS):
        apart |= (load_word(text, place + 8 * word) ^ KEY_BYTES[field, word]) & KEY_MASK[field, word]
    return apart == 0  # type: ignore[no-any-return]


@inlined
def _parse_line(text: Bytes, start: int, end: int, found: Any, strangers: Places, follower: Any) -> Any:
    """Fills ``found`` with the fields of a line: (is it plain, a bit for each field with a value).

    ``follower`` holds which field came after which in earlier lines, by event type (0 before it is known) and
    field (0 at the beginning): a guess that saves looking up the key, and changes nothing else.
    """
    present, seen = np.uint64(0), np.uint64(0)
    unknown = 0
    kind, before = 0, 0
    place = _past_space(text, start, end)
    if place >= end or text[place] != 123:
        return False, present
    place = _past_space(text, place + 1, end)
    while True:
        if place >= end or text[place] != 34:
            return False, present
        key, length = place, 0
        field = follower[kind, before]
        if field != NO_FIELD and _has_key(text, place, end, field):
            place += KEY_LENGTH[field]
        else:
            key = place + 1
            place, plain = text_end(text, key, end)
            if place == NO_TEXT or not plain:
                return False, present
            length = place - key
            field = _known_word(text, key, length, NO_FIELD)
            place = _past_space(text, place + 1, end)
            if place >= end or text[place] != 58:
                return False, present
            place += 1
        if field == NO_FIELD:
            if unknown == _MOST_STRANGERS or _is_stranger_again(text, strangers, unknown, key, length):
                return False, present
            strangers[2 * unknown] = key
            strangers[2 * unknown + 1] = length
            unknown += 1
            sort = NO_FIELD
        else:
            bit = _ONE << np.uint64(field)
            if seen & bit:
                return False, present
            seen |= bit
            sort = SORT[field]
            follower[kind, before] = field
            before = field + 1
        place = _past_space(text, place, end)
        if place >= end:
            return False, present
        byte = text[place]
        if byte == 34:
            begin = place + 1
            place, plain = text_end(text, begin, end)
            if place == NO_TEXT or sort in (NUMBER, TIME):
                return False, present
            length = place - begin
            count = length if plain else characters(text, begin, place)
            if count == NO_TEXT:
                return False, present
            if sort != NO_FIELD:
                if sort == IDENTIFIER and (count < LOW[field] or count > HIGH[field]):
                    return False, present
                if sort == CHOICE:
                    code = _known_word(text, begin, length, field)
                    if code == NO_FIELD:
                        return False, present
                    found[field].code = code
                    if field == TYPE:
                        kind = code + 1
                present |= bit
                found[field].start = begin
                found[field].length = length
            place += 1
        elif byte == 45 or (48 <= byte <= 57):
            begin = place
            place, digits, number, whole = read_number(text, begin, end)
            if place == NOT_UNDERSTOOD:
                return False, present
            if sort == TIME:
                if not whole or place - begin > _MOST_TIME_DIGITS:
                    return False, present
                found[field].code = np.int64(digits)
            elif sort not in (NUMBER, NO_FIELD):
                return False, present
            if sort != NO_FIELD:
                if number < LOW[field] or number > HIGH[field]:
                    return False, present
                present |= bit
                found[field].number = number
        else:
            if byte != 110 and sort != NO_FIELD:
                return False, present
            place = _past_literal(text, place, end)
            if place == NOT_UNDERSTOOD:
                return False, present
        place = _past_space(text, place, end)
        if place >= end:
            return False, present
        if text[place] == 125:
            break
        if text[place] != 44:
            return False, present
        place = _past_space(text, place + 1, end)
    return _past_space(text, place + 1, end) == end, present


@inlined
def _write_record(text: Bytes, found: Any, present: Any, record: Any) -> None:
    kind = found[TYPE].code
    choice = CHOICE_FIELD[kind]
    record.kind = kind
    record.code = 0 if choice == NO_FIELD else found[choice].code
    record.ts = found[TS].code
    start, length = found[EVENT_ID].start, found[EVENT_ID].length
    record.id_start = start
    record.id_length = length
    first, second = hash_id(text, start, length)
    record.id_hash[0] = first
    record.id_hash[1] = second
    for slot in range(TEXTS):
        field = TEXT_FIELD[kind, slot]
        if field != NO_FIELD and present & (_ONE << np.uint64(field)):
            start, length = found[field].start, found[field].length
            record.text_start[slot] = start
            record.text_length[slot] = length
            record.text_hash[slot] = hash_bytes(text, start, length) if length else np.uint64(0)
        else:
            record.text_start[slot] = ABSENT
            record.text_length[slot] = 0
            record.text_hash[slot] = 0
    for slot in range(VALUES):
        field = VALUE_FIELD[kind, slot]
        if field != NO_FIELD and present & (_ONE << np.uint64(field)):
            record.values[slot] = found[field].number
        else:
            record.values[slot] = np.nan


class Scratch:
    """What parsing writes to and nobody reads, for one thread at a time."""

    def __init__(self) -> None:
        self.found = np.zeros(len(NAMES), _FIELD)
        self.strangers = np.zeros(2 * _MOST_STRANGERS, np.int64)
        self.follower = np.full((len(REQUIRED) + 1, len(NAMES) + 1), NO_FIELD, np.int64)


def parse_lines(
    text: Bytes,
    starts: Places,
    ends: Places,
    longest: int,
    records: Records,
    left: Places,
    scratch: Scratch | None = None,
) -> int:
    """Fill ``records`` with the event of each line; returns how many lines are ``left`` to another parser.

    Line ``i`` is ``text[starts[i]:ends[i]]``. The places of the lines that are left are put into ``left``, in
    their order; their records hold nothing. Time: about 200 ns for a line of 190 bytes.
    """
    s = scratch or Scratch()
    return _parse_lines(text, starts, ends, longest, records, left, s.found, s.strangers, s.follower)


@kernel
def _parse_lines(
    text: Bytes,
    starts: Places,
    ends: Places,
    longest: int,
    records: Records,
    left: Places,
    found: Records,
    strangers: Places,
    follower: Places,
) -> int:
    count = 0
    for row in range(len(starts)):
        start, end = starts[row], ends[row]
        plain = end - start <= longest
        if plain:
            plain, present = _parse_line(text, start, end, found, strangers, follower)
            if plain:
                plain = present & (_ONE << np.uint64(TYPE)) != 0
            if plain:
                required = REQUIRED[found[TYPE].code]
                plain = present & required == required and not CAREFUL[found[TYPE].code]
            if plain:
                _write_record(text, found, present, records[row])
        if not plain:
            left[count] = row
            count += 1
    return count
