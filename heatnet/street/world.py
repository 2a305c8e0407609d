"""A world: an endless street from a seed; a stretch of it; a scene, which is a stretch at an instant."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from jaxtyping import Float, Float32, Int32, Shaped

from heatnet.street import blocks, city, ground, highway, sight, vehicles
from heatnet.street.path import Course, Layout, Profile, course, profile
from heatnet.street.plants import Season
from heatnet.street.rays import Tracer, listed
from heatnet.street.site import BLOCK_M, Block, Site, Thing, beams_of, bulbs, footprint, lamps
from heatnet.street.solids import Mesh, Parts, compiled, join, parts_of

BEHIND_M, AHEAD_M = 30.0, 180.0
LEAFY, CLEAR_M = Season(0.2, 0.0), 3.0
"""Nobody walks or drives into the car of the cameras."""
SLOPES_M = 14.0
"""From here on the ground may rise (``ground.height``); houses nearer to the road stand level."""


@dataclass(frozen=True)
class Scene:
    """A street at an instant, ready for rays.

    Faces of ``static`` come first in ``part``, then those of ``moving``; ``along`` holds (s, t) of the corners of the first
    faces, which are the ground's. ``ego`` is where the car of the cameras stands: x, y, heading. ``beams`` are the lights of other vehicles
    (``site.bulbs``): x, y, z, heading, 1 for red ones behind, strength. ``spheres`` (x, y, z, radius) hold all of ``moving`` but the horizon,
    whose hills rise to ``skyline`` metres.
    """

    static: Tracer
    moving: Tracer
    static_part: Int32[np.ndarray, "faces"]
    moving_part: Int32[np.ndarray, "moving_faces"]
    parts: Parts
    along: Float32[np.ndarray, "ground_faces 3 2"]
    profile: Profile
    zebras: tuple[tuple[float, float], ...]
    crossings: tuple[tuple[float, float], ...]
    lights: Float32[np.ndarray, "lights 3"]
    beams: Float32[np.ndarray, "beams 6"]
    spheres: Float[np.ndarray, "spheres 4"]
    skyline: float
    ego: tuple[float, float, float]


@dataclass(frozen=True)
class Stretch:
    """A part of a world laid out: what stands still as a finished mesh, what moves in its own frame (the first of it is the horizon)."""

    course: Course
    still: Scene
    movers: list[Thing]
    mesh: Mesh
    parts: Parts
    owner: Int32[np.ndarray, "moving_parts"]
    bulbs: Float[np.ndarray, "bulbs 6"]
    speed: float
    heights: Callable[[Float[np.ndarray, "n 2"]], Float[np.ndarray, "n"]]

    def scene(self, ego_s: float, lane: float) -> Scene:
        """The stretch when the car of the cameras is at (``ego_s``, ``lane``): moving things where they then are."""
        places = np.array([_whereabouts(thing, ego_s, self.speed, self.still.profile.front) for thing in self.movers]).reshape(-1, 2)
        (x, y), heading = self.course.place(np.array([ego_s]), np.array([lane]))[0], self.course.heading(np.array([ego_s]))[0]
        still = replace(self.still, ego=(float(x), float(y), float(heading)))
        near = np.abs(places[:, 0] - ego_s - AHEAD_M / 2) < AHEAD_M / 2 + BEHIND_M
        near &= np.array([self._there(thing, ego_s) for thing in self.movers], bool)
        near &= np.hypot(places[:, 0] - ego_s, places[:, 1] - lane) > CLEAR_M
        poses = _poses(self.course, places, [thing.turn for thing in self.movers], self.heights(places))
        near, poses = np.concatenate([[True], near]), np.concatenate([[[x, y, 0.0, 0.0]], poses])
        vertices, parts = _stand(self.mesh, self.parts, self.owner, poses)
        faces = near[self.mesh.thing[self.mesh.faces[:, 0]]]
        part = self.mesh.part[faces] + np.int32(len(still.parts))
        beams = beams_of(self.bulbs[near[self.bulbs[:, 0].astype(int) + 1]], poses[1:])
        spheres = sight.stood(self._spheres[near[self._spheres[:, 4].astype(int)]], poses)
        moving = Tracer(vertices, self._faces[faces])
        return replace(still, moving=moving, moving_part=part, parts=join([still.parts, parts]), beams=beams, spheres=spheres, skyline=self._skyline)

    @cached_property
    def _faces(self) -> Shaped[np.ndarray, "faces"]:
        """The faces of the mesh, quick to build from."""
        return listed(self.mesh.faces)

    @cached_property
    def _skyline(self) -> float:
        """Height of the hills on the horizon."""
        return float(self.mesh.vertices[self.mesh.thing == 0, 2].max())

    @cached_property
    def _spheres(self) -> Float[np.ndarray, "spheres 5"]:
        """Spheres around what moves (``sight.spheres``)."""
        return sight.spheres(self.mesh)

    def _there(self, thing: Thing, ego_s: float) -> bool:
        """Whether a moving thing is there at all: near its own place, as any stretch that holds this moment knows it, or if it drives with us."""
        return thing.pace == self.speed or -BEHIND_M <= thing.s - ego_s <= AHEAD_M


@dataclass(frozen=True)
class World:
    """An endless street; ``entropy`` seeds its blocks, ``speed`` is that of the car of the cameras in m/s."""

    entropy: tuple[int, ...]
    site: Site
    course: Course
    surface: ground.Surface
    speed: float

    @cached_property
    def lane(self) -> float:
        """Where in the cross-section the car of the cameras drives (on the right)."""
        return self.site.profile.middle_of(self.site.profile.lanes - 1)

    def _block(self, number: int) -> Block:
        """The block of a number."""
        rng = np.random.default_rng(np.random.SeedSequence(self.entropy, spawn_key=(0, number + 2**20)))
        district = np.random.default_rng(np.random.SeedSequence(self.entropy, spawn_key=(1, number // 4 + 2**20))).random()
        build = highway.block if self.site.layout is Layout.HIGHWAY else blocks.block
        made = build(rng, self.site, number * BLOCK_M, float(district))
        for place, dress in enumerate(self.site.scenery):
            own = np.random.default_rng(np.random.SeedSequence(self.entropy, spawn_key=(3, place, number + 2**20)))
            dress(own, made, self.site, number * BLOCK_M)
        return made

    def stretch(self, start: float, end: float) -> Stretch:
        """Lay out the street for a car that drives from ``start`` to ``end`` (metres): what it sees ahead included."""
        first, last = int((start - BEHIND_M) // BLOCK_M), int((end + AHEAD_M) // BLOCK_M)
        made = [self._block(number) for number in range(first, last + 1)]
        things = [thing for block in made for thing in block.things]
        movers = [thing for thing in things if thing.pace or thing.drift] + self._ahead()
        fixed = [thing for thing in things if not (thing.pace or thing.drift)]
        groups = [ground.horizon(int(self.entropy[0]), self.surface), *[thing.solids for thing in movers]]
        mesh, owner = compiled(groups)
        parts = parts_of(groups, np.array([1, *[7919 + _seed(thing) for thing in movers]]))
        still = self.lay(fixed, made, (first * BLOCK_M, (last + 1) * BLOCK_M))
        return Stretch(self.course, still, movers, mesh, parts, owner, bulbs(movers), self.speed, partial(self._heights, made))

    def _ahead(self) -> list[Thing]:
        """Perhaps a car or two that drive before ours, all the way."""
        rng = np.random.default_rng(np.random.SeedSequence(self.entropy, spawn_key=(2, 2**20)))
        if self.site.layout is Layout.HIGHWAY:
            return highway.traffic(rng, 0.0, self.site.profile, self.speed)
        gap, cars = 0.0, []
        for _ in range(int(rng.choice([0, 1, 1, 2]))):
            gap += float(rng.uniform(11, 35))
            build = vehicles.car if rng.random() < 0.8 else vehicles.van if rng.random() < 0.6 else vehicles.truck
            cars.append(Thing(build(rng, True), 0.0, self.lane, 0.0, self.speed, 0.0, gap))
        return cars

    def lay(self, things: list[Thing], made: list[Block], span: tuple[float, float]) -> Scene:
        """The scene of the ground from ``span[0]`` to ``span[1]`` and of things that stand still; crossings and lamps are those of the blocks."""
        crossings = [block.crossing for block in made if block.crossing]
        floor = ground.strips(self.course, self.site.profile, self.surface, crossings, span)
        groups = [floor.solids, *[thing.solids for thing in things]]
        mesh, owner = compiled(groups[1:])
        owner = np.concatenate([np.zeros(len(floor.solids), np.int32), owner + 1])
        places = np.array([(thing.s, thing.t) for thing in things]).reshape(-1, 2)
        poses = _poses(self.course, places, [thing.turn for thing in things], self._bases(made, things))
        poses = np.concatenate([[[0, 0, 0, 0]], poses])
        lifted = replace(mesh, thing=mesh.thing + np.int32(1))
        vertices, parts = _stand(lifted, parts_of(groups, np.array([0, *map(_seed, things)])), owner, poses)
        faces = np.concatenate([floor.faces, mesh.faces + np.int32(len(floor.vertices))])
        return Scene(
            static=Tracer(np.concatenate([floor.vertices, vertices]), faces),
            moving=Tracer(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)),
            static_part=np.concatenate([floor.strip, mesh.part + np.int32(len(floor.solids))]),
            moving_part=np.zeros(0, np.int32),
            parts=parts,
            along=floor.along[floor.faces],
            profile=self.site.profile,
            zebras=tuple(block.zebra for block in made if block.zebra),
            crossings=tuple(crossings),
            lights=lamps(self.course, things),
            beams=np.zeros((0, 6), np.float32),
            spheres=np.zeros((0, 4)),
            skyline=0.0,
            ego=(0.0, 0.0, 0.0),
        )

    def _heights(self, made: list[Block], places: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n"]:
        """The ground's height at places: pavements, slopes, crossings."""
        return ground.height(self.site.profile, self.surface, [block.crossing for block in made if block.crossing], places)

    def _bases(self, made: list[Block], things: list[Thing]) -> Float[np.ndarray, "things"]:
        """What things that stand still stand on; of what is wide, on a slope, the lowest corner, so that nothing hovers."""
        places = np.array([(thing.s, thing.t) for thing in things]).reshape(-1, 2)
        base = self._heights(made, places)
        if sloping := [i for i, thing in enumerate(things) if abs(thing.t) > SLOPES_M]:
            half = np.array([footprint(things[i]) for i in sloping])
            corners = [self._heights(made, places[sloping] + half * sign) for sign in ((-1, -1), (-1, 1), (1, -1), (1, 1))]
            base[sloping] = np.minimum(base[sloping], np.min(corners, 0))
        return base


