"""Run a notebook as a stage: typed parameters in, a byte-stable executed copy out."""

import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heatnet
from heatnet import config
from heatnet.pipeline.durations import as_words, record, recorded
from heatnet.pipeline.profile import Profile

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

KERNEL = "heatnet"
TRACEBACK_LINES = 25
KERNEL_DIED = "The kernel died. Most often memory ran out: close other programs, or lower the batch size or the number of workers."
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class StageFailed(Exception):
    """A cell raised an error, or the kernel died; the message is for the terminal."""


def run_stage(profile: Profile, stage: str) -> Path:
    """Execute the stage's notebook into ``executed/`` of the profile's folder and return the copy's path.

    Raises ``ValueError`` before anything runs (no such stage, no ``parameters`` cell, parameters that are refused), and
    ``StageFailed`` when a cell fails; then nothing that the stage should write is left behind.
    """
    source = profile.notebook(stage)
    section = checked_section(profile, stage)
    notebook = read_notebook(source)
    unfinished = profile.folder / ".failed" / source.name
    started = time.monotonic()
    expected = recorded(profile).get(stage)
    print(f"{stage}: {source.name}" + (f", about {as_words(expected)}" if expected else ""), flush=True)
    remove_outputs(profile, stage)
    try:
        executed = _execute(notebook, unfinished, section, profile)
    except BaseException:
        remove_outputs(profile, stage)
        raise
    target = profile.folder / "executed" / source.name
    _write(executed, section, target, profile)
    unfinished.unlink(missing_ok=True)
    shutil.rmtree(profile.folder / ".checkpoints" / stage, ignore_errors=True)
    record(profile, stage, time.monotonic() - started)
    return target


def checked_section(profile: Profile, stage: str) -> Mapping[str, Any]:
    """The stage's section, refused with ``ValueError`` when its dataclass does not take it."""
    if stage not in config.STAGES:
        raise ValueError(f"unknown stage {stage!r}; heatnet.config.STAGES has {', '.join(config.STAGES)}")
    section = profile.section(stage)
    config.parse(config.STAGES[stage], section, f"{profile.folder / 'params.yaml'}: {stage}")
    return section


def read_notebook(path: Path) -> "NotebookNode":
    """The notebook, with its one ``parameters`` cell made sure of."""
    _without_slow_import()
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, nbformat.ValidationError) as error:
        raise ValueError(f"{path}: not a valid notebook ({error}); restore it with `git checkout`") from error
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1 or tagged[0].source.strip() != "section = None":
        raise ValueError(
            f"{path}: expected one cell with the tag `parameters` that holds `section = None`, found {len(tagged)} such tags; "
            "set the tag in JupyterLab (property inspector, the gears at the right) or restore the notebook with `git checkout`"
        )
    return notebook


def remove_outputs(profile: Profile, stage: str) -> None:
    """Take away what the stage writes, by ``dvc.yaml``, so that no later stage takes a half for the whole.

    Each is renamed first: a worker that outlives its kernel cannot write into it any more.
    """
    aside = profile.folder / ".failed" / "outputs"
    for number, out in enumerate(profile.graph[stage].outs if stage in profile.graph else ()):
        if os.path.lexists(profile.folder / out):
            aside.mkdir(parents=True, exist_ok=True)
            os.replace(profile.folder / out, aside / f"{os.getpid()}-{number}")
    shutil.rmtree(aside, ignore_errors=True)


