"""Geometry: what rays find agrees with projection, planes and boxes worked out another way."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from streets import BOX_S, BOX_SIZE, BOX_T, RIG, SENSOR, box, corners, straight

from heatnet.street import Layout, Moment, render, rig, world
from heatnet.street.materials import vistas_id
from heatnet.street.rays import Tracer
from heatnet.street.vectors import rows, spread, unit
from heatnet.taxonomy import VISTAS

NOON = Moment(12.0, 170.0, 48.0, 0.2, 2.0, 0.3)
NIGHT = Moment(23.5, 170.0, 48.0, 0.2, 2.0, 0.3)


@pytest.fixture(scope="module")
def rigged():
    return rig.build(RIG)


@pytest.mark.parametrize("camera", ["left", "right", "thermal"])
def test_corners_project_as_opencv_says(rigged, camera):
    left_from_world = np.linalg.inv(rig.pose(0.4, 0.0, 1.66, 0.05, 0.02, -0.03))
    camera_from_left = {"left": np.eye(4), "right": rigged.right_from_left, "thermal": rigged.thermal_from_left}[camera]
    transform = camera_from_left @ left_from_world
    model = getattr(rigged, camera)
    ours = model.project(corners() @ transform[:3, :3].T + transform[:3, 3])
    theirs, _ = cv2.projectPoints(corners(), cv2.Rodrigues(transform[:3, :3])[0], transform[:3, 3], model.matrix, np.array(model.distortion))
    np.testing.assert_allclose(ours, theirs[:, 0], atol=1e-3)


@pytest.mark.parametrize("camera", ["left", "thermal"])
def test_a_ray_through_a_corners_pixel_meets_that_corner(rigged, camera):
    scene = straight().lay([box()], [], (-20.0, 100.0))
    model = getattr(rigged, camera)
    world_from_camera = rig.pose(0.4, 0.0, 1.66, 0.0)
    near = corners()[[1, 5]]  # the near face's upper corners
    inside = near + np.array([[0.002, 0.0, -0.002], [-0.002, 0.0, -0.002]])  # two millimetres within the face
    seen = (inside - world_from_camera[:3, 3]) @ world_from_camera[:3, :3]
    rays = model.unproject(model.project(seen))
    directions = (rays @ world_from_camera[:3, :3].T).astype(np.float32)
    depth, face, *_ = scene.static.nearest(world_from_camera[:3, 3], directions)
    np.testing.assert_allclose(depth, seen[:, 2], atol=2e-3)
    assert set(scene.parts.label[scene.static_part[face]]) == {vistas_id("Car")}


def test_depth_of_the_road_is_that_of_a_plane(rigged):
    camera = rigged.left.scaled(0.1)
    scene = straight().lay([], [], (-20.0, 150.0))
    shot = render.shoot(scene, camera, rig.pose(0.0, 0.0, 1.66, 0.0))
    road = np.isin(render.label(shot), [vistas_id("Road"), vistas_id("Lane Marking - General")])
    rows = np.arange(camera.height)[:, None] * np.ones((1, camera.width))
    expected = camera.focal_px[1] * 1.66 / (rows - camera.centre_px[1])
    near = road & (expected < 60) & (expected > 0)
    assert near.sum() > 1000
    np.testing.assert_allclose(render.depth(shot)[near], expected[near], rtol=1e-4)


def test_the_label_image_is_the_box_that_rays_meet(rigged):
    camera = rigged.thermal.scaled(0.2)
    scene = straight().lay([box()], [], (-20.0, 100.0))
    pose = rig.pose(0.0, 0.0, 1.66, 0.0)
    directions = camera.rays().reshape(-1, 3) @ pose[:3, :3].T
    low, high = np.array([BOX_T, BOX_S, BOX_SIZE[2] / 2]) - np.array(BOX_SIZE) / 2, np.array([BOX_T, BOX_S, BOX_SIZE[2] / 2]) + np.array(BOX_SIZE) / 2
    near, far = (low - pose[:3, 3]) / directions, (high - pose[:3, 3]) / directions
    enter, leave = np.minimum(near, far).max(1), np.maximum(near, far).min(1)  # the slab method
    expected = (enter < leave - 1e-6) & (leave > 0)
    found = render.label(render.shoot(scene, camera, pose)).ravel() == vistas_id("Car")
    assert expected.sum() > 50
    assert (found != expected).sum() <= 1  # a ray along an edge may fall to either side


def test_right_image_is_the_left_one_shifted_by_disparity(rigged):
    left = rigged.left.scaled(0.25)
    scene = straight().lay([box()], [], (-20.0, 100.0))
    pose = rig.pose(-0.25, 0.0, 1.66, 0.0)
    face = [corners()[i] for i in (0, 4)]
    columns = {}
    for name, move in (("left", np.eye(4)), ("right", np.linalg.inv(rigged.right_from_left))):
        mask = render.label(render.shoot(scene, left, pose @ move)) == vistas_id("Car")
        columns[name] = np.flatnonzero(mask.any(0)).max()
    disparity = left.focal_px[0] * 0.5015 / face[0][1]
    assert abs(columns["left"] - columns["right"] - disparity) <= 1.0


@pytest.fixture(scope="module")
def pair(rigged):
    place = world(np.random.default_rng(5), Layout.URBAN)
    scene = place.stretch(0.0, 10.0).scene(5.0, place.lane)
    pose = rig.pose(*scene.ego[:2], 1.66, scene.ego[2])
    return [render.view(scene, rigged.left.scaled(0.1), pose, moment, SENSOR, np.random.default_rng(1)) for moment in (NOON, NIGHT)]


def test_night_is_dark_to_rgb_but_not_to_thermal(pair):
    day, night = pair
    assert np.array_equal(day.label, night.label)
    assert np.median(night.rgb) < 30 < 60 < np.median(day.rgb)
    assert np.std(night.temperature_c[day.depth_m < 50]) > 0.5


def test_most_counts_lie_in_the_released_range(pair):
    for view in pair:
        ground = view.depth_m < 100
        assert np.mean((view.thermal_counts[ground] > 21800) & (view.thermal_counts[ground] < 25000)) > 0.9
        back = (view.thermal_counts - 22800.0) * 0.02
        assert np.median(np.abs(back - view.temperature_c)) < 0.3


def test_people_are_the_warmest_at_night(pair):
    night = pair[1]
    classes = VISTAS.apply(night.label, "view")
    people, road = night.temperature_c[classes == 9], night.temperature_c[classes == 0]
    assert len(people) > 0
    assert np.median(people) > np.median(road) + 2


def test_by_the_whole_balance_a_road_cools_faster_in_the_evening_and_stays_warmer_before_dawn(rigged):
    place = world(np.random.default_rng(5), Layout.URBAN)
    scene = place.stretch(0.0, 10.0).scene(5.0, place.lane)
    shot = render.shoot(scene, rigged.thermal.scaled(0.1), rig.pose(*scene.ego[:2], 1.66, scene.ego[2]))
    ids = VISTAS.apply(render.label(shot), "view")
    road = (ids == 0) & (render.depth(shot) < 20)
    for hour, low, high in ((21.5, -6.0, -0.8), (3.0, 0.8, 5.0)):
        by_lag, whole = (render.temperature(scene, shot, replace(NIGHT, hour=hour), 1, exact) for exact in (False, True))
        assert low < np.median(whole[road] - by_lag[road]) < high
        same = (ids == 8) | (ids == 9)  # sky and people
        assert np.array_equal(whole[same], by_lag[same])


def test_rays_at_what_moves_find_only_what_is_nearer_and_tables_keep_their_rows():
    rng = np.random.default_rng(0)
    corners = rng.uniform(-1, 1, (30, 3)).astype(np.float32) + np.array([0, 0, 4], np.float32)
    tracer = Tracer(corners, np.arange(30, dtype=np.int32).reshape(-1, 3))
    rays = unit(rng.normal(0, 0.2, (500, 3)).astype(np.float32) + np.array([0, 0, 1], np.float32))
    whole, face, *_ = tracer.nearest(np.zeros(3), rays)
    limit = np.where(rng.random(500) < 0.2, np.inf, rng.uniform(3, 5, 500)).astype(np.float32)
    kept = limit.copy()
    near, found, *_ = tracer.nearest(np.zeros(3), rays, limit)
    np.testing.assert_array_equal(limit, kept)
    np.testing.assert_array_equal(near, np.where(whole < limit, whole, np.inf))
    np.testing.assert_array_equal(found, np.where(whole < limit, face, -1))
    assert 0 < (whole < limit).sum() < np.isfinite(whole).sum()
    chosen = np.array([4, 0, 4])
    np.testing.assert_array_equal(rows(rays, chosen), rays[[4, 0, 4]])
    np.testing.assert_array_equal(spread(whole[:9], rays[0]), [[one * x for x in rays[0]] for one in whole[:9]])
