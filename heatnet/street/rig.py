"""The rig on its car: cameras from numbers, poses on the road, and the Kalibr files that describe it."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from heatnet.calibration.camera import Camera, Rig
from heatnet.config import StreetRig
from heatnet.config.street import Rows
from heatnet.street.files import write_bytes
from heatnet.street.solids import rotations


def build(numbers: StreetRig) -> Rig:
    """The rig at full scale; ``ValueError`` when its cameras do not see the same things or a size or focal length is not positive."""
    (width, height), focal = numbers.rgb_size, numbers.rgb_focal_px
    rgb = _camera("rgb", width, height, (focal, focal), numbers.rgb_centre_px, (0.0, 0.0, 0.0, 0.0))
    thermal = _camera("thermal", *numbers.thermal_size, numbers.thermal_focal_px, numbers.thermal_centre_px, numbers.thermal_distortion)
    right_from_left, thermal_from_left = np.eye(4), _rigid(numbers.thermal_from_left)
    right_from_left[0, 3] = -numbers.baseline_m
    rig = Rig(rgb, rgb, thermal, right_from_left, thermal_from_left)
    for name, other in (("thermal_from_left", "thermal"), ("baseline_m", "right")):
        if (share := overlap(rig, other)) < 0.1:
            raise ValueError(f"street.rig.{name}: the {other} camera sees {share:.0%} of the left image at 20 m; at least 10 % must be in both views")
    return rig


def thermal_right(numbers: StreetRig) -> tuple[Camera, Float[np.ndarray, "4 4"]]:
    """The right camera of the thermal stereo pair at full scale, and ``right_from_thermal``; ``ValueError`` where the rig has none."""
    if (right := numbers.thermal_right) is None:
        raise ValueError("street.rig.thermal_right: none, but street.thermal_stereo asks for it; give the camera or leave thermal_stereo out")
    return _camera("thermal_right", *numbers.thermal_size, right.focal_px, right.centre_px, right.distortion), _rigid(right.from_thermal)


def _rigid(rows: Rows) -> Float[np.ndarray, "4 4"]:
    """A transform from its first three rows, its rotation made exact."""
    whole = np.eye(4)
    whole[:3] = rows
    u, _, vt = np.linalg.svd(whole[:3, :3])
    whole[:3, :3] = u @ vt
    return whole


def _camera(name: str, width: int, height: int, focal: tuple[float, float], centre: tuple[float, float], bend: tuple[float, ...]) -> Camera:
    """A camera; an error names the parameter."""
    try:
        return Camera(width, height, focal, centre, bend)  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"street.rig.{name}_size or {name}_focal_px: {error}") from error


def overlap(rig: Rig, other: str, depth_m: float = 20.0) -> float:
    """The share of the left image's points at a depth that the ``right`` or the ``thermal`` camera sees."""
    camera: Camera = getattr(rig, other)
    from_left: Float[np.ndarray, "4 4"] = getattr(rig, f"{other}_from_left")
    u, v = np.meshgrid(np.linspace(0, rig.left.width - 1, 32), np.linspace(0, rig.left.height - 1, 16))
    points = depth_m * rig.left.unproject(np.stack([u.ravel(), v.ravel()], -1))
    seen = points @ from_left[:3, :3].T + from_left[:3, 3]
    pixels = camera.project(seen)
    with np.errstate(invalid="ignore"):
        inside = (pixels >= 0).all(1) & (pixels[:, 0] < camera.width) & (pixels[:, 1] < camera.height)
    return float(inside.mean())


def pose(x: float, y: float, z: float, heading: float, pitch: float = 0.0, roll: float = 0.0) -> Float[np.ndarray, "4 4"]:
    """``world_from_camera`` of a camera that looks along ``heading`` (anticlockwise from y); ``pitch`` up, ``roll`` clockwise, in radians."""
    forward_from_camera = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    world = np.eye(4)
    world[:3, :3] = rotations(np.array([[pitch, roll, heading]]))[0] @ forward_from_camera
    world[:3, 3] = x, y, z
    return world


def write_camchain(path: Path, cameras: dict[str, tuple[Camera, Float[np.ndarray, "4 4"]]]) -> None:
    """A Kalibr camchain (YAML) of cameras with ``camera_from_first``; ``T_cn_cnm1`` takes a point of the camera before to this one."""
    lines, previous = [], None
    for i, (name, (camera, camera_from_first)) in enumerate(cameras.items()):
        lines.append(f"{name}:")
        if previous is not None:
            matrix = camera_from_first @ np.linalg.inv(previous)
            lines += ["  T_cn_cnm1:", *[f"  - [{', '.join(repr(float(x)) for x in row)}]" for row in matrix]]
        lines += [
            f"  cam_overlaps: {[j for j in range(len(cameras)) if j != i]}",
            "  camera_model: pinhole",
            f"  distortion_coeffs: {[float(k) for k in camera.distortion]}",
            "  distortion_model: radtan",
            f"  intrinsics: {[float(k) for k in (*camera.focal_px, *camera.centre_px)]}",
            f"  resolution: [{camera.width}, {camera.height}]",
            f"  rostopic: /{name}",
        ]
        previous = camera_from_first
    write_bytes(path, ("\n".join(lines) + "\n").encode())


def write_truth(path: Path, rig: Rig) -> None:
    """The rig as it is."""
    write_camchain(path, {"left": (rig.left, np.eye(4)), "right": (rig.right, rig.right_from_left), "thermal": (rig.thermal, rig.thermal_from_left)})


def write_known(folder: Path, rig: Rig, focal_guess: float) -> None:
    """What one knows before calibrating: ``rig.yaml``, the stereo pair; ``guess.yaml``, the thermal camera by data sheet and tape measure."""
    write_camchain(folder / "rig.yaml", {"left": (rig.left, np.eye(4)), "right": (rig.right, rig.right_from_left)})
    focal = round(focal_guess * sum(rig.thermal.focal_px) / 2, 0)
    middle = ((rig.thermal.width - 1) / 2, (rig.thermal.height - 1) / 2)
    taped = np.eye(4)
    taped[:3, 3] = np.round(rig.thermal_from_left[:3, 3], 2) + 0.0
    thermal = Camera(rig.thermal.width, rig.thermal.height, (focal, focal), middle)
    write_camchain(folder / "guess.yaml", {"left": (rig.left, np.eye(4)), "thermal": (thermal, taped)})
