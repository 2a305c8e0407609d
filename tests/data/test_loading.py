from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from layouts import COUNTS, write

from heatnet.config import Input, ThermalCounts
from heatnet.data import Frame, camvid, freiburg, load, msrs, vistas
from heatnet.data import thermal as counts_to_unit
from heatnet.data.reading import read_label, read_rgb, read_thermal
from heatnet.taxonomy import CAMVID, IGNORE, OURS, VISTAS, Domain

EIGHT_BIT = ThermalCounts(bits=8, low=0, high=255, invalid=None, level=None)


def test_the_released_range_of_counts():
    counts = np.array([[0, 21800, 23400, 25000, 60000]], np.uint16)
    np.testing.assert_allclose(counts_to_unit.to_unit(counts, COUNTS), [[0, 0, 0.5, 1, 1]], atol=1e-6)
    np.testing.assert_array_equal(counts_to_unit.valid(counts, COUNTS), [[False, True, True, True, True]])
    assert counts_to_unit.valid(counts, EIGHT_BIT).all()


def test_every_count_comes_back():
    counts = np.arange(21800, 25001, dtype=np.uint16)[None]
    np.testing.assert_array_equal(counts_to_unit.to_counts(counts_to_unit.to_unit(counts, COUNTS), COUNTS), counts)


def test_counts_and_the_marker_of_the_invalid_are_never_mixed():
    for marker in (0, 65535):
        counts = np.full((8, 8), 23000, np.uint16)
        counts[:, :3] = marker
        for size in ((4, 4), (16, 16), (5, 7)):
            assert set(np.unique(counts_to_unit.resized(counts, size, replace(COUNTS, invalid=marker)))) == {marker, 23000}
    counts[counts == 65535] = 0
    assert np.unique(counts_to_unit.resized(counts, (4, 4), EIGHT_BIT)).size == 3, "8-bit zeros are counts like others"


def test_areas_shrink_to_their_mean():
    counts = np.arange(16, dtype=np.uint16).reshape(4, 4) + 22000
    np.testing.assert_array_equal(counts_to_unit.resized(counts, (1, 2), COUNTS), [[22006, 22008]])  # means 22006.5, 22008.5, to even


def test_samples_hold_the_files_at_their_own_size(freiburg_root: Path, plain_input: Input):
    frames = freiburg.index(freiburg_root, "train", domain=Domain.DAY)
    seen: list[tuple[int, int]] = []
    samples = load(frames, plain_input, OURS, workers=3, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i + 1, 6) for i in range(6)]
    assert samples.names == tuple(f.name for f in frames)
    assert samples.domains == (Domain.DAY,) * 6
    assert samples.nbytes == 6 * 8 * 24 * (3 + 2 + 1)
    for i, frame in enumerate(frames):
        assert frame.rgb
        assert frame.thermal
        assert frame.label
        np.testing.assert_array_equal(samples.rgb[i], read_rgb(frame.rgb))
        np.testing.assert_array_equal(samples.thermal[i], read_thermal(frame.thermal, 16))
        np.testing.assert_array_equal(samples.label[i], read_label(frame.label, OURS))


def test_the_number_of_workers_changes_nothing(freiburg_root: Path, plain_input: Input):
    frames = freiburg.index(freiburg_root, "test")
    settings = replace(plain_input, size=(5, 13), crop_columns=(2, 11))
    one, four = (load(frames, settings, OURS, workers) for workers in (1, 4))
    for part in ("rgb", "thermal", "label"):
        np.testing.assert_array_equal(getattr(one, part), getattr(four, part))


