"""A network goes through ONNX and comes back the same; what does not map or load is said."""

import importlib.util
import json
from itertools import pairwise
from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import torch

from heatnet import config
from heatnet.models import ExportedNetwork, OnnxNetwork, build, keep_network, open_network, reads, save_network
from heatnet.models.export import NEEDED, description, export_onnx
from heatnet.models.files import NetworkFile, load_network
from heatnet.models.onnx_files import windows
from heatnet.pipeline.__main__ import main
from heatnet.taxonomy import BACKGROUND, CAR, NAMES, ROAD

NETWORK = config.Network(config.Encoder("resnet10t", {"channels": [8, 16, 24, 32], "stem_width": 8}, None, 32), 2, config.Decoder("fpn", 16, 0.1))
INPUT = config.Input((64, 128), (16, 112), "same aspect", config.ThermalCounts(16, 21800, 25000, 0, 800))
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
needs_onnx = pytest.mark.skipif(bool(missing), reason=f"exporting needs {', '.join(missing)} (extra `export`)")


@pytest.fixture(autouse=True)
def sizes_may_be_symbols(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it traces, torch passes symbols for numbers, which the tests' type checks do not know."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_network(tmp_path / "rgbt.safetensors", build(NETWORK, ("rgb", "thermal"), 3), NETWORK, INPUT)
    return tmp_path / "rgbt.safetensors"


def random(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(4)) * 2 - 1


@needs_onnx
@pytest.mark.filterwarnings("ignore")  # the exporter's own
@pytest.mark.parametrize("modalities", [("rgb", "thermal"), ("rgb",)])
def test_an_exported_network_answers_as_the_network_does(tmp_path: Path, modalities: tuple[str, ...]) -> None:
    network, path = build(NETWORK, modalities, 3).eval(), tmp_path / "x.onnx"
    with torch.no_grad():
        for weight in network.head.head.parameters():
            weight.mul_(50)  # logits as large as a trained network's
    assert export_onnx(network, NetworkFile(NETWORK, modalities, INPUT), path) < 1e-3
    assert [file.name for file in tmp_path.iterdir()] == ["x.onnx"]
    opened = open_network(path)
    assert isinstance(opened, ExportedNetwork)
    assert tuple(opened.modalities) == modalities
    assert reads(path, opened) == INPUT
    for width in (96, 160):  # trained at 96; a whole frame is wider than the crop it was trained on
        images = {"rgb": random(3, 3, 64, width), "thermal": random(3, 1, 64, width)}
        with torch.inference_mode():
            theirs, ours = opened(**images), network(**images)
        assert ours.std() > 1
        torch.testing.assert_close(theirs, ours, atol=1e-3, rtol=0)
    assert opened(**{name: random(1, image.shape[1], 60, 90) for name, image in images.items()}).shape == (1, 13, 60, 90)
    with pytest.raises(ValueError, match=f"got no {modalities[-1]} image"):
        opened(**{name: image for name, image in images.items() if name != modalities[-1]})


@needs_onnx
@pytest.mark.filterwarnings("ignore")
def test_pyramid_pooling_keeps_the_width_it_was_trained_at(tmp_path: Path) -> None:
    settings = config.Network(NETWORK.encoder, 2, config.Decoder("psp", 16, 0.1))
    network = build(settings, ("rgb",), 3).eval()
    assert export_onnx(network, NetworkFile(settings, ("rgb",), INPUT), tmp_path / "x.onnx") < 1e-3
    opened = open_network(tmp_path / "x.onnx")
    image, wide = random(1, 3, 64, 96), random(2, 3, 64, 160)
    with torch.inference_mode():
        torch.testing.assert_close(opened(image), network(image), atol=1e-3, rtol=0)
        theirs, parts = opened(wide), {left: network(wide[..., left : left + 96]) for left in (0, 32, 64)}
        narrow, filled = opened(image[..., :60]), network(torch.nn.functional.pad(image[..., :60], (0, 36)))
    for column in (0, 31, 50, 70, 95, 96, 140, 159):  # seen through windows that begin at 0, 32 and 64, each at the scale it was trained at
        seen = [logits[..., column - left] for left, logits in parts.items() if left <= column < left + 96]
        torch.testing.assert_close(theirs[..., column], torch.stack(seen).mean(0), atol=1e-3, rtol=0)
    torch.testing.assert_close(narrow, filled[..., :60], atol=1e-3, rtol=0)


@pytest.mark.parametrize(("width", "fixed"), [(97, 96), (160, 96), (1000, 64), (192, 96), (5, 1)])
def test_windows_cover_every_column(width: int, fixed: int) -> None:
    begins = list(windows(width, fixed))
    assert (begins[0], begins[-1]) == (0, width - fixed)
    assert all(later - earlier <= max(fixed // 2 + 1, 1) for earlier, later in pairwise(begins))


@needs_onnx
@pytest.mark.filterwarnings("ignore")
def test_an_export_that_differs_is_refused_and_leaves_no_file(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, about = load_network(saved)
    monkeypatch.setattr("heatnet.models.export._difference", lambda *_: 0.02)
    with pytest.raises(ValueError, match="differs from the network by 0.02 in its logits; expected at most 0.001"):
        export_onnx(network, about, tmp_path / "x.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["rgbt.safetensors"]


@needs_onnx
@pytest.mark.filterwarnings("ignore")
def test_the_command_writes_a_file_that_says_what_it_is(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import onnxruntime

    assert main(["export", str(saved), "--out", str(tmp_path / "x.onnx")]) == 0
    assert "rgb and thermal, 96x64; onnxruntime differs by" in capsys.readouterr().out
    metadata = onnxruntime.InferenceSession(str(tmp_path / "x.onnx")).get_modelmeta().custom_metadata_map
    assert json.loads(metadata["classes"]) == list(NAMES)
    assert "21800..25000" in json.loads(metadata["input_ranges"])["thermal"]


def test_a_missing_package_says_what_to_install(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatnet.models.export.NEEDED", ("onnx_that_nobody_has",))
    with pytest.raises(ValueError, match=r"exporting needs onnx_that_nobody_has; install them: pip install 'heatnet\[export\]'"):
        export_onnx(*load_network(saved), tmp_path / "x.onnx")
    assert main(["export", str(saved), "--out", str(tmp_path / "x.pt")]) == 1


def test_the_description_tells_ranges_and_classes() -> None:
    text = description(NetworkFile(NETWORK, ("thermal",), INPUT))
    ranges = json.loads(text["input_ranges"])
    assert list(ranges) == ["thermal"]
    for said in ("16-bit counts 21800..25000", "800 counts to an end", "0 where the count is 0"):
        assert said in ranges["thermal"]


def foreign(path: Path, classes: int) -> Path:
    """An ONNX file by another hand, written byte by byte (protobuf): a 1x1 convolution from RGB to ``classes`` logits."""

    def field(number: int, payload: bytes | int) -> bytes:
        if isinstance(payload, int):
            return varint(number << 3) + varint(payload)
        return varint(number << 3 | 2) + varint(len(payload)) + payload

    def varint(value: int) -> bytes:
        out = b""
        while value > 127:
            out, value = out + bytes([value & 127 | 128]), value >> 7
        return out + bytes([value])

    def value(name: str, shape: tuple[int | str, ...]) -> bytes:
        sides = b"".join(field(1, field(1, side) if isinstance(side, int) else field(2, side.encode())) for side in shape)
        return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, sides)))

    weight = np.zeros((classes, 3, 1, 1), np.float32)
    weight[1, 0], weight[0, 1] = 5, 5  # red is class 1, green class 0
    tensor = b"".join(field(1, side) for side in weight.shape) + field(2, 1) + field(8, b"w") + field(9, weight.tobytes())
    node = field(1, b"image") + field(1, b"w") + field(2, b"logits") + field(4, b"Conv")
    graph = field(1, node) + field(2, b"g") + field(5, tensor)
    graph += field(11, value("image", (1, 3, 8, 16))) + field(12, value("logits", (1, classes, 8, 16)))
    path.write_bytes(field(1, 8) + field(7, graph) + field(8, field(1, b"") + field(2, 17)))
    return path


def test_another_hands_network_maps_by_the_list_beside_it(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    path = foreign(tmp_path / "theirs.onnx", 3)
    (tmp_path / "theirs.classes.json").write_text(json.dumps(["road", "car", None]))
    network = open_network(path)
    assert isinstance(network, OnnxNetwork)
    assert reads(path, network).size == (8, 16)
    rgb = torch.full((1, 3, 8, 16), -1.0)
    rgb[:, 0, :, :8], rgb[:, 1, :, 8:] = 1, 1
    answer = network(rgb).argmax(1)[0]
    assert (answer[:, :8] == CAR).all()
    assert (answer[:, 8:] == ROAD).all()


def test_a_kept_network_carries_its_classes_and_its_normalisation(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    path, rgb = foreign(tmp_path / "theirs.onnx", 3), random(1, 3, 8, 16)
    listed = ["road", "car", None]
    (tmp_path / "theirs.classes.json").write_text(json.dumps({"classes": listed, "mean": [0.5, 0.25, 0.5], "std": [0.5, 0.5, 0.2]}))
    (tmp_path / "networks").mkdir()
    kept = keep_network(path, tmp_path / "networks/teacher")
    assert [file.name for file in kept.parent.iterdir()] == ["teacher.onnx"]
    first, second = open_network(path), open_network(kept)
    torch.testing.assert_close(first(rgb), second(rgb))
    unit = rgb / 2 + 0.5
    theirs = torch.stack([5 * (unit[:, 1] - 0.25) / 0.5, 5 * (unit[:, 0] - 0.5) / 0.5, torch.zeros(1, 8, 16)], 1).softmax(1)
    for ours, k in ((ROAD, 0), (CAR, 1), (BACKGROUND, 2)):
        torch.testing.assert_close(second(rgb).exp()[:, ours], theirs[:, k])
    (tmp_path / "theirs.classes.json").unlink()
    assert keep_network(path, tmp_path / "networks/plain").read_bytes() == path.read_bytes()
    with pytest.raises(ValueError, match="no such network"):
        keep_network(tmp_path / "none.onnx", tmp_path / "networks/teacher")


def test_classes_that_do_not_map_are_said(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    path = foreign(tmp_path / "theirs.onnx", 3)
    with pytest.raises(ValueError, match="the network gives 3 classes, but Cityscapes train ids has 19"):
        open_network(path)(torch.zeros(1, 3, 8, 16))
    beside = tmp_path / "theirs.classes.json"
    for text, message in (
        ('["tree"]', "'tree' is none of our classes"),
        ("{}", "not a list"),
        ("[", "not JSON"),
        ('{"classes": ["car"], "scale": 2}', "unknown key 'scale'"),
        ('{"classes": ["car"], "mean": [1, 2]}', "mean \\[1, 2\\]; expected three numbers"),
        ('{"classes": ["car"], "std": [1, 0, 1]}', "std \\[1, 0, 1\\]; expected three numbers"),
        ('["car", "road"]', ""),
    ):
        beside.write_text(text)
        with pytest.raises(ValueError, match=f"theirs.classes.json: {message}" if message else "gives 3 classes, but theirs.classes.json has 2"):
            open_network(path)
    (tmp_path / "cut.onnx").write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"cut\.onnx: does not load as ONNX"):
        open_network(tmp_path / "cut.onnx")
