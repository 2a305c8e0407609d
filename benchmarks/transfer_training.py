"""Thermal-only networks of the street, trained a little longer with real cameras in mind, for ``benchmarks/transfer.py`` to measure.

``python benchmarks/transfer_training.py RUN OUT``: RUN is the folder of a finished default run (its ``data``, ``labels`` and ``networks``). The
thermal teacher descends ``STEPS`` more, on its own day drives with the cold end of the grey levels cut off and the contrast down to a fifth
(``thermal_floor.safetensors``), or on the street's images in MF's layout with their labels (``thermal_mf.safetensors``). Still no real image.
A minute each on two cores.
"""

import sys
from dataclasses import replace
from pathlib import Path

import torch
import yaml  # type: ignore[import-untyped]

from heatnet.config import Augmentation, Elsewhere, ThermalTeacher, parse
from heatnet.data import Samples, read_pairs, read_supervised, source
from heatnet.models import load_network, save_network
from heatnet.taxonomy import MF_SCORED, Domain
from heatnet.training import learner, supervised

ROOT = Path(__file__).parents[1]
STEPS, RATE, WARMUP = 200, 2.0e-3, 10
FLOOR, GAIN = (0.02, 0.5), (0.2, 1.5)
"""Of [0, 1]: the coldest grey level lies this far below the middle; contrast against that of the street's images."""


def lessons(run: Path, teacher: ThermalTeacher, elsewhere: Elsewhere) -> dict[str, tuple[Samples, Augmentation]]:
    """What each variant learns from, and how it is changed."""
    drives = read_pairs(teacher.pairs, run / teacher.pairs.folder, "train", Domain.DAY, labels=run / "labels" / "day")
    campus = read_supervised(elsewhere.mf, run / elsewhere.mf.folder, "train", MF_SCORED)
    cut = replace(teacher.augmentation, thermal_floor=FLOOR, thermal_gain=GAIN)
    return {"thermal_floor": (drives, cut), "thermal_mf": (campus, elsewhere.augmentation)}


def main(run: Path, out: Path) -> None:
    """Train and write both."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    teacher = parse(ThermalTeacher, params["thermal_teacher"], "params.yaml: thermal_teacher")
    elsewhere = parse(Elsewhere, params["elsewhere"], "params.yaml: elsewhere")
    recipe = replace(teacher.training, steps=STEPS, optimiser=replace(teacher.training.optimiser, learning_rate=RATE, warmup=WARMUP))
    for name, (samples, augmentation) in lessons(run, teacher, elsewhere).items():
        torch.manual_seed(recipe.seed)
        network, about = load_network(run / "networks" / "thermal_teacher.safetensors")
        batches = source(replace(samples, rgb=None), recipe.batch_size, augmentation, recipe.seed, recipe.balance)
        for report in supervised(learner(network, recipe), {name: batches}, recipe):
            if report.step % 50 == 49:
                print(f"{name}: step {report.step + 1}/{STEPS}  loss {report.losses[name]:.3f}", flush=True)
        save_network(out / f"{name}.safetensors", network, about.network, about.input)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
