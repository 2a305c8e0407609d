"""MF, BDD100K and Cityscapes in their released layouts, and real images where they are at hand."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from layouts import write

from heatnet import config
from heatnet.data import bdd, camvid, cityscapes, mf, msrs, pairs, read_labelled, read_pairs, read_supervised
from heatnet.data.reading import read_label, read_rgb, read_thermal
from heatnet.taxonomy import BACKGROUND, CAMVID, CAR, CITYSCAPES, IGNORE, MF_OWN, MF_SCORED, OURS, ROAD, Domain

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not (DATA / "msrs").is_dir(), reason="the real data of shared/data is not here")
COUNTS = config.ThermalCounts(8, 0, 255, None, None)
INPUT = config.Input((8, 24), None, "same size", COUNTS)
MF = config.Pairs("mf", "", INPUT, None, None)
LISTS = {"train": ["00001D", "00002N", "00001D_flip"], "val": ["00003D"], "test": ["00005N", "00004D"]}


@pytest.fixture
def mf_root(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Five frames of 24x8 pixels, lists as released, one mirrored copy."""
    root = tmp_path / "ir_seg_dataset"
    for split, names in LISTS.items():
        for name in names:
            write(root / "labels" / f"{name}.png", rng.integers(0, 9, (8, 24), np.uint8))
            (root / "images").mkdir(exist_ok=True)
            assert cv2.imwrite(str(root / "images" / f"{name}.png"), rng.integers(0, 256, (8, 24, 4), np.uint8))
        (root / f"{split}.txt").write_text("".join(f"{name}\n" for name in names))
        for domain in "DN":
            (root / f"{split}_{'day' if domain == 'D' else 'night'}.txt").write_text("".join(f"{n}\n" for n in names if n[5] == domain))
    return root


