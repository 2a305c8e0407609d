"""Rigs on disk: Kalibr camchains and OpenCV YAML read and written, and the authors' own result read.

A camchain lists cameras in order; ``T_cn_cnm1`` takes a point of the camera before to this one; lengths are metres. OpenCV's
files begin with ``%YAML:`` or hold an ``opencv-matrix``; they are written under the suffix ``.yml``.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml  # type: ignore[import-untyped]
from jaxtyping import Float

from heatnet.calibration.camera import Camera, Rig
from heatnet.calibration.opencv import cameras_from, write_opencv

Chain = dict[str, tuple[Camera, Float[np.ndarray, "4 4"]]]
"""Cameras by name, each with ``camera_from_first``."""


def read_chain(path: Path) -> Chain:
    """Every camera of a Kalibr camchain in the file's order, or of OpenCV YAML; ``ValueError`` names the file and the key."""
    text = _text(path, "a Kalibr camchain or OpenCV YAML")
    if text.startswith("%YAML:") or "opencv-matrix" in text:
        return cameras_from(path, text)
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: not a YAML file: {str(error).splitlines()[0]}; give a Kalibr camchain") from error
    if not isinstance(content, Mapping) or not content:
        raise ValueError(f"{path}: expected cameras by name (a Kalibr camchain), got {type(content).__name__}")
    chain: Chain = {}
    camera_from_first = np.eye(4)
    for index, (name, entry) in enumerate(content.items()):
        where = f"{path}: {name}"
        if index:
            camera_from_first = _transform(entry, "T_cn_cnm1", where) @ camera_from_first
        chain[str(name)] = (_camera(entry, where), camera_from_first)
    return chain


def _text(path: Path, expected: str) -> str:
    """What a file holds; ``ValueError`` says why it cannot be read."""
    try:
        return path.read_text()
    except OSError as error:
        raise ValueError(f"{path}: {(error.strerror or 'cannot be read').lower()}; give {expected}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not a text file; give {expected}") from error


def read_rig(path: Path, guess: Path | None = None) -> Rig:
    """The rig of a file with cameras ``left``, ``right`` and ``thermal``; the thermal camera from ``guess`` when given."""
    left, right, right_from_left = read_stereo(path)
    third = _with(guess or path, ("left", "thermal"))
    return Rig(left, right, third["thermal"][0], right_from_left, _from(third, "thermal", "left"))


def read_stereo(path: Path) -> tuple[Camera, Camera, Float[np.ndarray, "4 4"]]:
    """The cameras ``left`` and ``right`` of a camchain and ``right_from_left``; ``ValueError`` without a baseline."""
    chain = _with(path, ("left", "right"))
    right_from_left = _from(chain, "right", "left")
    if not np.linalg.norm(right_from_left[:3, 3]) > 1e-3:
        raise ValueError(f"{path}: right.T_cn_cnm1 (T12 in OpenCV's files): the baseline is zero; depth needs two cameras apart, in metres")
    return chain["left"][0], chain["right"][0], right_from_left


def _with(path: Path, names: tuple[str, ...]) -> Chain:
    """A camchain that has cameras of these names."""
    chain = read_chain(path)
    for name in names:
        if name not in chain:
            raise ValueError(f"{path}: no camera {name!r}, found {', '.join(chain)}; name the cameras left, right and thermal")
    return chain


