"""How much longer a step of adaptation takes than a plain supervised step of the same network on the same two batches.

``python benchmarks/adaptation.py [ROUNDS]`` takes the default profile's network, batch size and crop, and prints the median time of a
step of every kind, in the profile's precision, and its ratio to the supervised one's. Steps of all kinds are interleaved, so that a busy
machine slows them alike; batches are prepared beforehand, since they are the same for all.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from heatnet import config
from heatnet.data import Batch
from heatnet.models import build
from heatnet.models.critic import LEVELS
from heatnet.pipeline.profile import load_profile
from heatnet.taxonomy import NUM_CLASSES
from heatnet.training import Report, Source, adversarial, adversarial_learner, critics, learner, supervised
from heatnet.training.selftraining import selftraining, selftraining_learner

RECIPE = config.SelfTraining(
    decay=0.99, threshold=0.9, alignment=1.0, night=1.0, styled=1.0, mix=1.0, masked=1.0, block=16, ratio=0.5, cross_modal=0.5
)
ALL = dict.fromkeys(LEVELS, 1.0)


def noise(size: int, crop: tuple[int, int], seed: int) -> Source:
    """The same random batch at every step."""
    generator = torch.Generator().manual_seed(seed)
    rgb, thermal = (torch.rand(size, channels, *crop, generator=generator) * 2 - 1 for channels in (3, 1))
    label = torch.randint(0, NUM_CLASSES, (size, *crop), generator=generator)
    batch = Batch(rgb, thermal, label, torch.ones(size, *crop))
    return lambda step: batch


def kinds(params: config.HeatNet, steps: int) -> dict[str, Iterator[Report]]:
    """A run of every kind, each with a network of its own."""
    settings, adversary = replace(params.stage1, steps=steps), params.adversary
    exact = replace(settings, optimiser=replace(settings.optimiser, precision="float32"))
    day, night = (noise(settings.batch_size, params.augmentation.crop or (112, 256), seed) for seed in (0, 1))

    def fresh() -> torch.nn.Module:
        return build(params.network, ("rgb", "thermal"), 0)

    def confused(chosen: config.Adversary) -> Iterator[Report]:
        network = fresh()
        return adversarial(adversarial_learner(network, critics(network, chosen, 0), settings, chosen), day, night, settings, chosen)

    def own(recipe: config.SelfTraining) -> Iterator[Report]:
        return selftraining(selftraining_learner(fresh(), settings), day, night, settings, recipe, torch.ones(NUM_CLASSES + 1))

    return {
        "supervised": supervised(learner(fresh(), settings), {"day": day, "night": night}, settings),
        "supervised, in float32": supervised(learner(fresh(), exact), {"day": day, "night": night}, exact),
        "HeatNet, one critic": confused(adversary),
        "HeatNet, six critics": confused(replace(adversary, critics=ALL)),
        "mean teacher": own(replace(RECIPE, alignment=0.0, styled=0.0, mix=0.0, masked=0.0, cross_modal=0.0)),
        "today's recipe": own(RECIPE),
    }


def main(rounds: int) -> None:
    """Measure and print."""
    params: config.HeatNet = config.parse(config.HeatNet, load_profile(Path(__file__).parents[1]).section("heatnet"), "params.yaml: heatnet")
    runs = kinds(params, rounds + 2)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 2):
        for name, run in runs.items():
            began = time.perf_counter()
            next(run)
            if turn >= 2:  # the first steps allocate
                times[name].append(time.perf_counter() - began)
    base = times["supervised"]
    for name, found in times.items():
        ratio = statistics.median(a / b for a, b in zip(found, base, strict=True))
        print(f"{name:22} {1000 * statistics.median(found):7.0f} ms a step, {ratio:.2f} x supervised")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
