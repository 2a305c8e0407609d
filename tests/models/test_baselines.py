"""Rivals are fed as HeatNet is, and come back from their files."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from heatnet import config
from heatnet.models import MFNet, RTFNet, build, load_baseline, load_network, open_network, reads, save_baseline, warm_trunks
from heatnet.models.baselines import Baseline, BaselineFile, build_baseline
from heatnet.models.existing import Translated
from heatnet.taxonomy import MF

SMALL = config.Encoder("resnet10t", {"channels": [8, 16, 24, 32], "stem_width": 8}, None, 32)
KINDS = [config.Baseline(0.5, None), config.Baseline(None, SMALL)]
INPUT = config.Input((64, 96), None, "same size", config.ThermalCounts(8, 0, 255, None, None))


def images(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, 3, height, width, generator=generator) * 2 - 1, torch.rand(1, 1, height, width, generator=generator) * 2 - 1


def test_the_width_scales_mfnet_and_one_is_as_published() -> None:
    count = {width: sum(p.numel() for p in MFNet(9, width).parameters()) for width in (0.5, 1, 2)}
    assert count[1] == 736_275  # published as 0.73 M; the original weights load name by name
    assert count[0.5] < 0.3 * count[1]
    assert count[2] > 3.5 * count[1]


@pytest.mark.parametrize("settings", KINDS, ids=["mfnet", "rtfnet"])
def test_a_rival_reads_the_images_that_heatnet_reads(settings: config.Baseline) -> None:
    rival = build_baseline(settings, 9, 0).eval()
    rgb, thermal = images(64, 96)
    torch.testing.assert_close(rival(rgb, thermal), rival.network((rgb + 1) / 2, (thermal + 1) / 2))
    odd = rival(*images(60, 90))
    assert odd.shape == (1, 9, 60, 90)
    wide = [torch.nn.functional.pad(image, (0, 6, 0, 4), mode="replicate") for image in images(60, 90)]
    torch.testing.assert_close(odd, rival(*wide)[..., :60, :90])
    with pytest.raises(ValueError, match="reads rgb and thermal; pass both"):
        rival(rgb)


def test_weights_follow_from_the_seed_alone() -> None:
    first, second, other = (build_baseline(KINDS[1], 9, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("settings", KINDS, ids=["mfnet", "rtfnet"])
def test_a_rival_comes_back_from_its_file(settings: config.Baseline, tmp_path: Path) -> None:
    rival, path, pair = build_baseline(settings, 9, 3).eval(), tmp_path / "rival.safetensors", images(64, 96)
    about = BaselineFile(settings, INPUT, MF.sources)
    save_baseline(path, rival, about)
    again, said = load_baseline(path)
    assert said == about
    assert torch.equal(again(*pair), rival(*pair))
    opened = open_network(path)
    assert opened.modalities == ("rgb", "thermal")
    torch.testing.assert_close(opened(*pair), Translated(MF)(rival(*pair)))
    assert reads(path, opened) == INPUT
    with pytest.raises(ValueError, match=r"no description of a HeatNet network, but of a baseline \(MFNet or RTFNet\)"):
        load_network(path)


def test_a_file_of_another_kind_or_architecture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rival.safetensors"
    save_baseline(path, Baseline(MFNet(9, 0.5)), BaselineFile(KINDS[1], INPUT, MF.sources))
    with pytest.raises(ValueError, match="a checkpoint of another architecture"):
        load_baseline(path)
    with pytest.raises(ValueError, match="no such network"):
        load_baseline(tmp_path / "none.safetensors")
    with pytest.raises(ValueError, match=r"expected a width \(MFNet\) or an encoder \(RTFNet\)"):
        config.Baseline(None, None)
    assert isinstance(build_baseline(KINDS[1], 9, 0).network, RTFNet)


@pytest.mark.parametrize("options", [SMALL.options, {"channels": [8, 16], "layers": [1, 1], "stem_width": 8}], ids=["as many", "fewer stages"])
def test_encoders_start_as_a_trained_network_the_thermal_one_with_kernels_summed(options: dict[str, object]) -> None:
    network = config.Network(SMALL, 2, config.Decoder("fpn", 16, 0.1))
    teacher, rival = build(network, ("rgb",), 5), build_baseline(config.Baseline(None, replace(SMALL, options=options)), 9, 0).network
    warm_trunks([rival.rgb, rival.thermal], teacher)
    image = torch.rand(1, 3, 64, 96)
    grey = image[:, :1].expand(-1, 3, -1, -1)
    for trunk, seen in ((rival.rgb, image), (rival.thermal, grey)):
        expected = teacher.eval().features(seen, None)
        for feature, other in zip(trunk.eval()(seen[:, : 3 if trunk is rival.rgb else 1]), expected, strict=False):
            torch.testing.assert_close(feature, other, atol=1e-4, rtol=1e-4)
    with pytest.raises(ValueError, match="expected one of a single branch"):
        warm_trunks([rival.rgb], build(network, ("rgb", "thermal"), 5))
