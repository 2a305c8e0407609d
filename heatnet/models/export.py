"""A network of ours as an ONNX file that says how to feed it and what it answers, checked against the network itself."""

import dataclasses
import importlib.util
import json
import logging
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from heatnet.models.files import NetworkFile
from heatnet.models.heatnet import CHANNELS, HeatNet

TOLERANCE = 1e-3
"""How far onnxruntime's logits may lie from ours."""
OPSET = 18
WIDTH_STEP = 32
"""The largest stride of an encoder."""
NEEDED = ("onnx", "onnxscript", "onnxruntime")


class _InOrder(nn.Module):
    """The network with its images as plain arguments, in the order of its modalities."""

    def __init__(self, network: HeatNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, *images: Tensor) -> Tensor:
        """Logits."""
        return self.network(**dict(zip(self.network.modalities, images, strict=True)))


def description(about: NetworkFile) -> dict[str, str]:
    """What the file's metadata say: how the network was built and trained, the inputs' ranges, the classes by id."""
    thermal = about.input.thermal
    ranges = {"rgb": "RGB 0..255 as value / 127.5 - 1, 0 where nothing is seen"}
    if thermal:
        level = f", each image's median moved to the middle and {thermal.level:g} counts to an end" if thermal.level else ""
        outside = "" if thermal.invalid is None else f"; 0 where the count is {thermal.invalid}"
        ranges["thermal"] = f"{thermal.bits}-bit counts {thermal.low:g}..{thermal.high:g} as -1..1, clipped{level}{outside}"
    return {
        "heatnet": json.dumps(dataclasses.asdict(about), sort_keys=True),
        "classes": json.dumps(about.classes),
        "input_ranges": json.dumps({modality: ranges[modality] for modality in about.modalities}),
        "output": "logits: (batch, class, height, width), before softmax",
    }


def export_onnx(network: HeatNet, about: NetworkFile, path: Path) -> float:
    """Write the network for batches of any size, images of the height it was trained at, and any width that is a multiple of 32 (or only the
    width it was trained at, where ``wide`` says so); the largest difference of onnxruntime's logits.

    Raises ``ValueError`` where a package is missing, and where onnxruntime differs by more than ``TOLERANCE``; then no file is left.
    """
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise ValueError(f"exporting needs {', '.join(missing)}; install them: pip install 'heatnet[export]'")
    images = _images(about)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        _write(_InOrder(network).eval(), images, description(about), wide(about), unfinished)
        difference = _difference(network, images, wide(about), unfinished)
        if not difference <= TOLERANCE:
            raise ValueError(f"{path}: onnxruntime differs from the network by {difference:.2g} in its logits; expected at most {TOLERANCE:g}")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return difference


def wide(about: NetworkFile) -> bool:
    """Whether the width can stay open: pyramid pooling (``psp``) needs one that is known, and so does a width between two multiples of 32."""
    return about.network.decoder.kind == "fpn" and about.input.network_size[1] % WIDTH_STEP == 0


def _images(about: NetworkFile) -> dict[str, Tensor]:
    """Two random images of each modality at the network's size."""
    generator = torch.Generator().manual_seed(0)
    sizes = {modality: (2, CHANNELS[modality], *about.input.network_size) for modality in CHANNELS if modality in about.modalities}
    return {modality: torch.rand(size, generator=generator) * 2 - 1 for modality, size in sizes.items()}


def _write(network: _InOrder, images: Mapping[str, Tensor], metadata: Mapping[str, str], open_width: bool, path: Path) -> None:
    """Trace, translate, and add the metadata; one file, weights included."""
    import onnx

    sides: dict[int, Any] = {0: torch.export.Dim("batch")}
    if open_width:
        sides[3] = WIDTH_STEP * torch.export.Dim("columns", min=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            network,
            tuple(images.values()),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=list(images),
            output_names=["logits"],
            dynamic_shapes=(tuple(sides for _ in images),),
        )
    assert program is not None
    model = program.model_proto
    onnx.helper.set_model_props(model, dict(metadata))
    path.write_bytes(model.SerializeToString())


def _difference(network: HeatNet, images: Mapping[str, Tensor], open_width: bool, path: Path) -> float:
    """The largest difference of the logits: on two images together, on one alone, and on one of twice the width where that is open."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    parts = [{modality: image[:count] for modality, image in images.items()} for count in (2, 1)]
    if open_width:
        parts.append({modality: torch.cat([image[:1], image[1:].flip(3)], 3) for modality, image in images.items()})
    found = 0.0
    for part in parts:
        with torch.inference_mode():
            ours = network.eval()(**part).numpy()
        theirs = session.run(None, {modality: image.numpy() for modality, image in part.items()})[0]
        found = max(found, float(np.abs(ours - theirs).max()))
    return found
