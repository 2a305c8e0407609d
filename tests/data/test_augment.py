from dataclasses import replace

import numpy as np
import pytest
from layouts import MakeSamples

from heatnet.config import Augmentation, Block, Colour
from heatnet.data import augment, geometry
from heatnet.data.samples import Samples
from heatnet.taxonomy import IGNORE

SIZES = pytest.mark.parametrize("size", [(16, 24), (15, 21)])


def draw(samples: Samples, settings: Augmentation, seed: int = 0, i: int = 0) -> augment.View:
    return augment.augmented(samples, i, settings, np.random.default_rng(seed))


def test_the_ends_of_the_ranges(make_samples: MakeSamples):
    samples = make_samples(1, 2, 2)
    samples.rgb[0] = np.array([0, 255, 51], np.uint8)
    samples.thermal[0] = [[21800, 25000], [0, 23400]]
    view = augment.plain(samples, 0)
    np.testing.assert_allclose(view.rgb[0, 0], [-1, 1, -0.6], atol=1e-6)
    np.testing.assert_allclose(view.thermal, [[-1, 1], [0, 0]], atol=1e-6)  # no measurement is the middle of the range


def test_no_change_changes_nothing(make_samples: MakeSamples, still: Augmentation):
    samples = make_samples()
    samples.thermal[0, :3] = 0
    for i in range(5):
        expected, view = augment.plain(samples, i), draw(samples, still, i=i)
        np.testing.assert_allclose(view.rgb, expected.rgb, atol=1e-6)
        np.testing.assert_allclose(view.thermal, expected.thermal, atol=1e-6)
        np.testing.assert_array_equal(view.label, expected.label)
        np.testing.assert_array_equal(view.weight, expected.weight)


def test_a_flip_mirrors_everything_and_twice_is_nothing(make_samples: MakeSamples, still: Augmentation):
    samples = make_samples(1)
    samples.thermal[0, :3] = 0
    expected, view = augment.plain(samples, 0), draw(samples, replace(still, flip=1.0))
    for part in ("rgb", "thermal", "label", "weight"):
        np.testing.assert_allclose(getattr(view, part), getattr(expected, part)[:, ::-1], atol=1e-6)


@SIZES
def test_flips_are_involutions(size: tuple[int, int], rng: np.random.Generator):
    image = rng.integers(0, 256, size, np.uint8)
    flip = geometry.warp(size, size, True, 1.0, 0.0, (0.3, 0.7))
    np.testing.assert_array_equal(flip.nearest(flip.nearest(image, 99), 99), image)
    np.testing.assert_array_equal(flip.linear(image), image[:, ::-1])
    assert flip.inside(size)


def test_a_cut_without_scaling_copies_pixels(rng: np.random.Generator):
    image = rng.integers(0, 256, (20, 30), np.uint8)
    for place, (top, left) in (((0.0, 0.0), (0, 0)), ((1.0, 1.0), (12, 20)), ((0.5, 0.5), (6, 10))):
        cut = geometry.warp((20, 30), (8, 10), False, 1.0, 0.0, place)
        np.testing.assert_array_equal(cut.linear(image), image[top : top + 8, left : left + 10])


