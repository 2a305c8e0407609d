"""``heatnet street``: the simulator alone, for somebody who wants its data and nothing else."""

import os
import shutil
import sysconfig
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import heatnet
from heatnet import config
from heatnet.pipeline.profile import read_yaml
from heatnet.pipeline.workspace import bar, workers

if TYPE_CHECKING:
    from heatnet.data.frames import Frame


SHEET, SHOWN, COLUMNS = "sheet.png", 25, 5


@dataclass(frozen=True)
class Order:
    """What is asked for: a layout, how many frames of it, at which multiple of its size, where, from which numbers, the second thermal
    camera, and whose classes."""

    layout: str
    frames: int
    out: Path
    seed: int | None
    scale: float
    params: Path | None
    thermal_stereo: bool = False
    all_classes: bool = False


def street(order: Order) -> int:
    """Write the data set and return 0; ``ValueError`` says what cannot be, before anything is rendered."""
    with _explained():
        numbers = parameters(order)
        total = sum(1 for _ in bar(_each(_steps(order, numbers)), order.frames, order.layout))
        _sheet(order, numbers.seed)
    print(f"{order.out}: {total} frames in the layout of {order.layout}, seed {numbers.seed}; {SHEET} shows some of them")
    return 0


def parameters(order: Order) -> "config.Street":
    """The simulator's numbers: of ``--params``, or of the default profile, with the seed and the sizes asked for."""
    if order.frames < 1:
        raise ValueError(f"--frames: {order.frames}; give at least 1")
    if not 0 < order.scale <= 8:
        raise ValueError(f"--scale: {order.scale}; give a number above 0, at most 8")
    numbers: config.Street = config.parse(config.Street, _section(order.params, "street"), f"{_file(order.params)}: street")
    if order.seed is not None:
        if order.seed < 0:
            raise ValueError(f"--seed: {order.seed}; give 0 or a larger whole number")
        numbers = replace(numbers, seed=order.seed)
    if order.thermal_stereo and order.layout != "freiburg":
        raise ValueError(f"--thermal-stereo: {order.layout} has no second thermal camera; leave it out, or take --layout freiburg")
    if order.all_classes and order.layout != "mf":
        raise ValueError(f"--all-classes: {order.layout} has labels of all classes as it is; leave it out, or take --layout mf")
    return replace(numbers, shared_drives=0, thermal_stereo=order.thermal_stereo)


def _steps(order: Order, numbers: "config.Street") -> Iterator[int]:
    """How many frames are written, again and again."""
    from heatnet import street as simulator

    if order.layout == "vistas":
        validation = max(1, round(order.frames / 9))
        size = (round(order.scale * numbers.vistas.size[0]), round(order.scale * numbers.vistas.size[1]))
        if order.frames < 2:
            raise ValueError(f"--frames: {order.frames}; Vistas has two splits, give at least 2")
        vistas = replace(numbers.vistas, training=order.frames - validation, validation=validation, size=size)
        yield from _done(simulator.write_vistas(replace(numbers, vistas=vistas), order.out, workers()))
    elif order.layout == "mf":
        yield from _done(simulator.write_mf(numbers, order.frames, order.scale, order.out, workers(), "vistas" if order.all_classes else "mf"))
    elif order.layout == "bdd":
        yield from _done(simulator.write_bdd(numbers, order.frames, order.scale, order.out, workers()))
    else:
        yield from _freiburg(order, numbers)


def _sheet(order: Order, seed: int) -> None:
    """A contact sheet of up to ``SHOWN`` random frames by day and as many by night, read again by the layout's own loader."""
    import numpy as np

    from heatnet.data.reading import read_rgb, read_thermal
    from heatnet.figures import pairs_sheet, save
    from heatnet.taxonomy import Domain

    rng, shown = np.random.default_rng(seed), {}
    frames = index(order)
    for domain in Domain:
        some = [frame for frame in frames if frame.domain is domain]
        chosen = [some[i] for i in sorted(rng.permutation(len(some))[:SHOWN])]
        bits = 8 if order.layout == "mf" else 16
        shown[domain.value] = [(read_rgb(f.rgb), None if f.thermal is None else read_thermal(f.thermal, bits)) for f in chosen if f.rgb]
    save(pairs_sheet(shown, COLUMNS, 240), order.out / SHEET, dpi=80)


def index(order: Order) -> "list[Frame]":
    """Every frame that was written, as the layout's loader finds them."""
    from heatnet.data import bdd, freiburg, mf, vistas

    if order.layout == "vistas":
        return [*vistas.index(order.out, "training"), *vistas.index(order.out, "validation")]
    if order.layout == "mf":
        return [*mf.index(order.out, "train"), *mf.index(order.out, "val"), *mf.index(order.out, "test")]
    if order.layout == "bdd":
        return [*bdd.index(order.out, "train"), *bdd.index(order.out, "val")]
    return [*freiburg.index(order.out, "train"), *freiburg.index(order.out, "test")]


