"""A thermal-only network of the street for real cameras, for ``benchmarks/transfer.py`` to measure: MF's view, eight bits, no real image.

``python benchmarks/transfer_training.py RUN OUT``: RUN is the folder of a finished default run (its ``data`` and ``networks``). The thermal teacher
descends ``STEPS`` more on the street's images in MF's layout with their labels and becomes ``OUT/thermal_mf.safetensors``. A minute on two cores.
"""

import sys
from dataclasses import replace
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from heatnet.config import Elsewhere, ThermalTeacher, parse
from heatnet.data import read_supervised, source
from heatnet.models import load_network, save_network
from heatnet.taxonomy import MF_SCORED
from heatnet.training import learner, supervised

ROOT = Path(__file__).parents[1]
NAME, STEPS, RATE, WARMUP = "thermal_mf", 200, 2.0e-3, 10


def main(run: Path, out: Path) -> None:
    """Train and write."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    teacher = parse(ThermalTeacher, params["thermal_teacher"], "params.yaml: thermal_teacher").training
    elsewhere = parse(Elsewhere, params["elsewhere"], "params.yaml: elsewhere")
    recipe = replace(teacher, steps=STEPS, optimiser=replace(teacher.optimiser, learning_rate=RATE, warmup=WARMUP))
    samples = replace(read_supervised(elsewhere.mf, run / elsewhere.mf.folder, "train", MF_SCORED), rgb=None)
    network, about = load_network(run / "networks" / "thermal_teacher.safetensors")
    batches = source(samples, recipe.batch_size, elsewhere.augmentation, recipe.seed, recipe.balance)
    for report in supervised(learner(network, recipe), {NAME: batches}, recipe):
        if report.step % 50 == 49:
            print(f"step {report.step + 1}/{STEPS}  loss {report.losses[NAME]:.3f}", flush=True)
    save_network(out / f"{NAME}.safetensors", network, about.network, about.input)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
