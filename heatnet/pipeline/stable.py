"""An executed notebook whose bytes depend on its code and its numbers only.

Timings, random ids, addresses, machine paths and progress bars go; code, prose, text, tables and figures stay.
"""

import pprint
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
CELL_FILE = re.compile(r"[^\s\"'<>]*/ipykernel_\d+/\d+\.py")
STYLER_ID = re.compile(r"T_[0-9a-f]{5}(?![0-9a-f])")
WIDTH = 100


def stabilise(notebook: NotebookNode, section: Mapping[str, Any], places: Mapping[Path, str]) -> NotebookNode:
    """Strip an executed notebook in place of all that would differ in the next run.

    ``section`` is shown in the cell that papermill injected; ``places`` maps folders to the words that replace them.
    """
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        for key in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
            cell.source = parameters_source(section)
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell.outputs, places)
    return notebook


def parameters_source(section: Mapping[str, Any]) -> str:
    """The injected cell, one key a line and not wider than a page."""
    return "# from params.yaml\nsection = " + pprint.pformat(dict(section), width=WIDTH, sort_dicts=False)


def _outputs(outputs: Sequence[NotebookNode], places: Mapping[Path, str]) -> list[NotebookNode]:
    """What a cell shows: standard output in one piece, results and figures; not standard error (bars and warnings)."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                continue
            if kept and kept[-1].output_type == "stream":
                kept[-1].text += output.text
                continue
        elif WIDGET in output.get("data", {}):
            continue
        kept.append(output)
    for output in kept:
        _clean(output, places)
    return [output for output in kept if output.get("text") != ""]


def _clean(output: NotebookNode, places: Mapping[Path, str]) -> None:
    if output.output_type == "stream":
        output.text = clean_text(settle(output.text), places)
    for kind, content in output.get("data", {}).items():
        if isinstance(content, str) and (kind.startswith("text/") or kind == "image/svg+xml"):
            output.data[kind] = clean_text(content, places)


def settle(text: str) -> str:
    """What a terminal shows in the end: of a line with carriage returns, only what follows the last."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def clean_text(text: str, places: Mapping[Path, str]) -> str:
    """Text without memory addresses, names of temporary files, folders of this machine, or random ids of styled tables."""
    text = ADDRESS.sub("0x...", CELL_FILE.sub("<cell>", text))
    for folder in sorted(places, key=lambda folder: -len(str(folder))):
        text = re.sub(rf"{re.escape(str(folder))}(?=$|[/\s\"'<>:,;)\]])", places[folder], text)
    numbers = {found: f"T_{number:05d}" for number, found in enumerate(dict.fromkeys(STYLER_ID.findall(text)))}
    return STYLER_ID.sub(lambda match: numbers[match[0]], text)
