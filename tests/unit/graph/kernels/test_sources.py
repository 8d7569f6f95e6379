"""What a compiled kernel is used again for: only the sources it was made from, wherever these lie."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from graph.kernels import sources

REPOSITORY = Path(__file__).resolve().parents[4]
ASK = """
from graph.kernels.sources import digest_of_sources
for name in {!r}:
    print(name, digest_of_sources(name))
"""
KERNELS = ["streaming.decoding.parse", "graph.updates.apply", "gnn.serving.vector_kernels"]


@pytest.fixture
def fresh():
    """Nothing of what was read before."""
    caches = (
        sources.digest_of_sources,
        sources._root,
        sources._source,
        sources._digest,
        sources._imported,
    )
    for each in caches:
        each.cache_clear()
    yield caches
    for each in caches:
        each.cache_clear()


def digest(module, caches):
    for each in caches:
        each.cache_clear()
    return sources.digest_of_sources(module)


def test_a_script_beside_others_counts_with_what_it_imports(fresh, monkeypatch, tmp_path):
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "kernels.py").write_text("SIZE = 1\n")
    (tmp_path / "measure.py").write_text("import os\nfrom house.kernels import SIZE\n")
    for name, path in (("house", package / "__init__.py"), ("measure", tmp_path / "measure.py")):
        module = ModuleType(name)
        module.__file__ = str(path)
        if path.parent == package:
            module.__path__ = [str(package)]
        monkeypatch.setitem(sys.modules, name, module)
    before = digest("measure", fresh)
    assert digest("measure", fresh) == before
    (package / "kernels.py").write_text("SIZE = 2\n")
    imported = digest("measure", fresh)
    assert imported != before
    (tmp_path / "measure.py").write_text("from house.kernels import SIZE\nMORE = 1\n")
    assert digest("measure", fresh) not in (before, imported)


def test_what_a_program_loads_first_changes_no_digest():
    def asked(names):
        told = subprocess.run(
            [sys.executable, "-c", ASK.format(names)],
            capture_output=True,
            text=True,
            check=True,
            cwd=REPOSITORY,
        )
        return dict(line.split() for line in told.stdout.splitlines())

    assert asked(KERNELS) == asked(KERNELS[::-1])


def test_every_package_that_holds_kernels_is_named():
    packages = ("flink", "gnn", "graph", "queries", "ringfence", "rules", "simulation", "streaming")
    holding = {
        package
        for package in packages
        for path in (REPOSITORY / package).rglob("*.py")
        if ".venv" not in path.parts
        and "from graph.kernels.kernel import" in path.read_text(encoding="utf-8")
    }
    assert holding == sources.HOUSES
