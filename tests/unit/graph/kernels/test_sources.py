"""What a compiled kernel is used again for: only the sources it was made from, wherever these lie."""

import sys
from types import ModuleType

import pytest

from graph.kernels import sources


@pytest.fixture
def fresh(monkeypatch):
    """Nothing of what was read before."""
    monkeypatch.setattr(sources, "_houses", set())
    caches = (sources._digest_of_all, sources._source, sources._digest, sources._imported)
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
    (tmp_path / "measure.py").write_text("from house.kernels import SIZE\n")
    for name, path in (("house", package / "__init__.py"), ("measure", tmp_path / "measure.py")):
        module = ModuleType(name)
        module.__file__ = str(path)
        if path.parent == package:
            module.__path__ = [str(package)]
        monkeypatch.setitem(sys.modules, name, module)
    digest("house.kernels", fresh)
    before = digest("measure", fresh)
    assert digest("measure", fresh) == before
    (package / "kernels.py").write_text("SIZE = 2\n")
    imported = digest("measure", fresh)
    assert imported != before
    (tmp_path / "measure.py").write_text("from house.kernels import SIZE\nMORE = 1\n")
    assert digest("measure", fresh) not in (before, imported)
