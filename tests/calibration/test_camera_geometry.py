"""The camera model against OpenCV's, and the derivatives against finite differences."""

import cv2
import numpy as np
import pytest
import scene

from heatnet.calibration.camera import Camera, Rig
from heatnet.calibration.unknowns import NAMES, SIZE, differentiate, in_view, moved, to_thermal


@pytest.fixture
def points() -> np.ndarray:
    rng = np.random.default_rng(0)
    z = rng.uniform(4, 60, 200)
    return np.stack([z * rng.uniform(-0.5, 0.5, 200), z * rng.uniform(-0.35, 0.35, 200), z], 1)


def test_project_agrees_with_opencv(points: np.ndarray) -> None:
    camera = scene.THERMAL
    theirs = cv2.projectPoints(points, np.zeros(3), np.zeros(3), camera.matrix, np.array(camera.distortion))[0][:, 0]
    np.testing.assert_allclose(camera.project(points), theirs, atol=1e-9)


def test_unproject_undoes_project() -> None:
    camera = scene.THERMAL
    pixels = np.stack(np.meshgrid(np.linspace(0, 319, 12), np.linspace(0, 255, 10)), -1).reshape(-1, 2)
    np.testing.assert_allclose(camera.project(camera.unproject(pixels) * 7.5), pixels, atol=1e-4)


def test_scaled_camera_sees_the_same_point_at_the_same_place(points: np.ndarray) -> None:
    pixels, twice = scene.THERMAL.project(points), scene.THERMAL.scaled(2).project(points)
    np.testing.assert_allclose(twice, (pixels + 0.5) * 2 - 0.5, atol=1e-9)


def test_derivatives_agree_with_finite_differences(points: np.ndarray) -> None:
    found, h = differentiate(scene.RIG, points, 0), 1e-6

    def pixels(rig: Rig, where: np.ndarray) -> np.ndarray:
        return rig.thermal.project(to_thermal(rig, where))

    for index, name in enumerate(NAMES):
        step = np.eye(SIZE)[index] * h
        numeric = (pixels(moved(scene.RIG, step), points) - pixels(moved(scene.RIG, -step), points)) / (2 * h)
        np.testing.assert_allclose(found.by_step[:, :, index], numeric, rtol=1e-5, atol=1e-4, err_msg=name)


def test_a_point_beyond_the_fold_of_the_distortion_is_not_seen() -> None:
    camera = Camera(320, 256, (250.0, 250.0), (159.5, 127.5), (-0.4, 0.0, 0.0, 0.0))
    points = np.array([[0.2, 0, 1], [1.5, 0, 1.0]])
    pixels = camera.project(points)
    assert (np.abs(pixels[:, 0] - 159.5) < 160).all()
    assert in_view(camera, points, pixels, 0).tolist() == [True, False]


def test_a_camera_scaled_to_a_width_has_it() -> None:
    camera = Camera(1055, 700, (900.0, 900.0), (527.0, 349.5))
    assert all(camera.scaled(width / 1055).width == width for width in range(2, 2000))