def _each(counts: Iterator[int]) -> Iterator[None]:
    """One step for every frame that is written."""
    before = 0
    for done in counts:
        yield from [None] * (done - before)
        before = max(done, before)


def _done(steps: Iterator[Any]) -> Iterator[int]:
    """The count alone."""
    return (step.done for step in steps)


def _freiburg(order: Order, numbers: "config.Street") -> Iterator[int]:
    """Recordings and truth; then thermal aligned with the true rig, and labels, as the release has them."""
    from heatnet import street as simulator
    from heatnet.calibration import align, files
    from heatnet.street.checks import check
    from heatnet.street.files import claim

    settings: config.Calibration = config.parse(config.Calibration, _section(order.params, "calibration"), f"{_file(order.params)}: calibration")
    raw, truth = order.out / "recordings", order.out / "truth"
    sized = drives(numbers, order.frames, order.scale)
    moments = sum(split.day_drives * split.day_frames + split.night_drives * split.night_frames for split in (sized.train, sized.test))
    check(sized)
    claim(order.out, repr(("freiburg", sized)))
    yield from (min(step.done, moments) for step in simulator.write_recordings(sized, raw, truth, workers()))
    jobs = align.targets(raw, order.out)
    if not all(job.rgb.is_file() for job in jobs):
        for _ in align.align_all(jobs, files.read_rig(truth / "calibration.yaml"), settings):
            yield moments
    align.write_test_labels(truth / "labels" / "test", order.out)
    for label in sorted((truth / "labels" / "train").glob("*_day/*/*.png")):
        _copy(label, order.out / label.relative_to(truth / "labels").parent / "fl_rgb_labels" / label.name.replace("fl_rgb", "fl_rgb_labels"))


def drives(numbers: "config.Street", frames: int, scale: float) -> "config.Street":
    """The profile's drives, as many as make at least ``frames`` aligned moments in its shares of training and test, day and night."""
    splits = {"train": numbers.train, "test": numbers.test}
    counts = {name: (split.day_drives * split.day_frames, split.night_drives * split.night_frames) for name, split in splits.items()}
    whole = sum(map(sum, counts.values()))
    changed = {}
    for name, split in splits.items():
        day, night = (max(1, -(-frames * count // whole)) for count in counts[name])
        by_day, by_night = -(-day // split.day_frames), -(-night // split.night_frames)
        changed[name] = replace(
            _scaled(split, scale), day_drives=by_day, day_frames=-(-day // by_day), night_drives=by_night, night_frames=-(-night // by_night)
        )
    return replace(numbers, train=changed["train"], test=changed["test"], calibration=_scaled(numbers.calibration, scale))


def _scaled(split: "config.StreetSplit", scale: float) -> "config.StreetSplit":
    """The split with larger or smaller images; thermal ones never larger than the sensor."""
    return replace(split, rgb_scale=split.rgb_scale * scale, thermal_scale=min(split.thermal_scale * scale, max(1.0, split.thermal_scale)))


def _file(params: Path | None) -> Path:
    """The file of numbers: the one asked for, the repository's, or (installed without it) the one that came with the package."""
    if params is not None:
        return params
    places = (Path(heatnet.__file__).parents[1] / "params.yaml", Path(sysconfig.get_path("data")) / "share" / "heatnet" / "params.yaml")
    for place in places:
        if place.is_file():
            return place
    raise ValueError(f"{places[0]}: no such file, nor {places[1]}; name a file of numbers with --params (the repository's params.yaml)")


def _section(params: Path | None, name: str) -> Any:
    """A section of the file of numbers."""
    content = read_yaml(_file(params))
    if name not in content:
        raise ValueError(f"{_file(params)}: no section {name!r}; the repository's params.yaml has one")
    return content[name]


def _copy(source: Path, target: Path) -> None:
    """A copy that is there in whole or not at all."""
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".partial-{target.name}")
        shutil.copyfile(source, partial)
        os.replace(partial, target)


@contextmanager
def _explained() -> Iterator[None]:
    """Errors of the machine as ``ValueError`` that says what to do."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ValueError(f"the package {error.name} is missing; install heatnet[street,pipeline]") from error
    except BrokenProcessPool as error:
        raise ValueError(
            "a worker died, perhaps for want of memory; set HEATNET_WORKERS to fewer, then run again: finished frames are kept"
        ) from error
    except OSError as error:
        raise ValueError(str(error)) from error