def test_half_the_scale_and_a_quarter_turn_land_where_they_should():
    half = geometry.warp((20, 40), (10, 20), False, 0.5, 0.0, (0.0, 0.0))
    np.testing.assert_allclose(half.matrix @ [0, 0, 1], [0.5, 0.5])  # pixel 0 covers pixels 0 and 1
    np.testing.assert_allclose(half.matrix @ [19, 9, 1], [38.5, 18.5])
    quarter = geometry.warp((9, 9), (9, 9), False, 1.0, 90.0, (0.0, 0.0))
    np.testing.assert_allclose(quarter.matrix @ [8, 4, 1], [4, 8], atol=1e-12)
    np.testing.assert_allclose(quarter.matrix @ [4, 8, 1], [0, 4], atol=1e-12)
    np.testing.assert_allclose(quarter.matrix @ [4, 4, 1], [4, 4], atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_labels_stay_on_their_objects(make_samples: MakeSamples, still: Augmentation, seed: int):
    """Images that show their own label: after any warp both still agree wherever a pixel is not a blend of two classes."""
    samples = make_samples(1, 64, 96)
    blocks = np.kron(np.random.default_rng(seed).integers(0, 13, (4, 6)), np.ones((16, 16))).astype(np.uint8)
    samples.label[0], samples.weight[0] = blocks, blocks * 10
    samples.rgb[0] = blocks[..., None] * np.array([5, 10, 15], np.uint8)
    samples.thermal[0] = blocks.astype(np.uint16) * 200 + 22000
    view = draw(samples, replace(still, flip=0.5, scale=(0.6, 1.8), rotation_deg=20.0, crop=(48, 80)), seed)
    known = view.label != IGNORE
    assert view.label.shape == (48, 80)
    from_rgb = (view.rgb[..., 2] + 1) * 127.5 / 15
    from_thermal = ((view.thermal + 1) / 2 * 3200 + 21800 - 22000) / 200
    pure = known & (np.abs(from_rgb - np.rint(from_rgb)) < 0.01) & _uniform(view.label)
    assert pure[known].mean() > 0.5
    np.testing.assert_allclose(from_rgb[pure], view.label[pure], atol=0.02)
    np.testing.assert_allclose(from_thermal[pure], view.label[pure], atol=0.02)
    np.testing.assert_array_equal(view.weight[known], view.label[known] * 10)


def _uniform(label: np.ndarray) -> np.ndarray:
    """Pixels whose eight neighbours have the same label."""
    padded = np.pad(label, 1, constant_values=255)
    height, width = label.shape
    return np.all([padded[i : i + height, j : j + width] == label for i in range(3) for j in range(3)], 0)


@pytest.mark.parametrize("seed", range(5))
def test_beyond_the_image_nothing_is_seen_and_nothing_is_labelled(make_samples: MakeSamples, still: Augmentation, seed: int):
    """Not road (0): the released code's rotation teaches that black corners are road."""
    samples = make_samples(1)
    samples.rgb[:], samples.thermal[:], samples.label[:], samples.weight[:] = 255, 25000, 4, 200
    view = draw(samples, replace(still, scale=(0.5, 0.5), rotation_deg=20.0), seed)
    outside = view.label == IGNORE
    assert 0.5 < outside.mean() < 0.9
    assert set(np.unique(view.label)) == {4, IGNORE}
    assert (view.weight == np.where(outside, 0, 200)).all()
    assert (view.rgb[outside] == 0).all()
    assert (view.rgb[~outside] == 1).all(), "no blend with what is beyond"
    assert (view.thermal[outside] == 0).all()
    assert (view.thermal[~outside] == 1).all()


def test_thermal_without_measurement_never_blends_in(make_samples: MakeSamples, still: Augmentation):
    samples = make_samples(1, 32, 48)
    samples.thermal[:], samples.thermal[0, :, :20] = 25000, 0
    for seed in range(5):
        view = draw(samples, replace(still, scale=(0.7, 1.5), rotation_deg=20.0), seed)
        assert set(np.unique(view.thermal)) <= {0.0, 1.0}


def test_blocks_hide_one_modality_or_both_but_never_labels(make_samples: MakeSamples, still: Augmentation):
    samples = make_samples(1, 40, 60)
    samples.rgb[:], samples.thermal[:] = 255, 25000
    block = Block(1.0, (0.25, 0.5), (0.25, 0.5))
    victims = set()
    for seed in range(20):
        view = draw(samples, replace(still, modality_dropout=block), seed)
        hidden = {"rgb": (view.rgb == 0).all(-1), "thermal": view.thermal == 0}
        (victim,) = (name for name, mask in hidden.items() if mask.any())
        victims.add(victim)
        rows, columns = np.nonzero(hidden[victim])
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert hidden[victim].sum() == height * width, "one full rectangle"
        assert 10 <= height <= 20
        assert 15 <= width <= 30
        np.testing.assert_array_equal(view.label, samples.label[0])
        np.testing.assert_array_equal(view.weight, samples.weight[0])
        both = draw(samples, replace(still, cutout=block), seed)
        np.testing.assert_array_equal((both.rgb == 0).all(-1), both.thermal == 0)
        assert (both.thermal == 0).any()
    assert victims == {"rgb", "thermal"}


def test_a_single_modality_is_never_dropped(make_samples: MakeSamples, still: Augmentation):
    samples = make_samples(1, without=("thermal",))
    samples.rgb[:] = 255
    view = draw(samples, replace(still, modality_dropout=Block(1.0, (1.0, 1.0), (1.0, 1.0))))
    assert (view.rgb == 1).all()


def test_blocks_come_as_often_as_asked(make_samples: MakeSamples, still: Augmentation):
    samples = make_samples(1)
    samples.thermal[:] = 25000
    settings = replace(still, cutout=Block(0.3, (0.5, 0.5), (0.5, 0.5)))
    share = np.mean([(draw(samples, settings, seed).thermal == 0).any() for seed in range(400)])
    assert share == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 400))


