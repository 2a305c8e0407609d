"""A calibration in words: what was found, how sure it is, what to beware of, and whether to trust it."""

from collections.abc import Iterator

import numpy as np

from heatnet.calibration.camera import Rig
from heatnet.calibration.delay import words
from heatnet.calibration.solver import Found
from heatnet.calibration.uncertainty import UNITS, WORDS, deviations, focal_effect, inseparable, pixel_sigma
from heatnet.calibration.unknowns import NAMES, difference
from heatnet.config import Calibration


def lines(found: Found, guess: Rig, settings: Calibration) -> Iterator[str]:
    """The report, line by line; the guess at the scale of the result."""
    camera = found.rig.thermal
    sigma = pixel_sigma(found.rig, found.covariance)
    yield f"{len(found.frames)} frames used, {len(found.dropped) + len(found.blank)} left out; {found.edges} RGB edges with depth"
    yield f"edges lie {found.residual_px:.2f} px apart (rms); {found.confidence:.1f} times as many match as by chance"
    expected = f"median {np.median(sigma):.2f} px, 95 % {np.percentile(sigma, 95):.2f} px"
    yield f"expected error over the image at 5 to 60 m (one standard deviation): {expected}"
    effect = focal_effect(found.rig)
    whole = np.hypot(sigma, settings.uncertainty.rgb_focal * effect)
    yield (
        f"no residual shows an error of the RGB pair's focal length: 0.1 % moves {0.001 * np.median(effect):.2f} px (nothing, with this same pair); "
        f"known to {100 * settings.uncertainty.rgb_focal:g} %, expect median {np.median(whole):.2f} px, 95 % {np.percentile(whole, 95):.2f} px"
    )
    yield f"focal length {camera.focal_px[0]:.2f} {camera.focal_px[1]:.2f} px, principal point {camera.centre_px[0]:.2f} {camera.centre_px[1]:.2f} px"
    yield "distortion " + " ".join(f"{k:.5f}" for k in camera.distortion)
    yield "translation from left " + " ".join(f"{1e3 * t:.1f}" for t in found.rig.thermal_from_left[:3, 3]) + " mm"
    spread = ", ".join(f"{WORDS.get(name, name)} {value:.2g} {unit}".rstrip() for name, (value, unit) in deviations(found.covariance).items())
    yield f"standard deviations: {spread}"
    for name in found.blank:
        yield f"left out: {name}: its thermal image is blank (a closed shutter?)"
    for name, times in found.dropped.items():
        yield f"left out: {name}: its edges match only {times:.1f} times as often as by chance; do its images belong to one moment?"
    if found.late is not None:
        yield words(found.late, settings)
    for text in inseparable(found.covariance, settings.uncertainty.correlation):
        yield f"note: {text}"
    for text in warnings(found, guess, settings):
        yield f"warning: {text}"
    for text in doubts(found, settings):
        yield f"NOT TO BE TRUSTED: {text}"


def warnings(found: Found, guess: Rig, settings: Calibration) -> Iterator[str]:
    """Where the result lies far from the guess, and what the recordings cannot show."""
    step = np.abs(difference(found.rig, guess))
    search, width, tangential = settings.search, guess.thermal.width, settings.refinement.tangential
    allowed = {"log fx": search.focal, "log fy": search.focal, "cx": search.centre * width, "cy": search.centre * width}
    allowed |= dict.fromkeys(("tx", "ty", "tz"), search.translation_m) | {"p1": tangential, "p2": tangential}
    aspect = abs(np.subtract(*np.log(found.rig.thermal.focal_px)) - np.subtract(*np.log(guess.thermal.focal_px))) / settings.refinement.aspect
    far = {WORDS.get(name, name): step[NAMES.index(name)] / size for name, size in allowed.items()} | {"the pixels' aspect": aspect}
    for what, times in far.items():
        if times > settings.uncertainty.surprise:
            yield f"{what} is {times:.1f} standard deviations from the guess; check the guess and run again"
    yield from pulls(found)
    if found.late is None and step[NAMES.index("tz")] > settings.uncertainty.surprise * search.translation_m:
        late = 100 * step[NAMES.index("tz")]
        yield (
            f"if the car was moving, the shift forward may be the clocks: at 10 m/s it is what {late:.0f} ms between RGB and thermal look like; "
            "frames of a standing car, or speeds, tell them apart"
        )


def pulls(found: Found) -> Iterator[str]:
    """Which unknowns the guess has moved by more than one standard deviation from where the recordings alone would have them."""
    sigma = np.sqrt(np.diag(found.covariance))
    moved = []
    for name, pull, width in zip(NAMES, found.pull, sigma, strict=True):
        factor, unit = UNITS.get(name, (1.0, ""))
        if abs(pull) > width:
            moved.append(f"{WORDS.get(name, name)} by {factor * pull:+.2g} {unit}".rstrip() + f" ({abs(pull) / width:.1f} standard deviations)")
    if moved:
        yield f"the guess decides more than the recordings: it moves {', '.join(moved)}; if it is wrong there, so is the result: give more frames"


def doubts(found: Found, settings: Calibration) -> Iterator[str]:
    """Reasons not to use the result."""
    if (expected := float(np.median(pixel_sigma(found.rig, found.covariance)))) > settings.uncertainty.trust_px:
        yield f"the expected error is {expected:.2f} px (at most {settings.uncertainty.trust_px:g}); give more frames, of other places and hours"
    if found.reached < 2:
        yield f"of {found.searches} searches only one ended here, so another result may be as good; give more frames, or a better guess"
    if found.far > settings.uncertainty.plausible:
        yield (
            f"the result lies {found.far:.0f} squared standard deviations from the guess in all (at most {settings.uncertainty.plausible:g}); "
            "measure focal length and position again"
        )
    if len(found.dropped) > len(found.frames):
        share = f"{len(found.dropped)} of {len(found.dropped) + len(found.frames)} frames do not fit"
        yield f"{share}; check that thermal and RGB are of the same moments"