def test_columns_are_cut_after_resizing_in_all_images(tmp_path: Path):
    """As the released code: 1920x650 -> 960x320, then columns 148 to 852, here at a tenth; a label tells its column."""
    columns = np.tile((np.arange(192) // 16).astype(np.uint8), (65, 1))
    frame = Frame(
        *("x", Domain.DAY, "d"),
        rgb=write(tmp_path / "rgb.png", columns[..., None] * np.array([19, 20, 21], np.uint8)),
        thermal=write(tmp_path / "thermal.png", columns.astype(np.uint16) * 100 + 22000),
        label=write(tmp_path / "label.png", columns),
    )
    samples = load([frame], Input((32, 96), (15, 85), "same size", COUNTS), OURS, workers=1)
    expected = np.tile(np.arange(15, 85) // 8, (32, 1))
    assert samples.rgb.shape == (1, 32, 70, 3)
    np.testing.assert_array_equal(samples.label[0], expected)
    np.testing.assert_array_equal(samples.rgb[0, ..., 1], expected * 20)
    np.testing.assert_array_equal(samples.thermal[0], expected * 100 + 22000)


def test_labels_and_images_keep_their_places_when_resized(tmp_path: Path):
    """A step edge lies at the same place in the resized image and label (nearest without half a pixel of drift)."""
    label = np.zeros((30, 90), np.uint8)
    label[:, 45:] = 10
    frame = Frame("x", Domain.DAY, "d", write(tmp_path / "r.png", np.repeat(label[..., None] * 20, 3, 2)), None, write(tmp_path / "l.png", label))
    for size in ((15, 45), (10, 30), (7, 62)):
        samples = load([frame], Input(size, None, "same size", None), OURS, workers=1)
        np.testing.assert_array_equal(samples.label[0] == 10, samples.rgb[0, ..., 0] >= 100)


@pytest.mark.parametrize(
    ("stored", "seen"), [((12, 16), (12, 16)), ((9, 16), (9, 16)), ((18, 32), (9, 16)), ((16, 16), (16, 16)), ((24, 32), (12, 16))]
)
def test_images_of_many_aspects_fit_by_their_width(tmp_path: Path, rng: np.random.Generator, stored: tuple[int, int], seen: tuple[int, int]):
    blocks = rng.integers(0, 12, (seen[0], seen[1]), np.uint8)
    label = np.kron(blocks, np.ones((stored[0] // seen[0], stored[1] // seen[1]), np.uint8))
    rgb = np.stack([label * 20, 255 - label * 20, label], 2)
    frame = Frame("x", Domain.DAY, "", write(tmp_path / "x.png", rgb), None, write(tmp_path / "label.png", label))
    samples = load([frame], Input((12, 16), None, "same size", None, "width"), OURS, 1)
    assert samples.label is not None
    assert samples.rgb is not None
    cut, above = max(seen[0] - 12, 0) // 2, max(12 - seen[0], 0) // 2
    inner = slice(above, above + min(seen[0], 12))
    np.testing.assert_array_equal(samples.label[0, inner], blocks[cut : cut + 12])
    np.testing.assert_array_equal(samples.rgb[0, inner, :, 0], blocks[cut : cut + 12] * 20)
    outside = np.delete(np.arange(12), np.arange(12)[inner])
    assert (samples.label[0, outside] == IGNORE).all()
    assert (samples.rgb[0, outside] == 127).all()


def test_swapped_folders_of_msrs_are_noticed_whatever_is_read(msrs_root: Path, plain_input: Input):
    (msrs_root / "vi").rename(msrs_root / "old")
    (msrs_root / "ir").rename(msrs_root / "vi")
    (msrs_root / "old").rename(msrs_root / "ir")
    for counts in (None, EIGHT_BIT):
        with pytest.raises(ValueError, match=r"vi/00001D.png: three equal channels, a grey image; expected RGB; check that .* not swapped"):
            load(msrs.index(msrs_root), replace(plain_input, thermal=counts), None, 1)


def test_pseudo_labels_at_the_networks_size_are_taken_as_they_are(freiburg_root: Path, plain_input: Input, tmp_path: Path, rng: np.random.Generator):
    settings = replace(plain_input, size=(4, 12), crop_columns=(2, 10))
    written = {}
    for frame in freiburg.index(freiburg_root, "train", domain=Domain.NIGHT):
        written[frame.name] = rng.integers(0, 13, (4, 8), np.uint8)
        write(tmp_path / "labels" / f"{frame.name}.png", written[frame.name])
        write(tmp_path / "labels" / f"{frame.name}.confidence.png", written[frame.name] * 10)
    frames = freiburg.index(freiburg_root, "train", labels=tmp_path / "labels", domain=Domain.NIGHT)
    samples = load(frames, settings, OURS, workers=2)
    np.testing.assert_array_equal(samples.label, [written[name] for name in samples.names])
    np.testing.assert_array_equal(samples.weight, samples.label * 10)


def test_pseudo_labels_of_whole_frames_lose_the_columns_that_are_cut(tmp_path: Path, rng: np.random.Generator):
    ids = rng.integers(0, 13, (8, 24), np.uint8)
    frame = Frame("x", Domain.DAY, "d", write(tmp_path / "r.png", np.zeros((33, 96, 3), np.uint8)), label=write(tmp_path / "l.png", ids))
    samples = load([frame], Input((8, 24), (3, 20), "same size", None), OURS, workers=1)
    np.testing.assert_array_equal(samples.label[0], ids[:, 3:20])


def test_what_frames_lack_is_none(vistas_root: Path, plain_input: Input, freiburg_root: Path):
    samples = load(vistas.index(vistas_root, "training"), plain_input, VISTAS, workers=2)
    assert samples.thermal is None
    assert samples.weight is None
    assert samples.label.max() <= IGNORE
    pairs = freiburg.index(freiburg_root, "train", domain=Domain.NIGHT)
    assert load(pairs, plain_input, OURS, workers=1).label is None
    assert load(pairs, replace(plain_input, thermal=None), None, workers=1).thermal is None


def test_samples_of_a_domain(msrs_root: Path):
    samples = load(msrs.index(msrs_root), Input((8, 24), None, "same size", EIGHT_BIT), None, workers=1)
    night = samples.of(Domain.NIGHT)
    assert night.names == ("00002N", "00020N")
    np.testing.assert_array_equal(night.thermal, samples.thermal[[1, 3]])


def test_images_of_different_size_are_refused_naming_both(tmp_path: Path):
    rgb = write(tmp_path / "rgb.png", np.zeros((8, 24, 3), np.uint8))
    settings = Input((4, 12), None, "same size", COUNTS)
    for height, width in ((8, 20), (4, 12)):
        frame = Frame("x", Domain.DAY, "d", rgb, write(tmp_path / "thermal.png", np.full((height, width), 23000, np.uint16)))
        with pytest.raises(ValueError, match=rf"thermal.png: {width}x{height} pixels but .*rgb.png has 24x8; expected the same size"):
            load([frame], settings, None, workers=1)
    halved = load([frame], replace(settings, stored="same aspect"), None, workers=1)
    assert (halved.thermal == 23000).all()
    frame = Frame("x", Domain.DAY, "d", rgb, label=write(tmp_path / "label.png", np.zeros((8, 20), np.uint8)))
    for stored in ("same size", "same aspect"):
        with pytest.raises(ValueError, match=r"label.png: 20x8 pixels but .*rgb.png has 24x8"):
            load([frame], replace(settings, stored=stored), OURS, workers=1)


def test_one_broken_file_among_many_is_named(freiburg_root: Path, plain_input: Input):
    frames = freiburg.index(freiburg_root, "train", domain=Domain.DAY)
    assert frames[4].thermal
    frames[4].thermal.write_bytes(b"half a file")
    with pytest.raises(ValueError, match=rf"{frames[4].thermal}: does not decode"):
        load(frames, plain_input, OURS, workers=2)


def test_frames_that_do_not_match_are_refused(freiburg_root: Path, plain_input: Input):
    with pytest.raises(ValueError, match="no frames to load"):
        load([], plain_input, OURS, workers=1)
    with pytest.raises(ValueError, match=r"3 of 9 frames have no label, e.g. seq_00_night/00/.*; expected all or none"):
        load(freiburg.index(freiburg_root, "train"), plain_input, OURS, workers=1)


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match=r"input.crop_columns \(10, 30\): expected first < end within the width 24"):
        Input((8, 24), (10, 30), "same size", None)
    with pytest.raises(ValueError, match="thermal: low 5, high 5; expected low below high"):
        ThermalCounts(16, 5, 5, 0, None)


SHARED = Path(__file__).parents[3] / "shared" / "data"
real = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real images are not at {SHARED}")


@real
def test_real_camvid():
    assert [len(camvid.index(SHARED / "camvid", split)) for split in ("train", "val", "test")] == [367, 101, 233]
    frames = camvid.index(SHARED / "camvid", "train")[::60]
    samples = load(frames, Input((180, 240), None, "same size", None), CAMVID, workers=2)
    assert set(np.unique(samples.label)) <= set(CAMVID.targets)
    sky = samples.rgb[samples.label == 8].mean()
    assert sky > 150 > samples.rgb[samples.label == 0].mean(), "the sky is bright, the road is not"


@real
def test_real_msrs():
    frames = msrs.index(SHARED / "msrs")
    assert [sum(f.domain is domain for f in frames) for domain in Domain] == [115, 108]
    names = {f.name for f in frames}
    assert {kind: sum(map(len, msrs.boxes(SHARED / "msrs", kind).values())) for kind in ("fusion", "infrared", "visible")} == {
        "fusion": 919,
        "infrared": 1101,
        "visible": 653,
    }
    assert set(msrs.boxes(SHARED / "msrs", "fusion")) == names
    samples = load(frames[::25], Input((120, 160), None, "same size", EIGHT_BIT), None, workers=2)
    brightness = {domain: samples.of(domain).rgb.mean() for domain in Domain}
    assert brightness[Domain.NIGHT] < 0.6 * brightness[Domain.DAY]


@real
def test_persons_are_warm_in_real_thermal_images():
    frames = [f for f in msrs.index(SHARED / "msrs") if f.domain is Domain.NIGHT][::8]
    boxes, warmer = msrs.boxes(SHARED / "msrs", "infrared"), []
    for frame in frames:
        assert frame.thermal
        image = read_thermal(frame.thermal, 8)
        height, width = image.shape
        for kind, x, y, w, h in boxes[frame.name]:
            if kind == 0:
                inside = image[int((y - h / 2) * height) : int((y + h / 2) * height) + 1, int((x - w / 2) * width) : int((x + w / 2) * width) + 1]
                warmer.append(np.percentile(inside, 75) > np.median(image))
    assert len(warmer) > 10
    assert np.mean(warmer) > 0.8


@real
def test_original_mf_images():
    """One four-channel file is both modalities."""
    paths = sorted((SHARED / "mf_demo").glob("*.png"))
    frames = [Frame(p.stem, Domain.NIGHT if p.stem.endswith("N") else Domain.DAY, "mf", p, p) for p in paths]
    samples = load(frames, Input((480, 640), None, "same size", EIGHT_BIT), None, workers=1)
    raw = cv2.imread(str(paths[0]), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(samples.rgb[0], raw[..., 2::-1])
    np.testing.assert_array_equal(samples.thermal[0], raw[..., 3])
