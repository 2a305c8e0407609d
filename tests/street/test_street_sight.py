"""Rays that are saved find nothing that the others do not: spheres, blocks of pixels, the horizon, and how meshes are built."""

from dataclasses import fields

import numpy as np
import pytest
from streets import RIG

from heatnet.street import Layout, render, rig, sight, world
from heatnet.street.rays import Tracer, listed
from heatnet.street.texture import surface


@pytest.mark.parametrize(("layout", "seed"), [(Layout.URBAN, 3), (Layout.CITY, 4), (Layout.HIGHWAY, 5)])
@pytest.mark.parametrize("camera", ["left", "thermal"])
def test_pixels_that_skip_what_moves_see_what_all_rays_see(layout, seed, camera):
    """A long stretch, so that on the motorway things that stand still lie behind the hills on the horizon too."""
    place = world(np.random.default_rng(seed), layout)
    scene = place.stretch(0.0, 700.0).scene(20.0, place.lane)
    model, pose = getattr(rig.build(RIG).scaled(0.15, 0.3), camera), rig.pose(*scene.ego[:2], 1.66, scene.ego[2] + 0.1, 0.03, -0.02)
    shot = render.shoot(scene, model, pose)
    whole = surface(scene, pose[:3, 3].astype(np.float32), shot.directions)
    for field in fields(whole):
        np.testing.assert_array_equal(getattr(shot.hit, field.name), getattr(whole, field.name), field.name)
    assert 0 < shot.moving.mean() < 0.9
    assert np.any(whole.part[shot.moving[whole.ray]] >= len(scene.parts) - len(place.stretch(0.0, 700.0).parts))


def test_spheres_hold_every_corner_of_their_things_where_they_stand():
    place = world(np.random.default_rng(4), Layout.CITY)
    stretch = place.stretch(0.0, 50.0)
    poses = np.array([[float(i), 2.0 * i, 0.1, 0.3 * i] for i in range(len(stretch.movers) + 1)])
    balls, table = sight.spheres(stretch.mesh), stretch.mesh.vertices.astype(float)
    stood = sight.stood(balls, poses)
    for thing in range(1, len(poses)):
        x, y, z, heading = poses[thing]
        corner = table[stretch.mesh.thing == thing]
        turned = np.c_[
            np.cos(heading) * corner[:, 0] - np.sin(heading) * corner[:, 1], np.sin(heading) * corner[:, 0] + np.cos(heading) * corner[:, 1]
        ]
        where = np.c_[turned + (x, y), corner[:, 2] + z]
        own = stood[balls[:, 4] == thing]
        away = np.linalg.norm(where[:, None] - own[:, :3], axis=-1) - own[:, 3]
        assert away.min(1).max() < 1e-4
    assert not np.any(balls[:, 4] == 0)


def test_a_camera_within_a_sphere_looks_at_all_and_one_turned_away_at_nothing():
    camera, ball = rig.build(RIG).left.scaled(0.1), np.array([[0.0, 20.0, 1.0, 1.0]])
    mask = [sight.meets(camera, rig.pose(0.0, y, 1.0, turn), ball).mean() for y, turn in ((0.0, 0.0), (20.0, 0.0), (0.0, np.pi))]
    assert 0 < mask[0] < 0.1
    assert mask[1:] == [1.0, 0.0]


def test_listed_faces_build_the_same_mesh():
    rng = np.random.default_rng(0)
    corners, faces = rng.uniform(-1, 1, (40, 3)).astype(np.float32), rng.integers(0, 40, (60, 3)).astype(np.int32)
    rays = rng.normal(size=(300, 3)).astype(np.float32)
    table, tuples = (Tracer(*mesh).nearest(np.zeros(3), rays) for mesh in ((corners, faces), (corners.astype(float), listed(faces))))
    for one, other in zip(table, tuples, strict=True):
        np.testing.assert_array_equal(one, other)
    assert [listed(faces[:n]).shape for n in (0, 1, 3)] == [(0,), (1,), (3,)]
