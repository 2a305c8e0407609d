"""Stages of a timm encoder, as a list that can be cut, doubled and joined again.

HeatNet's late fusion keeps two copies of the first stages (one a modality) and one of the later ones, so an encoder is
treated as a sequence of stages rather than as one module. Any timm network whose children run one after the other and
whose ``feature_info`` names them can be used: ResNet, MobileNet, EfficientNet, ConvNeXt and their kin.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import timm
from jaxtyping import Float
from torch import Tensor, nn

from heatnet.config import Encoder


class Stages(nn.ModuleList):
    """Stages that run one after the other: a stem at stride 2 (where the encoder has one), then four residual stages.

    ``channels`` holds the width of each one's output.
    """

    def __init__(self, stages: list[nn.Module], channels: list[int]) -> None:
        """Keep the stages and their widths."""
        super().__init__(stages)
        self.channels = channels

    def forward(self, image: Float[Tensor, "batch channels height width"]) -> list[Tensor]:
        """The output of every stage, finest first."""
        features = []
        for stage in self:
            image = stage(image)
            features.append(image)
        return features

    def cut(self, after: int) -> tuple["Stages", "Stages"]:
        """The first ``after`` stages and the rest."""
        stages = list(self)
        return Stages(stages[:after], self.channels[:after]), Stages(stages[after:], self.channels[after:])


def stages(encoder: Encoder, channels: int) -> Stages:
    """The stages of a timm encoder (strides 2, 4, 8, 16, 32, or less where it is dilated) for ``channels`` input channels.

    Raises ``ValueError`` for a name that timm does not know, for weights that do not fit, and for an encoder whose
    children do not run in sequence.
    """
    model = _create(encoder, channels)
    cuts = {tap["module"]: tap["num_chs"] for tap in (dict(tap) for tap in cast("list[dict[str, Any]]", model.feature_info))}
    found: list[nn.Module] = []
    widths: list[int] = []
    pending: list[nn.Module] = []
    for name, module in _children(model, set(cuts)):
        pending.append(module)
        if name in cuts:
            found.append(nn.Sequential(*pending))
            widths.append(cuts[name])
            pending = []
    if len(found) != len(cuts):
        raise ValueError(f"encoder {encoder.name}: its stages do not run in sequence; use a timm ResNet, MobileNet, EfficientNet or ConvNeXt")
    return Stages(found, widths)


def _create(encoder: Encoder, channels: int) -> nn.Module:
    """The timm model, with weights as ``encoder.weights`` says."""
    options: dict[str, Any] = {"in_chans": channels, **encoder.options}
    if encoder.output_stride != 32:
        options["output_stride"] = encoder.output_stride
    if encoder.weights not in (None, "timm"):
        if not Path(str(encoder.weights)).is_file():
            raise ValueError(
                f"encoder.weights: no file {encoder.weights}; give a state dict of timm's {encoder.name}, 'timm' to download it, or null"
            )
        options["pretrained_cfg_overlay"] = {"file": str(encoder.weights)}
    try:
        return timm.create_model(encoder.name, pretrained=encoder.weights is not None, **options)
    except RuntimeError as error:
        raise ValueError(f"encoder {encoder.name} with weights {encoder.weights!r} and options {dict(encoder.options)}: {error}") from error


def _children(model: nn.Module, cuts: set[str]) -> Iterator[tuple[str, nn.Module]]:
    """The children in order, those that hold a cut opened."""
    for name, child in model.named_children():
        if name not in cuts and any(cut.startswith(f"{name}.") for cut in cuts):
            yield from ((f"{name}.{inner}", module) for inner, module in child.named_children())
        else:
            yield name, child


def widen(stage: nn.Module, channels: int, copies: int) -> None:
    """Let the first block of a stage read ``copies`` concatenated features of ``channels`` each, in place.

    Every convolution there that read ``channels`` reads ``copies * channels``; its weights are repeated and divided by
    ``copies``, so equal features give the output that one of them gave. As in the released network, a projection
    shortcut that has become an identity (as many channels in as out, stride 1) is dropped.
    """
    block = _first_block(stage)
    if any(isinstance(m, nn.Conv2d) and m.in_channels == channels and m.groups > 1 for m in block.modules()):
        raise ValueError(
            "this encoder's stage after fusion starts with a grouped convolution, which cannot read two modalities; fuse elsewhere or use a ResNet"
        )
    for name, module in list(block.named_modules()):
        if isinstance(module, nn.Conv2d) and module.in_channels == channels and module.groups == 1:
            parent, _, child = name.rpartition(".")
            setattr(block.get_submodule(parent), child, _widened(module, copies))
    downsample = getattr(block, "downsample", None)
    if isinstance(downsample, nn.Sequential):
        convolution = next(m for m in downsample if isinstance(m, nn.Conv2d))
        pools = any(isinstance(m, nn.AvgPool2d) for m in downsample)
        if convolution.in_channels == convolution.out_channels and convolution.stride == (1, 1) and not pools:
            block.downsample = None  # type: ignore[assignment]


def _first_block(module: nn.Module) -> nn.Module:
    """The innermost first block: the sequential containers opened."""
    while isinstance(module, nn.Sequential):
        module = module[0]
    return module


def _widened(convolution: nn.Conv2d, copies: int) -> nn.Conv2d:
    """A convolution that reads ``copies`` features and averages them as the old one would."""
    wide = type(convolution)(
        copies * convolution.in_channels,
        convolution.out_channels,
        convolution.kernel_size,  # type: ignore[arg-type]
        convolution.stride,  # type: ignore[arg-type]
        convolution.padding,  # type: ignore[arg-type]
        convolution.dilation,  # type: ignore[arg-type]
        bias=convolution.bias is not None,
    )
    wide.weight.data = convolution.weight.data.repeat(1, copies, 1, 1) / copies
    if convolution.bias is not None and wide.bias is not None:
        wide.bias.data = convolution.bias.data.clone()
    return wide
