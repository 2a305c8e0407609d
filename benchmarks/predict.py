"""``heatnet predict`` with the default network: images a second on 320x240 pairs, and on real night pairs where they are at hand.

``python benchmarks/predict.py [PAIRS] [MSRS]`` writes PAIRS pairs to a temporary folder; MSRS is a folder with real ``vi/*N.*`` and
``ir/*N.*`` (default: ``data/msrs`` of the profile ``open``). The network is the profile's, trained where it is there and else untrained,
which is as fast. On a busy machine read the second figure, which counts the processor's time of this process alone.
"""

import os
import subprocess
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
ROOT = Path(__file__).parents[1]
SIZE = (320, 240)


def written(folder: Path, pairs: int) -> None:
    """Smooth noise, as compressible as photographs."""
    rng = np.random.default_rng(0)
    for name in ("rgb", "thermal"):
        (folder / name).mkdir(parents=True)
    for i in range(pairs):
        image = cv2.resize(rng.integers(0, 255, (12, 16, 3), np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
        image = (image + rng.integers(0, 8, image.shape, np.uint8)) & 255
        cv2.imwrite(str(folder / f"rgb/{i:04d}.png"), image)
        cv2.imwrite(str(folder / f"thermal/{i:04d}.png"), image[..., 0].astype(np.uint16) * 12 + 22000)


def real(msrs: Path, folder: Path, size: tuple[int, int] | None) -> int:
    """The real night pairs, as they are or at another size; how many."""
    for kind, name in (("vi", "rgb"), ("ir", "thermal")):
        (folder / name).mkdir(parents=True)
        for path in sorted((msrs / kind).glob("*N.*")):
            if size is None:
                (folder / name / path.name).symlink_to(path.resolve())
            else:
                image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
                assert image is not None
                cv2.imwrite(str(folder / name / f"{path.stem}.png"), cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    return len(list((folder / "rgb").iterdir()))


def timed(title: str, network: Path, folder: Path, pairs: int, counts: tuple[float, float] | None, least: float | None) -> None:
    """Predict the pairs of a folder and print how fast."""
    start, own = time.perf_counter(), time.process_time()
    predict(network, folder / "rgb", folder / "thermal", folder / "out", False, counts)
    wall, own = time.perf_counter() - start, time.process_time() - own
    verdict = "" if least is None else f": {'PASS' if pairs / wall >= least else 'FAIL'} (at least {least:g})"
    made = [len(list((folder / "out" / kind).iterdir())) for kind in ("masks", "overlays")]
    print(f"{title}: {pairs / wall:.1f} images a second, {pairs / own:.1f} by processor time{verdict}; {made[0]} masks, {made[1]} overlays")


def command(title: str, network: Path, folder: Path, pairs: int, counts: tuple[float, float]) -> None:
    """The whole command as a user gives it, with starting Python and loading libraries."""
    ask = ["--network", network, "--rgb", folder / "rgb", "--thermal", folder / "thermal", "--thermal-range", *counts, "--out", folder / "again"]
    start, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-m", "heatnet.pipeline", "predict", *map(str, ask)], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    wall, after = time.perf_counter() - start, os.times()
    own = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{title}, the whole command: {pairs / wall:.1f} images a second, {pairs / own:.1f} by processor time of all its threads")


def main() -> None:
    """Measure and print."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    msrs = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "profiles/open/data/msrs"
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        network = ROOT / "networks/rgbt.safetensors"
        if not network.is_file():
            stage: Any = config.parse(config.STAGES["heatnet"], load_profile(ROOT).section("heatnet"), "params.yaml: heatnet")
            network = folder / "rgbt.safetensors"
            save_network(network, build(stage.network, ("rgb", "thermal")), stage.network, stage.pairs.input)
        written(folder / "first", 2)
        timed("the first two, which pay for loading libraries", network, folder / "first", 2, None, None)
        written(folder / "made", pairs)
        timed(f"{pairs} pairs of {SIZE[0]}x{SIZE[1]}", network, folder / "made", pairs, None, LEAST)
        if not (msrs / "vi").is_dir():
            print(f"{msrs}: no real pairs here")
            return
        for title, size, least in (("at 320x240", SIZE, LEAST), ("as recorded, 640x480", None, None)):
            place = folder / title.replace(" ", "_")
            count = real(msrs, place, size)
            timed(f"{count} real night pairs {title}, 8-bit thermal", network, place, count, (0, 255), least)
            command(f"{count} real night pairs {title}", network, place, count, (0, 255))


if __name__ == "__main__":
    main()
