"""Networks of others, and ours at another scale."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from heatnet import config
from heatnet.models import MFNet, OnnxNetwork, OriginalMFNet, build, open_network, save_network
from heatnet.models.existing import AtTrainedScale, mf_size
from heatnet.models.foreign import Translated
from heatnet.taxonomy import BACKGROUND, BICYCLE, CAR, CITYSCAPES, MF, PERSON, ROAD

DATA = Path(__file__).parents[3] / "shared" / "data"
NETWORK = config.Network(config.Encoder("resnet10t", {"channels": [8, 16, 24, 32], "stem_width": 8}, None, 32), 2, config.Decoder("fpn", 16, 0.1))
needs_data = pytest.mark.skipif(not (DATA / "weights").is_dir(), reason="the real weights of shared/data are not here")


def test_translated_logits_add_probabilities() -> None:
    logits = torch.randn(1, 19, 2, 2, generator=torch.Generator().manual_seed(0))
    ours = Translated(CITYSCAPES)(logits).exp()
    theirs = logits.softmax(1)
    for k, names in ((PERSON, ("person", "rider")), (CAR, ("car", "truck", "bus", "train")), (ROAD, ("road",))):
        torch.testing.assert_close(ours[:, k], sum(theirs[:, CITYSCAPES.sources.index(name)] for name in names))


def test_classes_that_we_lack_are_background() -> None:
    logits = torch.full((1, 9, 1, 1), -20.0)
    logits[0, MF.sources.index("colour cone")] = 0
    assert Translated(MF)(logits).argmax(1).item() == BACKGROUND


def test_another_number_of_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="gives 9 classes, but Cityscapes"):
        Translated(CITYSCAPES)(torch.zeros(1, 9, 2, 2))


def test_a_network_works_at_the_scale_it_was_trained_at() -> None:
    network = build(NETWORK, ("rgb", "thermal")).eval()
    wrapped = AtTrainedScale(network, 64)
    rgb, thermal = torch.randn(1, 3, 64, 96), torch.randn(1, 1, 64, 96)
    assert torch.equal(wrapped(rgb, thermal), network(rgb, thermal))
    assert wrapped(torch.zeros(1, 3, 128, 192), torch.zeros(1, 1, 128, 192)).shape == (1, 13, 128, 192)
    flat = [torch.full((1, channels, 128, 192), 0.25) for channels in (3, 1)]
    small = network(*(image[..., :64, :96] for image in flat))
    torch.testing.assert_close(wrapped(*flat)[..., 64, 96], small[..., 32, 48], atol=0.05, rtol=0.05)


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((480, 640), (480, 640)),  # MF as it is
        ((320, 704), (320, 704)),  # Freiburg Thermal as the authors score it
        ((320, 960), (320, 960)),
        ((240, 320), (480, 640)),  # smaller images are enlarged to MF's scale
        ((160, 352), (288, 640)),
        ((470, 700), (464, 704)),
    ],
)
def test_mfnet_sees_images_at_their_own_aspect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], seen: tuple[int, int]) -> None:
    assert mf_size(*size) == seen
    assert size[1] / size[0] == pytest.approx(seen[1] / seen[0], rel=0.03)
    torch.save(MFNet().state_dict(), tmp_path / "mf.pth")
    network, shapes = OriginalMFNet(tmp_path / "mf.pth"), []
    monkeypatch.setattr(network.network, "forward", lambda rgb, _: shapes.append(tuple(rgb.shape[-2:])) or torch.zeros(1, 9, *rgb.shape[-2:]))
    assert network(torch.zeros(1, 3, *size), torch.zeros(1, 1, *size)).shape == (1, 13, *size)
    assert shapes == [seen]


def test_open_network_gives_ours_in_evaluation_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_network(path, build(NETWORK, ("rgb",)), NETWORK, config.Input((64, 96), None, "same size", None))
    opened = open_network(path)
    assert not opened.training
    assert opened.modalities == ("rgb",)


def test_a_network_trained_on_many_aspects_sees_images_as_they_are(tmp_path: Path) -> None:
    network = build(NETWORK, ("rgb",)).eval()
    save_network(tmp_path / "a.safetensors", network, NETWORK, config.Input((96, 128), None, "same size", None, "width"))
    rgb = torch.randn(1, 3, 64, 160, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(open_network(tmp_path / "a.safetensors")(rgb), network(rgb))


def test_files_that_are_missing_or_wrong(tmp_path: Path) -> None:
    for kind in (OnnxNetwork, OriginalMFNet):
        with pytest.raises(ValueError, match="no such"):
            kind(tmp_path / "none")
    torch.save({"x": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="not MFNet's weights"):
        OriginalMFNet(tmp_path / "other.pth")


@needs_data
@pytest.mark.parametrize("name", ["mfnet_mf.pth", "deeplab_cityscapes_480x640.onnx"])
def test_the_real_networks_see_cars_on_a_real_street(name: str) -> None:
    files = sorted((DATA / "msrs" / "vi").glob("*D.*"))[:6]
    images = [cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB) for file in files]
    heat = [cv2.imread(str(DATA / "msrs" / "ir" / file.name), cv2.IMREAD_GRAYSCALE) for file in files]
    rgb = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2) / 127.5 - 1
    thermal = torch.from_numpy(np.stack(heat))[:, None] / 127.5 - 1
    with torch.inference_mode():
        masks = open_network(DATA / "weights" / name)(rgb, thermal).argmax(1)
    found = set(masks.unique().tolist())
    assert found & {CAR, PERSON, BICYCLE}
    assert masks.shape == (6, 480, 640)