@pytest.fixture
def bdd_root(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Two training and two validation images of 20x12, one of each by night."""
    root = tmp_path / "bdd"
    for split, names in {"train": ("0a-1", "0b-2"), "val": ("1a-3", "1b-4")}.items():
        for name in names:
            write(root / "images" / split / f"{name}.jpg", rng.integers(0, 256, (12, 20, 3), np.uint8))
            write(root / "labels" / split / f"{name}_train_id.png", rng.choice([*range(19), 255], (12, 20)).astype(np.uint8))
    (root / "bdd_night.txt").write_text("images/train/0b-2.jpg\nlabels/val/1a-3_train_id.png\n")
    return root


def test_mf_follows_its_lists_and_leaves_mirrored_copies_out(mf_root: Path) -> None:
    assert [f.name for f in mf.index(mf_root, "train")] == ["00001D", "00002N"]
    assert [(f.name, f.domain) for f in mf.index(mf_root, "test")] == [("00005N", Domain.NIGHT), ("00004D", Domain.DAY)]
    assert [f.name for f in mf.index(mf_root, "test", domain=Domain.DAY)] == ["00004D"]


def test_mf_thermal_is_the_fourth_channel(mf_root: Path) -> None:
    samples = read_pairs(MF, mf_root, "test", Domain.DAY)
    stored = cv2.imread(str(mf_root / "images/00004D.png"), cv2.IMREAD_UNCHANGED)
    assert samples.rgb is not None
    assert samples.thermal is not None
    assert samples.label is not None
    np.testing.assert_array_equal(samples.rgb[0], stored[..., 2::-1])
    np.testing.assert_array_equal(samples.thermal[0], stored[..., 3])
    own = cv2.imread(str(mf_root / "labels/00004D.png"), cv2.IMREAD_UNCHANGED)
    assert (samples.label[0][own == 0] == BACKGROUND).all()  # as the authors score: not ignored
    assert (samples.label[0][own == 1] == CAR).all()


def test_mf_training_has_no_labels_of_its_own(mf_root: Path) -> None:
    assert read_pairs(MF, mf_root, "train").label is None
    assert {f.name for f in pairs(MF, mf_root, "train")}.isdisjoint(f.name for f in pairs(MF, mf_root, "test"))


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_baselines_read_mf_in_its_own_ids_training_frames_too(mf_root: Path, split: str) -> None:
    own, ours = read_supervised(MF, mf_root, split, MF_OWN), read_supervised(MF, mf_root, split, MF_SCORED)
    stored = [cv2.imread(str(mf_root / f"labels/{name}.png"), cv2.IMREAD_UNCHANGED) for name in own.names]
    assert own.names == tuple(name for name in LISTS[split] if not name.endswith("_flip"))
    assert own.label is not None
    np.testing.assert_array_equal(own.label, np.stack(stored))
    np.testing.assert_array_equal(ours.label, MF_SCORED.table()[own.label])


def test_mf_ids_are_never_taken_for_our_classes(mf_root: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"labels: mf's own ids, but expected a teacher's labels in our classes; read them with read_supervised"):
        read_pairs(MF, mf_root, "train", labels=mf_root / "labels")
    with pytest.raises(ValueError, match="cannot be read with the labels of .the 13 classes of Freiburg Thermal.; expected mf with MF"):
        read_supervised(MF, mf_root, "train", OURS)
    with pytest.raises(ValueError, match="freiburg cannot be read with the labels of"):
        read_supervised(config.Pairs("freiburg", "", INPUT, None, None), mf_root, "train", MF_OWN)
    for name in ("00001D", "00002N"):
        write(tmp_path / "teacher" / f"{name}.png", np.full((8, 24), 12, np.uint8))
    taught = read_pairs(MF, mf_root, "train", labels=tmp_path / "teacher")
    assert taught.label is not None
    assert (taught.label == 12).all()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda root: (root / "test.txt").unlink(), r"test\.txt: no such file; expected the names of MF's test images; unpack ir_seg"),
        (lambda root: (root / "test.txt").write_text("\n"), r"test\.txt: an empty list"),
        (lambda root: (root / "test.txt").write_text("00004D\n00004D\n"), r"test\.txt: 00004D is listed 2 times"),
        (lambda root: (root / "test.txt").write_text("00009D\n"), r"test\.txt: 00009D has no image; expected images/00009D\.png"),
        (lambda root: (root / "labels/00004D.png").unlink(), r"test\.txt: 00004D has no label; expected labels/00004D\.png"),
        (lambda root: (root / "train.txt").write_text("00001D\n00004D\n"), r"00004D is in train\.txt too \(1 such\); expected disjoint splits"),
        (lambda root: (root / "test.txt").write_text("street\n"), "street: no domain in its name"),
    ],
)
def test_what_is_wrong_in_mf_is_named(mf_root: Path, spoil, message: str) -> None:
    spoil(mf_root)
    with pytest.raises(ValueError, match=message):
        mf.index(mf_root, "test")


def test_mf_files_of_another_kind_are_refused(mf_root: Path) -> None:
    write(mf_root / "images/00004D.png", np.zeros((8, 24, 3), np.uint8) + np.arange(3, dtype=np.uint8))
    with pytest.raises(ValueError, match=r"00004D\.png: a colour image; expected thermal counts"):
        read_pairs(MF, mf_root, "test")
    write(mf_root / "labels/00005N.png", np.full((8, 24), 9, np.uint8))
    with pytest.raises(ValueError, match=r"00005N\.png: label id 9 is not one of the 9 ids of MF"):
        read_pairs(MF, mf_root, "test", Domain.NIGHT)


@pytest.mark.parametrize("layout", ["", "seg", "2020"])
def test_bdd_in_its_layouts(bdd_root: Path, layout: str) -> None:
    root = bdd_root
    if layout == "seg":
        (root / "seg").mkdir()
        for name in ("images", "labels"):
            (root / name).rename(root / "seg" / name)
    if layout == "2020":
        for old, new in (("images", "images/10k"), ("labels", "labels/sem_seg/masks")):
            (root / old).rename(root / "old")
            (root / new).parent.mkdir(parents=True)
            (root / "old").rename(root / new)
        for path in (root / "labels").rglob("*.png"):
            path.rename(path.with_name(path.name.replace("_train_id", "")))
    assert [(f.name, f.domain) for f in bdd.index(root, "val")] == [("1a-3", Domain.NIGHT), ("1b-4", Domain.DAY)]
    (night,) = bdd.index(root, "val", Domain.NIGHT)
    assert night.label
    ids = cv2.imread(str(night.label), cv2.IMREAD_UNCHANGED)
    ours = read_label(night.label, CITYSCAPES)
    assert (ours[ids == 255] == IGNORE).all()
    assert (ours[ids == 0] == ROAD).all()


def test_bdd_is_read_in_our_classes(bdd_root: Path) -> None:
    settings = config.Labelled("bdd", "", config.Input((12, 20), None, "same size", None))
    samples = read_labelled(settings, bdd_root, "validation")
    assert samples.names == ("1a-3", "1b-4")
    ids = cv2.imread(str(bdd_root / "labels/val/1a-3_train_id.png"), cv2.IMREAD_UNCHANGED)
    assert samples.label is not None
    np.testing.assert_array_equal(samples.label[0], CITYSCAPES.table()[ids])


def test_nights_of_bdd_are_those_of_its_list(bdd_root: Path) -> None:
    settings = config.Labelled("bdd", "", config.Input((12, 20), None, "same size", None))
    assert read_labelled(settings, bdd_root, "all", Domain.NIGHT).names == ("0b-2", "1a-3")
    assert read_labelled(settings, bdd_root, "validation", Domain.NIGHT).names == ("1a-3",)
    assert len(read_labelled(settings, bdd_root, "all")) == 4
    (bdd_root / "bdd_night.txt").write_text("0b-2\n")
    with pytest.raises(ValueError, match=r"no image of validation is of the night; check bdd_night\.txt"):
        read_labelled(settings, bdd_root, "validation", Domain.NIGHT)
    (bdd_root / "bdd_night.txt").unlink()
    with pytest.raises(ValueError, match=r"bdd_night\.txt: no such file"):
        read_labelled(settings, bdd_root, "all", Domain.NIGHT)
    camvid_settings = config.Labelled("camvid", "", config.Input((12, 20), None, "same size", None))
    with pytest.raises(ValueError, match="camvid does not tell day from night"):
        read_labelled(camvid_settings, bdd_root, "all", Domain.NIGHT)


def test_bdd_without_or_with_a_wrong_night_list(bdd_root: Path) -> None:
    (bdd_root / "bdd_night.txt").write_text("zz-9.jpg\n")
    with pytest.raises(ValueError, match=r"bdd_night\.txt: zz-9 \(1 such\): no image of train or val"):
        bdd.index(bdd_root, "val")
    shutil.rmtree(bdd_root / "images/train")
    with pytest.raises(ValueError, match="no image of the split that is unpacked"):
        bdd.index(bdd_root, "val")
    (bdd_root / "bdd_night.txt").write_text("of-the-split-that-is-not-here.jpg\n1a-3.jpg\n")
    assert [f.name for f in bdd.index(bdd_root, "val", Domain.NIGHT)] == ["1a-3"]
    (bdd_root / "bdd_night.txt").unlink()
    assert {f.domain for f in bdd.index(bdd_root, "val")} == {Domain.DAY}
    with pytest.raises(ValueError, match=r"bdd_night\.txt: no such file; .* run `heatnet fetch bdd-night`"):
        bdd.index(bdd_root, "val", Domain.NIGHT)
    with pytest.raises(ValueError, match=r"no images/train; expected BDD100K's"):
        bdd.index(bdd_root / "nowhere", "train")
    (bdd_root / "labels/val/1b-4_train_id.png").unlink()
    with pytest.raises(ValueError, match=r"1b-4\.jpg: no partner"):
        bdd.index(bdd_root, "val")


def test_cityscapes_takes_the_ids_among_its_label_files(tmp_path: Path, rng: np.random.Generator) -> None:
    for city in ("aachen", "ulm"):
        stem = f"{city}_000000_000019"
        write(tmp_path / f"leftImg8bit/train/{city}/{stem}_leftImg8bit.png", rng.integers(0, 256, (8, 24, 3), np.uint8))
        for kind in ("labelIds", "labelTrainIds", "instanceIds", "color"):
            write(tmp_path / f"gtFine/train/{city}/{stem}_gtFine_{kind}.png", np.full((8, 24), 26 if kind == "labelIds" else 99, np.uint8))
    frames = cityscapes.index(tmp_path, "train")
    assert [(f.drive, f.name) for f in frames] == [("aachen", "aachen_000000_000019"), ("ulm", "ulm_000000_000019")]
    settings = config.Labelled("cityscapes", "", config.Input((8, 24), None, "same size", None))
    samples = read_labelled(settings, tmp_path, "training")
    assert samples.label is not None
    assert (samples.label == CAR).all()
    (tmp_path / "gtFine/train/ulm/ulm_000000_000019_gtFine_labelIds.png").unlink()
    with pytest.raises(ValueError, match=r"ulm_000000_000019_leftImg8bit\.png: no partner"):
        cityscapes.index(tmp_path, "train")
    with pytest.raises(ValueError, match=r"leftImg8bit/val: no such folder"):
        cityscapes.index(tmp_path, "val")


@needs_data
@pytest.mark.parametrize("name", ["01234N", "01477D"])
def test_a_real_mf_image_holds_both_cameras(name: str) -> None:
    path = DATA / "mf_demo" / f"{name}.png"
    rgb, thermal = read_rgb(path), read_thermal(path, 8)
    assert rgb.shape == (480, 640, 3)
    assert thermal.shape == (480, 640)
    assert thermal.std() > 5
    assert (rgb.mean() > 60) == name.endswith("D")  # the night image is dark, the day image is not


@needs_data
def test_the_real_camvid_and_msrs_are_indexed_and_read() -> None:
    frames = camvid.index(DATA / "camvid", "val")
    assert len(frames) == 101
    assert frames[0].label
    assert {ROAD, CAR} <= set(np.unique(read_label(frames[0].label, CAMVID)).tolist())
    found = msrs.index(DATA / "msrs")
    assert [sum(f.domain is domain for f in found) for domain in Domain] == [115, 108]
    assert len(msrs.boxes(DATA / "msrs", "fusion")) > 200
