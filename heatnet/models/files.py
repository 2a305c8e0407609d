"""A trained network as one safetensors file that says how to rebuild and how to feed it."""

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from heatnet import config
from heatnet.models.heatnet import HeatNet, Modality, build
from heatnet.taxonomy import NAMES


@dataclass(frozen=True)
class NetworkFile:
    """What a network's file says of it: composition, what it reads, the input it was trained on, its class names."""

    network: config.Network
    modalities: tuple[str, ...]
    input: config.Input
    classes: tuple[str, ...] = NAMES


def save_network(path: Path, model: HeatNet, network: config.Network, settings: config.Input) -> None:
    """Write the weights and, as metadata, what ``load_network`` needs; under a temporary name first."""
    write_tensors(path, model, "heatnet", NetworkFile(network, model.modalities, settings))


def write_tensors(path: Path, model: nn.Module, kind: str, about: Any) -> None:
    """Write a network's weights with the dataclass ``about`` as the metadata of its ``kind``; under a temporary name first."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    save_file(tensors, unfinished, metadata={kind: json.dumps(dataclasses.asdict(about), sort_keys=True)})
    os.replace(unfinished, path)


def load_network(path: Path) -> tuple[HeatNet, NetworkFile]:
    """Rebuild a network from its file, in evaluation mode on the CPU.

    Raises ``ValueError`` where the file is missing, cut short, not one of ours, or of another architecture.
    """
    tensors, metadata = read_tensors(path)
    if "heatnet" not in metadata:
        held = ", but of a baseline (MFNet or RTFNet)" if "baseline" in metadata else ""
        raise ValueError(f"{path}: holds no description of a HeatNet network{held}; expected e.g. networks/rgbt.safetensors")
    about = config.parse(NetworkFile, json.loads(metadata["heatnet"]), f"{path} (metadata)")
    bare = dataclasses.replace(about.network, encoder=dataclasses.replace(about.network.encoder, weights=None))
    model = build(bare, cast("tuple[Modality, ...]", about.modalities))
    load_tensors(model, tensors, path)
    return model.eval(), about


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """A file's weights and metadata; ``ValueError`` where it is missing or cut short."""
    if not path.is_file():
        raise ValueError(f"{path}: no such network; train it first (dvc repro) or check the path")
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path}: not a safetensors file, or cut short ({error}); train the network again or copy the file anew") from error


def load_tensors(model: nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> None:
    """Load by name; the first name or shape that differs is the error."""
    expected = model.state_dict()
    for name, value in expected.items():
        if name not in tensors or tensors[name].shape != value.shape:
            came = "nothing" if name not in tensors else f"shape {tuple(tensors[name].shape)}"
            raise ValueError(
                f"{path}: a checkpoint of another architecture: {name} should have shape {tuple(value.shape)}, but the file has {came}; "
                "train again with this profile's network, or point to the file that belongs to it"
            )
    if extra := sorted(set(tensors) - set(expected)):
        raise ValueError(f"{path}: a checkpoint of another architecture: it holds {extra[0]}, which the network does not have")
    model.load_state_dict(tensors)
