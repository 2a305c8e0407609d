"""A calibration in words: what was found, how sure it is, what to beware of, and whether to trust it."""

from collections.abc import Iterator

import numpy as np

from heatnet.calibration.camera import Rig
from heatnet.calibration.solver import Found
from heatnet.calibration.uncertainty import WORDS, deviations, inseparable, pixel_sigma
from heatnet.calibration.unknowns import NAMES, difference
from heatnet.config import Calibration


def lines(found: Found, guess: Rig, settings: Calibration) -> Iterator[str]:
    """The report, line by line; the guess at the scale of the result."""
    camera = found.rig.thermal
    sigma = pixel_sigma(found.rig, found.covariance)
    yield f"{len(found.frames)} frames used, {len(found.dropped)} left out; {found.edges} RGB edges with depth"
    yield f"edges lie {found.residual_px:.2f} px apart (rms); {found.confidence:.1f} times as many match as by chance"
    expected = f"median {np.median(sigma):.2f} px, 95 % {np.percentile(sigma, 95):.2f} px"
    yield f"expected error over the image at 5 to 60 m (one standard deviation): {expected}"
    yield f"focal length {camera.focal_px[0]:.2f} {camera.focal_px[1]:.2f} px, principal point {camera.centre_px[0]:.2f} {camera.centre_px[1]:.2f} px"
    yield "distortion " + " ".join(f"{k:.5f}" for k in camera.distortion)
    yield "translation from left " + " ".join(f"{1e3 * t:.1f}" for t in found.rig.thermal_from_left[:3, 3]) + " mm"
    spread = ", ".join(f"{WORDS.get(name, name)} {value:.2g} {unit}".rstrip() for name, (value, unit) in deviations(found.covariance).items())
    yield f"standard deviations: {spread}"
    for name, times in found.dropped.items():
        yield f"left out: {name}: its edges match only {times:.1f} times as often as by chance; do its images belong to one moment?"
    for text in inseparable(found.covariance, settings.uncertainty.correlation):
        yield f"note: {text}"
    yield "note: the focal length of the RGB pair passes straight through: 0.3 % there is 0.3 % here, and no residual shows it"
    for text in warnings(found, guess, settings):
        yield f"warning: {text}"
    for text in doubts(found, settings):
        yield f"NOT TO BE TRUSTED: {text}"


def warnings(found: Found, guess: Rig, settings: Calibration) -> Iterator[str]:
    """Where the result lies far from the guess, and what the recordings cannot show."""
    step = np.abs(difference(found.rig, guess))
    search, width = settings.search, guess.thermal.width
    allowed = {"log fx": search.focal, "log fy": search.focal, "cx": search.centre * width, "cy": search.centre * width}
    allowed |= dict.fromkeys(("tx", "ty", "tz"), search.translation_m)
    for name, size in allowed.items():
        if (times := step[NAMES.index(name)] / size) > settings.uncertainty.surprise:
            yield f"{WORDS[name]} is {times:.1f} standard deviations from the guess, which pulls a little; check the guess and run again"
    if step[NAMES.index("tz")] > settings.uncertainty.surprise * search.translation_m:
        late = 100 * step[NAMES.index("tz")]
        yield f"if the car was moving, the shift forward may be the clocks: at 10 m/s it is what {late:.0f} ms between RGB and thermal look like"


def doubts(found: Found, settings: Calibration) -> Iterator[str]:
    """Reasons not to use the result."""
    if (expected := float(np.median(pixel_sigma(found.rig, found.covariance)))) > settings.uncertainty.trust_px:
        yield f"the expected error is {expected:.2f} px (at most {settings.uncertainty.trust_px:g}); give more frames, of other places and hours"
    if len(found.dropped) > len(found.frames):
        share = f"{len(found.dropped)} of {len(found.dropped) + len(found.frames)} frames do not fit"
        yield f"{share}; check that thermal and RGB are of the same moments"
