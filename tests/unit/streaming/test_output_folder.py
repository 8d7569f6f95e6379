import os
from pathlib import Path

import msgspec
import pytest

from graph.model.errors import BadCall, Fatal
from streaming.files.sinks.folder import OutputFolder
from streaming.files.sinks.lines import LineFile


class Row(msgspec.Struct):
    n: int


def write(place: Path, text: str) -> None:
    with OutputFolder(place, {"a"}) as folder:
        (folder.path / "a").write_text(text)
        folder.commit()


def write_half(place: Path) -> None:
    with OutputFolder(place, {"a"}) as folder:
        (folder.path / "a").write_text("half")
        raise KeyboardInterrupt


def test_nothing_stands_at_the_place_before_the_commit(tmp_path):
    place = tmp_path / "deep" / "out"
    with OutputFolder(place, {"a"}) as folder:
        (folder.path / "a").write_text("new")
        assert not place.exists()
        folder.commit()
        assert (place / "a").read_text() == "new"
    assert os.listdir(place.parent) == ["out"]
    assert place.stat().st_mode & 0o777 == (tmp_path / "deep").stat().st_mode & 0o777


def test_leaving_without_a_commit_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write_half(tmp_path / "deep" / "out")
    assert os.listdir(tmp_path) == []


def test_a_former_result_stays_until_the_new_one_is_complete(tmp_path):
    place = tmp_path / "out"
    write(place, "old")
    with pytest.raises(KeyboardInterrupt):
        write_half(place)
    assert (place / "a").read_text() == "old"
    write(place, "new")
    assert (place / "a").read_text() == "new"
    assert os.listdir(tmp_path) == ["out"]


def test_a_folder_with_other_things_in_it_is_not_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadCall, match=r"found thesis.txt in it: choose another --out"):
        OutputFolder(tmp_path, {"a"})
    (tmp_path / "thesis.txt").unlink()
    (tmp_path / "a").mkdir()
    with pytest.raises(BadCall, match=r"found a in it"):
        OutputFolder(tmp_path, {"a"})


def test_a_file_at_the_place_or_above_it_is_a_wrong_call(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadCall, match=r"expected a folder at .*file, found a file"):
        OutputFolder(tmp_path / "file", {"a"})
    with pytest.raises(
        BadCall, match=r"expected a place for .*out, found: File exists: choose another folder"
    ):
        OutputFolder(tmp_path / "file" / "out", {"a"})
    assert (tmp_path / "file").read_text() == "mine"


def test_a_link_to_a_folder_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a").read_text() == "new"


def test_what_a_killed_run_left_is_removed_and_what_a_living_run_writes_is_not(tmp_path):
    dead = tmp_path / ".out.partial-1-dead"
    dead.mkdir()
    (dead / "a").write_text("half")
    other = tmp_path / ".other.partial-1-dead"
    other.mkdir()
    with OutputFolder(tmp_path / "out", {"a"}) as living:
        write(tmp_path / "out", "new")
        assert living.path.is_dir()
        assert not dead.exists()
        assert other.is_dir()


def test_a_former_result_caught_between_two_renames_is_put_back(tmp_path):
    former = tmp_path / ".out.former-1-abcd"
    former.mkdir()
    (former / "a").write_text("old")
    with OutputFolder(tmp_path / "out", {"a"}):
        assert (tmp_path / "out" / "a").read_text() == "old"
    assert os.listdir(tmp_path) == ["out"]


def test_equal_records_give_equal_lines(tmp_path):
    with LineFile(tmp_path / "rows") as file:
        assert file.write([Row(1), Row(2)]) == 2
    assert (tmp_path / "rows").read_bytes() == b'{"n":1}\n{"n":2}\n'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_in_one_line():
    message = r"expected to write full in /dev, found: No space left on device: free some space .*"
    with pytest.raises(Fatal, match=message), LineFile(Path("/dev/full")) as file:
        file.write(Row(n) for n in range(100_000))
    with pytest.raises(Fatal, match=message), LineFile(Path("/dev/full")) as file:
        file.write([Row(1)])
