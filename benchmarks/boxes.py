"""Networks that others trained, on all 223 MSRS pairs with boxes: hit rate at pixel precision, beside what the data's README says.

``python benchmarks/boxes.py FOLDER`` (the folder that holds ``msrs`` and ``weights``) takes two to five minutes on one core. The
README's measurement drew its boxes by a rule of its own and knew the images before compression, so single boxes may differ.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from heatnet.config import Input, ThermalCounts
from heatnet.data import evaluation_batches, load, msrs
from heatnet.evaluation import BOXED, box_hits
from heatnet.models import open_network
from heatnet.taxonomy import NAMES, Domain
from heatnet.training import predictions

FULL = Input((480, 640), None, "same size", ThermalCounts(8, 0, 255, None, None))
MEASURED = {
    "deeplab_cityscapes_480x640.onnx": {
        Domain.DAY: "0.75 at 0.75; 0.69 at 0.87; 0.93 at 0.87",
        Domain.NIGHT: "0.05 at 0.94; 0.34 at 0.68; 0.70 at 0.16",
    },
    "mfnet_mf.pth": {Domain.DAY: "0.62 at 0.94; 0.42 at 0.82; 0.81 at 0.97", Domain.NIGHT: "0.51 at 0.96; 0.70 at 0.86; 0.58 at 0.76"},
}


def main() -> None:
    """Measure and print."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    boxes = msrs.boxes(folder / "msrs", "fusion")
    for domain in Domain:
        samples = load(msrs.index(folder / "msrs", domain=domain), FULL, None, 2)
        for name, expected in MEASURED.items():
            masks = (mask for mask, _ in predictions(open_network(folder / "weights" / name), evaluation_batches(samples, 2), torch.device("cpu")))
            total = np.zeros((len(BOXED), 4), np.int64)
            for frame, mask in zip(samples.names, masks, strict=True):
                total += box_hits(mask, boxes.get(frame, np.zeros((0, 5))))
            ours = "; ".join(f"{hit / count:.2f} at {inside / max(called, 1):.2f}" for hit, count, inside, called in total)
            print(f"{domain.value:<6}{name:<34}{', '.join(NAMES[k] for k in BOXED)}: {ours}   README: {expected[domain]}", flush=True)


if __name__ == "__main__":
    main()
