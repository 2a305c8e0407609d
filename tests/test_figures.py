"""Figures show what they were given: the taxonomy's colours, the numbers as bars, the names as labels."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from heatnet import figures
from heatnet.calibration.camera import Camera, Rig
from heatnet.figures.curves import smooth
from heatnet.figures.style import class_colour
from heatnet.taxonomy import CAR, CATEGORIES, IGNORE, NAMES, PERSON, ROAD, SKY, palette


def legend_texts(figure):
    return [text.get_text() for legend in [*figure.legends, *(ax.get_legend() for ax in figure.axes)] if legend for text in legend.get_texts()]


@pytest.fixture
def label():
    label = np.full((32, 64), SKY, np.uint8)
    label[16:], label[10:20, :8], label[0, 0] = ROAD, PERSON, IGNORE
    return label


@pytest.fixture
def scene(label, rng):
    rgb = rng.integers(0, 256, (32, 64, 3), dtype=np.uint8)
    thermal = rng.integers(21000, 25000, (32, 64)).astype(np.uint16)
    thermal[:, :4] = 0
    return figures.Scene("night", rgb, thermal, {"ground truth": label, "HeatNet RGB-T": None})


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_colourise_draws_the_taxonomy():
    ids = np.arange(IGNORE + 1, dtype=np.uint8)[None]
    assert [tuple(colour) for colour in figures.colourise(ids)[0]] == [*(c.colour for c in CATEGORIES), (0, 0, 0)]


def test_qualitative_shows_each_column_and_only_classes_that_occur(scene, label):
    figure = figures.qualitative([scene, scene])
    titles = [ax.get_title() for ax in figure.axes[:4]]
    assert titles == ["RGB", "thermal", "ground truth", "HeatNet RGB-T"]
    assert len(figure.axes) == 8
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), scene.rgb)
    np.testing.assert_array_equal(figure.axes[2].images[0].get_array(), palette()[label])
    assert not figure.axes[3].images
    assert figure.axes[3].texts[0].get_text() == "none"
    assert figure.axes[0].get_ylabel() == "night"
    assert legend_texts(figure) == ["Road, parking", "Sky", "Person, rider", "not labelled"]
    handles = figure.legends[0].get_patches()
    assert [to_rgb(patch.get_facecolor()) for patch in handles] == [class_colour(k) for k in (ROAD, SKY, PERSON, IGNORE)]


def test_thermal_hides_what_the_camera_does_not_see(scene):
    figure = figures.modalities(scene.rgb, scene.thermal, scene.masks["ground truth"], "counts")
    shown = figure.axes[1].images[0].get_array()
    assert shown.mask[:, :4].all()
    assert not shown.mask[:, 4:].any()
    assert any("counts" in (ax.get_xlabel(), ax.get_ylabel()) for child in figure.axes for ax in (child, *child.child_axes))


def test_edges_lie_on_the_step_and_are_the_same_in_both_panels():
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[:, 30:] = 220
    thermal = np.full((40, 60), 23000, np.uint16)
    found = figures.scenes.edges(rgb)
    assert set(np.flatnonzero(found.any(0)) // 2) <= {14, 15}
    assert found.any(1).mean() > 0.9
    before, after = figures.overlay_edges(rgb, thermal, thermal).axes
    np.testing.assert_array_equal(before.images[1].get_array(), after.images[1].get_array())
    np.testing.assert_array_equal(before.images[1].get_array()[..., 3] > 0, found)


def test_contact_sheet_leaves_spare_places_empty(scene):
    figure = figures.contact_sheet([scene.rgb] * 5, list("abcde"), columns=3)
    assert [ax.get_title() for ax in figure.axes] == [*"abcde", ""]
    assert not figure.axes[5].axison


def test_class_histogram_bars_are_the_shares_in_class_colours():
    share = np.arange(1, 14) / 91
    figure = figures.class_histogram({"day": share, "night": share[::-1].copy()})
    day, night = figure.axes[0].containers
    np.testing.assert_allclose([bar.get_width() for bar in day], 100 * share)
    np.testing.assert_allclose([bar.get_width() for bar in night], 100 * share[::-1])
    assert [to_rgb(bar.get_facecolor()) for bar in day] == [class_colour(k) for k in range(13)]
    assert legend_texts(figure) == ["day", "night"]


def test_thermal_histogram_shares_add_up(rng):
    day, night = rng.normal(23000, 300, 5000), rng.normal(22000, 300, 3000)
    figure = figures.thermal_histogram(day, night, "counts", (21800.0, 25000.0))
    steps = [patch.get_data().values.sum() for patch in figure.axes[0].patches]
    assert steps == pytest.approx([100] * 4, abs=0.4)
    assert [line.get_xdata()[0] for line in figure.axes[0].lines] == [21800, 25000]


def test_temperature_lines_and_night(rng):
    hours = np.linspace(0, 24, 25)
    figure = figures.temperature_over_hours(hours, {"road": hours / 2, "person": 0 * hours + 30}, (6.0, 20.0))
    assert legend_texts(figure) == ["road", "person"]
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), hours / 2)
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in figure.axes[0].patches]
    assert spans == [(0, 6), (20, 24)]


def test_smooth_is_the_mean_of_the_neighbours(rng):
    values = rng.random(30)
    by_loop = [values[max(i - 3, 0) : i + 4].mean() for i in range(30)]
    np.testing.assert_allclose(smooth(values, 7), by_loop)
    np.testing.assert_allclose(smooth(values, 1), values)


def test_loss_curves_one_panel_a_term(rng):
    terms = {name: rng.random(50) for name in ("day", "night", "confusion", "critic day")}
    figure = figures.loss_curves(terms, 9)
    assert [ax.get_title() for ax in figure.axes if ax.axison] == list(terms)
    np.testing.assert_allclose(figure.axes[2].lines[0].get_ydata(), terms["confusion"])
    np.testing.assert_allclose(figure.axes[2].lines[1].get_ydata(), smooth(terms["confusion"], 9))


def test_critic_accuracy_marks_confusion(rng):
    (ax,) = figures.critic_accuracy(rng.random(40), 5).axes
    assert ax.lines[2].get_ydata() == [0.5, 0.5]
    assert [text.get_text() for text in ax.texts] == ["confused"]


def test_table_bars_show_values_bounds_and_published_figures():
    value = np.array([[0.65, 0.15, 0.40], [0.67, 0.66, 0.665]])
    published = np.array([[0.694, 0.357, np.nan], [np.nan] * 3])
    figure = figures.table_bars(["teacher", "bound"], value, value - 0.02, value + 0.03, np.array([False, True]), published)
    ax = figure.axes[0]
    for place, bars in enumerate(ax.containers):
        np.testing.assert_allclose([bar.get_width() for bar in bars], 100 * value[:, place])
        assert [bool(bar.get_hatch()) for bar in bars] == [False, True]
    diamonds = np.concatenate([c.get_offsets().data for c in ax.collections if type(c).__name__ == "PathCollection"])
    np.testing.assert_allclose(diamonds[:, 0], [69.4, 35.7])
    assert legend_texts(figure) == ["day", "night", "combined", "paper"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["teacher", "bound"]
    assert {"65.0", "15.0", "66.5"} <= {text.get_text() for text in ax.texts}
    assert ax.yaxis_inverted()


def test_transfer_draws_a_line_from_set_to_set():
    value = np.array([[0.6, 0.2], [0.5, 0.45]])
    figure = figures.transfer(["MFNet", "HeatNet"], value, value - 0.05, value + 0.1)
    lines = [container.lines[0] for container in figure.axes[0].containers]
    np.testing.assert_allclose([line.get_ydata() for line in lines], 100 * value)
    ends = figure.axes[0].containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose([end[:, 1] for end in ends], [[55, 70], [15, 30]])
    assert legend_texts(figure) == ["MFNet", "HeatNet"]


def test_per_class_bars_are_in_class_colours_and_mark_absent_classes():
    iou = np.linspace(0.1, 0.9, 24).reshape(2, 12)
    present = np.ones((2, 12), bool)
    present[:, PERSON] = False
    figure = figures.per_class_bars(["a", "b"], iou, present)
    assert [ax.get_title(loc="left") for ax in figure.axes] == list(NAMES[:12])
    _, car = figure.axes[CAR].containers
    np.testing.assert_allclose([bar.get_width() for bar in car], 100 * iou[:, CAR])
    assert {to_rgb(bar.get_facecolor()) for bar in car} == {class_colour(CAR)}
    assert [text.get_text() for text in figure.axes[PERSON].texts] == ["–", "–"]
    assert [bar.get_width() for bar in figure.axes[PERSON].containers[1]] == [0, 0]


def test_confusion_matrix_rows_are_shares():
    counts = np.eye(13, dtype=np.int64) * 75
    counts[PERSON, CAR] = 25
    counts[ROAD] = 0
    figure = figures.confusion_matrix(counts)
    shown = figure.axes[0].collections[0].get_array().reshape(13, 13)
    assert shown[PERSON, CAR] == pytest.approx(25)
    assert shown[SKY, SKY] == 100
    assert shown[ROAD].sum() == 0
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == list(NAMES)


def test_label_quality_draws_both_curves():
    curve, kept = np.array([[0.3, 0.2], [0.9, 0.8]]), np.array([[1.0, 0.7], [0.5, 0.8]])
    left, right = figures.label_quality(curve, kept, np.array([0, 0.5, 1])).axes
    np.testing.assert_allclose(left.lines[1].get_xydata(), curve)
    np.testing.assert_allclose([line.get_ydata() for line in right.lines], kept.T)
    np.testing.assert_allclose(right.lines[0].get_xdata(), [0, 0.5])


def test_box_bars_place_every_number(rng):
    hit, precision = rng.random((3, 2, 3)), rng.random((3, 2, 3))
    figure = figures.box_bars(["a", "b", "c"], hit, hit, hit, precision)
    for i in range(2):
        for j, k in enumerate((PERSON, 11, CAR)):
            ax = figure.axes[3 * i + j]
            np.testing.assert_allclose([bar.get_width() for bar in ax.containers[0]], 100 * hit[:, i, j])
            assert to_rgb(ax.containers[0][0].get_facecolor()) == class_colour(k)
            circles = next(c for c in ax.collections if type(c).__name__ == "PathCollection")
            np.testing.assert_allclose(circles.get_offsets().data[:, 0], 100 * precision[:, i, j])
    assert [figure.axes[3 * i].get_ylabel() for i in range(2)] == ["day", "night"]


def test_cost_landscape_puts_the_marks_where_they_belong():
    x, y = np.linspace(-1, 1, 5), np.linspace(-2, 2, 7)
    figure = figures.cost_landscape(
        x, y, x[None] ** 2 + y[:, None] ** 2, ("roll (°)", "focal length (%)", "cost"), {"guess": (0.5, 1.0), "truth": (0.0, 0.0)}
    )
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in figure.axes[0].lines] == [(0.5, 1.0), (0, 0)]
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel(), figure.axes[1].get_ylabel()) == ("roll (°)", "focal length (%)", "cost")
    assert legend_texts(figure) == ["guess", "truth"]


def test_calibration_errors_one_panel_a_quantity():
    errors = {"guess": {"rotation (°)": 1.2, "shift (mm)": 14.0}, "recovered": {"rotation (°)": 0.1, "shift (mm)": 3.0}}
    figure = figures.calibration_errors(errors, {"rotation (°)": 0.2})
    assert [ax.get_title() for ax in figure.axes] == ["rotation (°)", "shift (mm)"]
    assert [bar.get_height() for bar in figure.axes[1].containers[0]] == [14, 3]
    assert [len(ax.lines) for ax in figure.axes] == [1, 0]


def test_a_descent_shows_a_panel_a_calibration_and_hides_what_is_not_seen(scene):
    figure = figures.descent(scene.rgb, {"guess": scene.thermal, "search": scene.thermal, "end": scene.thermal})
    assert [ax.get_title() for ax in figure.axes if ax.get_visible()] == ["guess", "search", "end"]
    shown = figure.axes[2].images[0].get_array()
    assert shown.mask[:, :4].all()
    assert not shown.mask[:, 4:].any()


def test_the_rig_s_cameras_stand_where_they_are():
    pinhole, right, thermal = Camera(640, 480, (500.0, 500.0), (319.5, 239.5)), np.eye(4), np.eye(4)
    right[0, 3], thermal[1, 3] = -0.5, 0.2
    above, beside = figures.rig_geometry(Rig(pinhole, pinhole, pinhole, right, thermal)).axes
    places = [[line.get_xydata()[0].tolist() for line in ax.lines if line.get_label() in ("left", "right", "thermal")] for ax in (above, beside)]
    assert places == [[[0, 0], [0, 0.5], [0, 0]], [[0, 0], [0, 0], [0, -0.2]]]
    assert above.patches[0].get_xy()[1:3].tolist() == [[0.8, -0.8 * 0.64], [0.8, 0.8 * 0.64]]


def test_parallax_is_drawn_over_depth():
    figure = figures.parallax(np.array([5.0, 50.0]), np.array([10.0, 1.0]))
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xydata(), [[5, 10], [50, 1]])
    assert figure.axes[0].get_xscale() == "log"


def test_ellipses_reach_one_and_two_standard_deviations():
    spread = np.array([[4.0, 1.9], [1.9, 1.0]])
    figure = figures.uncertainty_ellipses([(("yaw (deg)", "centre (px)"), spread, np.array([1.0, 0.5]))])
    one, two = (patch.get_xy() for patch in figure.axes[0].patches)
    assert one[:, 0].max() == pytest.approx(2, abs=0.02)
    assert two[:, 1].max() == pytest.approx(2, abs=0.02)
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in figure.axes[0].lines] == [(0, 0), (1.0, 0.5)]
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("yaw (deg)", "centre (px)")


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_saved_figures_are_the_same_bytes(tmp_path, suffix):
    for name in ("a", "b"):
        figures.save(figures.critic_accuracy(np.linspace(0.9, 0.5, 20), 5), tmp_path / "new" / f"{name}{suffix}", dpi=60)
    assert (tmp_path / f"new/a{suffix}").read_bytes() == (tmp_path / f"new/b{suffix}").read_bytes()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [f"a{suffix}", f"b{suffix}"]


def test_a_saved_picture_keeps_its_colours(tmp_path, scene):
    figure = figures.qualitative([scene])
    figures.save(figure, tmp_path / "picture.png", dpi=60)
    figure.savefig(tmp_path / "all.png", dpi=60)
    few, all_of_them = (np.asarray(Image.open(tmp_path / name).convert("RGB")).astype(int) for name in ("picture.png", "all.png"))
    assert few.shape == all_of_them.shape
    assert np.abs(few - all_of_them).mean() < 4, "of 255, where one picture is noise"
    assert (tmp_path / "picture.png").stat().st_size < 0.6 * (tmp_path / "all.png").stat().st_size


def test_a_format_that_is_not_byte_stable_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"figure.bmp.*\.png, \.svg, \.pdf"):
        figures.save(figures.critic_accuracy(np.ones(3), 1), tmp_path / "figure.bmp", dpi=60)


def test_drawing_leaves_matplotlib_as_it_was(scene):
    before = dict(mpl.rcParams)
    figure = figures.qualitative([scene])
    assert figure._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", sorted(set(figures.__all__) - {"Scene", "colourise", "save", "texts"}))
def test_every_figure_has_a_caption_and_an_alt_text(name):
    caption, alt = figures.texts(getattr(figures, name))
    assert len(caption.split()) >= 5
    assert len(alt.split()) >= 8
    assert "\n" not in caption + alt
    assert "Alt:" not in caption
