"""The cost has its optimum at the truth, does not care about the sign of thermal contrast, and the solver finds it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import scene

from heatnet.calibration import solver
from heatnet.calibration.alignment import alignment, alignments, landscape
from heatnet.calibration.belonging import matched
from heatnet.calibration.camera import Rig
from heatnet.calibration.costs import REFINERS
from heatnet.calibration.edges import View, dark, gradient, normalised, rgb_edges, ridges, view
from heatnet.calibration.error import errors
from heatnet.calibration.recordings import Pair
from heatnet.calibration.refine import prior_of, refine
from heatnet.calibration.report import doubts
from heatnet.calibration.snapping import distances, peaks, residuals, snap, telling
from heatnet.calibration.solver import calibrate, solve
from heatnet.calibration.unknowns import NAMES, SIZE, in_view, moved, to_thermal
from heatnet.config import Calibration, Search

EVERY = {"rx": 0.003, "ry": 0.003, "rz": 0.01, "tx": 0.05, "ty": 0.05, "tz": 0.2, "log fx": 0.01, "log fy": 0.02, "cx": 1.0, "cy": 1.0}
EVERY |= {"k1": 0.05, "k2": 0.1, "p1": 0.01, "p2": 0.01}
STEPS = {"rx": 0.01, "ry": 0.01, "rz": 0.02, "log fx": 0.03, "log fy": 0.03, "cx": 3.0, "cy": 3.0, "k1": 0.1}


def test_alignment_is_largest_at_the_truth(seen: list[View]) -> None:
    coarse = landscape(seen, 1, 1.0, 3000, np.random.default_rng(0))
    best = alignment(coarse, scene.RIG)
    for name, size in STEPS.items():
        for sign in (-1, 1):
            step = sign * size * np.eye(SIZE)[NAMES.index(name)]
            assert alignment(coarse, moved(scene.RIG, step)) < best, (name, sign)


def test_most_edges_match_at_the_truth_for_every_unknown(scenes: list[scene.Scene], settings: Calibration) -> None:
    noiseless = []
    for number, one in enumerate(scenes):
        colours = [scene.render(one, scene.RGB, pose, thermal=False)[0].round() for pose in (np.eye(4), scene.RIG.right_from_left)]
        left, right = (np.repeat(image.astype(np.uint8)[..., None], 3, 2) for image in colours)
        warm = scene.render(one, scene.THERMAL, scene.RIG.thermal_from_left, thermal=True)[0].astype(np.uint16)
        depth_m = scene.render(one, scene.RGB, np.eye(4), thermal=False)[1].astype(np.float32)
        noiseless.append(view(Pair(f"{number}", left, right, warm), scene.RIG, settings, depth_m))
    best = matched(noiseless, scene.RIG, settings.refinement).mean()
    for name, size in EVERY.items():
        for sign in (-1, 1):
            step = sign * size * np.eye(SIZE)[NAMES.index(name)]
            assert matched(noiseless, moved(scene.RIG, step), settings.refinement).mean() < best, (name, sign)


def test_derivatives_of_the_residuals_agree_with_finite_differences(seen: list[View], settings: Calibration) -> None:
    matches = snap(seen, scene.RIG, 3.0, settings.refinement.weakest)
    value, jacobian = residuals(matches, scene.RIG)
    np.testing.assert_allclose(value, distances(matches, scene.RIG))
    for index, name in enumerate(NAMES):
        step = np.eye(SIZE)[index] * 1e-6
        numeric = (distances(matches, moved(scene.RIG, step)) - distances(matches, moved(scene.RIG, -step))) / 2e-6
        np.testing.assert_allclose(jacobian[:, index], numeric, rtol=1e-4, atol=1e-3, err_msg=name)


def test_two_frames_of_one_name_are_refused(seen: list[View], settings: Calibration) -> None:
    with pytest.raises(ValueError, match=r"1 names occur twice among the frames \(0 first\)"):
        solve([*seen, seen[0]], scene.RIG, settings, np.random.default_rng(0))


@pytest.mark.parametrize("name", REFINERS)
def test_any_refiner_can_follow_the_search(seen: list[View], settings: Calibration, name: str) -> None:
    start = replace(settings, search=replace(settings.search, rounds=4))
    found = solve(seen, scene.data_sheet(scene.RIG, (0.2, -0.2, 0.2), 1.01, 0.01), start, np.random.default_rng(0), REFINERS[name])
    assert errors(found.rig, scene.RIG).median_px < errors(found.searched[-1][0], scene.RIG).median_px


def test_inverted_thermal_contrast_changes_nothing(pairs: list[Pair], settings: Calibration) -> None:
    one = view(pairs[0], scene.RIG, settings)
    inverse = view(replace(pairs[0], thermal=65535 - pairs[0].thermal), scene.RIG, settings)
    scores = [alignment(landscape([v], 2, 1.0, 1000, np.random.default_rng(0)), scene.RIG) for v in (one, inverse)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-4)
    places, normals = np.full((40, 2), (100.0, 120.0)) + np.arange(40)[:, None], np.tile([0.6, 0.8], (40, 1))
    for first, second in zip(peaks(one.gradient, places, normals, 4), peaks(inverse.gradient, places, normals, 4), strict=True):
        np.testing.assert_allclose(first, second, atol=2e-3)


def test_a_planted_pose_lens_and_focal_length_are_recovered(pairs: list[Pair], settings: Calibration) -> None:
    guess = scene.data_sheet(scene.RIG)
    assert errors(guess, scene.RIG).p95_px > 40
    found = calibrate(pairs, guess, settings, np.random.default_rng(0))
    error = errors(found.rig, scene.RIG)
    assert error.median_px < 0.2
    assert error.p95_px < 0.5
    assert error.focal_percent < 0.5
    assert error.translation_mm < 30
    assert found.residual_px < 0.6
    assert found.confidence > 3
    assert list(found.frames) == ["0", "1", "2"]
    assert not found.dropped
    scores = [score for _, score in found.searched]
    assert scores[-1] > 1.4 * scores[0]


@pytest.mark.parametrize(("off_px", "first"), [(1.0, 1), (14.0, 0)])
def test_refinement_begins_in_narrow_windows_and_tries_wide_ones_when_they_fail(
    seen: list[View], settings: Calibration, off_px: float, first: int
) -> None:
    start = moved(scene.RIG, off_px / scene.RIG.thermal.focal_px[0] * np.eye(SIZE)[NAMES.index("ry")])
    wide = replace(settings, refinement=replace(settings.refinement, windows_px=(20.0, 6.0, 3.0, 1.5)))
    prior = prior_of(scene.RIG, wide.search, wide.refinement)
    found = solver._refined(seen, ((start, 0.0),), prior, wide, refine)
    assert found.refined[0].window_px == wide.refinement.windows_px[first]
    assert errors(found.rig, scene.RIG).median_px < 0.2


def test_dark_images_are_blurred_by_the_nights_width(pairs: list[Pair], settings: Calibration) -> None:
    edges = replace(settings.edges, rgb_blur_px=(3.0, 0.7), contrast=0.5)
    for hour, rgb in enumerate((pairs[0].left, pairs[0].left // 8)):
        assert dark(rgb, edges) == bool(hour)
        alone = rgb_edges(rgb, replace(edges, rgb_blur_px=(edges.rgb_blur_px[hour],) * 2))[0]
        np.testing.assert_allclose(rgb_edges(rgb, edges)[0], alone, atol=1e-3)
        assert len(rgb_edges(rgb, replace(edges, rgb_blur_px=(edges.rgb_blur_px[1 - hour],) * 2))[0]) != len(alone)
        shot = replace(pairs[0], left=rgb, right=rgb)
        assert view(shot, scene.RIG, replace(settings, edges=edges), np.full(rgb.shape[:2], 10, np.float32)).night == bool(hour)


def test_the_same_seed_gives_the_same_rig(seen: list[View], settings: Calibration) -> None:
    short = replace(settings, search=replace(settings.search, rounds=2, candidates=50), refinement=replace(settings.refinement, least_confidence=0))
    first, second = (solve(seen, scene.data_sheet(scene.RIG), short, np.random.default_rng(3)).rig for _ in range(2))
    np.testing.assert_array_equal(first.thermal_from_left, second.thermal_from_left)
    assert first.thermal == second.thermal


def test_refinement_stays_at_the_truth(seen: list[View], settings: Calibration) -> None:
    prior = prior_of(scene.RIG, settings.search, settings.refinement)
    error = errors(list(refine(seen, scene.RIG, prior, settings.refinement))[-1].rig, scene.RIG)
    assert error.median_px < 0.2
    assert error.translation_mm < 30


def test_a_guess_at_another_scale_is_fitted_to_the_images(pairs: list[Pair], settings: Calibration) -> None:
    quick = replace(settings, search=replace(settings.search, rounds=1, candidates=40), refinement=replace(settings.refinement, least_confidence=0))
    first, second = (calibrate(pairs[:1], rig, quick, np.random.default_rng(0)).rig for rig in (scene.RIG, scene.RIG.scaled(2, 2)))
    assert first.thermal.width == second.thermal.width == 320
    np.testing.assert_allclose(first.thermal_from_left, second.thermal_from_left, atol=1e-6)


def test_ridges_find_a_slanted_edge_to_a_tenth_of_a_pixel(settings: Calibration) -> None:
    normal, offset = np.array([np.cos(0.3), np.sin(0.3)]), 61.3
    fine = np.stack(np.meshgrid(np.arange(0, 160, 0.25) - 0.375, np.arange(0, 120, 0.25) - 0.375), -1)
    image = np.where(fine @ normal > offset, 180.0, 60.0).reshape(120, 4, 160, 4).mean((1, 3)).astype(np.uint8)
    field = gradient(image, 1.0)
    pixels, normals = ridges(field, np.hypot(field[..., 0], field[..., 1]), settings.edges)
    inner = (pixels[:, 1] > 5) & (pixels[:, 1] < 114)
    assert inner.sum() > 90
    assert np.abs(pixels[inner] @ normal - offset).max() < 0.1
    assert np.abs(normals[inner] @ normal).min() > 0.99


def test_a_normalised_gradient_is_at_most_one_long() -> None:
    field = normalised(gradient(np.random.default_rng(0).integers(0, 255, (40, 50)).astype(np.uint8), 1.0), 90)
    length = np.hypot(field[..., 0], field[..., 1])
    assert length.max() < 1
    assert np.mean(length > np.sqrt(0.5)) == pytest.approx(0.1, abs=0.01)


def test_images_that_do_not_belong_together_are_refused(seen: list[View], settings: Calibration) -> None:
    mixed = [replace(one, gradient=seen[(i + 1) % 3].gradient) for i, one in enumerate(seen)]
    with pytest.raises(ValueError, match="times as often as by chance"):
        solve(mixed, scene.data_sheet(scene.RIG), settings, np.random.default_rng(0))


def test_a_blank_thermal_image_is_left_out_by_name_and_refused_alone(pairs: list[Pair], settings: Calibration) -> None:
    blank = replace(pairs[1], thermal=np.full_like(pairs[1].thermal, 23000))
    quick = replace(settings, search=replace(settings.search, rounds=1, candidates=40), refinement=replace(settings.refinement, least_confidence=0))
    assert calibrate([pairs[0], blank], scene.RIG, quick, np.random.default_rng(0)).blank == ("1",)
    with pytest.raises(ValueError, match=r"all 1 thermal images are blank \(1 first\)"):
        calibrate([blank], scene.RIG, settings, np.random.default_rng(0))
    with pytest.raises(ValueError, match="1: the thermal image is blank"):
        view(blank, scene.RIG, settings)


def test_images_without_texture_are_refused(pairs: list[Pair], settings: Calibration) -> None:
    flat = np.full_like(pairs[0].left, 90)
    with pytest.raises(ValueError, match="0 RGB edges with depth in 1 frames"):
        calibrate([replace(pairs[0], left=flat, right=flat)], scene.RIG, settings, np.random.default_rng(0))


def test_nothing_to_calibrate_from_is_refused(settings: Calibration) -> None:
    with pytest.raises(ValueError, match="no recordings"):
        calibrate([], scene.RIG, settings, np.random.default_rng(0))


def test_errors_of_a_known_difference() -> None:
    step = np.zeros(SIZE)
    step[2], step[3], step[6], step[8] = np.radians(0.5), 0.003, np.log(1.01), 2.0
    error = errors(moved(scene.RIG, step), scene.RIG)
    assert error.rotation_deg == pytest.approx(0.5, abs=1e-6)
    assert error.translation_mm == pytest.approx(3.0, abs=1e-6)
    assert error.focal_percent == pytest.approx(1.0, abs=1e-6)
    assert error.centre_px == pytest.approx(2.0, abs=1e-6)
    shifted = errors(moved(scene.RIG, 2.0 * np.eye(SIZE)[8]), scene.RIG)
    assert shifted.median_px == pytest.approx(2.0, abs=1e-6) == shifted.p95_px


def test_a_frame_of_clutter_counts_less(seen: list[View], settings: Calibration) -> None:
    noise = gradient(np.random.default_rng(0).normal(size=seen[1].gradient.shape[:2]).astype(np.float32), 1.0)
    mixed = [seen[0], replace(seen[1], gradient=normalised(noise, 95)), seen[2]]
    matches = snap(mixed, scene.RIG, 1.5, 0.0)
    share = telling(matches, scene.RIG, 1.5)
    assert sorted(share)[1] == 1
    assert share[1] < min(share[0], share[2]) / 2
    np.testing.assert_allclose(matches.weight, matches.agreement * share[matches.frame])


def test_the_peak_of_a_strong_edge_is_not_flattened(settings: Calibration) -> None:
    x = np.arange(80, dtype=np.float32)
    for where in (39.0, 40.0):
        image = np.tile(1000 / (1 + np.exp(-(x - where) / 0.8)), (60, 1)).astype(np.float32)
        field = normalised(gradient(image, settings.edges.thermal_blur_px), settings.edges.weak_percentile)
        offset, strength = peaks(field, np.array([[39.0, 30.0]]), np.array([[1.0, 0.0]]), 3)
        assert 39 + offset[0] == pytest.approx(where, abs=0.05)
        assert strength[0] > settings.refinement.weakest


def test_many_steps_at_once_align_as_one_after_the_other(seen: list[View]) -> None:
    coarse = landscape(seen, 2, 1.0, 500, np.random.default_rng(0))
    spread = np.array([0.05] * 3 + [0.05] * 3 + [0.05] * 2 + [3.0] * 2 + [0.1, 0.1, 0.002, 0.002])
    steps = np.random.default_rng(1).normal(0, 1, (300, SIZE)) * spread
    single = []
    for rig in (moved(scene.RIG, step) for step in steps):
        a, b = (rig.thermal.project(to_thermal(rig, ends)) for ends in coarse.ends)
        seen_by = [in_view(rig.thermal, to_thermal(rig, ends), pixels, 0) for ends, pixels in zip(coarse.ends, (a, b), strict=True)]
        total = 0.0
        for n in np.flatnonzero(seen_by[0] & seen_by[1]):
            x, y = (((a[n] + b[n]) / 2 + 0.5) * coarse.scale).astype(int)
            xx, xy, yy = coarse.tensor[coarse.frame[n], min(y, coarse.tensor.shape[1] - 1), min(x, coarse.tensor.shape[2] - 1)]
            normal = np.array([-(b - a)[n][1], (b - a)[n][0]]) / np.linalg.norm((b - a)[n])
            total += normal @ np.array([[xx, xy], [xy, yy]]) @ normal
        single.append(total / len(coarse.frame))
    np.testing.assert_allclose(alignments(coarse, scene.RIG, steps), single, atol=2e-3)


def test_a_result_that_one_search_alone_found_or_far_from_the_guess_is_not_trusted(seen: list[View], settings: Calibration) -> None:
    found = solve(seen, scene.data_sheet(scene.RIG), settings, np.random.default_rng(0))
    assert (found.reached, found.searches) == (2, 2)
    assert found.far < settings.uncertainty.plausible
    said = [list(doubts(replace(found, **one), settings)) for one in ({}, {"reached": 1}, {"far": 40.0})]
    assert [len(texts) for texts in said] == [len(said[0]), len(said[0]) + 1, len(said[0]) + 1]
    assert any("only one" in text for text in said[1])
    assert any("40 squared standard deviations" in text for text in said[2])


def test_later_searches_begin_at_other_focal_lengths_less_tied_to_them(
    seen: list[View], settings: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[float, float]] = []

    def astray(_: object, guess: Rig, how: Search, rng: np.random.Generator) -> Iterator[tuple[Rig, float]]:
        begun.append((guess.thermal.focal_px[0] / scene.RIG.thermal.focal_px[0], how.prior[0] / settings.search.prior[0]))
        yield moved(guess, np.radians(rng.uniform(20, 60)) * np.eye(SIZE)[1]), 0.0

    monkeypatch.setattr(solver, "search", astray)
    never = replace(settings, search=replace(settings.search, tries=2), refinement=replace(settings.refinement, least_confidence=1000))
    with pytest.raises(ValueError, match="as often as by chance"):
        solve(seen, scene.RIG, never, np.random.default_rng(0))
    shorter, longer = settings.search.focals
    assert begun[:2] == [(1.0, 1.0)] * 2
    np.testing.assert_allclose(sorted(begun[2:]), [(shorter, settings.search.loose), (longer, settings.search.loose)])


def test_what_fits_most_edges_is_kept_when_searches_disagree(seen: list[View], settings: Calibration, monkeypatch: pytest.MonkeyPatch) -> None:
    step = np.zeros(SIZE)
    step[1] = np.radians(6)
    astray = ((moved(scene.RIG, step), 0.2),)
    right = ((scene.RIG, 0.1),)
    wanted = replace(settings, refinement=replace(settings.refinement, least_confidence=0))
    for batches, reached in (([[astray, right]], 1), ([[astray, right], [right, astray]], 2)):
        monkeypatch.setattr(solver, "_searches", lambda *_, batches=batches: iter(batches))
        found = solve(seen, scene.RIG, wanted, np.random.default_rng(0))
        assert errors(found.rig, scene.RIG).median_px < 0.2
        assert found.reached == reached


def test_a_narrow_window_that_there_is_not_is_refused(settings: Calibration) -> None:
    with pytest.raises(ValueError, match=r"refinement.narrow: 4, but refinement.windows_px has 4; count from 0"):
        replace(settings.refinement, narrow=4)


def test_a_search_looks_at_the_coarse_edges(seen: list[View], pairs: list[Pair], settings: Calibration) -> None:
    junk = [replace(one, points=one.points * (3, -1, 1)) for one in seen]
    scores = [alignment(landscape(views, 2, 1.0, 5000, np.random.default_rng(0)), scene.RIG) for views in (seen, junk)]
    assert scores[0] == scores[1]
    alone = replace(settings, edges=replace(settings.edges, rgb_blur_px=(settings.search.rgb_blur_px,) * 2))
    coarse = seen[0].coarse
    assert coarse is not None
    np.testing.assert_array_equal(coarse[0], view(pairs[0], scene.RIG, alone).points)
    assert view(pairs[0], scene.RIG, settings, quick=True).coarse is None
