"""MF and BDD100K layouts: read again by their loaders with nothing lost, other worlds than our own, the same bytes always."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from streets import STREET

from heatnet.data import bdd, mf
from heatnet.street import Layout, climate, labels, scenery, world, write_bdd, write_mf
from heatnet.street import bdd as bdd_street
from heatnet.street import mf as mf_street
from heatnet.street.bdd import american
from heatnet.street.materials import SCENE_NAMES, vistas_id
from heatnet.street.mf import cameras, campus, eight_bit
from heatnet.street.world import LEAFY
from heatnet.taxonomy import BICYCLE, CAR, CITYSCAPES, CURB, IGNORE, MF, PERSON, VISTAS, Domain

FRAMES, SCALE = 9, 0.1
WRITERS = {"mf": write_mf, "bdd": write_bdd}


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module", params=WRITERS)
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    steps = list(WRITERS[request.param](STREET, FRAMES, SCALE, folder, 1))
    assert steps[-1].done == steps[-1].total == FRAMES
    return request.param, folder


def test_the_loader_finds_every_frame_and_its_domain(written):
    name, folder = written
    index, splits = (mf.index, ("train", "val", "test")) if name == "mf" else (bdd.index, ("train", "val"))
    frames = {split: index(folder, split) for split in splits}
    assert sum(map(len, frames.values())) == FRAMES
    for found in frames.values():
        assert {frame.domain for frame in found} == set(Domain)
    names = [frame.name for found in frames.values() for frame in found]
    assert len(set(names)) == FRAMES


def test_images_and_labels_have_the_sets_types_and_ids(written):
    name, folder = written
    table = MF if name == "mf" else CITYSCAPES
    size, channels = ((64, 48), 4) if name == "mf" else ((128, 72), 3)
    for frame in mf.index(folder, "train") if name == "mf" else bdd.index(folder, "train"):
        image, label = (cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in (frame.rgb, frame.label))
        assert (image.dtype, image.shape) == (np.uint8, (*size[::-1], channels))
        assert label.shape == image.shape[:2]
        assert table.apply(label, frame.label).max() <= IGNORE


def test_bytes_do_not_depend_on_workers_and_a_lost_frame_comes_back(written, tmp_path):
    name, folder = written
    list(WRITERS[name](STREET, FRAMES, SCALE, tmp_path / "again", 2))
    before = contents(folder)
    assert contents(tmp_path / "again") == before
    sorted(folder.rglob("labels/**/*.png"))[2].unlink()
    list(WRITERS[name](STREET, FRAMES, SCALE, folder, 1))
    assert contents(folder) == before


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(("frames", "scale", "message"), [(3, 0.1, "street.frames"), (9, 0.001, "street.scale")])
def test_impossible_numbers_stop_before_anything_is_written(name, frames, scale, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        list(WRITERS[name](STREET, frames, scale, tmp_path / "new", 1))
    assert not any(tmp_path.iterdir())


def test_other_parameters_are_refused(written):
    name, folder = written
    with pytest.raises(ValueError, match="begun with other parameters"):
        list(WRITERS[name](replace(STREET, seed=9), FRAMES, SCALE, folder, 1))


def test_the_full_set_has_the_released_numbers():
    parts = mf_street.parts(1569)
    counts = {split: sum(part.last - part.first for part in parts if part.split == split) for split in ("train", "val", "test")}
    assert counts == {"train": 784, "val": 392, "test": 393}
    assert abs(sum(part.last - part.first for part in parts if part.domain is Domain.DAY) - 820) <= 2


@pytest.mark.parametrize("written", [mf_street, bdd_street])
@pytest.mark.parametrize("frames", [8, 23, 100])
def test_parts_cover_the_frames_once(written, frames):
    made = [name for part in written.parts(frames) for name in written.names(part)]
    assert len(made) == len(set(made)) == frames


def test_label_tables_agree_with_the_taxonomy():
    assert labels.mf()[vistas_id("Car")] == MF.sources.index("car")
    assert labels.cityscapes()[vistas_id("Curb")] == CITYSCAPES.sources.index("sidewalk")
    for table, theirs, void in ((labels.mf(), MF, 0), (labels.cityscapes(), CITYSCAPES, 255)):
        ids = table[: len(SCENE_NAMES)]
        assert set(ids) - {void} == set(range(len(theirs.sources))) - {void}
        ours = theirs.apply(ids, "table")
        assert ours[vistas_id("Bicyclist")] == PERSON
        assert ours[vistas_id("Truck")] == CAR
        assert ours[vistas_id("Motorcycle")] == BICYCLE
    assert MF.apply(labels.mf(), "table")[vistas_id("Curb")] == CURB
    ours = VISTAS.apply(labels.vistas(), "table")
    assert {CURB, PERSON, CAR, BICYCLE} <= set(ours)
    assert ours[vistas_id("Curb")] == CURB
    assert {ours[SCENE_NAMES.index(name)] for name in ("Traffic Cone", "Speed Bump", "Wheel Stop")} == {IGNORE}


def things(place, blocks: int = 25) -> set[str]:
    return {SCENE_NAMES[solid.stuff.label] for number in range(blocks) for thing in place._block(number).things for solid in thing.solids}


def test_what_only_mf_labels_stands_on_its_campus_and_nowhere_else():
    own = {"Traffic Cone", "Speed Bump", "Wheel Stop"}
    assert own | {"Guard Rail"} <= things(campus(np.random.default_rng(0), LEAFY))
    for place in (american(np.random.default_rng(0), Layout.URBAN, LEAFY), *(world(np.random.default_rng(1), layout) for layout in Layout)):
        assert not own & things(place)


def test_scenery_leaves_the_world_without_it_as_it_was():
    place = world(np.random.default_rng(3), Layout.URBAN)
    dressed = replace(place, site=replace(place.site, scenery=(scenery.campus,)))
    before, after = place._block(4).things, dressed._block(4).things
    assert [thing.solids for thing in place._block(4).things] == [thing.solids for thing in before]
    assert [thing.solids for thing in after] != [thing.solids for thing in before]


def test_north_america_drives_wider_cars_on_wider_lanes():
    rng = np.random.default_rng
    ours, theirs = (
        [build(rng(seed)) for seed in range(20)] for build in (lambda r: world(r, Layout.URBAN), lambda r: american(r, Layout.URBAN, LEAFY))
    )
    assert np.mean([w.site.profile.lane for w in theirs]) > np.mean([w.site.profile.lane for w in ours]) + 0.4
    pickup, height = scenery.pickup(rng(0), running=True), 0.0
    height = max(solid.centre[2] + solid.size[2] / 2 for solid in pickup)
    assert 1.5 < height < 2.1
    assert {SCENE_NAMES[solid.stuff.label] for solid in pickup} == {"Car"}


def test_mfs_two_cameras_meet_at_twenty_metres():
    colour, thermal = cameras(1.0)
    point = np.array([[1.0, 0.5, 20.0], [1.0, 0.5, 5.0]])
    between = thermal.project(point - [0.06, 0, 0]) - colour.project(point)
    np.testing.assert_allclose(between[0], 0, atol=1e-9)
    assert between[1, 0] == pytest.approx(colour.focal_px[0] * 0.06 * (1 / 20 - 1 / 5))


def test_eight_bits_hold_the_stated_span():
    kelvin = np.linspace(-40, 40, 801, dtype=np.float32).reshape(1, -1)
    image = eight_bit(kelvin, 50.0, 0.2)
    assert kelvin[0, np.flatnonzero(image[0] > 0)[0]] == pytest.approx(-10, abs=0.3)
    assert kelvin[0, np.flatnonzero(image[0] < 255)[-1]] == pytest.approx(40, abs=0.3)
    assert np.all(np.diff(image[0].astype(int)) >= 0)


def test_no_picture_of_mf_is_taken_from_within_a_tree(monkeypatch):
    """Where most of a picture is nearer than a metre, another place is tried."""
    rng = np.random.default_rng(3)
    place = campus(rng, LEAFY)
    where = place, place.stretch(0.0, mf_street.SPAN_M)
    aim, tries = mf_street.framed, []

    def framed(*args):
        scene, shot = aim(*args)
        tries.append(shot)
        near = np.full_like(shot.hit.distance, 0.1)
        return scene, replace(shot, hit=replace(shot.hit, distance=near)) if len(tries) < 3 else shot

    monkeypatch.setattr(mf_street, "framed", framed)
    thermal = mf_street.Thermal(40.0, 0.3, np.zeros(64, np.float32))
    image, _ = mf_street.exposed(STREET, SCALE, where, climate.draw(mf_street.TOKYO, Domain.DAY, rng), thermal, rng)
    assert len(tries) == 3
    assert image.shape == (48, 64, 4)


def test_where_no_picture_of_mf_is_clear_the_clearest_is_taken(monkeypatch):
    rng = np.random.default_rng(3)
    place = campus(rng, LEAFY)
    where, camera = (place, place.stretch(0.0, 0.0)), mf_street.cameras(SCALE)[0]
    scene, shot = mf_street.framed(where, camera, rng)
    shares = iter([0.9, 0.5, 0.8] + [0.95] * mf_street.TRIES)

    def framed(*args):
        near = np.where(np.arange(len(shot.hit.ray)) < next(shares) * len(shot.directions), np.float32(0.1), np.float32(9.0))
        return scene, replace(shot, hit=replace(shot.hit, distance=near))

    monkeypatch.setattr(mf_street, "framed", framed)
    found = mf_street.clearest(where, camera, rng)[1]
    assert np.count_nonzero(found.hit.distance < 1) == pytest.approx(min(0.5 * len(shot.directions), len(shot.hit.ray)), abs=1)
    assert len(list(shares)) == 3
