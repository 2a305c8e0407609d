"""Checkpoints of ``transformers``: their classes by name, their images as their processor says."""

import importlib.util
import json
from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import torch

from heatnet import config
from heatnet.data import Samples
from heatnet.evaluation import PROTOCOLS, score
from heatnet.models import CheckpointNetwork, keep_network, open_network, reads
from heatnet.models.huggingface import class_map
from heatnet.taxonomy import BACKGROUND, BUILDING, CAR, IGNORE, PERSON, POLE, ROAD, Domain

needs_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None, reason="transformers is not installed (extra `transformers`)"
)
NAMES = {"0": "road", "1": "Traffic-Light", "2": "rider", "3": "truck", "4": "wall", "5": "unlabeled"}
PROCESSOR = {"do_resize": True, "size": {"height": 32, "width": 64}, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.25, 0.5]}


def described(folder: Path, names: dict[str, str], processor: dict[str, object]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "segformer", "id2label": names}))
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


def checkpoint(folder: Path, processor: dict[str, object]) -> Path:
    """A tiny SegFormer with random weights."""
    from transformers import SegformerConfig, SegformerForSemanticSegmentation

    torch.manual_seed(0)
    sizes = {"num_encoder_blocks": 2, "depths": [1, 1], "sr_ratios": [2, 1], "hidden_sizes": [8, 16], "patch_sizes": [7, 3], "strides": [4, 2]}
    settings = SegformerConfig(**sizes, num_attention_heads=[1, 2], mlp_ratios=[2, 2], decoder_hidden_size=16)
    settings.id2label = {int(k): v for k, v in NAMES.items()}
    settings.label2id = {v: int(k) for k, v in NAMES.items()}
    network = SegformerForSemanticSegmentation(settings)
    with torch.no_grad():
        network.decode_head.classifier.weight.mul_(50)
    network.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder


def test_classes_map_by_name_whatever_their_spelling(tmp_path: Path) -> None:
    found = class_map(described(tmp_path / "c", NAMES, PROCESSOR))
    assert found.targets == (ROAD, POLE, PERSON, CAR, BUILDING, IGNORE)
    tenth = {str(k): "car" for k in range(9, -1, -1)} | {"10": "road"}
    assert class_map(described(tmp_path / "c", tenth, PROCESSOR)).targets == (CAR,) * 10 + (ROAD,)


def test_a_class_that_does_not_map_is_named_with_the_cure(tmp_path: Path) -> None:
    folder = described(tmp_path / "c", {"0": "road", "1": "refrigerator", "2": "LABEL_2"}, PROCESSOR)
    with pytest.raises(ValueError, match=r"config.json: 2 of 3 classes do not map by name: refrigerator, LABEL_2; write .*heatnet.classes.json"):
        open_network(folder)
    given = folder / "heatnet.classes.json"
    given.write_text(json.dumps({"refrigerator": "background", "LABEL_2": None}))
    assert class_map(folder).targets == (ROAD, BACKGROUND, IGNORE)
    given.write_text(json.dumps({"refrigerator": "fridge"}))
    with pytest.raises(ValueError, match=r"heatnet.classes.json: 'fridge' is none of our classes"):
        class_map(folder)


def test_a_folder_that_is_no_checkpoint_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"config.json: no such file; expected a checkpoint"):
        open_network(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "segformer"}')
    with pytest.raises(ValueError, match="no id2label with ids from 0"):
        open_network(tmp_path)
    described(tmp_path, NAMES, PROCESSOR)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(ValueError, match=r"preprocessor_config.json: no such file"):
        open_network(tmp_path)
    described(tmp_path, NAMES, {**PROCESSOR, "size": {"longest": 3}})
    with pytest.raises(ValueError, match="expected height and width, or shortest_edge"):
        open_network(tmp_path)
    described(tmp_path, NAMES, PROCESSOR)
    with pytest.raises(ValueError, match=r"needs transformers; install it|does not load as a checkpoint"):
        open_network(tmp_path)


@needs_transformers
@pytest.mark.parametrize(
    ("processor", "seen"),
    [(PROCESSOR, (32, 64)), ({**PROCESSOR, "do_resize": False}, (48, 96)), ({**PROCESSOR, "size": {"shortest_edge": 24}}, (24, 48))],
)
def test_a_checkpoint_answers_as_it_does_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processor: dict[str, object], seen) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    folder = keep_network(checkpoint(tmp_path / "c", processor), tmp_path / "teacher")
    network, rgb = open_network(folder), torch.rand(2, 3, 48, 96, generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert isinstance(network, CheckpointNetwork)
    assert reads(folder, network).thermal is None
    small = rgb if seen == (48, 96) else torch.nn.functional.interpolate(rgb, seen, mode="bilinear", align_corners=False, antialias=True)
    mean, std = torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1), torch.tensor([0.2, 0.25, 0.5]).view(1, 3, 1, 1)
    with torch.inference_mode():
        theirs = network.network(pixel_values=((small + 1) / 2 - mean) / std).logits.softmax(1)
        ours = network(rgb)
    assert ours.shape == (2, 13, 48, 96)
    expected = torch.full((2, 13, *theirs.shape[-2:]), 1e-8)
    for k, target in enumerate((ROAD, POLE, PERSON, CAR, BUILDING, BACKGROUND)):
        expected[:, target] = theirs[:, k].clamp(min=1e-8)
    sized = torch.nn.functional.interpolate(expected.log(), (48, 96), mode="bilinear", align_corners=False)
    assert sized.argmax(1).unique().numel() > 1
    torch.testing.assert_close(ours, sized, atol=1e-4, rtol=1e-4)


@needs_transformers
def test_a_checkpoint_is_a_row_of_the_tables_and_loads_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    folder, rng = checkpoint(tmp_path / "c", PROCESSOR), np.random.default_rng(0)
    capsys.readouterr()
    network = open_network(folder)
    assert capsys.readouterr() == ("", "")  # a bar with times in it would be kept in the executed notebook
    rgb = rng.integers(0, 256, (3, 48, 96, 3)).astype(np.uint8)
    label = rng.integers(0, IGNORE + 1, (3, 48, 96)).astype(np.uint8)
    names = ("a", "b", "c")
    samples = Samples(config.Input((48, 96), None, "same size", None), names, names, (Domain.NIGHT,) * 3, rgb, None, label, None)
    found = score(network, [samples], PROTOCOLS["iou"], tmp_path, "cpu")
    with torch.inference_mode():
        answers = network(torch.from_numpy(rgb).permute(0, 3, 1, 2) / 127.5 - 1).argmax(1).numpy()
    expected = np.zeros((3, 13, 13), int)
    for image, truth, answer in zip(expected, label, answers, strict=True):
        np.add.at(image, (truth[truth < IGNORE], answer[truth < IGNORE]), 1)
    np.testing.assert_array_equal(found, expected)
