"""Whether the profile ``paper`` works and fits at its published sizes: notebooks 4 to 7, a few steps each; writes ``results/paper_size.md``.

``python benchmarks/paper.py SETS [BATCH]``: SETS holds ``vistas`` and ``freiburg`` in the real layouts and sizes, a few frames of each (notebook
6 wants four of a domain), as these write them:

    heatnet street --layout vistas --frames 4 --scale 6 --out SETS/vistas
    heatnet street --layout freiburg --frames 10 --scale 4 --out SETS/freiburg

The stages run in the pipeline as they always do, with networks, images, crops and losses as published; ``STEPS`` steps and BATCH images at a time
(2) replace the published numbers, which need a GPU. What the published batches need is counted from the networks themselves, without
computing anything: multiplications, and what the backward pass keeps.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import yaml  # type: ignore[import-untyped]
from torch.utils.flop_counter import FlopCounterMode

from heatnet import config
from heatnet.models import build
from heatnet.models.heatnet import Modality
from heatnet.pipeline.profile import load_profile
from heatnet.pipeline.workspace import write_text

ROOT = Path(__file__).parents[1]
PAPER = ROOT / "profiles" / "paper"
STEPS = 2
TRAININGS: Mapping[str, tuple[str, str, str, tuple[Modality, ...], int]] = {
    "RGB teacher": ("teacher", "training", "RGB teacher", ("rgb",), 1),
    "thermal teacher": ("thermal_teacher", "training", "thermal teacher", ("thermal",), 1),
    "HeatNet, stage 1": ("heatnet", "stage1", "HeatNet stage 1", ("rgb", "thermal"), 2),
    "HeatNet, stage 2": ("heatnet", "stage2", "HeatNet stage 2", ("rgb", "thermal"), 2),
    "HeatNet RGB-only": ("distillation", "training", "HeatNet RGB-only", ("rgb",), 2),
}
"""By title: the stage, its training, what its lines in the terminal begin with, what the network reads, and how many batches a step takes."""
RATE = 50.0
"""TFLOP/s that a training is taken to reach on one GPU; an assumption of the estimate, not a measurement."""


@dataclass(frozen=True)
class Need:
    """Of one training at its published size: parameters, TFLOP of a step, GB that the backward pass keeps, and images of a step."""

    parameters: int
    step_tflop: float
    kept_gb: float
    images: int
    steps: int


@dataclass(frozen=True)
class Seen:
    """A stage at work: seconds of each training's last step, by the title in the terminal, and the largest memory of a process in GB."""

    seconds: Mapping[str, float]
    peak_gb: float


def settings(training: str) -> tuple[config.Network, config.Training, tuple[int, int]]:
    """The network, the steps and the size of a training image, as published."""
    stage, part, *_ = TRAININGS[training]
    params: Any = config.parse(config.STAGES[stage], load_profile(PAPER).section(stage), f"profiles/paper/params.yaml: {stage}")
    return params.network, getattr(params, part), params.augmentation.crop


def need(training: str) -> Need:
    """Count a step's forward and backward pass with tensors that have a size and no content."""
    network, numbers, crop = settings(training)
    reads, batches = TRAININGS[training][3:]
    model = build(network, reads, 0).to("meta").train()
    images = batches * numbers.batch_size
    inputs = {name: torch.empty(images, 3 if name == "rgb" else 1, *crop, device="meta") for name in reads}
    held: dict[int, torch.Tensor] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        held[tensor.untyped_storage()._cdata] = tensor  # several tensors may lie in one storage
        return tensor

    with FlopCounterMode(display=False) as flops, torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model(inputs.get("rgb"), inputs.get("thermal")).sum().backward()
    parameters = sum(one.numel() for one in model.parameters())
    return Need(parameters, flops.get_total_flops() / 1e12, sum(one.untyped_storage().nbytes() for one in held.values()) / 1e9, images, numbers.steps)


def reduced(value: Any, batch: int, key: str = "") -> Any:
    """Parameters with ``STEPS`` steps of ``batch`` images; all else as it is."""
    if isinstance(value, dict):
        return {name: reduced(below, batch, name) for name, below in value.items()}
    return {"steps": STEPS, "batch_size": batch, "keep": False}.get(key, value)


