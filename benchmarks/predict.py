"""``heatnet predict`` with the default network on 320x240 pairs: images a second, start-up apart.

``python benchmarks/predict.py [PAIRS]`` writes pairs to a temporary folder. On a busy machine read the second figure, which counts the
processor's time of this process alone.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from heatnet import config
from heatnet.models import build, save_network
from heatnet.pipeline.predict import predict
from heatnet.pipeline.profile import load_profile

LEAST = 10.0


def written(folder: Path, pairs: int) -> None:
    """Smooth noise, as compressible as photographs."""
    rng = np.random.default_rng(0)
    for name in ("rgb", "thermal"):
        (folder / name).mkdir()
    for i in range(pairs):
        image = cv2.resize(rng.integers(0, 255, (12, 16, 3), np.uint8), (320, 240), interpolation=cv2.INTER_CUBIC)
        image = (image + rng.integers(0, 8, image.shape, np.uint8)) & 255
        cv2.imwrite(str(folder / f"rgb/{i:04d}.png"), image)
        cv2.imwrite(str(folder / f"thermal/{i:04d}.png"), image[..., 0].astype(np.uint16) * 12 + 22000)


def main() -> None:
    """Measure and print."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    section = load_profile(Path(__file__).parents[1]).section("heatnet")
    stage: Any = config.parse(config.STAGES["heatnet"], section, "params.yaml: heatnet")
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        written(folder, pairs)
        save_network(folder / "rgbt.safetensors", build(stage.network, ("rgb", "thermal")), stage.network, stage.pairs.input)
        times = []
        for count in (2, pairs):  # the first run pays for loading libraries
            names = sorted(path.name for path in (folder / "rgb").iterdir())[:count]
            part = folder / f"first{count}"
            for kind in ("rgb", "thermal"):
                (part / kind).mkdir(parents=True)
                for name in names:
                    (part / kind / name).symlink_to(folder / kind / name)
            start, own = time.perf_counter(), time.process_time()
            predict(folder / "rgbt.safetensors", part / "rgb", part / "thermal", part / "out", skip_broken=False)
            times.append((time.perf_counter() - start, time.process_time() - own))
    wall, own = times[-1]
    print(
        f"{pairs / wall:.1f} images a second; {pairs / own:.1f} by processor time: {'PASS' if pairs / wall >= LEAST else 'FAIL'} (at least {LEAST:g})"
    )


if __name__ == "__main__":
    main()