def test_colours_stay_ordered_and_within_range(rng: np.random.Generator):
    tables = [augment.colour_table(Colour(0.3, 0.3, 0.3, 0.1), rng) for _ in range(50)]
    for table in tables:
        assert (np.diff(table, axis=0) >= 0).all(), "brighter stays brighter"
        assert np.abs(table).max() <= 1
    middle = np.array([table[128] for table in tables])
    assert middle.std(0).min() > 0.05, "colours do change"
    assert np.ptp(middle, axis=1).max() > 0.05, "channels by themselves too"


def test_colour_jitter_applies_the_table_to_every_pixel(make_samples: MakeSamples, rng: np.random.Generator):
    image = make_samples(1).rgb[0]
    table = augment.colour_table(Colour(0.3, 0.3, 0.3, 0.1), rng)
    expected = [[[table[value, channel] for channel, value in enumerate(pixel)] for pixel in row] for row in image]
    np.testing.assert_array_equal(augment.looked_up(image, table), np.array(expected, np.float32))


def test_thermal_gain_and_offset_act_on_the_normalised_values(make_samples: MakeSamples, still: Augmentation):
    samples = make_samples(1)
    samples.thermal[0, 0] = 0
    before = augment.plain(samples, 0).thermal
    inside = (samples.thermal[0] > 21800) & (samples.thermal[0] < 25000)
    halved = draw(samples, replace(still, thermal_gain=(0.5, 0.5))).thermal
    np.testing.assert_allclose(halved[inside], before[inside] / 2, atol=1e-5)
    shifted = draw(samples, replace(still, thermal_offset=0.4)).thermal
    moved = shifted[inside & (np.abs(shifted) < 1)] - before[inside & (np.abs(shifted) < 1)]
    assert np.ptp(moved) < 1e-5
    assert 0 < abs(moved.mean()) <= 0.4
    assert (shifted[0] == 0).all(), "what was not measured stays 0"


def test_settings_that_cannot_be_are_refused(still: Augmentation):
    with pytest.raises(ValueError, match="augmentation.flip: probability 1.5; expected 0 to 1"):
        replace(still, flip=1.5)
    with pytest.raises(ValueError, match=r"augmentation.scale \(2.0, 1.0\)"):
        replace(still, scale=(2.0, 1.0))


def test_bent_grey_levels_keep_cold_and_hot_but_may_change_neighbours():
    levels = np.linspace(0, 1, 2001, dtype=np.float32)[None]
    curves = np.concatenate([augment.bent(levels, 0.3, np.random.default_rng(i)) for i in range(200)])
    bends = curves - levels
    assert np.abs(bends).max() <= 0.3 * augment.WAVES[1]
    assert np.abs(bends.mean(0)).max() < 0.02, "no level is warmer on average"
    falls = (np.diff(curves, axis=1) < 0).any(1).mean()
    assert 0.2 < falls < 0.8, "some curves let materials change places, some do not"
    gentle = np.concatenate([augment.bent(levels, 0.159, np.random.default_rng(i)) for i in range(200)])
    assert (np.diff(gentle, axis=1) > -1e-6).all(), "below 1 / (2 pi) the order stays"
