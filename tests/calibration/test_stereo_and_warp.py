"""Depth of the scene, and thermal carried through it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import scene

from heatnet.calibration import stereo
from heatnet.calibration.align import align, typical_disparity
from heatnet.calibration.camera import Rig
from heatnet.calibration.recordings import Pair
from heatnet.calibration.warp import project, unoccluded, warp
from heatnet.config import Calibration

WIDE = replace(scene.RIG, thermal_from_left=scene.pose((0.4, 1.0, -0.5), (-0.3, 0.01, 0.02)))


def test_depth_agrees_with_the_scene(scenes: list[scene.Scene], pairs: list[Pair], settings: Calibration) -> None:
    truth = scene.render(scenes[0], scene.RGB, np.eye(4), thermal=False)[1]
    found = stereo.depth(pairs[0].left, pairs[0].right, scene.RIG, settings.stereo)
    known = np.isfinite(found) & np.isfinite(truth)
    assert known.mean() > 0.7
    scale = scene.RGB.focal_px[0] * scene.BASELINE_M
    wrong = np.abs(scale / found[known] - scale / truth[known])
    assert np.median(wrong) < 0.3
    assert np.mean(wrong > 2) < 0.05


def test_disparity_at_infinity_is_the_offset_of_the_centres() -> None:
    x, y = scene.RGB.centre_px
    rig = replace(scene.RIG, right=replace(scene.RGB, centre_px=(x - 3, y)))
    disparity = np.array([[3.0, 3.0 + scene.RGB.focal_px[0] * 0.5 / 10, np.nan]], np.float32)
    depth = stereo.depth_from(disparity, rig)
    assert np.isinf(depth[0, 0])
    assert depth[0, 1] == pytest.approx(10, rel=1e-5)
    assert np.isnan(depth[0, 2])


def test_fill_keeps_what_is_known_and_returns_to_the_prior_far_away() -> None:
    prior = np.tile(np.linspace(0, 20, 64, dtype=np.float32)[:, None], (1, 256))
    known = np.full((64, 256), np.nan, np.float32)
    known[:, :16] = prior[:, :16] + 4
    found = stereo.fill(known, prior, 0.1)
    np.testing.assert_allclose(found[:, :16], known[:, :16], atol=1e-4)
    correction = (found - prior)[32]
    assert 2 < correction[20] < 4
    assert 0 <= correction[255] < 0.5 * correction[20]
    np.testing.assert_array_equal(stereo.fill(np.full_like(known, np.nan), prior, 0.1), prior)


@pytest.mark.parametrize(
    ("pose", "message"),
    [
        (scene.pose((0, 0, 0), (0.5, 0, 0)), "swapped"),
        (scene.pose((0, 1, 0), (-0.5, 0, 0)), "not rectified"),
        (scene.pose((0, 0, 0), (-0.5, 0.02, 0)), "rectify the images"),
    ],
)
def test_a_pair_whose_rows_do_not_correspond_is_refused(pairs: list[Pair], settings: Calibration, pose: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stereo.depth(pairs[0].left, pairs[0].right, replace(scene.RIG, right_from_left=pose), settings.stereo)


def test_a_plane_is_carried_by_its_homography() -> None:
    normal, distance_m = np.array([0.1, -0.2, 1.0]) / np.sqrt(1.05), 9.0
    rig = replace(WIDE, thermal=replace(WIDE.thermal, distortion=(0.0, 0.0, 0.0, 0.0)))
    nearness = (rig.left.rays() @ normal / distance_m).astype(np.float32)
    rotation, translation = rig.thermal_from_left[:3, :3], rig.thermal_from_left[:3, 3:]
    homography = rig.thermal.matrix @ (rotation + translation @ normal[None] / distance_m) @ np.linalg.inv(rig.left.matrix)
    u, v = np.meshgrid(np.arange(rig.left.width, dtype=np.float64), np.arange(rig.left.height, dtype=np.float64))
    expected = cv2.perspectiveTransform(np.stack([u, v], -1), homography)
    np.testing.assert_allclose(project(nearness, rig).pixels, expected, atol=2e-3)


def test_projection_agrees_with_the_camera_model_at_any_depth_and_at_infinity(scenes: list[scene.Scene]) -> None:
    depth_m = scene.render(scenes[0], scene.RGB, np.eye(4), thermal=False)[1]
    found = project((1 / depth_m).astype(np.float32), scene.RIG)
    points = scene.RGB.rays() * np.where(np.isfinite(depth_m), depth_m, 1e6)[..., None]
    rotation, translation = scene.RIG.thermal_from_left[:3, :3], scene.RIG.thermal_from_left[:3, 3]
    expected = scene.THERMAL.project((points @ rotation.T + translation).reshape(-1, 3)).reshape(*depth_m.shape, 2)
    np.testing.assert_allclose(found.pixels, expected, atol=5e-3)


def hidden(one: scene.Scene, depth_m: np.ndarray, rig: Rig) -> tuple[np.ndarray, np.ndarray]:
    """Left pixels whose point something hides from the thermal camera, by a ray from there; and those where left sees that thing."""
    points = (rig.left.rays() * np.where(np.isfinite(depth_m), depth_m, 1e4)[..., None]).reshape(-1, 3)
    rotation, translation = rig.thermal_from_left[:3, :3], rig.thermal_from_left[:3, 3]
    origin = -rotation.T @ translation
    share = scene.cast(one, origin, points - origin)[0]
    blocked = share < 0.9
    blocker = origin + (points - origin) * np.where(blocked, share, 0.5)[:, None]
    u, v = rig.left.project(blocker).T
    inside = (u > 0) & (u < rig.left.width - 1) & (v > 0) & (v < rig.left.height - 1)
    known = blocked & inside & (scene.cast(one, np.zeros(3), blocker)[0] > 0.98)
    return blocked.reshape(depth_m.shape), known.reshape(depth_m.shape)


def test_what_the_thermal_camera_cannot_see_is_invalid(scenes: list[scene.Scene]) -> None:
    depth_m = scene.render(scenes[1], scene.RGB, np.eye(4), thermal=False)[1]
    seen = project((1 / depth_m).astype(np.float32), WIDE)
    valid = unoccluded(seen, WIDE, 0.5)
    blocked, known = (mask & seen.visible for mask in hidden(scenes[1], depth_m, WIDE))
    assert known.mean() > 0.005
    assert np.mean(~valid[known]) > 0.8
    assert np.mean(valid[seen.visible & ~blocked]) > 0.98
    counts = warp(np.full((256, 320), 23000, np.uint16), (1 / depth_m).astype(np.float32), WIDE, 0.5)
    assert counts.dtype == np.uint16
    assert (counts[~seen.visible] == 0).all()
    np.testing.assert_array_equal(counts > 0, valid)


@pytest.mark.parametrize("magnified", [1.0, 2.4, 4.0])
def test_a_near_thing_hides_whatever_the_thermal_camera_magnifies(magnified: float) -> None:
    nearness = np.full((162, 480), 1 / 40, np.float32)
    nearness[:, 200:280] = 1 / 5
    f = magnified * scene.RGB.focal_px[0]
    thermal = scene.Camera(3000, 1200, (f, f), (1500.0, 600.0))
    rig = replace(scene.RIG, thermal=thermal, thermal_from_left=scene.pose((0, 0, 0), (-0.3, 0, 0)))
    valid = unoccluded(project(nearness, rig), rig, 0.5)
    parallax_px = scene.RGB.focal_px[0] * 0.3 * (1 / 5 - 1 / 40)
    hidden = slice(200 - int(parallax_px) + 1, 199)
    assert not valid[:, hidden].any()
    assert valid[:, 200:280].all()
    assert valid[:, :180].all()


def test_aligned_thermal_is_what_a_thermal_camera_in_the_left_place_would_see(
    scenes: list[scene.Scene], pairs: list[Pair], settings: Calibration
) -> None:
    prior = typical_disparity(pairs, settings)
    found = align(pairs[0], prior, scene.RIG, settings).astype(np.float64)
    truth = scene.render(scenes[0], scene.RGB, np.eye(4), thermal=True)[0]
    valid = found > 0
    assert valid.mean() > 0.78
    inner = valid[:, 70:420]
    assert inner.mean() > 0.99
    away = np.abs(found - truth)[valid]
    assert np.median(away) < 15
    shifted = np.abs(np.roll(found, 2, 1) - truth)[valid & np.roll(valid, 2, 1)]
    assert away.mean() < 0.5 * shifted.mean()


def test_coarse_matching_gives_full_size_disparities(settings: Calibration) -> None:
    texture = cv2.GaussianBlur(np.random.default_rng(0).uniform(0, 255, (121, 203, 3)), (0, 0), 2.0)
    left = cv2.normalize(texture, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)  # type: ignore[call-overload]
    right = np.roll(left, -8, 1)
    found = stereo.coarse(left, right, replace(settings.stereo, nearest=0.2))
    assert found.shape == left.shape[:2]
    assert np.nanmedian(found[:, 60:]) == pytest.approx(8, abs=0.3)
