"""MFNet against a transcription of its figure, layer by layer."""

import torch
import torch.nn.functional as F

from heatnet.models import MFNet


def block(network: MFNet, name: str, x: torch.Tensor) -> torch.Tensor:
    return F.leaky_relu(getattr(network, name).bn(getattr(network, name).conv(x)), 0.2)


def test_the_forward_pass_is_the_papers_figure() -> None:
    """Figure 2 of Ha et al.: features of strides 2, 4 and 8 are added to the decoder's; what the first convolution saw is not."""
    generator = torch.Generator().manual_seed(0)
    network = MFNet().eval()
    rgb, thermal = torch.rand(1, 3, 32, 48, generator=generator), torch.rand(1, 1, 32, 48, generator=generator)
    kept: dict[str, list[torch.Tensor]] = {"2": [], "4": [], "8": [], "16": []}
    for suffix, x in (("rgb", rgb), ("inf", thermal)):
        x = F.max_pool2d(block(network, f"conv1_{suffix}", x), 2)
        kept["2"].append(block(network, f"conv2_2_{suffix}", block(network, f"conv2_1_{suffix}", x)))
        kept["4"].append(block(network, f"conv3_2_{suffix}", block(network, f"conv3_1_{suffix}", F.max_pool2d(kept["2"][-1], 2))))
        kept["8"].append(getattr(network, f"conv4_{suffix}")(F.max_pool2d(kept["4"][-1], 2)))
        kept["16"].append(getattr(network, f"conv5_{suffix}")(F.max_pool2d(kept["8"][-1], 2)))
    x = torch.cat(kept["16"], 1)
    for stride, name in (("8", "decode4"), ("4", "decode3"), ("2", "decode2")):
        x = block(network, name, x.repeat_interleave(2, 2).repeat_interleave(2, 3) + torch.cat(kept[stride], 1))
    x = block(network, "decode1", x.repeat_interleave(2, 2).repeat_interleave(2, 3))
    torch.testing.assert_close(network(rgb, thermal), x)
