"""Compositions: published parameter counts, what fusion means, files that come back."""

from pathlib import Path

import pytest
import torch

from heatnet import config
from heatnet.models import Critic, HeatNet, MFNet, build, frozen_norms, load_network, open_network, save_network, warm_start
from heatnet.models.encoder import stages, widen
from heatnet.models.heatnet import Modality

PAPER = config.Network(config.Encoder("resnet50", {}, None, 8), 2, config.Decoder("psp", 1024, 0.3))
SMALL = config.Network(config.Encoder("resnet10t", {"channels": [8, 16, 24, 32], "stem_width": 8}, None, 32), 2, config.Decoder("fpn", 16, 0.1))
MOBILE = config.Network(config.Encoder("mobilenetv2_035", {}, None, 32), 2, config.Decoder("fpn", 16, 0.1))
INPUT = config.Input((160, 480), (74, 426), "same aspect", config.ThermalCounts(16, 21800, 25000, 0, None))


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("modalities", "expected"), [(("rgb", "thermal"), 54_361_040), (("rgb",), 53_317_648), (("thermal",), 53_311_376)])
def test_published_parameter_counts(modalities: tuple[Modality, ...], expected: int) -> None:
    assert count(build(PAPER, modalities)) == expected


def test_early_fusion_critic_and_mfnet_counts() -> None:
    early = config.Network(PAPER.encoder, 0, PAPER.decoder)
    assert count(build(early, ("rgb", "thermal"))) == 53_320_784
    assert count(Critic(13, 64)) == 2_774_977
    assert sum(t.numel() for name, t in MFNet().state_dict().items() if "num_batches" not in name) == 738_773


