"""Rigs as OpenCV writes them: the keys of its sample ``3calibration.cpp``, camera 1 is left, 2 right, 3 thermal; lengths in metres.

``files.read_rig`` reads them as it reads camchains, and ``files.write_rig`` writes them under the suffix ``.yml``.
"""

import os
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float

from heatnet.calibration.camera import Camera, Rig

CAMERAS = {1: "left", 2: "right", 3: "thermal"}


def write_opencv(path: Path, rig: Rig) -> None:
    """Write a rig as OpenCV YAML; the file appears whole or not at all."""
    store = cv2.FileStorage("rig.yml", cv2.FILE_STORAGE_WRITE | cv2.FILE_STORAGE_MEMORY | cv2.FILE_STORAGE_FORMAT_YAML)
    for number, name in CAMERAS.items():
        camera: Camera = getattr(rig, name)
        store.write(f"imageSize{number}", np.array([[camera.width, camera.height]], np.int32))
        store.write(f"cameraMatrix{number}", camera.matrix)
        store.write(f"distCoeffs{number}", np.array([camera.distortion]))
    for number, pose in ((2, rig.right_from_left), (3, rig.thermal_from_left)):
        store.write(f"R1{number}", np.ascontiguousarray(pose[:3, :3]))
        store.write(f"T1{number}", np.ascontiguousarray(pose[:3, 3:]))
    text = store.releaseAndGetString()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text)
    os.replace(partial, path)


def cameras_from(path: Path, text: str) -> dict[str, tuple[Camera, Float[np.ndarray, "4 4"]]]:
    """The cameras of a file that ``write_opencv`` or a person wrote, each with ``camera_from_left``; ``ValueError`` names the file and the key."""
    try:
        store = cv2.FileStorage(text, cv2.FILE_STORAGE_READ | cv2.FILE_STORAGE_MEMORY)
    except (cv2.error, SystemError) as error:
        raise ValueError(f"{path}: not OpenCV YAML; {error}") from error
    numbers = [number for number in CAMERAS if number == 1 or not store.getNode(f"cameraMatrix{number}").empty()]
    return {CAMERAS[number]: (_camera(store, number, path), np.eye(4) if number == 1 else _pose(store, number, path)) for number in numbers}


def _camera(store: cv2.FileStorage, number: int, path: Path) -> Camera:
    """One camera; at most the four coefficients of radial-tangential distortion."""
    size, matrix = (_matrix(store, f"{key}{number}", path) for key in ("imageSize", "cameraMatrix"))
    bend = _matrix(store, f"distCoeffs{number}", path).ravel()
    if len(bend) < 4 or np.any(bend[4:]):
        raise ValueError(f"{path}: distCoeffs{number}: expected k1, k2, p1, p2 (a fifth only as 0), got {bend.tolist()}")
    if matrix.shape != (3, 3) or size.size != 2:
        raise ValueError(f"{path}: cameraMatrix{number} must be 3x3 and imageSize{number} two numbers, got {matrix.shape} and {size.shape}")
    width, height = (int(value) for value in size.ravel())
    k1, k2, p1, p2 = (float(value) for value in bend[:4])
    centre = (float(matrix[0, 2]), float(matrix[1, 2]))
    try:
        return Camera(width, height, (float(matrix[0, 0]), float(matrix[1, 1])), centre, (k1, k2, p1, p2))
    except ValueError as error:
        raise ValueError(f"{path}: cameraMatrix{number} or imageSize{number}: {error}") from error


def _pose(store: cv2.FileStorage, number: int, path: Path) -> Float[np.ndarray, "4 4"]:
    """A camera's pose from the first camera; a singular or scaled matrix is refused."""
    rotation, shift = _matrix(store, f"R1{number}", path), _matrix(store, f"T1{number}", path)
    if rotation.shape != (3, 3) or shift.size != 3 or not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3) or np.linalg.det(rotation) < 0:
        raise ValueError(f"{path}: R1{number} must be a rotation and T1{number} three numbers; give the pose of camera {number} from camera 1")
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, shift.ravel()
    return pose


def _matrix(store: cv2.FileStorage, key: str, path: Path) -> Float[np.ndarray, "rows columns"]:
    """A matrix of finite numbers; a plain list counts as a row."""
    node, value = store.getNode(key), None
    if node.isSeq():
        parts = [node.at(i) for i in range(node.size())]
        value = np.array([[part.real() for part in parts]]) if all(part.isInt() or part.isReal() for part in parts) else None
    elif node.isMap():
        with suppress(cv2.error, SystemError):
            value = node.mat()
    if value is None or not value.size or not np.isfinite(value).all():
        raise ValueError(f"{path}: {key}: missing or not finite numbers; expected an opencv-matrix")
    return np.asarray(value, np.float64)
