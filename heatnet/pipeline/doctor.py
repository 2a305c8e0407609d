"""Is everything in place? Each check says what it found and, if that is not right, the cure."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from heatnet.pipeline.profile import Profile, load_profile

FREE_GB = 5
SETUP = "run `make repro`, or make a new environment: pip install -r requirements.lock"


@dataclass(frozen=True)
class Finding:
    """What a check found; ``essential`` findings that are not ``good`` keep the pipeline from running."""

    subject: str
    good: bool
    text: str
    cure: str = ""
    essential: bool = True


def print_diagnosis(profile: Profile) -> int:
    """Print every finding; 1 when something essential is broken."""
    broken = False
    for finding in findings(profile):
        mark = "ok" if finding.good else ("BROKEN" if finding.essential else "missing")
        print(f"{mark:<8}{finding.subject}: {finding.text}")
        if not finding.good:
            print(f"{'':<8}-> {finding.cure}")
        broken |= finding.essential and not finding.good
    return int(broken)


def findings(profile: Profile) -> Iterator[Finding]:
    """All checks; one that raises is a finding too."""
    checks: list[Callable[[], Finding]] = [python, libraries, rays, kernel, path, lambda: disk(profile), lambda: repository(profile.root)]
    for check in checks:
        try:
            yield check()
        except Exception as error:  # noqa: BLE001 - whatever a broken library raises is what we want to know
            yield Finding(getattr(check, "__name__", "check"), False, f"{type(error).__name__}: {error}", SETUP)
    for folder in [profile.root, *sorted((profile.root / "profiles").glob("*/"))]:
        if (folder / "params.yaml").is_file() and (folder / "dvc.yaml").is_file():
            yield from data(load_profile(folder), current=folder.resolve() == profile.folder)


def python() -> Finding:
    """The version."""
    text = f"{sys.version.split()[0]} at {sys.executable}"
    return Finding("python", sys.version_info >= (3, 11), text, "install Python 3.11 or newer and make a new environment")


def libraries() -> Finding:
    """PyTorch, torchvision and timm import, and torchvision's operators were built for this PyTorch."""
    import timm
    import torch
    import torchvision  # type: ignore[import-untyped]

    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
    torchvision.ops.nms(boxes, torch.tensor([0.5, 0.4]), 0.5)
    timm.create_model("resnet10t", pretrained=False, features_only=True)
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU only"
    return Finding("libraries", True, f"torch {torch.__version__}, torchvision {torchvision.__version__}, timm {timm.__version__}; {where}")


def rays() -> Finding:
    """Embree answers, for the street."""
    import numpy as np

    from heatnet.street.rays import Tracer

    triangle = Tracer(np.array([[-1, -1, 0], [1, -1, 0], [0, 1, 0]], np.float32), np.array([[0, 1, 2]], np.int32))
    distance = triangle.nearest(np.array([0.0, 0.0, 5.0]), np.array([[0, 0, -1]], np.float32))[0]
    return Finding("embree", bool(abs(distance[0] - 5) < 1e-4), "a ray hits a triangle", "pip install --force-reinstall embreex")


def kernel() -> Finding:
    """A notebook runs in this interpreter."""
    from nbclient import NotebookClient
    from nbformat import v4

    from heatnet.pipeline.execute import KERNEL
    from heatnet.pipeline.execute import kernel as start

    cell = v4.new_code_cell("import sys\nprint(sys.executable, end='')")  # type: ignore[no-untyped-call]
    with start() as (manager_class, _):
        notebook = v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
        NotebookClient(notebook, kernel_name=KERNEL, kernel_manager_class=manager_class, timeout=60).execute()
    text = notebook.cells[0].outputs[0].text
    return Finding("kernel", text == sys.executable, f"notebooks run in {text}", SETUP)


def path() -> Finding:
    """What ``dvc.yaml`` calls ``python`` is this interpreter."""
    found = shutil.which("python")
    good = found is not None and Path(found).parent.resolve() == Path(sys.executable).parent.resolve()
    return Finding("path", good, f"`python` is {found}", "activate the environment (`source .venv/bin/activate`), or use `make repro`")


def disk(profile: Profile) -> Finding:
    """Free space where results and DVC's cache go, and for temporary files."""
    free = min(shutil.disk_usage(folder).free for folder in (profile.folder, tempfile.gettempdir())) / 1e9
    return Finding("disk", free > FREE_GB, f"{free:.0f} GB free", f"free {FREE_GB} GB on this disk and for temporary files (TMPDIR)")


def repository(root: Path) -> Finding:
    """DVC can work here: inside a git repository, or told that there is none."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    cure = "dvc config --local core.no_scm true" if not (root / ".git").exists() else "check the message above; `git status` must work here"
    if not (root / ".dvc").is_dir():
        return Finding("repository", False, f"{root} has no folder .dvc", "take the whole repository: git clone, or unpack the archive again")
    try:
        with Repo(str(root)) as repo:
            kind = type(repo.scm).__name__
    except DvcException as error:
        return Finding("repository", False, str(error), cure)
    return Finding("repository", True, "a git repository" if kind == "Git" else "no git repository, and DVC knows")


def data(profile: Profile, current: bool) -> Iterator[Finding]:
    """The data sets that a profile reads and does not make."""
    from heatnet.pipeline.status import missing_inputs

    missing = missing_inputs(profile)
    folder = os.path.relpath(profile.folder)
    if not missing:
        yield Finding(f"data of {profile.name}", True, "complete, or made by its own stages")
    for name in dict.fromkeys(Path(dep).parts[1] if dep.startswith("data/") else dep for dep in missing):
        yield Finding(f"data of {profile.name}", False, f"{folder}/data/{name} is not there", cure(name, folder), essential=current)


def cure(name: str, folder: str) -> str:
    """How to get a data set: what must be registered for first, and what `heatnet fetch` adds to it last."""
    from heatnet.pipeline.sources import SOURCES, Manual

    here = "" if folder == "." else f"cd {folder}; "
    linked = f"heatnet link DIR, where DIR holds {name}/"
    known = {source: entry for source, entry in SOURCES.items() if name in entry.folders}
    fetched = " ".join(source for source, entry in known.items() if not isinstance(entry, Manual))
    by_hand = [entry for entry in known.values() if isinstance(entry, Manual)]
    if not by_hand:
        return f"{here}heatnet fetch {fetched}; or {linked}" if fetched else f"see the README; then {here}{linked}"
    steps = [f"{by_hand[0].about}: {by_hand[0].where}", f"unpack it as {by_hand[0].unpack}", f"then {here}{linked}"]
    return "; ".join([*steps, f"then heatnet fetch {fetched}"] if fetched else steps)
