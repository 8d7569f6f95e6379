"""Vendored files are those that are listed, each with a licence beside it."""

from __future__ import annotations

import json

import pytest

from tests.vendoring import LISTS, ROOT, faults


@pytest.mark.parametrize("path", LISTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_vendored_is_what_is_listed(path):
    listed = json.loads(path.read_text())
    assert faults(path.with_suffix(""), listed) == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_package_comes_with_its_licence(path):
    listed = json.loads(path.read_text()).values()
    licensed = {each["package"] for each in listed if each["path"].startswith(("LICENSE", "NOTICE"))}
    assert {each["package"] for each in listed} == licensed
    assert {each["licence"] for each in listed} <= {"0BSD", "MIT", "BSD-2-Clause", "Apache-2.0", "MPL-2.0"}


def test_a_changed_or_a_strange_file_is_noticed(tmp_path):
    (tmp_path / "a.js").write_text("changed")
    (tmp_path / "b.js").write_text("strange")
    listed = {"a.js": {"integrity": "sha384-x"}, "c.js": {"integrity": "sha384-y"}}
    assert faults(tmp_path, listed) == ["a.js has another digest", "b.js is not listed", "c.js is missing"]
