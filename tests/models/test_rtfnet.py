"""RTFNet: the published sizes, how the modalities meet, what is refused."""

import pytest
import torch
from torch import nn

from heatnet import config
from heatnet.models.rtfnet import RTFNet, Upception

SMALL = config.Encoder("resnet10t", {"channels": [8, 16, 24, 32], "stem_width": 8}, None, 32)


@pytest.mark.parametrize(("name", "millions"), [("resnet50", 185.24), ("resnet152", 254.51)])
def test_parameters_are_the_published_ones(name: str, millions: float) -> None:
    with torch.device("meta"):
        network = RTFNet(config.Encoder(name, {}, None, 32))
    trunks = [sum(p.numel() for p in part.parameters()) for part in (network.rgb, network.thermal)]
    assert trunks[0] - trunks[1] == 2 * 64 * 7 * 7  # the thermal trunk's first convolution reads one channel, not three
    assert round(sum(p.numel() for p in network.parameters()) / 1e6, 2) == millions


def test_an_upception_block_follows_its_table() -> None:
    keep, double = Upception(12, 12, doubles=False).eval(), Upception(12, 6, doubles=True).eval()
    x = torch.randn(2, 12, 5, 7, generator=torch.Generator().manual_seed(0))
    assert keep(x).shape == (2, 12, 5, 7)
    assert double(x).shape == (2, 6, 10, 14)
    for block in (keep, double):
        kernels = [block.first[0].kernel_size, block.second[0].kernel_size, block.third[0].kernel_size]
        assert kernels == [(1, 1), (3, 3), (2, 2) if block is double else (3, 3)]
    for part in (keep.third, double.third):
        nn.init.zeros_(part[0].weight)
    assert torch.equal(keep(x), x.relu())  # the shortcut of block A adds the input itself
    assert torch.equal(double(x), double.shortcut(x).relu())


def test_thermal_is_added_after_every_stage_and_goes_on_alone() -> None:
    network = RTFNet(SMALL).eval()
    rgb, thermal = torch.randn(1, 3, 64, 96), torch.randn(1, 1, 64, 96)
    heat = network.thermal(thermal)
    fused = rgb
    for stage, added in zip(network.rgb, heat, strict=True):
        fused = stage(fused) + added
    torch.testing.assert_close(network(rgb, thermal), network.decoder(fused))
    assert network(rgb, thermal).shape == (1, 9, 64, 96)
    assert not torch.allclose(network(rgb, thermal), network(rgb, 0 * thermal))


def test_an_encoder_of_fewer_stages_has_as_many_pairs_of_blocks() -> None:
    network = RTFNet(config.Encoder("resnet10t", {"channels": [8, 16], "layers": [1, 1], "stem_width": 8}, None, 32)).eval()
    assert [len(part) for part in (network.rgb, network.thermal, network.decoder)] == [3, 3, 3]
    image = torch.randn(1, 3, 24, 40)
    assert network.rgb(image)[-1].shape == (1, 16, 3, 5)
    assert network(image, image[:, :1]).shape == (1, 9, 24, 40)


def test_a_size_that_the_decoder_cannot_restore_is_refused() -> None:
    with pytest.raises(ValueError, match="96x60; expected multiples of 32"):
        RTFNet(SMALL)(torch.zeros(1, 3, 60, 96), torch.zeros(1, 1, 60, 96))


def test_gradients_reach_every_weight() -> None:
    network = RTFNet(SMALL).train()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):  # timm starts the last one of a residual block at 0
            nn.init.ones_(part.weight)
    network(torch.randn(2, 3, 64, 64), torch.randn(2, 1, 64, 64)).square().mean().backward()
    still = [name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert not still