@pytest.mark.parametrize("network", [SMALL, MOBILE], ids=["resnet", "mobilenet"])
def test_widened_stage_of_equal_features_is_the_narrow_one(network: config.Network) -> None:
    trunk = stages(network.encoder, 3).eval()
    lower, upper = trunk.cut(2)
    feature = lower(torch.randn(1, 3, 64, 64))[-1]
    before = upper[0](feature)
    widen(upper[0], lower.channels[-1], 2)
    torch.testing.assert_close(upper[0](torch.cat([feature, feature], 1)), before, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("network", [SMALL, MOBILE], ids=["resnet", "mobilenet"])
@pytest.mark.parametrize("modalities", [("rgb",), ("thermal",), ("rgb", "thermal")])
def test_logits_have_the_size_of_the_image_even_if_odd(network: config.Network, modalities: tuple[Modality, ...]) -> None:
    model = build(network, modalities).eval()
    assert model(torch.zeros(2, 3, 71, 93), torch.zeros(2, 1, 71, 93)).shape == (2, 13, 71, 93)


def test_late_fusion_keeps_modalities_apart_until_the_second_stage() -> None:
    model = build(SMALL, ("rgb", "thermal")).eval()
    rgb, thermal = torch.randn(1, 3, 64, 64), torch.randn(1, 1, 64, 64)
    one, two = model.features(rgb, thermal), model.features(rgb, thermal + 1)
    half = one[1].shape[1] // 2
    assert torch.equal(one[1][:, :half], two[1][:, :half])
    assert not torch.equal(one[1][:, half:], two[1][:, half:])
    assert not torch.equal(one[2], two[2])


def test_a_missing_modality_is_named() -> None:
    with pytest.raises(ValueError, match="got no thermal image"):
        build(SMALL, ("rgb", "thermal"))(torch.zeros(1, 3, 64, 64))


def test_an_encoder_that_cannot_be_cut_or_found() -> None:
    with pytest.raises((ValueError, RuntimeError), match="resnet18x"):
        stages(config.Encoder("resnet18x", {}, None, 32), 3)
    with pytest.raises(ValueError, match="no file nowhere"):
        stages(config.Encoder("resnet18", {}, "nowhere.pth", 32), 3)


def test_encoder_weights_come_from_a_local_file(tmp_path: Path) -> None:
    import timm

    source = timm.create_model("mobilenetv2_035")
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    encoder = config.Encoder("mobilenetv2_035", {}, str(tmp_path / "weights.pth"), 32)
    rgb, thermal = stages(encoder, 3), stages(encoder, 1)
    assert torch.equal(rgb[0][0].weight, source.conv_stem.weight)
    torch.testing.assert_close(thermal[0][0].weight, source.conv_stem.weight.sum(1, keepdim=True))


def test_a_network_comes_back_from_its_file(tmp_path: Path) -> None:
    model = build(SMALL, ("rgb", "thermal")).eval()
    save_network(tmp_path / "a.safetensors", model, SMALL, INPUT)
    again, about = load_network(tmp_path / "a.safetensors")
    rgb, thermal = torch.randn(1, 3, 64, 64), torch.randn(1, 1, 64, 64)
    assert torch.equal(model(rgb, thermal), again(rgb, thermal))
    assert about.modalities == ("rgb", "thermal")
    assert about.input == INPUT
    assert list(tmp_path.iterdir()) == [tmp_path / "a.safetensors"]


def test_files_that_are_not_our_network(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such network"):
        load_network(tmp_path / "none.safetensors")
    (tmp_path / "cut.safetensors").write_bytes(b"\x10\0\0")
    with pytest.raises(ValueError, match="cut short"):
        load_network(tmp_path / "cut.safetensors")
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="holds no description"):
        load_network(tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="unknown kind"):
        open_network(tmp_path / "a.pb")


def test_a_checkpoint_of_another_architecture(tmp_path: Path) -> None:
    model = build(SMALL, ("rgb",))
    other = config.Network(SMALL.encoder, 2, config.Decoder("fpn", 24, 0.1))
    save_network(tmp_path / "a.safetensors", model, other, INPUT)
    with pytest.raises(ValueError, match=r"another architecture: head\.lateral\.0\.weight"):
        load_network(tmp_path / "a.safetensors")


def test_the_critic_refuses_what_is_smaller_than_its_patch() -> None:
    with pytest.raises(ValueError, match="32-pixel patch"):
        Critic(13, 4)(torch.zeros(1, 13, 16, 64))


def trained(modality: Modality, seed: int) -> HeatNet:
    """A network whose batch norms have statistics of their own."""
    model = build(SMALL, (modality,), seed).train()
    with torch.no_grad():
        model(torch.randn(2, 3, 64, 64), torch.randn(2, 1, 64, 64))
    return model.eval()


def test_thermal_started_from_rgb_sees_grey_as_the_rgb_network_does() -> None:
    teacher = trained("rgb", 1)
    student = warm_start(build(SMALL, ("thermal",), 2).eval(), [teacher])
    grey = torch.randn(1, 1, 64, 64)
    torch.testing.assert_close(student(thermal=grey), teacher(rgb=grey.expand(1, 3, 64, 64)), atol=1e-5, rtol=1e-4)


def test_fusion_of_one_network_with_itself_is_that_network() -> None:
    thermal = trained("thermal", 3)
    model = warm_start(build(config.Network(SMALL.encoder, 2, SMALL.decoder), ("rgb", "thermal"), 4).eval(), [thermal_as_rgb(thermal), thermal])
    image = torch.randn(1, 1, 64, 64)
    fused = model(torch.cat([image, torch.zeros(1, 2, 64, 64)], 1), image)
    torch.testing.assert_close(fused, thermal(thermal=image), atol=1e-4, rtol=1e-3)


def thermal_as_rgb(thermal: HeatNet) -> HeatNet:
    """An RGB network that looks at red alone, and as the thermal network would."""
    model = build(SMALL, ("rgb",))
    state = thermal.state_dict()
    for name, own in model.state_dict().items():
        given = state[name]
        own.copy_(given if given.shape == own.shape else torch.cat([given, torch.zeros_like(given).expand(-1, 2, -1, -1)], 1))
    return model.eval()


def test_each_branch_starts_from_its_own_teacher_or_stays() -> None:
    rgb, thermal = trained("rgb", 5), trained("thermal", 6)
    images = torch.randn(1, 3, 64, 64), torch.randn(1, 1, 64, 64)
    width = rgb.features(*images)[1].shape[1]
    both = warm_start(build(SMALL, ("rgb", "thermal"), 7).eval(), [rgb, thermal]).features(*images)[1]
    torch.testing.assert_close(both, torch.cat([rgb.features(*images)[1], thermal.features(*images)[1]], 1))
    before = build(SMALL, ("rgb", "thermal"), 7).eval()
    after = warm_start(build(SMALL, ("rgb", "thermal"), 7).eval(), [None, thermal])
    assert torch.equal(after.features(*images)[1][:, :width], before.features(*images)[1][:, :width])
    torch.testing.assert_close(after.features(*images)[1][:, width:], thermal.features(*images)[1])


def test_a_start_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="start: 1 networks for 2 branches .of rgb and thermal.; expected one each"):
        warm_start(build(SMALL, ("rgb", "thermal")), [build(SMALL, ("rgb",))])
    with pytest.raises(ValueError, match="start: a network of another architecture"):
        warm_start(build(SMALL, ("rgb",)), [build(MOBILE, ("rgb",))])
    with pytest.raises(ValueError, match="expected one of a single branch"):
        warm_start(build(SMALL, ("rgb",)), [build(SMALL, ("rgb", "thermal"))])


def test_frozen_norms_keep_what_they_know_and_thaw() -> None:
    network = build(SMALL, ("rgb", "thermal"), 3).eval()
    images = torch.rand(2, 3, 64, 96), torch.rand(2, 1, 64, 96)
    before, answer = {name: value.clone() for name, value in network.state_dict().items()}, network(*images)
    with frozen_norms(network):
        network.train()
        trained = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
        network(*images).mean().backward()
    norms = {name for name, module in network.named_modules() if isinstance(module, torch.nn.BatchNorm2d)}
    assert norms
    assert not {f"{name}.weight" for name in norms} & trained
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(module.training for module in network.modules())
    torch.testing.assert_close(network.eval()(*images), answer)