def _execute(notebook: "NotebookNode", unfinished: Path, section: Mapping[str, Any], profile: Profile) -> "NotebookNode":
    """Papermill's work: inject the section, run every cell, keep the half-done copy at ``unfinished``."""
    _without_slow_import()
    import papermill
    from nbclient.exceptions import DeadKernelError

    unfinished.parent.mkdir(parents=True, exist_ok=True)
    with kernel() as (manager_class, log):
        try:
            return papermill.execute_notebook(
                notebook,
                str(unfinished).replace("{", "{{").replace("}", "}}"),  # papermill fills braces in
                {"section": dict(section)},
                kernel_name=KERNEL,
                language="python",
                progress_bar=False,
                stdout_file=sys.stdout,
                stderr_file=sys.stderr,
                cwd=profile.folder,
                kernel_manager_class=manager_class,
            )
        except papermill.PapermillExecutionError as error:
            raise StageFailed(_report(error.source, error.traceback or [f"{error.ename}: {error.evalue}"], unfinished)) from None
        except DeadKernelError:
            raise StageFailed(_report("", [log.read_text(encoding="utf-8", errors="replace"), KERNEL_DIED], unfinished)) from None


def _report(source: str, traceback: list[str], unfinished: Path) -> str:
    """The failing cell, the end of the traceback, and where to look on."""
    lines = "\n".join(traceback).splitlines()[-TRACEBACK_LINES:]
    error = "\n".join(lines if sys.stderr.isatty() else [COLOURS.sub("", line) for line in lines])
    cell = f"This cell failed:\n\n{source}\n\nwith\n\n" if source else ""
    return f"{cell}{error}\n\nThe notebook as far as it got: {os.path.relpath(unfinished)}"


@contextmanager
def kernel() -> "Iterator[tuple[type[AsyncKernelManager], Path]]":
    """What starts a kernel of this very interpreter, whatever kernels are installed, with its own sockets and settings.

    Also the file that gets what the kernel itself (not the notebook) complains of.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    with tempfile.TemporaryDirectory(prefix="heatnet") as temporary:
        folder = Path(temporary)
        log = folder / "kernel.log"
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Python 3", "language": "python", "env": kernel_environment(folder)}
        (folder / "kernels" / KERNEL).mkdir(parents=True)
        (folder / "kernels" / KERNEL / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")

        class Here(AsyncKernelManager):
            """A manager that knows this one kernel."""

            def __init__(self, **settings: Any) -> None:
                specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
                super().__init__(kernel_spec_manager=specs, connection_file=str(folder / "kernel.json"), **settings)
                if os.name == "posix":  # ipykernel 7 warns about TCP; the path must be absolute and short
                    self.transport, self.ip = "ipc", str(folder / "socket")

            async def start_kernel(self, **settings: Any) -> None:  # type: ignore[override]
                with log.open("wb") as complaints:
                    await super().start_kernel(stderr=complaints, **settings)

        yield Here, log


def kernel_environment(folder: Path) -> dict[str, str]:
    """What makes a run repeatable (hash seed, dates in figures, threads), and where the kernel finds this package."""
    threads = os.environ.get("HEATNET_THREADS", "2")
    package = str(Path(heatnet.__file__).parents[1])
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")])),
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "0",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "OMP_WAIT_POLICY": "PASSIVE",  # on a busy machine threads that spin cost twenty times the step
        "HEATNET_PROGRESS": "1" if sys.stderr.isatty() else "0",
        "IPYTHONDIR": str(folder / "ipython"),
        **{f"{library}_NUM_THREADS": threads for library in ("OMP", "OPENBLAS", "MKL")},
        "COLUMNS": str(shutil.get_terminal_size().columns),
    }


def _write(executed: "NotebookNode", section: Mapping[str, Any], target: Path, profile: Profile) -> None:
    """Write the stable copy under a temporary name, then rename it."""
    import nbformat

    from heatnet.pipeline.stable import stabilise

    places = {Path.home(): "~", Path(sys.prefix): "<python>", profile.root: "<repository>", profile.folder: "."}
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".part")
    nbformat.write(stabilise(executed, section, places), temporary)  # type: ignore[no-untyped-call]
    os.replace(temporary, target)


def _without_slow_import() -> None:
    """Skip a second that nbformat's validation would spend on building a grammar for addresses (RFC 3987)."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
