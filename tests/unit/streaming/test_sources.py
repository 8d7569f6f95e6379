import gzip
import io
import os
import zlib
from pathlib import Path
from threading import Thread

import pytest
import zstandard

from graph.model.errors import BadCall, Fatal
from streaming.files.sources.files import InputFiles
from streaming.files.sources.lines import KEPT_BYTES, Block, Overlong, cut_lines

CONTENT = b"".join(b'{"n":%d}\n' % n for n in range(100_000))


def cut(*pieces: bytes, longest: int = 10) -> list[Block | Overlong]:
    return list(cut_lines(pieces, longest))


def shown(*pieces: bytes) -> list[tuple[int, list[bytes]]]:
    """(where its bytes begin, lines) of every block."""
    return [(part.offset, part.lines()) for part in cut(*pieces) if isinstance(part, Block)]


def content_of(path: Path) -> bytes:
    with InputFiles([str(path)]) as files:
        parts = list(files.files[0].blocks(1 << 20))
        assert files.bytes_read == files.size_bytes == path.stat().st_size
    return b"".join(line + b"\n" for part in parts if isinstance(part, Block) for line in part.lines())


def test_lines_are_cut_wherever_the_pieces_end():
    assert shown(b"a\nb", b"c\n\nd") == [(0, [b"a"]), (2, [b"bc", b""]), (6, [b"d"])]
    assert shown(b"a\n", b"\n", b"b\n") == [(0, [b"a"]), (2, [b""]), (3, [b"b"])]
    assert cut() == []
    assert shown(b"\n") == [(0, [b""])]


def test_offsets_count_bytes_from_the_beginning():
    parts = cut(b"ab\n\ncde\r\nf", longest=10)
    starts = [part.offset + at for part in parts if isinstance(part, Block) for at in part.starts.tolist()]
    assert starts == [0, 3, 4, 9]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 11, 100])
def test_an_overlong_line_is_told_with_its_length_and_its_neighbours_stay(size):
    stream = b"ab\n" + b"x" * 11 + b"\nlast ten..\n" + b"y" * 25
    parts = cut(*(stream[i : i + size] for i in range(0, len(stream), size)))
    found = []
    for part in parts:
        if isinstance(part, Overlong):
            found.append((part.offset, part.head, part.length))
        else:
            found += [
                (part.offset + start, line, len(line))
                for start, line in zip(part.starts.tolist(), part.lines(), strict=True)
            ]
    assert found == [(0, b"ab", 2), (3, b"x" * 11, 11), (15, b"last ten..", 10), (26, b"y" * 25, 25)]


def test_of_an_overlong_line_only_the_beginning_is_kept():
    def pieces():
        for number in range(200):
            yield bytes([65 + number % 26]) * 100_000
        yield b"\nab\n"

    long, block = list(cut_lines(pieces(), 1 << 20))
    assert isinstance(long, Overlong)
    assert (long.length, len(long.head), long.head) == (20_000_000, KEPT_BYTES, b"A" * KEPT_BYTES)
    assert isinstance(block, Block)
    assert (block.offset, block.lines()) == (20_000_001, [b"ab"])


@pytest.mark.parametrize("name", ["events.ndjson.gz", "events.ndjson"])
def test_gzip_is_read_through_all_its_members(tmp_path, name):
    path = tmp_path / name
    half = len(CONTENT) // 2
    path.write_bytes(gzip.compress(CONTENT[:half]) + gzip.compress(CONTENT[half:]) + b"\0" * 512)
    assert content_of(path) == CONTENT


@pytest.mark.parametrize("name", ["events.ndjson.zst", "events.ndjson"])
def test_zstandard_is_read_through_all_its_frames(tmp_path, name):
    path = tmp_path / name
    half = len(CONTENT) // 2
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    frames = zstandard.compress(CONTENT[:half]) + skippable + zstandard.compress(CONTENT[half:])
    path.write_bytes(frames + skippable)
    assert content_of(path) == CONTENT


def test_plain_files_are_read_as_they_are(tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(CONTENT)
    assert content_of(path) == CONTENT


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a.gz", gzip.compress(CONTENT)[:-9]),
        ("a.gz", gzip.compress(CONTENT)[:-1]),
        ("a.gz", gzip.compress(CONTENT)[:5]),
        ("a.gz", b""),
        ("a.zst", zstandard.compress(CONTENT)[:-1]),
        ("a.zst", zstandard.compress(CONTENT) + zstandard.compress(CONTENT)[:3]),
    ],
    ids=["gz cut", "gz cut in its size", "gz cut in its header", "empty", "zst cut", "zst frame cut"],
)
def test_a_truncated_file_is_an_error_that_names_it(tmp_path, name, stored):
    (tmp_path / name).write_bytes(stored)
    with pytest.raises(Fatal, match=rf"{name}, found its end too early: fetch the file again"):
        content_of(tmp_path / name)


def corrupt(stored: bytes) -> bytes:
    return stored[:2000] + bytes([stored[2000] ^ 255]) + stored[2001:]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a.gz", b"no gzip at all"),
        ("a.gz", corrupt(gzip.compress(os.urandom(5000)))),
        ("a.gz", gzip.compress(CONTENT) + b"rubbish"),
        ("a.zst", b"no zstandard at all"),
        ("a.zst", zstandard.compress(CONTENT) + b"rubbish"),
        ("a.zst", corrupt(zstandard.ZstdCompressor(write_checksum=True).compress(os.urandom(5000)))),
    ],
    ids=["no gz", "gz with a bit turned", "gz and more", "no zst", "zst and more", "zst with a bit turned"],
)
def test_a_corrupt_file_is_an_error_that_names_it(tmp_path, name, stored):
    (tmp_path / name).write_bytes(stored)
    with pytest.raises(Fatal, match=rf"expected .* data in .*{name}, found bytes that are not"):
        content_of(tmp_path / name)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress, zlib.compress])
def test_standard_input_is_recognised_by_its_first_bytes(pack):
    stdin = io.BytesIO(pack(CONTENT))
    with InputFiles(["-"], stdin) as files:
        assert files.size_bytes is None
        lines = [
            line
            for part in files.files[0].blocks(1 << 20)
            if isinstance(part, Block)
            for line in part.lines()
        ]
    expected = CONTENT if pack is not zlib.compress else zlib.compress(CONTENT)
    assert b"\n".join(lines) == expected.removesuffix(b"\n")
    assert not stdin.closed


def test_a_pipe_is_read_like_a_file(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = Thread(target=path.write_bytes, args=(CONTENT,))
    writer.start()
    with InputFiles([str(path)]) as files:
        lines = [
            line
            for part in files.files[0].blocks(1 << 20)
            if isinstance(part, Block)
            for line in part.lines()
        ]
        assert files.size_bytes is None
    writer.join()
    assert len(lines) == 100_000


def test_inputs_that_cannot_be_read_are_wrong_calls(tmp_path):
    good = tmp_path / "good"
    good.write_bytes(b"")
    with pytest.raises(
        BadCall, match=r"expected a file of events at .*/absent, found nothing: check the path"
    ):
        InputFiles([str(good), str(tmp_path / "absent")])
    with pytest.raises(BadCall, match=r"found a folder: name the files in it"):
        InputFiles([str(tmp_path)])
    with pytest.raises(BadCall, match=r"expected at least one file"):
        InputFiles([])
    with pytest.raises(BadCall, match=r"standard input \(-\) at most once"):
        InputFiles(["-", str(good), "-"])
    with pytest.raises(BadCall, match=r"expected to read a.b, found: embedded null byte"):
        InputFiles(["a\0b"])
