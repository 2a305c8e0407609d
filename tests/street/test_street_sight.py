"""Rays that are saved find nothing that the others do not: spheres, blocks of pixels, the horizon, and how meshes are built."""

from dataclasses import fields, replace

import numpy as np
import pytest
from streets import RIG, box, straight

from heatnet.street import Layout, Moment, heat, light, past, planck, render, rig, sight, world
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


NOON, NIGHT = Moment(11.0, 300.0, 48.0, 0.1, 2.0, 0.3), Moment(23.5, 300.0, 48.0, 0.2, 2.0, 0.3)


@pytest.fixture(scope="module")
def seen():
    place = world(np.random.default_rng(3), Layout.SUBURBAN)
    scene = place.stretch(0.0, 10.0).scene(5.0, place.lane)
    pose = rig.pose(*scene.ego[:2], 1.66, scene.ego[2])
    return scene, {name: render.shoot(scene, getattr(rig.build(RIG).scaled(0.1, 0.25), name), pose) for name in ("left", "thermal")}


def shown(scene, shot, moment, rays):
    """What an image shows: the root of exposed light, or kelvin."""
    if shot.camera.distortion[0]:
        return render.temperature(scene, shot, moment, rays).reshape(-1, 1)
    linear = render.radiance(scene, shot, moment, 0.002, rays).reshape(-1, 3)
    return np.sqrt(linear * np.float32(light.exposure(linear, moment.dark)))


def supersampled(scene, shot, moment, pixel, count=8):
    """The mean of count x count rays over each pixel, shaded one grid point after the other."""
    found, (row, column) = 0.0, np.divmod(pixel, shot.camera.width)
    for i in range(count * count):
        offset = np.stack([column + (i % count + 0.5) / count - 0.5, row + (i // count + 0.5) / count - 0.5], -1)
        rays = shot.camera.unproject(offset)
        world_rays = (rays / np.linalg.norm(rays, axis=1, keepdims=True)) @ shot.world_from_camera[:3, :3].T
        directions = np.asfortranarray(world_rays, np.float32)
        hit = surface(scene, shot.world_from_camera[:3, 3].astype(np.float32), directions)
        thermal = bool(shot.camera.distortion[0])
        shade = render._warmth(scene, moment, None, hit, directions) if thermal else render._light(scene, moment, 0.002, shot.shape, hit, directions)
        found = found + shade / count**2
    return planck.read_back(found.astype(np.float32)) if shot.camera.distortion[0] else found


@pytest.mark.parametrize("camera", ["left", "thermal"])
@pytest.mark.parametrize("moment", [NOON, NIGHT])
def test_rays_at_edges_bring_pixels_nearer_to_64_rays_and_leave_the_others(seen, camera, moment):
    scene, shot = seen[0], seen[1][camera]
    images = {rays: shown(scene, shot, moment, rays) for rays in (1, 2, 4)}
    key = shot.hit.things(scene, len(shot.directions)).reshape(shot.shape)
    edge = np.zeros(shot.shape, bool)
    for a, b in (((slice(None), slice(1, None)), (slice(None), slice(-1))), ((slice(1, None),), (slice(-1),))):
        edge[a] |= key[a] != key[b]
        edge[b] |= key[a] != key[b]
    pixel = np.flatnonzero(edge)
    mean = supersampled(scene, shot, moment, pixel)
    if camera == "left":
        linear = render.radiance(scene, shot, moment, 0.002, 1).reshape(-1, 3)
        mean = np.sqrt(mean * light.exposure(linear, moment.dark))
    off = {rays: np.abs(image[pixel] - mean).mean() for rays, image in images.items()}
    assert off[4] < off[2] < 0.7 * off[1]
    for rays in (2, 4):
        same = ~edge.ravel() if camera == "thermal" else slice(0, 0)  # exposure follows the whole image
        np.testing.assert_array_equal(images[rays][same], images[1][same])


def test_a_pixel_at_an_edge_is_the_mean_of_its_middle_and_of_rays_towards_the_other_thing():
    """A box before the sky and the road, pixel by pixel: one third of each ray, and a ray that meets the middle's thing counts as the middle."""
    scene, moment = straight().lay([box()], [], (-20.0, 100.0)), NIGHT
    camera, pose = rig.build(RIG).left.scaled(0.05), rig.pose(0.4, 0.0, 1.66, 0.0)
    shot = render.shoot(scene, camera, pose)
    plain, smooth = (render.radiance(scene, shot, moment, 0.002, rays).reshape(-1, 3) for rays in (1, 2))
    key = shot.hit.things(scene, len(plain))
    looks = np.sqrt(plain * np.float32(light.exposure(plain, True)) + np.float32(render.DIM)) / render.STEP
    parts, count = render.lens(camera), 0
    for i in np.flatnonzero(np.any(smooth != plain, 1)):
        row, column = divmod(int(i), camera.width)
        total = np.zeros(3)
        for (x, y), step in zip(render.SUBPIXELS[2], (-1, 1), strict=True):
            beside = [i + step * (1 if along else camera.width) for along, end in ((1, column + step), (0, row + step)) if end >= 0]
            beside = [j for j in beside if 0 <= j < len(key)]
            if not any(key[j] != key[i] and np.abs(looks[j] - looks[i]).max() > 1 for j in beside):
                continue
            ray = parts.directions[i] + np.float32(x) * parts.right[i] + np.float32(y) * parts.down[i]
            direction = np.asfortranarray((pose[:3, :3] @ (ray / np.linalg.norm(ray)))[None], np.float32)
            hit = surface(scene, pose[:3, 3].astype(np.float32), direction)
            if hit.things(scene, 1)[0] != key[i]:
                total += render._light(scene, moment, 0.002, shot.shape, hit, direction)[0] - plain[i]
        np.testing.assert_allclose(smooth[i], plain[i] + total / 3, rtol=1e-4, atol=1e-6)
        count += 1
    assert count > 30


def test_surfaces_in_a_row_share_a_look_back_only_with_what_is_like_them(seen):
    scene, shots = seen
    hit, moment = shots["thermal"].hit, NOON
    alone = past.leaders(hit)
    assert 0.2 < alone.mean() < 0.7
    leader = np.maximum.accumulate(np.where(alone, np.arange(len(alone)), 0))
    assert np.array_equal(hit.part, hit.part[leader])
    assert np.all(np.linalg.norm(hit.point - hit.point[leader], axis=1) <= past.NEAR * hit.distance + 1e-4)
    assert (np.arange(len(alone)) - leader).max() < past.TOGETHER
    still, each = replace(scene, moving=past.NOTHING), np.zeros(len(alone))
    for lag in heat.look_back(moment):
        known = heat.SHADE_BEFORE + (heat.SUN_BEFORE - heat.SHADE_BEFORE) * light.shadow(still, hit, moment, lag)
        each += np.where(hit.normal @ moment.sun(lag) > 0, known, heat.SEEN_BEFORE) / len(heat.look_back(moment))
    shared = past.sunny(scene, hit, moment)
    np.testing.assert_allclose(shared[alone], each[alone], atol=1e-6)
    assert np.abs(shared - each).mean() < 0.02
