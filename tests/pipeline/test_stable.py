"""What is taken out of an executed notebook, and what stays."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from heatnet.pipeline.stable import WIDGET, clean_text, settle, stabilise


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<Thing at 0x7f9a3c1d2e80>", "<Thing at 0x...>"),
        ("label 0x1f", "label 0x1f"),
        ("/tmp/ipykernel_123/456.py:1: UserWarning: slow", "<cell>:1: UserWarning: slow"),
        ("/home/me/repo/data/a.png and /home/me/repo", "./data/a.png and ."),
        ("/home/me/repository", "~/repository"),
        ('<style>#T_3f2a1_row0</style><table id="T_3f2a1"><table id="T_00bca">', None),
    ],
)
def test_text_without_this_machine(text: str, left: str | None) -> None:
    places = {Path("/home/me"): "~", Path("/home/me/repo"): "."}
    expected = '<style>#T_00000_row0</style><table id="T_00000"><table id="T_00001">' if left is None else left
    assert clean_text(text, places) == expected
    assert clean_text(expected, places) == expected


def test_a_line_settles_as_on_a_terminal() -> None:
    assert settle("0%\r50%\r100%\ndone\r\n") == "100%\ndone\n"


def test_outputs_are_joined_and_bars_left_out() -> None:
    outputs = [
        new_output("stream", name="stdout", text="one\n"),
        new_output("stream", name="stderr", text="10%"),
        new_output("display_data", {WIDGET: {"model_id": "abc"}, "text/plain": "bar"}),
        new_output("stream", name="stdout", text="two\n"),
        new_output("display_data", {"image/png": "AAAA", "text/plain": "<Figure at 0x7f9a3c1d2e80>"}),
    ]
    cell = new_code_cell(
        "x", outputs=outputs, metadata={"execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"}, "papermill": {}, "tags": ["keep"]}
    )
    notebook = stabilise(new_notebook(cells=[cell], metadata={"widgets": {}, "papermill": {}}), {}, {})
    assert [output.get("text") or output.data for output in notebook.cells[0].outputs] == [
        "one\ntwo\n",
        {"image/png": "AAAA", "text/plain": "<Figure at 0x...>"},
    ]
    assert notebook.cells[0].metadata == {"tags": ["keep"]}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
