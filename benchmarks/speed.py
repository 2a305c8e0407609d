"""The speed of everything but the street and the calibration, on one page: the other benchmarks in turn, as they print.

``python benchmarks/speed.py [NAME ...]`` runs the named ones of ``BENCHMARKS`` (all unless given; two minutes on two cores) and writes
their output to ``results/speed.md``; parts of the page that are not run again stay. The street writes ``results/street_speed.md``, the
calibration ``results/calibration.md``.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from heatnet.pipeline.workspace import write_text

HERE = Path(__file__).parent
PAGE = HERE.parent / "results" / "speed.md"
BENCHMARKS = ("evaluation", "data", "indexing", "predict", "adaptation")
HEAD = "# Speed\n\nWritten by `python benchmarks/speed.py` on {cores} cores: what each benchmark printed. Ratios are within one run.\n"
PART = re.compile(r"^## `benchmarks/(\w+)\.py`\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def part(name: str) -> str:
    """The section of one benchmark: what it is about, and what it printed, without the folders of this machine."""
    script = HERE / f"{name}.py"
    about = script.read_text(encoding="utf-8").split('"""')[1].splitlines()[0]
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, check=True, cwd=HERE.parent)
    said = re.sub(rf"{re.escape(tempfile.gettempdir())}/\w+/", "", done.stdout.strip()).replace(f"{HERE.parent}/", "")
    return f"## `benchmarks/{name}.py`\n\n{about}\n\n```\n{said}\n```\n"


def main(*names: str) -> None:
    """Run, keep the rest, write."""
    if unknown := sorted(set(names) - set(BENCHMARKS)):
        raise SystemExit(f"{', '.join(unknown)}: no such benchmark here; there is {', '.join(BENCHMARKS)}")
    before = {found[1]: found[0].strip() + "\n" for found in PART.finditer(PAGE.read_text(encoding="utf-8"))} if PAGE.is_file() else {}
    parts = before | {name: part(name) for name in names or BENCHMARKS}
    write_text(PAGE, "\n".join([HEAD.format(cores=os.cpu_count()), *(parts[name] for name in BENCHMARKS if name in parts)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