def _seed(thing: Thing) -> int:
    """A number of its own for a thing, from where it is."""
    return int(37 * thing.s + 11 * thing.t + 101 * thing.lead)


def _whereabouts(thing: Thing, ego_s: float, speed: float, limit: float) -> tuple[float, float]:
    """(s, t) of a moving thing: it passes its place when the car is ``lead`` before it."""
    elapsed = (ego_s - (thing.s - thing.lead)) / speed
    return thing.s + thing.pace * elapsed, float(np.clip(thing.t + thing.drift * elapsed, -limit, limit)) if thing.drift else thing.t


def _poses(way: Course, places: Float[np.ndarray, "n 2"], turns: list[float], heights: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n 4"]:
    """World x, y, z, heading of things at (s, t)."""
    if not len(places):
        return np.zeros((0, 4))
    return np.c_[way.place(places[:, 0], places[:, 1]), heights, way.heading(places[:, 0]) + np.array(turns)]


def _stand(
    mesh: Mesh, parts: Parts, owner: Int32[np.ndarray, "parts"], poses: Float[np.ndarray, "things 4"]
) -> tuple[Float[np.ndarray, "v 3"], Parts]:
    """World vertices, and the table of parts with each object's frame."""
    cos, sin = np.cos(poses[:, 3]), np.sin(poses[:, 3])
    x, y, z = mesh.vertices.T.astype(np.float64)
    of = mesh.thing
    world = np.stack([cos[of] * x - sin[of] * y + poses[of, 0], sin[of] * x + cos[of] * y + poses[of, 1], z + poses[of, 2]], -1)
    frame = replace(parts, origin=poses[owner, :3].astype(np.float32), axis=np.stack([cos, sin], -1)[owner].astype(np.float32))
    return world, frame


def world(rng: np.random.Generator, layout: Layout, lit: float = 0.3, season: Season = LEAFY) -> World:
    """A world of a kind of street; ``lit`` is the share of windows lit at night, ``season`` tells the plants' leaves (``climate.season``)."""
    if layout is Layout.CITY:
        plain = world(rng, Layout.URBAN, lit, season)
        return replace(plain, site=city.site(rng, plain.site))
    crowd = {Layout.URBAN: 1.9, Layout.SUBURBAN: 0.85, Layout.RURAL: 0.35, Layout.HIGHWAY: 0.0}[layout] * float(rng.uniform(0.6, 1.5))
    cross = highway.profile(rng) if layout is Layout.HIGHWAY else profile(rng, layout)
    site = Site(layout, cross, season, crowd, bool(rng.random() < 0.75), lit, float(rng.choice([40, 60])))
    entropy = tuple(int(word) for word in rng.integers(0, 2**32, 4))
    paved = layout is Layout.URBAN and rng.random() < 0.6
    return World(
        entropy, site, course(rng, layout), ground.surface(rng, bool(paved)), float(rng.uniform(6, 9)) * (3.6 if layout is Layout.HIGHWAY else 1)
    )