def write_rig(path: Path, rig: Rig) -> None:
    """Write a rig as a Kalibr camchain ``left``, ``right``, ``thermal``, as OpenCV YAML under ``.yml``; the file appears whole or not at all."""
    if path.suffix == ".yml":
        write_opencv(path, rig)
        return
    thermal_from_right = rig.thermal_from_left @ np.linalg.inv(rig.right_from_left)
    content = {
        "left": _entry(rig.left, None, [1, 2]),
        "right": _entry(rig.right, rig.right_from_left, [0, 2]),
        "thermal": _entry(rig.thermal, thermal_from_right, [0, 1]),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(yaml.safe_dump(content, sort_keys=False, default_flow_style=None))
    os.replace(partial, path)


def read_authors(path: Path, width: int, height: int) -> tuple[Camera, Float[np.ndarray, "4 4"]]:
    """The authors' target-less result ``t_calib.json``: thermal camera (no distortion) and ``thermal_from_rgb``.

    The file does not say the image size: the thermal camera's is given (640x512, paper.md section 3).
    """
    try:
        content = json.loads(_text(path, "the authors' t_calib.json"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: not a JSON file: {error}") from error
    fx, fy, cx, cy = _numbers(content, "intrinsic", (4,), str(path))
    matrix = np.eye(4)
    matrix[:3, :3] = _numbers(content, "rotation", (3, 3), str(path))
    matrix[:3, 3] = _numbers(content, "translation", (3,), str(path))
    return Camera(width, height, (fx, fy), (cx, cy)), _rigid(matrix, f"{path}: rotation")


def _from(chain: Chain, target: str, source: str) -> Float[np.ndarray, "4 4"]:
    """``target_from_source`` of two cameras of a chain."""
    return chain[target][1] @ np.linalg.inv(chain[source][1])


def _camera(entry: object, where: str) -> Camera:
    """One camera of a camchain."""
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where}: expected the keys of a camera, got {entry!r}")
    for key, known in (("camera_model", "pinhole"), ("distortion_model", "radtan")):
        if entry.get(key) != known:
            raise ValueError(f"{where}.{key}: expected {known!r}, got {entry.get(key)!r}; calibrate with Kalibr's {known} model")
    fx, fy, cx, cy = _numbers(entry, "intrinsics", (4,), where)
    k1, k2, p1, p2 = _numbers(entry, "distortion_coeffs", (4,), where)
    width, height = _numbers(entry, "resolution", (2,), where)
    try:
        return Camera(int(width), int(height), (fx, fy), (cx, cy), (k1, k2, p1, p2))
    except ValueError as error:
        raise ValueError(f"{where}.intrinsics or resolution: {error}") from error


def _numbers(entry: Mapping[str, Any], key: str, shape: tuple[int, ...], where: str) -> Any:
    """Finite numbers of a given shape; a vector comes as a list of floats."""
    try:
        value = np.array(entry[key], np.float64)
    except KeyError:
        raise ValueError(f"{where}.{key}: missing; a camchain needs it") from None
    except (TypeError, ValueError):
        raise ValueError(f"{where}.{key}: expected numbers, got {entry[key]!r}") from None
    if value.shape != shape or not np.isfinite(value).all():
        raise ValueError(f"{where}.{key}: expected finite numbers of shape {shape}, got {entry[key]!r}")
    return value.tolist() if len(shape) == 1 else value


def _transform(entry: object, key: str, where: str) -> Float[np.ndarray, "4 4"]:
    """A rigid 4x4 transform of a camchain."""
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where}: expected the keys of a camera, got {entry!r}")
    return _rigid(_numbers(entry, key, (4, 4), where), f"{where}.{key}")


def _rigid(matrix: Float[np.ndarray, "4 4"], where: str) -> Float[np.ndarray, "4 4"]:
    """The matrix with its rotation made exactly orthonormal; refused when it is far from one."""
    u, scale, vt = np.linalg.svd(matrix[:3, :3])
    rotation = u @ vt
    if np.abs(scale - 1).max() > 1e-3 or np.linalg.det(rotation) < 0 or not np.allclose(matrix[3], (0, 0, 0, 1)):
        raise ValueError(f"{where}: expected a rotation and a translation, got a matrix with singular values {scale.round(4).tolist()}")
    return np.block([[rotation, matrix[:3, 3:]], [np.zeros((1, 3)), np.ones((1, 1))]])


def _entry(camera: Camera, from_previous: Float[np.ndarray, "4 4"] | None, overlaps: list[int]) -> dict[str, Any]:
    """One camera as Kalibr writes it."""
    transform = {} if from_previous is None else {"T_cn_cnm1": from_previous.tolist()}
    return transform | {
        "cam_overlaps": overlaps,
        "camera_model": "pinhole",
        "distortion_coeffs": [float(k) for k in camera.distortion],
        "distortion_model": "radtan",
        "intrinsics": [float(k) for k in (*camera.focal_px, *camera.centre_px)],
        "resolution": [camera.width, camera.height],
    }
