"""A notebook is a text: prose carries, code asks short questions, and it is kept without outputs."""

import ast
import statistics
from pathlib import Path

import nbformat
import pytest

from heatnet import config
from heatnet.pipeline.profile import find_notebooks

ROOT = Path(__file__).parents[1]
NOTEBOOKS = find_notebooks(ROOT)
MOST_CELLS, MEDIAN_LINES, MOST_LINES, WORDS_PER_LINE = 40, 4, 15, 10


@pytest.fixture(params=NOTEBOOKS.values(), ids=NOTEBOOKS)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[str]:
    """The sources of the code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def lines(source: str) -> int:
    """Lines that hold something."""
    return sum(bool(line.strip()) for line in source.splitlines())


def test_there_is_a_notebook_for_every_stage_in_the_papers_order() -> None:
    assert set(NOTEBOOKS) == set(config.STAGES)
    assert [path.name[:2] for path in NOTEBOOKS.values()] == [f"{number:02d}" for number in range(1, len(NOTEBOOKS) + 1)]


def test_it_is_valid_with_stable_ids(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))


def test_it_is_kept_without_outputs_and_machine_details(notebook: nbformat.NotebookNode) -> None:
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}, f"cell {cell.id}: {dict(cell.metadata)}"
        if cell.cell_type == "code":
            assert not cell.outputs, f"cell {cell.id} has outputs; clear them before committing"
            assert cell.execution_count is None


def test_it_has_one_parameters_cell(notebook: nbformat.NotebookNode) -> None:
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert [cell.source for cell in tagged] == ["section = None"]


def test_it_opens_its_own_stage(notebook: nbformat.NotebookNode, request: pytest.FixtureRequest) -> None:
    stage = request.node.callspec.id
    assert any(f'open_stage("{stage}", section)' in cell for cell in code(notebook))


def test_it_begins_and_ends_with_prose(notebook: nbformat.NotebookNode) -> None:
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    assert notebook.cells[-1].cell_type == "markdown"


def test_it_is_short(notebook: nbformat.NotebookNode) -> None:
    assert len(notebook.cells) <= MOST_CELLS
    counts = [lines(cell) for cell in code(notebook)]
    assert statistics.median(counts) <= MEDIAN_LINES
    assert max(counts) <= MOST_LINES


def test_it_defines_nothing(notebook: nbformat.NotebookNode) -> None:
    for cell in code(notebook):
        kinds = {type(node).__name__ for node in ast.walk(ast.parse(cell))}
        assert not kinds & {"FunctionDef", "ClassDef", "AsyncFunctionDef", "While"}, cell


def test_prose_carries(notebook: nbformat.NotebookNode) -> None:
    words = sum(len(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    assert words >= WORDS_PER_LINE * sum(lines(cell) for cell in code(notebook))
