"""The notebooks run from top to bottom, say only public names, and lie in the repository without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_CELLS = 40


def read(path: Path):
    return nbformat.read(path, as_version=4)


def test_the_five_stories_are_there():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_meet_the_graph",
        "02_rings_without_a_model",
        "03_train_and_evaluate",
        "04_investigate_a_ring",
        "05_start_from_a_data_frame",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_stripped_and_uses_public_names(path):
    book = read(path)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert len(book.cells) < MOST_CELLS
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    text = "\n".join(cell.source for cell in code)
    assert not re.findall(r"(?:\.|import )_[a-z]\w*", text)
    assert "plt." in text or "Image(" in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(path, tmp_path):
    from nbclient import NotebookClient

    book = read(path)
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(book, kernel_name="python3", startup_timeout=300, timeout=300, resources=place).execute()
    shown = [
        output
        for cell in book.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert shown
