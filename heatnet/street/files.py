"""Files that appear whole or not at all."""

import os
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8, UInt16


def write_bytes(path: Path, content: bytes) -> None:
    """Write under a temporary name, then rename; ``OSError`` (a full disk) leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OSError(f"{path}: cannot be written ({error}); make room or choose another folder, then run again: finished files are kept") from error


def write_image(path: Path, image: UInt8[np.ndarray, "h w *c"] | UInt16[np.ndarray, "h w"]) -> None:
    """PNG or JPEG by the suffix; colour is given as RGB."""
    swapped = image[..., ::-1] if image.ndim == 3 else image
    options = [cv2.IMWRITE_JPEG_QUALITY, 92] if path.suffix == ".jpg" else [cv2.IMWRITE_PNG_COMPRESSION, 1]
    done, content = cv2.imencode(path.suffix, np.ascontiguousarray(swapped), options)
    if not done:
        raise ValueError(f"{path}: OpenCV cannot encode {image.dtype} with shape {image.shape} as {path.suffix}")
    write_bytes(path, content.tobytes())


def claim(folder: Path, key: str) -> None:
    """Mark a folder with the parameters that fill it; ``ValueError`` when it was begun with others."""
    mark = folder / ".street"
    if mark.is_file() and mark.read_text() != key:
        raise ValueError(f"{folder}: begun with other parameters of the street; delete the folder, then run again")
    if not mark.is_file():
        write_bytes(mark, key.encode())