def profile(folder: Path, sets: Path, batch: int) -> None:
    """A copy of the profile with the sets in their place."""
    params = reduced(load_profile(PAPER).params, batch)
    shutil.copy2(PAPER / "dvc.yaml", folder)
    (folder / "params.yaml").write_text(yaml.safe_dump({**params, "root": str(ROOT)}, sort_keys=False), encoding="utf-8")
    (folder / "data").mkdir()
    for name in ("vistas", "freiburg"):
        (folder / "data" / name).symlink_to((sets / name).resolve())


def seen(folder: Path, stage: str) -> Seen:
    """Run a stage, note when each line of a step comes; ``SystemExit`` where the stage fails."""
    command = [sys.executable, "-m", "heatnet.pipeline", "run", stage]
    environment = {**os.environ, "HEATNET_DEVICE": "cpu", "HEATNET_PROGRESS": "0", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    seconds = dict(lasted(process.stdout))
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{stage} failed; its lines are above")
    print(f"{stage}: {seconds} s a step, {usage.ru_maxrss / 1e6:.1f} GB at most", flush=True)
    return Seen(seconds, usage.ru_maxrss / 1e6)


def lasted(lines: Any) -> Iterator[tuple[str, float]]:
    """The seconds of a step between a training's two last lines, by its title."""
    before: dict[str, tuple[int, float]] = {}
    for line in lines:
        print(line, end="", flush=True)
        title, found, rest = line.partition(": step ")
        if found:
            step, now = int(rest.partition("/")[0]), time.monotonic()
            if title in before:
                yield title, (now - before[title][1]) / (step - before[title][0])
            before[title] = step, now


def table(found: Mapping[str, Seen], batch: int) -> str:
    """What was measured, what was counted, and the arithmetic on both."""
    lines = [
        "| training | parameters | crop | measured: images a step | seconds a step | peak memory | GFLOP/s |"
        " published: images a step | steps | kept for the backward pass | TFLOP a step | EFLOP in all | days at this rate "
        f"| GPU days at {RATE:g} TFLOP/s |",
        "|---" * 14 + "|",
    ]
    for title, (stage, _, said, *_) in TRAININGS.items():
        whole, crop = need(title), settings(title)[2]
        images = whole.images // settings(title)[1].batch_size * batch
        step_tflop = whole.step_tflop * images / whole.images
        took = next(seconds for line, seconds in found[stage].seconds.items() if line.startswith(said))
        total = whole.step_tflop * whole.steps
        days = total / (step_tflop / took) / 86400
        lines.append(
            f"| {title} | {whole.parameters / 1e6:.1f} M | {crop[0]}x{crop[1]} | {images} | {took:.0f} | {found[stage].peak_gb:.1f} GB"
            f" | {1000 * step_tflop / took:.0f} | {whole.images} | {whole.steps} | {whole.kept_gb:.0f} GB | {whole.step_tflop:.1f}"
            f" | {total / 1e6:.2f} | {days:.0f} | {total / RATE / 86400:.1f} |"
        )
    return "\n".join(lines) + "\n"


PAGE = """# The profile `paper` at its published sizes

`benchmarks/paper.py` wrote this page: notebooks 4 to 7 ran in the pipeline on simulated sets in the real layouts and sizes (RGB 1920x650, Vistas
{vistas}), with the published networks, inputs, crops and losses; only steps ({steps}) and batches ({batch}) were fewer. {threads} thread(s) of a CPU,
beside other work, so seconds are an upper bound; peak memory is the largest process of the stage, images and figures included.

{table}
Left of *published*: measured. Right of it: counted, with tensors that have sizes and no content, at the published batch; the memory is what the
backward pass keeps in 32-bit numbers (networks, optimiser and work space come on top). The critic, augmentation and reading are not counted. The
last two columns are arithmetic: all steps at the rate measured here, and at an assumed {rate:g} TFLOP/s of a GPU, which nobody measured.
Both days and memory scale with the batch. Later stages (`today`, `bounds`, MF and BDD) come on top.
"""


def main(sets: Path, batch: int) -> None:
    """Run, count, write."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        profile(folder, sets, batch)
        found = {stage: seen(folder, stage) for stage in dict.fromkeys(row[0] for row in TRAININGS.values())}
    import cv2

    image = cv2.imread(str(next((sets / "vistas" / "training" / "images").iterdir())))
    assert image is not None
    vistas = f"{image.shape[1]}x{image.shape[0]}"
    threads = os.environ.get("OMP_NUM_THREADS", "2")
    page = PAGE.format(table=table(found, batch), steps=STEPS, batch=batch, rate=RATE, vistas=vistas, threads=threads)
    write_text(ROOT / "results" / "paper_size.md", page)
    print(page)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 2)
