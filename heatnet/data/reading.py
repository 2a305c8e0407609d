"""One file -> one array, or an error that names the file."""

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Shaped, UInt8, UInt16
from PIL import Image

from heatnet.taxonomy import LabelMap

TONES = 32
"""A grey image with fewer tones from its darkest to its brightest may as well be a colour image of the dark."""


def read_rgb(path: Path, grey_too: bool = False) -> UInt8[np.ndarray, "height width 3"]:
    """An 8-bit colour image, R first; an alpha channel (MF keeps thermal there) is dropped, an orientation tag ignored.

    Raises ``ValueError`` for a file that is missing, broken or not 8-bit, and for a grey one: a thermal image, it seems. With ``grey_too``
    three equal channels are taken for a grey photograph. An image that is nearly black or of one tone tells nothing and is taken.
    """
    image = _decoded(path)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        raise ValueError(f"{path}: {_kind(image)}; expected an 8-bit RGB image; check that RGB and thermal folders are not swapped")
    if not grey_too and _grey(image) and int(image[..., 0].max()) - int(image[..., 0].min()) >= TONES:
        raise ValueError(f"{path}: three equal channels, a grey image; expected RGB; check that RGB and thermal folders are not swapped")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB if image.shape[2] == 3 else cv2.COLOR_BGRA2RGB)


def read_thermal(path: Path, bits: int) -> UInt16[np.ndarray, "height width"]:
    """The counts of a thermal image of ``bits`` (8 or 16).

    An 8-bit image may have one channel, three equal ones (MSRS), or lie in the alpha channel (MF). Raises ``ValueError`` for a
    file that is missing or broken, of another depth, in colour, or with an alpha channel that only says what is opaque.
    """
    image = _decoded(path)
    if image.dtype != (np.uint8 if bits == 8 else np.uint16):
        raise ValueError(
            f"{path}: {_kind(image)}; expected {bits}-bit thermal counts; correct thermal.bits (`heatnet predict`: --thermal-range) "
            "or take the original files"
        )
    if image.ndim == 2:
        return image.astype(np.uint16)
    if image.shape[2] == 3 and not _grey(image):
        raise ValueError(f"{path}: a colour image; expected thermal counts: one channel, equal ones, or MF's fourth; check for swapped folders")
    if image.shape[2] == 4 and np.isin(image[..., 3], (0, 255)).all():
        raise ValueError(
            f"{path}: a picture whose fourth channel only says what is opaque; expected thermal counts there, as in MF, or one channel; "
            "check that RGB and thermal folders are not swapped"
        )
    return image[..., 3 if image.shape[2] == 4 else 0].astype(np.uint16)


def _grey(image: Shaped[np.ndarray, "height width channels"]) -> bool:
    """Whether the first three channels are equal; a few rows settle it for nearly every colour image."""
    return all(_same(part, 0, 1) and _same(part, 0, 2) for part in (image[::32], image))


def _same(image: Shaped[np.ndarray, "height width channels"], first: int, second: int) -> bool:
    return bool((image[..., first] == image[..., second]).all())


def read_label(path: Path, label_map: LabelMap) -> UInt8[np.ndarray, "height width"]:
    """A label image in our ids; PNG (grey or with a palette, whose indices are the ids) or NPY (integers).

    Raises ``ValueError`` for a file that is missing, broken or not made of ids, and for an id that the map does not know.
    """
    return label_map.apply(_npy(path) if path.suffix == ".npy" else _png(path), path)


def read_confidence(path: Path) -> UInt8[np.ndarray, "height width"]:
    """How far to trust a pseudo-label, 0 to 255. Raises ``ValueError`` for a file that is missing, broken or not 8-bit grey."""
    image = _decoded(path)
    if image.dtype != np.uint8 or image.ndim != 2:
        raise ValueError(f"{path}: {_kind(image)}; expected an 8-bit grey image; write the pseudo-labels again")
    return image


def _decoded(path: Path) -> Shaped[np.ndarray, "height width *channels"]:
    """The pixels as they are stored, B first, without applying an orientation tag."""
    data = np.frombuffer(_content(path), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if image is None:
        raise ValueError(f"{path}: does not decode ({data.size} bytes); expected an image; fetch or write the file again")
    return image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); expected a file; fetch it, or take it off the list") from error


def _png(path: Path) -> UInt8[np.ndarray, "height width"]:
    """Ids of an image file. Vistas' labels have a palette, which OpenCV would turn into colours; Pillow keeps the indices."""
    try:
        with Image.open(path) as image:
            mode, ids = image.mode, np.asarray(image)
    except FileNotFoundError as error:
        raise ValueError(f"{path}: no such file; expected a label image; fetch or write it, or take it off the list") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path}: does not decode ({error}); expected a label image; fetch or write the file again") from error
    if mode not in ("L", "P"):
        raise ValueError(f"{path}: an image of mode {mode}; expected 8-bit class ids (grey or palette); take the id image, not colours or instances")
    return ids


def _npy(path: Path) -> UInt8[np.ndarray, "height width"]:
    """Ids of a NPY file; any integer type whose values fit a byte."""
    try:
        ids = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"{path}: cannot be read ({error}); expected a label array; fetch or write the file again") from error
    if ids.ndim != 2 or ids.dtype.kind not in "iu" or (ids.size and (ids.min() < 0 or ids.max() > 255)):
        raise ValueError(f"{path}: {ids.dtype} of shape {ids.shape}; expected (height, width) integers 0..255; fetch or write the file again")
    return ids.astype(np.uint8)


def _kind(image: Shaped[np.ndarray, "height width *channels"]) -> str:
    """What an array is, in words."""
    channels = image.shape[2] if image.ndim == 3 else 1
    return f"{image.dtype.itemsize * 8}-bit, {channels} channel{'s' * (channels > 1)}"
