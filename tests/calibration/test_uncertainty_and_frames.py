"""Frames that do not belong are named and left out; the covariance grows where the recordings say less; what is said of it."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import scene

from heatnet.calibration import online
from heatnet.calibration.belonging import gain
from heatnet.calibration.camera import Rig
from heatnet.calibration.checks import check_pairs, tracked
from heatnet.calibration.edges import View, light, views
from heatnet.calibration.error import errors, reprojection
from heatnet.calibration.online import retouch, watch
from heatnet.calibration.recordings import Pair
from heatnet.calibration.refine import Prior, normal_equations, prior_of
from heatnet.calibration.report import doubts, lines
from heatnet.calibration.snapping import Matches, tukey, tukey_slope
from heatnet.calibration.solver import Found, solve
from heatnet.calibration.stereo import sharpened
from heatnet.calibration.uncertainty import covariance, focal_effect, inseparable, pixel_sigma, sandwich
from heatnet.calibration.unknowns import NAMES, SIZE, difference, moved
from heatnet.config import Calibration


@pytest.fixture(scope="module")
def found(seen: list[View], settings: Calibration) -> Found:
    wrong = replace(seen[0], name="wrong", gradient=np.ascontiguousarray(seen[1].gradient[::-1]))
    return solve([*seen, wrong], scene.data_sheet(scene.RIG), settings, np.random.default_rng(0))


def test_a_frame_of_another_moment_is_named_and_left_out(found: Found) -> None:
    assert list(found.dropped) == ["wrong"]
    assert list(found.frames) == ["0", "1", "2"]
    assert min(found.frames.values()) > found.dropped["wrong"]
    assert errors(found.rig, scene.RIG).median_px < 0.2


def test_the_report_names_the_frame_and_what_cannot_be_told_apart(found: Found, settings: Calibration) -> None:
    text = "\n".join(lines(found, scene.data_sheet(scene.RIG), settings))
    assert "left out: wrong" in text
    assert "yaw and principal point across can hardly be told apart" in text
    assert "NOT TO BE TRUSTED" not in text
    strict = replace(settings, uncertainty=replace(settings.uncertainty, trust_px=1e-3))
    assert "give more frames" in next(doubts(found, strict))


def test_a_result_far_from_the_guess_is_said(found: Found, settings: Calibration) -> None:
    far = replace(scene.RIG, thermal_from_left=scene.RIG.thermal_from_left.copy())
    far.thermal_from_left[2, 3] += 0.3
    text = "\n".join(lines(found, far, settings))
    assert "shift forward is 10" in text or "shift forward is 9" in text
    assert "ms between RGB and thermal" in text


def test_fewer_frames_are_less_sure(seen: list[View], settings: Calibration) -> None:
    prior = prior_of(scene.RIG, settings.search, settings.refinement)
    sigma = [np.median(pixel_sigma(scene.RIG, covariance(seen[:n], scene.RIG, prior, settings.refinement, settings.uncertainty)[0])) for n in (1, 3)]
    assert sigma[1] < 0.85 * sigma[0]


def test_where_only_the_guess_knows_the_covariance_is_the_guess_s(seen: list[View], settings: Calibration) -> None:
    scale = np.logspace(-8, -7, SIZE)
    prior = Prior(scene.RIG, np.diag(1 / scale**2))
    spread, _ = covariance(seen, scene.RIG, prior, settings.refinement, settings.uncertainty)
    np.testing.assert_allclose(spread / np.outer(scale, scale), np.eye(SIZE), atol=0.01)


def test_the_slope_of_tukey_s_scores_is_their_derivative() -> None:
    residual, width, step = np.linspace(-2.9, 2.9, 59), 2.0, 1e-6
    ahead, behind = ((residual + sign * step) * tukey(residual + sign * step, width) for sign in (1, -1))
    np.testing.assert_allclose(tukey_slope(residual, width), (ahead - behind) / (2 * step), atol=1e-5)


@pytest.mark.parametrize("clutter", [(0.0, 0.0), (0.8, 0.8), (0.1, 0.9)])
def test_deviations_are_those_of_many_recordings_however_cluttered(settings: Calibration, clutter: tuple[float, float]) -> None:
    rng, count, width = np.random.default_rng(0), 800, settings.refinement.windows_px[-1]
    points = 20 * scene.RIG.left.unproject(rng.uniform((300, 100), (660, 250), (count, 2)))
    side, none, ones = np.where(np.arange(count) % 2, 1.0, -1.0), np.zeros(count, int), np.ones(count)
    matches = Matches(points, np.tile([1.0, 0.0], (count, 1)), 0 * ones, ones, ones, none, np.arange(count), np.array([count]))
    alone = replace(settings.uncertainty, inflation=1.0, tiles=(40, 60))
    ridge, ends, sigmas = (width / settings.refinement.shift_px) ** 2, [], []
    for _ in range(150):
        astray = rng.random(count) < np.where(side > 0, *clutter)
        value = np.where(astray, rng.uniform(-2 * width, 2 * width, count), rng.normal(0, 0.2, count))
        end = shift = 0.0
        for _ in range(60):
            left = value + side * end - shift
            weight = tukey(left, width)
            end -= (weight * side * left).sum() / weight.sum()
            shift = (weight * (value + side * end)).sum() / (weight.sum() + ridge)
        spread, _ = sandwich(matches, scene.RIG, value + side * end, side[:, None], np.zeros((1, 1)), settings.refinement, alone)
        ends.append(end)
        sigmas.append(np.sqrt(spread[0, 0]))
    assert np.std(ends) == pytest.approx(np.median(sigmas), rel=0.2)


def test_a_guess_that_pulls_from_a_wrong_centre_is_said(seen: list[View], settings: Calibration) -> None:
    strong = replace(settings, refinement=replace(settings.refinement, prior=3000.0))
    wrong = moved(scene.RIG, np.array([0, 0, 0, 0, 0, 0.05, 0, 0, 0, 0, 0, 0, 0.004, 0]))
    found = solve(seen, wrong, strong, np.random.default_rng(0))
    text = "\n".join(lines(found, wrong, strong))
    assert re.search("the guess decides more than the recordings: it moves .*shift forward by .* mm", text), text
    assert re.search("the guess decides .*p1 by", text), text


def test_the_effect_of_the_rgb_focal_length_is_what_a_stretched_world_does(settings: Calibration) -> None:
    stretched = replace(scene.RIG.thermal, focal_px=(254.2 * 1.003, 254.1 * 1.003), distortion=(0.0, 0.0, 0.0, 0.0))
    plain = replace(scene.RIG, thermal=replace(scene.THERMAL, distortion=(0.0, 0.0, 0.0, 0.0)), thermal_from_left=np.eye(4))
    away = reprojection(replace(plain, thermal=stretched), plain)
    assert 0.003 * np.median(focal_effect(plain)) == pytest.approx(np.median(away), rel=0.05)


def test_the_difference_undoes_a_step() -> None:
    step = np.array([0.01, -0.02, 0.005, 0.01, 0.02, -0.03, 0.01, -0.01, 2, -3, 0.05, -0.02, 0.001, 0.002])
    np.testing.assert_allclose(difference(moved(scene.RIG, step), scene.RIG), step, atol=1e-9)


def test_correlated_unknowns_are_put_in_words() -> None:
    spread = np.eye(SIZE)
    yaw, centre = NAMES.index("ry"), NAMES.index("cx")
    spread[yaw, centre] = spread[centre, yaw] = -0.99
    assert len(inseparable(spread, 0.98)) == 1
    assert inseparable(spread, 0.995) == []


def test_normal_equations_equal_the_explicit_problem_with_shifts() -> None:
    rng = np.random.default_rng(0)
    n, ridge = 60, 0.7
    value, jacobian, weight, group = rng.normal(size=n), rng.normal(size=(n, SIZE)), rng.uniform(0.1, 1, n), rng.integers(0, 4, n)
    whole = np.concatenate([jacobian, -np.eye(4)[group]], 1)
    hessian = (whole.T * weight) @ whole + np.diag([0] * SIZE + [ridge] * 4)
    explicit = np.linalg.solve(hessian, -(whole.T * weight) @ value)
    normal = normal_equations(value, jacobian, weight, group, ridge)
    step = np.linalg.solve(normal.hessian, -normal.slope)
    np.testing.assert_allclose(step, explicit[:SIZE], atol=1e-9)
    np.testing.assert_allclose(normal.shift + normal.mean @ step, explicit[SIZE:], atol=1e-9)


def test_light_undoes_the_tone_curve() -> None:
    code = np.full((1, 1, 3), 188, np.uint8)
    assert light(code, 1.0)[0, 0] == pytest.approx(0.5, abs=0.005)
    assert light(code, 0.2)[0, 0] == pytest.approx(0.5**0.2, abs=0.005)


def test_edges_are_matched_to_a_fraction_of_a_pixel(settings: Calibration) -> None:
    x, y = np.meshgrid(np.arange(200.0), np.arange(60.0))

    def wave(shift: float) -> np.ndarray:
        return np.rint(120 + 60 * np.sin((x + shift) / 4) * np.cos(y / 9)).astype(np.uint8)

    pixels = np.stack([np.linspace(40, 160, 30), np.linspace(10, 50, 30)], 1)
    rough = np.where(np.arange(30) % 10 == 3, np.nan, 12.0)
    found = sharpened(wave(0), wave(12.4), pixels, rough, settings.stereo)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(rough))
    assert np.nanmedian(np.abs(found - 12.4)) < 0.05


def test_a_knocked_camera_is_set_right_from_one_frame(seen: list[View], settings: Calibration) -> None:
    knocked = moved(scene.RIG, np.concatenate([np.radians([1.0, -1.2, 0.8]), np.zeros(SIZE - 3)]))
    better = retouch(seen[:1], knocked, settings, np.random.default_rng(0))
    assert errors(knocked, scene.RIG).median_px > 5
    assert errors(better, scene.RIG).median_px < 0.3


def test_a_search_gone_astray_is_followed_by_a_look_from_where_the_camera_was(
    seen: list[View], settings: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def astray(*_: object) -> Rig:
        return moved(scene.RIG, np.radians(4) * np.eye(SIZE)[1])

    monkeypatch.setattr(online, "_turned", astray)
    knocked = moved(scene.RIG, np.concatenate([np.radians([0.3, -0.4, 0.0]), np.zeros(SIZE - 3)]))
    better = retouch(seen, knocked, settings, np.random.default_rng(0))
    assert errors(better, scene.RIG).median_px < 0.3 < errors(knocked, scene.RIG).median_px


def test_a_frame_that_fits_is_left_alone(seen: list[View], settings: Calibration) -> None:
    assert all(retouch([one], scene.RIG, settings, np.random.default_rng(0)) is scene.RIG for one in seen)
    knocked = moved(scene.RIG, np.concatenate([np.radians([0.3, -0.4, 0.0]), np.zeros(SIZE - 3)]))
    assert gain(seen, knocked, scene.RIG, settings.refinement) > 2 * settings.online.gain
    assert gain(seen, scene.RIG, knocked, settings.refinement) < 0


def test_of_two_turns_by_which_images_belong_the_better_is_kept(seen: list[View], settings: Calibration, monkeypatch: pytest.MonkeyPatch) -> None:
    knocked = moved(scene.RIG, np.concatenate([np.radians([1.0, -1.2, 0.8]), np.zeros(SIZE - 3)]))
    beside = moved(scene.RIG, np.concatenate([np.radians([0.15, 0.2, 0.0]), np.zeros(SIZE - 3)]))
    fits = {id(beside): 3.0, id(scene.RIG): 4.0}

    def times(_: object, rig: Rig, __: object) -> dict[str, float]:
        return {"one": fits.get(id(rig), 1.0)}

    ends = iter([beside, scene.RIG, beside])
    monkeypatch.setattr(online, "_fitted", lambda *_: next(ends))
    monkeypatch.setattr(online, "belonging", times)
    assert retouch(seen, knocked, settings, np.random.default_rng(0)) is scene.RIG


@pytest.mark.parametrize(("degrees", "searches"), [(0.0, 1), (1.0, 2)])
def test_no_more_searches_when_two_refinements_end_in_one_place(
    degrees: float, searches: int, seen: list[View], settings: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart, asked = moved(scene.RIG, np.radians(degrees) * np.eye(SIZE)[1]), []
    ends = iter([apart, scene.RIG, scene.RIG])
    monkeypatch.setattr(online, "_fitted", lambda *_: next(ends))
    monkeypatch.setattr(online, "_turned", lambda *_: asked.append(1))
    monkeypatch.setattr(online, "belonging", lambda *_: {"one": settings.online.sure[0] - 0.1})
    knocked = moved(scene.RIG, np.radians(2) * np.eye(SIZE)[0])
    assert retouch(seen, knocked, settings, np.random.default_rng(0)) is not knocked
    assert len(asked) == searches


@pytest.mark.parametrize(("nights", "searches"), [([True, True], 0), ([True, False], 1), ([False, False], 1)])
def test_what_is_sure_enough_by_night_is_not_by_day(
    nights: list[bool], searches: int, seen: list[View], settings: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(online, "_fitted", lambda *_: scene.RIG)
    monkeypatch.setattr(online, "_turned", lambda *_: asked.append(1))
    monkeypatch.setattr(online, "belonging", lambda *_: {"one": 6.0})
    apart = replace(settings, online=replace(settings.online, sure=(9.0, 5.0)))
    views = [replace(one, night=night) for one, night in zip(seen, nights, strict=False)]
    retouch(views, moved(scene.RIG, np.radians(2) * np.eye(SIZE)[0]), apart, np.random.default_rng(0))
    assert len(asked) == searches


def test_a_turn_that_hardly_moves_the_image_is_left_to_more_frames(seen: list[View], settings: Calibration, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = moved(scene.RIG, np.radians(0.03) * np.eye(SIZE)[1])
    monkeypatch.setattr(online, "_fitted", lambda *_: scene.RIG)
    monkeypatch.setattr(online, "gain", lambda *_: 100.0)
    still = replace(settings, online=replace(settings.online, still_px=1.5 * errors(beside, scene.RIG).median_px))
    assert retouch(seen[:1], beside, still, np.random.default_rng(0)) is beside
    assert len(seen) == 3
    assert retouch(seen, beside, still, np.random.default_rng(0)) is scene.RIG


def test_frames_from_before_a_knock_do_not_hold_it_back(scenes: list[scene.Scene], seen: list[View], settings: Calibration) -> None:
    knocked = moved(scene.RIG, np.concatenate([np.radians([0.3, -0.4, 0.0]), np.zeros(SIZE - 3)]))
    rng = np.random.default_rng(8)
    after = views([Pair(f"after {i}", *scene.photograph(one, knocked, rng)) for i, one in enumerate(scenes)], knocked, settings)
    steps = list(watch([*seen, *after, *after], scene.RIG, settings, np.random.default_rng(0)))
    assert not any(step.noticed for step in steps[:3])
    assert any(step.noticed for step in steps[3:6])
    assert errors(steps[-1].rig, knocked).median_px < 0.2


def test_a_watch_notices_a_knock_and_nothing_else(seen: list[View], settings: Calibration) -> None:
    steady = list(watch(seen * 2, scene.RIG, settings, np.random.default_rng(0)))
    assert not any(one.noticed for one in steady)
    knocked = moved(scene.RIG, np.concatenate([np.radians([0.3, -0.4, 0.0]), np.zeros(SIZE - 3)]))
    after = list(watch(seen * 2, knocked, settings, np.random.default_rng(0)))
    assert any(one.noticed for one in after)
    assert errors(after[-1].rig, scene.RIG).median_px < 0.3


def swapped(pair: Pair) -> Pair:
    return replace(pair, left=pair.right, right=pair.left)


def sheared(pair: Pair) -> Pair:
    return replace(pair, right=np.roll(pair.right, 3, axis=0))


@pytest.mark.parametrize(("spoil", "message"), [(swapped, "swapped: exchange the folders"), (sheared, "3.0 px higher or lower.*not rectified")])
def test_a_pair_that_is_not_what_it_should_be_is_refused(
    pairs: list[Pair], settings: Calibration, spoil: Callable[[Pair], Pair], message: str
) -> None:
    check_pairs(pairs, scene.RIG, settings.checks)
    with pytest.raises(ValueError, match=message):
        check_pairs([spoil(pair) for pair in pairs], scene.RIG, settings.checks)


def test_a_shifted_centre_is_not_taken_for_a_swap(pairs: list[Pair], settings: Calibration) -> None:
    shifted = [replace(pair, right=np.roll(pair.right, 40, axis=1)) for pair in pairs]
    (x, y), right = scene.RGB.centre_px, scene.RGB
    check_pairs(shifted, replace(scene.RIG, right=replace(right, centre_px=(x + 40, y))), settings.checks)
    with pytest.raises(ValueError, match="swapped"):
        check_pairs(shifted, scene.RIG, settings.checks)


def test_corners_move_by_their_disparity(pairs: list[Pair], settings: Calibration) -> None:
    flat = replace(pairs[0], left=np.full_like(pairs[0].left, 90))
    assert tracked(flat, settings.checks).shape == (0, 2)
    moves = tracked(pairs[0], settings.checks)
    assert len(moves) > 50
    assert np.median(np.abs(moves[:, 1])) < 0.2
    assert (moves[:, 0] < 0).mean() > 0.9


def test_a_depth_of_ones_own_is_used_and_checked(pairs: list[Pair], scenes: list[scene.Scene], settings: Calibration) -> None:
    depth = scene.render(scenes[0], scene.RGB, np.eye(4), thermal=False)[1].astype(np.float32)
    depth[:, :100] = np.nan
    one = views([pairs[0]], scene.RIG, settings, [depth])[0]
    pixels = scene.RGB.project(one.points)
    assert len(one.points) > 500
    assert pixels[:, 0].min() > 97
    with pytest.raises(ValueError, match="0: depth has no finite positive number"):
        views([pairs[0]], scene.RIG, settings, [np.full_like(depth, np.nan)])
